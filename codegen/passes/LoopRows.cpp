#include "codegen/passes/LoopRows.h"

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"

namespace gene {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ir::Value;

bool isOutside(const Value* value, const std::unordered_set<Block*>& inside) {
  switch (value->kind) {
    case ir::ValueKind::Constant: return true;
    case ir::ValueKind::Param: return !inside.contains(static_cast<const ir::Param*>(value)->block);
    case ir::ValueKind::Instruction:
      return !inside.contains(static_cast<const Instruction*>(value)->block);
  }
  GENE_UNREACHABLE("value kind");
}

namespace {

const ir::BuiltinFacts* calledOfArray(const Instruction& inst) {
  const ir::BuiltinFacts* called = ir::builtinMethod(inst, ir::Type::Array());
  return called && called->operation.array != ArrayMethod::None ? called : nullptr;
}

/// Given arrays for receivers: does it leave all arrays as they are, but for what takes the place of their items, and run no code?
bool isPlain(const Instruction& inst) {
  if (inst.handler) return false;
  if (inst.is<Op::ElementGet, Op::ElementSet>()) return true;
  if (inst.op == Op::CallMethod) {
    const ir::BuiltinFacts* called = calledOfArray(inst);
    return called && (!called->writes || storesElement(inst));
  }
  const Effects effects = effectsOf(inst);
  return !effects.writesHeap && !effects.runsCode;
}

}  // namespace

bool changesNoField(const Instruction& inst) {
  return isPlain(inst) || (!inst.handler && calledOfArray(inst));
}

bool readsElement(const Instruction& inst) {
  return inst.op == Op::ElementGet || ir::arrayMethod(inst) == ArrayMethod::Get;
}
bool storesElement(const Instruction& inst) {
  return inst.op == Op::ElementSet || ir::arrayMethod(inst) == ArrayMethod::Set;
}

bool storesInto(const std::vector<Block*>& loop, const Value* array) {
  return std::ranges::any_of(loop, [&](const Block* block) {
    return std::ranges::any_of(block->instructions, [&](const Instruction* inst) {
      return storesElement(*inst) && inst->operands[0] == array;
    });
  });
}

std::unordered_set<const Value*> candidateRows(const std::vector<Block*>& loop,
                                               const std::unordered_set<Block*>& inside,
                                               const LoopFields* fields) {
  std::unordered_set<const Value*> rows, receivers;
  const auto isFixed = [&](const Value* v) {
    return isOutside(v, inside) || rows.contains(v) || (fields && fields->readOf(v));
  };
  for (const Block* block : loop) {
    if (fields && fields->isForAbsent(block)) continue;
    for (const Instruction* inst : block->instructions) {
      if (!inst->isTerminator() && !isPlain(*inst)) return {};
      if (readsElement(*inst) || storesElement(*inst)) receivers.insert(inst->operands[0]);
    }
  }
  for (const Block* block : loop)
    for (const Instruction* inst : block->instructions)
      if (readsElement(*inst) && receivers.contains(inst) && isFixed(inst->operands[0]) &&
          isFixed(inst->operands[1]))
        rows.insert(inst);
  for (const Block* block : loop)
    for (const Instruction* inst : block->instructions)
      if (storesElement(*inst) && !isFixed(inst->operands[0])) return {};
  return rows;
}

}  // namespace gene
