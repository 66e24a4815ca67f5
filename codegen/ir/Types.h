#pragma once
// What is known about an IR value: a Type (a union of the kinds of Types.def, one bit each, and the classes of the
// instances among them) and a representation.

#include <cstdint>
#include <string>
#include <string_view>

namespace gene::ir {

/// How a value is held: as a NaN-boxed word, or as a machine int, double or truth value.
enum class Rep : uint8_t { Boxed, I64, F64, I1 };

/// A union of kinds; for instances also which classes they are of, as a range of class numbers (docs/ir.md): a class and
/// all below it are a range.
class Type {
 public:
  enum Bit : uint32_t {
#define TYPE(Name, text) Name##Index,
#include "codegen/ir/Types.def"
    Count
  };
  static constexpr uint16_t LastClass = 0xFFFF;

  constexpr Type() = default;
  constexpr explicit Type(uint32_t bits)
      : bits_(bits), last_(bits >> InstanceIndex & 1 ? LastClass : 0) {}

  static constexpr Type none() { return Type(0); }
  static constexpr Type any() { return Type((1u << Count) - 1); }
#define TYPE(Name, text) \
  static constexpr Type Name() { return Type(1u << Name##Index); }
#include "codegen/ir/Types.def"
  /// The kind that Types.def calls so; `none` for other names.
  static Type named(std::string_view kind);
  /// Whatever a program can see: all but `absent`.
  static constexpr Type value() { return Type(any().bits_ & ~(1u << AbsentIndex)); }
  /// Instances of the classes with these numbers.
  static constexpr Type instanceOf(uint16_t first, uint16_t last) {
    Type type = Instance();
    type.first_ = first;
    type.last_ = last;
    return type;
  }

  [[nodiscard]] constexpr uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool isNone() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool isAny() const { return *this == any(); }
  [[nodiscard]] constexpr bool hasInstances() const { return bits_ >> InstanceIndex & 1; }
  /// The classes that instances of this type are of; meaningful if it has some.
  [[nodiscard]] constexpr uint16_t firstClass() const { return first_; }
  [[nodiscard]] constexpr uint16_t lastClass() const { return last_; }
  /// True if every value of this type is one of `other`; so also of `none`: `is` asks what is known of a value.
  [[nodiscard]] constexpr bool within(Type other) const {
    return (bits_ & ~other.bits_) == 0 &&
           (!hasInstances() || (first_ >= other.first_ && last_ <= other.last_));
  }
  /// Is every value of this type one of `other`, and is there any? What cannot be reached is of no type.
  [[nodiscard]] constexpr bool is(Type other) const { return !isNone() && within(other); }
  [[nodiscard]] constexpr bool overlaps(Type other) const { return !(*this & other).isNone(); }
  constexpr Type operator|(Type other) const {
    if (!hasInstances()) return withClasses(bits_ | other.bits_, other.first_, other.last_);
    if (!other.hasInstances()) return withClasses(bits_ | other.bits_, first_, last_);
    return withClasses(bits_ | other.bits_, first_ < other.first_ ? first_ : other.first_,
                       last_ > other.last_ ? last_ : other.last_);
  }
  constexpr Type operator&(Type other) const {
    uint32_t bits = bits_ & other.bits_;
    const uint16_t first = first_ > other.first_ ? first_ : other.first_;
    const uint16_t last = last_ < other.last_ ? last_ : other.last_;
    if (first > last) bits &= ~(1u << InstanceIndex);
    return bits >> InstanceIndex & 1 ? withClasses(bits, first, last) : withClasses(bits, 0, 0);
  }
  /// All kinds but these; instances of which class is not said.
  constexpr Type operator~() const { return Type(any().bits_ & ~bits_); }
  friend constexpr bool operator==(Type, Type) = default;

  /// "int", "int|float", "instance-3-5" (of the classes 3 to 5), "any", "value", "none".
  [[nodiscard]] std::string text() const;

 private:
  static constexpr Type withClasses(uint32_t bits, uint16_t first, uint16_t last) {
    Type type;
    type.bits_ = bits;
    type.first_ = first;
    type.last_ = last;
    return type;
  }
  uint32_t bits_ = any().bits_;
  uint16_t first_ = 0, last_ = LastClass;  // both 0 without instances
};

}  // namespace gene::ir
