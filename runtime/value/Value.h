#pragma once
// A Gene value in one 64-bit word.
//
//   0000 pppp pppp pppp   heap object, the pointer itself, 16-byte aligned; small constants below 16: nil, bools, void
//   0002..FFFA ....       double, its bits plus 2^49
//   FFFB 0000 cccc cccc   character (code point)
//   FFFC 0000 iiii iiii   symbol (Symbol::id)
//   FFFD 0000 nnnn nnnn   no value: object n of a parcel (runtime/async/Transfer)
//   FFFF iiii iiii iiii   int, 48 bits, biased: "both are ints" is one AND and one compare
//
// All zero is not a Value: a call returns it to say that an exception is pending. Ints outside 48 bits are BoxedInt
// objects, transparently: use isInt()/asInt() on values that may be either. Only this file and codegen/llvm/ValueBits
// may use the numbers above.

#include <bit>
#include <cstdint>

#include "runtime/support/Check.h"
#include "runtime/support/Symbol.h"

namespace gene {

struct Object;

struct Value {
  uint64_t bits;

  static constexpr uint64_t IntTag = 0xFFFF000000000000;
  static constexpr uint64_t IntBias = 0xFFFF800000000000;
  static constexpr uint64_t DoubleOffset = 0x0002000000000000;
  static constexpr uint64_t DoubleRange = 0xFFF8000000000000;
  static constexpr uint64_t NotHeap = 0xFFFF000000000002;
  static constexpr uint64_t CharTag = 0xFFFB000000000000;
  static constexpr uint64_t SymbolTag = 0xFFFC000000000000;
  static constexpr uint64_t ReferenceTag = 0xFFFD000000000000;
  static constexpr int64_t SmallIntMin = -(int64_t{1} << 47);
  static constexpr int64_t SmallIntMax = (int64_t{1} << 47) - 1;

  // --- constants ---------------------------------------------------------------------------------------------------
  static constexpr Value pending() { return {0}; }  // no value: an exception is pending
  static constexpr Value nil() { return {2}; }
  static constexpr Value notFound() { return {3}; }
  static constexpr Value false_() { return {6}; }
  static constexpr Value true_() { return {7}; }
  static constexpr Value void_() { return {10}; }
  static constexpr Value placeholder() { return {11}; }
  static constexpr Value absent() {
    return {15};
  }  // an argument that was not given; never visible to programs

  // --- making ------------------------------------------------------------------------------------------------------
  static constexpr Value boolean(bool b) { return {6u | uint64_t{b}}; }
  static constexpr bool fitsSmallInt(int64_t i) { return i >= SmallIntMin && i <= SmallIntMax; }
  /// `i` must fit (fitsSmallInt); newInt(Context&, i) takes any.
  static constexpr Value smallInt(int64_t i) { return {static_cast<uint64_t>(i) + IntBias}; }
  /// NaNs from outside arithmetic are made canonical.
  static Value floating(double d) {
    if (d != d) return {0x7FF8000000000000 + DoubleOffset};
    return {std::bit_cast<uint64_t>(d) + DoubleOffset};
  }
  static constexpr Value character(char32_t c) { return {CharTag | c}; }
  static constexpr Value symbol(Symbol s) { return {SymbolTag | s.id}; }
  static Value object(const Object* o) { return {reinterpret_cast<uint64_t>(o)}; }

  // --- asking ------------------------------------------------------------------------------------------------------
  [[nodiscard]] constexpr bool isPending() const { return bits == 0; }
  [[nodiscard]] constexpr bool isNil() const { return bits == 2; }
  [[nodiscard]] constexpr bool isVoid() const { return bits == 10; }
  [[nodiscard]] constexpr bool isNotFound() const { return bits == 3; }
  [[nodiscard]] constexpr bool isAbsent() const { return bits == 15; }
  [[nodiscard]] constexpr bool isBool() const { return (bits | 1) == 7; }
  /// nil, void and false; everything else is true.
  [[nodiscard]] constexpr bool isFalsy() const { return (bits & ~uint64_t{12}) == 2; }
  [[nodiscard]] constexpr bool isTruthy() const { return !isFalsy(); }
  [[nodiscard]] constexpr bool isSmallInt() const { return bits >= IntTag; }
  [[nodiscard]] constexpr bool isFloat() const { return bits - DoubleOffset <= DoubleRange; }
  [[nodiscard]] constexpr bool isChar() const { return (bits >> 48) == (CharTag >> 48); }
  [[nodiscard]] constexpr bool isSymbol() const { return (bits >> 48) == (SymbolTag >> 48); }
  /// A pointer to a heap object (the word must not be 0).
  [[nodiscard]] constexpr bool isObject() const { return (bits & NotHeap) == 0; }

  // --- taking apart: the kind must fit ------------------------------------------------------------------------------
  [[nodiscard]] constexpr int64_t smallInt() const { return static_cast<int64_t>(bits - IntBias); }
  [[nodiscard]] double floating() const { return std::bit_cast<double>(bits - DoubleOffset); }
  [[nodiscard]] constexpr char32_t character() const { return static_cast<char32_t>(bits); }
  [[nodiscard]] constexpr Symbol symbol() const { return Symbol{static_cast<uint32_t>(bits)}; }
  [[nodiscard]] Object* object() const { return reinterpret_cast<Object*>(bits); }

  /// The same word; not `==` of the language (that is equal(), runtime/object/Equality.h).
  friend constexpr bool operator==(Value a, Value b) { return a.bits == b.bits; }
};
static_assert(sizeof(Value) == 8);

}  // namespace gene
