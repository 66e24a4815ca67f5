#include "codegen/ir/Arithmetic.h"

#include <cmath>

namespace gene::ir {

namespace {

std::optional<int64_t> fitting(Wide number) {
  return fitsInt(number) ? std::optional(static_cast<int64_t>(number)) : std::nullopt;
}

double asDouble(const Constant& c) {
  return c.constantKind == ConstantKind::Int ? static_cast<double>(c.integer) : c.number64;
}

template <class T>
uint8_t orderOfSame(T a, T b) {
  return a < b ? order::Less : a > b ? order::Greater : order::Equal;
}

}  // namespace

Wide exactly(Op op, Wide a, Wide b) {
  switch (op) {
    case Op::Add: return a + b;
    case Op::Sub: return a - b;
    case Op::Mul: return a * b;
    case Op::Neg: return -a;
    default: GENE_UNREACHABLE("arithmetic without bounds");
  }
}

std::optional<int64_t> onInts(Op op, int64_t a, int64_t b) {
  const bool isAmount = b >= 0 && b <= 63;
  switch (op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Neg: return fitting(exactly(op, a, b));
    case Op::Mod:  // the sign of the dividend
      if (b == 0) return std::nullopt;
      return b == -1 ? 0 : a % b;
    case Op::BitAnd: return a & b;
    case Op::BitOr: return a | b;
    case Op::BitXor: return a ^ b;
    case Op::Shl:
      if (!isAmount) return std::nullopt;
      return static_cast<int64_t>(static_cast<uint64_t>(a) << b);
    case Op::Shr:
      if (!isAmount) return std::nullopt;
      return a >> b;
    default: return std::nullopt;
  }
}

std::optional<double> onFloats(Op op, double a, double b) {
  switch (op) {
    case Op::Add: return a + b;
    case Op::Sub: return a - b;
    case Op::Mul: return a * b;
    case Op::Div: return a / b;
    case Op::Mod: return std::fmod(a, b);
    case Op::Neg: return -a;
    default: return std::nullopt;
  }
}

Type numericResult(const InstInfo& row, Type lhs, Type rhs) {
  constexpr Type number = Type::Int() | Type::Float();
  if (!row.computesInts()) return Type::Float();
  Type result = Type::none();
  if (lhs.overlaps(Type::Int()) && rhs.overlaps(Type::Int())) result = result | Type::Int();
  if ((lhs.overlaps(Type::Float()) && rhs.overlaps(number)) ||
      (lhs.overlaps(Type::Int()) && rhs.overlaps(Type::Float())))
    result = result | Type::Float();
  return result.isNone() ? number : result;
}

uint8_t orderOf(const Constant& a, const Constant& b) {
  const bool isInt = a.constantKind == ConstantKind::Int;
  if (isInt && b.constantKind == ConstantKind::Int) return orderOfSame(a.integer, b.integer);
  const double x = asDouble(a), y = asDouble(b);
  if (x != x || y != y) return order::Unordered;
  if (x != y || a.constantKind == b.constantKind) return orderOfSame(x, y);
  // Equal as doubles: a large Int may have been rounded.
  const int64_t i = isInt ? a.integer : b.integer;
  const double d = isInt ? y : x;
  const uint8_t exact =
      d >= 9223372036854775808.0 ? uint8_t{order::Less} : orderOfSame(i, static_cast<int64_t>(d));
  return isInt ? exact : swapped(exact);
}

}  // namespace gene::ir
