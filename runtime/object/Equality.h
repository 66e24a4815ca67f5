#pragma once
// `==` of the language (03 §5) and the hash that goes with it.

#include "runtime/Context.h"

namespace gene {

/// The order of numbers, which `<`, sort, min and max share: -1, 0, 1; 2 when a NaN takes part. An Int and a Float compare
/// by their exact numbers.
int compareNumbers(Value lhs, Value rhs);
/// Structural equality without user-defined `==`; never raises, does not overflow the stack on deep data and ends on
/// cyclic data. Element comparison inside containers uses this one.
bool equal(Context& context, Value a, Value b);
/// The operator: asks the left operand's class for a method `==` first. True, false, or 0 if that raised.
Value equalOperator(Context& context, Value a, Value b);
/// A hash for equal()-equal keys; 1 and 1.0 hash alike. False and an exception when `v` is not hashable; `what` is
/// "HashMap" or "HashSet" for the message. May run a user's `hash` method.
bool hashOf(Context& context, Value v, std::string_view what, uint64_t* hash);

}  // namespace gene
