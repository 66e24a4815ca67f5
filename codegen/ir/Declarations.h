#pragma once
// What the resolved tree (frontend/analysis/Ast.h) says in the words of the IR. Part of Ir.h, which says what the rest is.

#include <cstdint>

#include "runtime/abi/CallKinds.h"
#include "runtime/support/Symbol.h"

namespace gene {

struct Form;

namespace ir {

enum class Op : uint8_t;
class Block;
class Function;
class Program;
struct Global;
struct CallShape;

/// An immediate operand; which member counts is said by the row.
struct Immediate {
  int64_t integer = 0;
  Symbol symbol;
  Function* function = nullptr;
  Global* global = nullptr;
  CallShape* shape = nullptr;
  const Form* form = nullptr;
};

/// How one slot of a function is bound when it is called (05 §2).
struct ParamSpec {
  Symbol name;  // `_` for an ignored positional
  SlotKind kind = SlotKind::Positional;
  bool optional =
      false;  // has a default: the slot is `absent` when nothing is given, the body fills it in
};

}  // namespace ir
}  // namespace gene
