#pragma once
// The kinds of values (runtime/value/Kinds.def) that belong to a type of the IR, as a set with a bit for each kind: what
// both back ends test of a `check.type`.

#include "codegen/ir/Types.h"
#include "runtime/value/Object.h"

namespace gene {

/// Only kinds all of whose values are of the type.
constexpr uint64_t kindSet(ir::Type type) {
  struct {
    ir::Type type;
    Kind kind;
  } constexpr rows[] = {
      {ir::Type::Nil(), Kind::Nil},           {ir::Type::Void(), Kind::Void},
      {ir::Type::Bool(), Kind::Bool},         {ir::Type::Int(), Kind::Int},
      {ir::Type::Int(), Kind::BoxedInt},      {ir::Type::Float(), Kind::Float},
      {ir::Type::Char(), Kind::Char},         {ir::Type::Symbol(), Kind::Symbol},
      {ir::Type::String(), Kind::String},     {ir::Type::Array(), Kind::Array},
      {ir::Type::Map(), Kind::Map},           {ir::Type::Gene(), Kind::Gene},
      {ir::Type::Function(), Kind::Function}, {ir::Type::Bytes(), Kind::Bytes},
  };
  uint64_t kinds = 0;
  for (const auto& row : rows)
    if (type.overlaps(row.type)) kinds |= uint64_t{1} << static_cast<uint32_t>(row.kind);
  return kinds;
}

}  // namespace gene
