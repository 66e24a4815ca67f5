#pragma once
// What an EnterNative instruction without code yet leads to (runtime/image/NativeEntries.h).

#include "runtime/object/Function.h"

namespace gene::vm {

struct Arrival {
  /// Binds the code. False: it cannot be, or not by this thread; then the call goes on as if it had not come.
  bool (*bind)(Context& context, Arrival& arrival);
};

/// What an EnterLoop instruction refers to.
struct LoopArrival {
  NativeCode code = nullptr;  // null until it is bound
  const uint16_t* registers;
  uint32_t count;
  uint64_t* place;    // of the instruction
  uint64_t original;  // … that it stands for, and that is put back if the code cannot be bound
  Arrival* arrival;
};

}  // namespace gene::vm
