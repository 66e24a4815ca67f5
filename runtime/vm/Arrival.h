#pragma once
// What EnterNative and EnterLoop instructions lead to (runtime/image/NativeEntries.h).

#include "runtime/object/Function.h"

namespace gene::vm {

struct Arrival {
  /// Binds the code. False: it cannot be, or not by this thread; then the call goes on as if it had not come.
  bool (*bind)(Context& context, Arrival& arrival);
};

/// What an EnterLoop instruction leads to. It is the opcode alone that another thread puts in the place of the instruction's own:
/// the fields stay, as a handler that has begun may read them yet.
struct LoopArrival {
  NativeCode code = nullptr;  // null until it is bound
  const uint16_t* registers;
  uint32_t count;
  uint16_t original;  // the opcode, which is put back if the code cannot be bound
  uint16_t* place;    // of the instruction
  Arrival* arrival;
  LoopArrival* next;  // of the same function: Code::loops
};

}  // namespace gene::vm
