#pragma once
// What is known about an IR value: a Type (a union of the kinds of Types.def, one bit each) and a representation.

#include <cstdint>
#include <string>

namespace gene::ir {

/// How a value is held: as a NaN-boxed word, or as a machine int, double or truth value.
enum class Rep : uint8_t { Boxed, I64, F64, I1 };

class Type {
 public:
  enum Bit : uint32_t {
#define TYPE(Name, text) Name##Index,
#include "codegen/ir/Types.def"
    Count
  };
  constexpr Type() = default;
  constexpr explicit Type(uint32_t bits) : bits_(bits) {}

  static constexpr Type none() { return Type(0); }
  static constexpr Type any() { return Type((1u << Count) - 1); }
#define TYPE(Name, text) \
  static constexpr Type Name() { return Type(1u << Name##Index); }
#include "codegen/ir/Types.def"
  /// Whatever a program can see: all but `absent`.
  static constexpr Type value() { return Type(any().bits_ & ~(1u << AbsentIndex)); }

  [[nodiscard]] constexpr uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool isNone() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool isAny() const { return bits_ == any().bits_; }
  /// True if every value of this type is one of `other`.
  [[nodiscard]] constexpr bool within(Type other) const { return (bits_ & ~other.bits_) == 0; }
  [[nodiscard]] constexpr bool overlaps(Type other) const { return (bits_ & other.bits_) != 0; }
  constexpr Type operator|(Type other) const { return Type(bits_ | other.bits_); }
  constexpr Type operator&(Type other) const { return Type(bits_ & other.bits_); }
  friend constexpr bool operator==(Type, Type) = default;

  /// "int", "int|float", "any", "value", "none".
  [[nodiscard]] std::string text() const;

 private:
  uint32_t bits_ = any().bits_;
};

}  // namespace gene::ir
