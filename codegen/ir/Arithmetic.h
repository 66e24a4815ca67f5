#pragma once
// What arithmetic, bit operations and comparisons mean, said once: folding computes with it, ranges compute with it at the
// ends of intervals, types follow from the machine forms of the rows (Instructions.def).

#include <cstdint>
#include <optional>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// An Int before anybody asks whether it fits 64 bits.
using Wide = __int128;

constexpr bool fitsInt(Wide number) { return number >= INT64_MIN && number <= INT64_MAX; }

/// `add`, `sub`, `mul`, and `neg` of `a`, as if ints had no bounds. Monotonous in each operand, so that what an interval gives
/// lies between what its ends give.
Wide exactly(Op op, Wide a, Wide b);

/// What the instruction of group Arithmetic or Bits gives for two Ints (`neg`: for `a`); nullopt where it raises and for
/// what gives no Int of them, like `div`.
std::optional<int64_t> onInts(Op op, int64_t a, int64_t b);

/// What `add`, `sub`, `mul`, `div`, `mod`, and `neg` of `a` give for Floats, or an Int and a Float, as doubles; nullopt for others.
std::optional<double> onFloats(Op op, double a, double b);

/// What a row of group Arithmetic gives for numbers of these types: whatever is no number raises. Of one operand: twice that.
Type numericResult(const InstInfo& row, Type lhs, Type rhs);

/// The order of two numbers, one of order::Less … Unordered: an Int and a Float are compared as exact numbers.
uint8_t orderOf(const Constant& a, const Constant& b);

/// The orders of a and b, where `orders` are those of b and a.
constexpr uint8_t swapped(uint8_t orders) {
  const bool less = orders & order::Less, greater = orders & order::Greater;
  return static_cast<uint8_t>((orders & (order::Equal | order::Unordered)) |
                              (less ? order::Greater : 0) | (greater ? order::Less : 0));
}
/// The other orders that two Ints can have.
constexpr uint8_t negatedOfInts(uint8_t orders) {
  return static_cast<uint8_t>(~orders & (order::Less | order::Equal | order::Greater));
}

}  // namespace gene::ir
