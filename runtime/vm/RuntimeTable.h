#pragma once
// The entries that RUNTIME rows of Instructions.def name, behind one signature each: an adapter reads the operands and
// immediates from the instruction and calls the entry. Made from the rows, so a new row needs nothing here.

#include "runtime/Context.h"

namespace gene::vm {

struct RuntimeEntry {
  /// `pc` stands behind the instruction's first word.
  Value (*call)(Context* context, Value* base, uint16_t* pc);
  uint32_t words;  // behind the first
};
extern const RuntimeEntry runtimeEntries[];

}  // namespace gene::vm
