#pragma once
// The header of every heap object, and kind-checked casts.
//
//   bits 63..32  shape id: below 64 the kind (Kinds.def), else the Shape of an instance
//   bits 31..4   reference count: references from heap objects only
//   bits  3..0   flags
//
// A negative low word is immortal (literals, built-ins, saturated counts): tested before counting.

#include <array>
#include <cstdint>
#include <type_traits>

#include "runtime/support/Check.h"
#include "runtime/value/Value.h"

namespace gene {

enum class Kind : uint8_t {
#define IMMEDIATE(Name, Class, Typeof) Name,
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) Name,
#include "runtime/value/Kinds.def"
  Count
};
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) struct Struct;
#include "runtime/value/Kinds.def"

/// What the runtime asks of a kind: described in Kinds.def.
namespace trait {
inline constexpr uint32_t Slots = 1 << 0, Payload = 1 << 1, Content = 1 << 2, Parts = 1 << 3,
                          Hashed = 1 << 4, Freezable = 1 << 5, Iterable = 1 << 6, Stepping = 1 << 7,
                          Countable = 1 << 8, Members = 1 << 9, Settable = 1 << 10, Data = 1 << 11,
                          Code = 1 << 12, OneType = 1 << 13, Foreign = 1 << 14;
inline constexpr uint32_t PrintedByParts = 1 << 15;  // its row has no text for `printed`
}  // namespace trait

namespace detail {
constexpr std::array<uint32_t, static_cast<size_t>(Kind::Count)> makeKindTraits() {
  using namespace trait;
  return {
#define IMMEDIATE(Name, Class, Typeof) 0,
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) \
  (Traits) | (*Printed ? 0 : PrintedByParts),
#include "runtime/value/Kinds.def"
  };
}
inline constexpr auto kindTraits = makeKindTraits();

/// Whether objects of the kind are of struct T; true for structs that are no kind's own (a SharedStringObject).
template <class T>
constexpr bool mayHold(Kind kind) {
  bool isRow = false, fits = false;
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) \
  if constexpr (std::is_same_v<T, Struct>) {               \
    isRow = true;                                          \
    fits |= kind == Kind::Name;                            \
  }
#include "runtime/value/Kinds.def"
  return fits || !isRow;
}
}  // namespace detail

constexpr bool has(Kind kind, uint32_t wanted) {
  return (detail::kindTraits[static_cast<size_t>(kind)] & wanted) != 0;
}

inline constexpr uint32_t FirstInstanceShape = 64;
static_assert(static_cast<uint32_t>(Kind::Count) <= FirstInstanceShape);

/// Classes that the compiler has numbered (1 … MaxClassNumber) have shape ids of their own, so that a compare tells
/// whether an instance is of one of several classes numbered in a row: shapeOfClass(n) … shapeOfClass(n + 1) - 1.
inline constexpr uint32_t ClassShapeBits = 20;
inline constexpr uint32_t FirstNumberedShape = 1u << 28;
inline constexpr uint32_t MaxClassNumber = 700;
constexpr uint32_t shapeOfClass(uint32_t number) {
  return FirstNumberedShape + ((number - 1) << ClassShapeBits);
}

struct Object {
  uint32_t countAndFlags;
  uint32_t shape;

  static constexpr uint32_t InTable = 1;  // entered in the zero-count table
  static constexpr uint32_t Marked = 2;   // by the cycle collector
  static constexpr uint32_t Frozen = 4;   // deep: (freeze v)
  static constexpr uint32_t Sealed = 8;   // shallow: #[..]
  static constexpr uint32_t One = 16;     // one reference
  static constexpr uint32_t Immortal = 0x80000000;

  [[nodiscard]] bool isImmortal() const { return static_cast<int32_t>(countAndFlags) < 0; }
  [[nodiscard]] bool isInstance() const { return shape >= FirstInstanceShape; }
  /// Not for Kind::Instance: isInstance().
  [[nodiscard]] bool is(Kind kind) const { return shape == static_cast<uint32_t>(kind); }
  [[nodiscard]] Kind kind() const {
    return shape < FirstInstanceShape ? static_cast<Kind>(shape) : Kind::Instance;
  }
  [[nodiscard]] bool sealed() const { return (countAndFlags & (Sealed | Frozen)) != 0; }
};
static_assert(sizeof(Object) == 8);

inline bool isKind(Value v, Kind kind) { return v.isObject() && v.object()->is(kind); }
inline bool isInstance(Value v) { return v.isObject() && v.object()->isInstance(); }

/// `v` as a T; the kind must fit.
template <class T>
T* as(Value v) {
  GENE_ASSERT(v.isObject() && detail::mayHold<T>(v.object()->kind()), "cast to another kind");
  return static_cast<T*>(v.object());
}
/// `v` as a T, or null when it is of another kind.
template <class T>
T* asOrNull(Value v, Kind kind) {
  GENE_ASSERT(detail::mayHold<T>(kind), "the struct of another kind");
  return isKind(v, kind) ? static_cast<T*>(v.object()) : nullptr;
}

/// The shape id of any value: the header's, or the kind of an immediate. What inline caches compare.
inline uint32_t shapeOf(Value v) {
  if (v.isObject()) return v.object()->shape;
  if (v.isSmallInt()) return static_cast<uint32_t>(Kind::Int);
  if (v.isFloat()) return static_cast<uint32_t>(Kind::Float);
  if (v.isSymbol()) return static_cast<uint32_t>(Kind::Symbol);
  if (v.isChar()) return static_cast<uint32_t>(Kind::Char);
  switch (v.bits) {
    case 2: return static_cast<uint32_t>(Kind::Nil);
    case 10: return static_cast<uint32_t>(Kind::Void);
    case 3: return static_cast<uint32_t>(Kind::NotFound);
    case 11: return static_cast<uint32_t>(Kind::Placeholder);
    default: return static_cast<uint32_t>(Kind::Bool);
  }
}

}  // namespace gene
