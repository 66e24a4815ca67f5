#pragma once
// Ints of more than 48 bits on their way from one instruction to the next. Hashes and random numbers multiply beyond what a
// word holds and take a remainder or some bits at once; the number in between needs no object.

#include <cstdint>

#include "runtime/Context.h"

namespace gene::vm {

/// Does the arithmetic at `at`, an instruction of the frame at `base`, on 64 bits, if its operands are ints, and goes on with
/// the instructions behind it while the number needs an object that only the next one of them reads. Writes no register.
/// Returns what stands behind the last one that was done; *result is for the register of the first one. Null, with nothing
/// done, for other operands, for overflow and for division by zero. May allocate.
uint16_t* runWideInts(Context& context, const Value* base, uint16_t* at, Value* result);

}  // namespace gene::vm
