#pragma once
// What is known of instructions and values beyond the rows of Instructions.def: the effects that remain and the type
// that results when the operands' types are known, and the truth of values. Used by all passes.

#include <algorithm>
#include <optional>

#include "codegen/ir/Ir.h"
#include "runtime/support/Span.h"

namespace gene {

/// What an instruction may do: never more than its row says.
struct Effects {
  bool mayRaise, readsHeap, writesHeap, allocates, runsCode;
};
Effects effectsOf(const ir::Instruction& inst);

/// Can go when its value is not used.
bool isRemovable(const ir::Instruction& inst);
/// Gives the same value (or raises the same exception) for the same operands, whenever it runs in one call.
bool isPure(const ir::Instruction& inst);
/// The same, where its effects are known.
bool isPure(const ir::Instruction& inst, const Effects& effects);

/// How many operands, at most four, the type of the result depends on: the receiver of a method, not its arguments.
inline size_t operandsThatMatter(const ir::Instruction& inst) {
  if (inst.info().variadic)
    return std::min<size_t>(inst.info().fixedOperands, inst.operands.size());
  return inst.operands.size() <= 4 ? inst.operands.size() : 0;
}
/// The type of the result for operands of these types; `none` when one of them is none: it cannot be reached.
ir::Type resultType(const ir::Instruction& inst, Span<const ir::Type> operands);
/// The same for the types the operands have now.
ir::Type resultType(const ir::Instruction& inst);
/// The truth of a value, if it is known.
std::optional<bool> truthOf(const ir::Value* value);

/// Certainly an Int, or a Float, whether it is boxed or not.
inline bool isInt(const ir::Value* value) {
  return value->rep == ir::Rep::I64 || value->type.is(ir::Type::Int());
}
inline bool isFloat(const ir::Value* value) {
  return value->rep == ir::Rep::F64 || value->type.is(ir::Type::Float());
}

inline const ir::Constant* asConstant(const ir::Value* value) {
  return value->kind == ir::ValueKind::Constant ? static_cast<const ir::Constant*>(value) : nullptr;
}
inline ir::Instruction* asInstruction(ir::Value* value) {
  return value->kind == ir::ValueKind::Instruction ? static_cast<ir::Instruction*>(value) : nullptr;
}
inline const ir::Instruction* asInstruction(const ir::Value* value) {
  return asInstruction(const_cast<ir::Value*>(value));
}
inline ir::Param* asParam(ir::Value* value) {
  return value->kind == ir::ValueKind::Param ? static_cast<ir::Param*>(value) : nullptr;
}
inline bool isConstant(const ir::Value* value, ir::ConstantKind kind) {
  const ir::Constant* c = asConstant(value);
  return c && c->constantKind == kind;
}

}  // namespace gene
