#pragma once
// The kinds of values (runtime/value/Kinds.def) that belong to a type of the IR, as a set with a bit for each kind: what
// both back ends test of a `check.type`.

#include "codegen/ir/Types.h"
#include "runtime/value/Object.h"

namespace gene {

struct TypeKind {
  ir::Type type;
  Kind kind;
};
/// Kinds that the IR has a type for.
inline constexpr TypeKind typeKinds[] = {
    {ir::Type::Nil(), Kind::Nil},           {ir::Type::Void(), Kind::Void},
    {ir::Type::Bool(), Kind::Bool},         {ir::Type::Int(), Kind::Int},
    {ir::Type::Int(), Kind::BoxedInt},      {ir::Type::Float(), Kind::Float},
    {ir::Type::Char(), Kind::Char},         {ir::Type::Symbol(), Kind::Symbol},
    {ir::Type::String(), Kind::String},     {ir::Type::Array(), Kind::Array},
    {ir::Type::Map(), Kind::Map},           {ir::Type::Gene(), Kind::Gene},
    {ir::Type::Function(), Kind::Function}, {ir::Type::Bytes(), Kind::Bytes},
};

constexpr uint64_t kindBit(Kind kind) { return uint64_t{1} << static_cast<uint32_t>(kind); }

/// Only kinds all of whose values are of the type.
constexpr uint64_t kindSet(ir::Type type) {
  uint64_t kinds = 0;
  for (const TypeKind& row : typeKinds)
    if (type.overlaps(row.type)) kinds |= kindBit(row.kind);
  return kinds;
}

/// The least type that the values of these kinds are of.
constexpr ir::Type typeOfKinds(uint64_t kinds) {
  if (kinds == ~uint64_t{0}) return ir::Type::value();
  ir::Type type = ir::Type::none();
  for (const TypeKind& row : typeKinds) {
    if (kinds & kindBit(row.kind)) type = type | row.type;
    kinds &= ~kindBit(row.kind);
  }
  if (kinds & kindBit(Kind::Instance)) type = type | ir::Type::Instance();
  return kinds & ~kindBit(Kind::Instance) ? type | ir::Type::Other() : type;
}

}  // namespace gene
