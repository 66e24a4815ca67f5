#pragma once
// `==` of the language (03 §5) and the hash that goes with it.

#include "runtime/Context.h"
#include "runtime/object/String.h"

namespace gene {

/// The order of numbers, which `<`, sort, min and max share: -1, 0, 1; 2 when a NaN takes part. An Int and a Float compare
/// by their exact numbers.
int compareNumbers(Value lhs, Value rhs);
/// Structural equality without user-defined `==`; never raises, does not overflow the stack on deep data and ends on
/// cyclic data. Element comparison inside containers uses this one.
bool equal(Context& context, Value a, Value b);
/// The operator: asks the left operand's class for a method `==` first. True, false, or 0 if that raised.
Value equalOperator(Context& context, Value a, Value b);
/// Spreads the bits of a hash: the finalizer of MurmurHash3, a round shorter.
inline uint64_t mixHash(uint64_t h) {
  h ^= h >> 33;
  h *= 0xFF51AFD7ED558CCDull;
  h ^= h >> 33;
  return h;
}
/// The hash of a key without parts that is no Float: a small Int, a Symbol, nil … or a String. False for the others.
inline bool hashPlain(Value v, uint64_t* hash) {
  if (v.isSmallInt()) {
    *hash = mixHash(static_cast<uint64_t>(v.smallInt()));
    return true;
  }
  if (isKind(v, Kind::String)) {
    *hash = mixHash(stringHash(as<StringObject>(v)));
    return true;
  }
  if (v.isObject() || v.isFloat()) return false;
  *hash = mixHash(v.bits);
  return true;
}
/// The hash of a key that no code of the user takes part in, as hashOf gives it. False for an instance, what holds one, what is
/// no key, and for data that is nested deep.
bool hashData(Value v, uint64_t* hash);
/// A hash for equal()-equal keys; 1 and 1.0 hash alike. False and an exception when `v` is not hashable; `what` is
/// "HashMap" or "HashSet" for the message. May run a user's `hash` method.
bool hashOf(Context& context, Value v, std::string_view what, uint64_t* hash);

}  // namespace gene
