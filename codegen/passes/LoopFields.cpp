#include "codegen/passes/LoopFields.h"

#include <algorithm>

#include "codegen/passes/Facts.h"
#include "codegen/passes/LoopRows.h"

namespace gene {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ir::Value;

LoopFields::LoopFields(const std::vector<Block*>& loop, const std::unordered_set<Block*>& inside,
                       const ir::Predecessors& before)
    : loop_(loop), inside_(inside), before_(before) {
  for (const Block* block : loop)
    for (Instruction* inst : block->instructions)
      if (inst->op == Op::FieldGet && isOutside(inst->operands[0], inside)) reads_.push_back(inst);
  while (!reads_.empty() && dropChanged()) {
  }
}

bool LoopFields::isRead(const Value* value) const {
  return std::ranges::find(reads_, value) != reads_.end();
}

bool LoopFields::isForAbsent(const Block* block) const {
  const auto before = before_[block->index];
  return block != loop_[0] && std::ranges::all_of(before, [&](const ir::Predecessor& p) {
           const Instruction* branch = p.from->terminator();
           if (branch->op != Op::Branch || p.edge != &branch->successors[0]) return false;
           const Instruction* test = asInstruction(branch->operands[0]);
           return test && test->op == Op::IsAbsent && isRead(test->operands[0]);
         });
}

/// Drops the fields that the loop stores into, and all of them where it does what nobody can see through. True if that may
/// bring more to light.
bool LoopFields::dropChanged() {
  const size_t size = reads_.size();
  for (const Block* block : loop_) {
    if (isForAbsent(block)) continue;
    for (const Instruction* inst : block->instructions) {
      if (inst->isTerminator()) continue;
      if (const auto store = inst->tryAs<Op::FieldSet, Op::FieldInit>()) {
        std::erase_if(reads_, [&](const Instruction* read) {
          return read->as<Op::FieldGet>().slot() == store.slot();
        });
      } else if (!changesNoField(*inst)) {
        reads_.clear();
      }
    }
  }
  return reads_.size() != size;
}

Instruction* LoopFields::readOf(const Value* value) const {
  if (value->kind == ir::ValueKind::Constant) return nullptr;
  if (value->kind == ir::ValueKind::Instruction) {
    auto* inst = const_cast<Instruction*>(static_cast<const Instruction*>(value));
    if (isRead(inst)) return inst;
    return inst->op == Op::Assume ? readOf(inst->operands[0]) : nullptr;
  }
  // What the ways merge for which the field has a value, and the others.
  const auto* param = static_cast<const ir::Param*>(value);
  if (param->block == loop_[0] || !inside_.contains(param->block)) return nullptr;
  Instruction* read = nullptr;
  for (const ir::Predecessor& p : before_[param->block->index]) {
    if (p.isHandler) return nullptr;
    if (isForAbsent(p.from)) continue;
    Instruction* const merged = readOf(p.edge->args[param->index]);
    if (!merged || (read && read != merged)) return nullptr;
    read = merged;
  }
  return read;
}

}  // namespace gene
