#include "codegen/passes/ScopeSlots.h"

#include <algorithm>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Facts.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

ScopeSlots::ScopeSlots(const ir::Program& program) {
  const bool hasScopes = std::ranges::any_of(program.functions, [](const Function* function) {
    return std::ranges::any_of(function->blocks, [](const Block* block) {
      return std::ranges::any_of(block->instructions,
                                 [](const Instruction* i) { return i->op == Op::ScopeNew; });
    });
  });
  if (!hasScopes) return;
  for (const Function* function : program.functions) visit(*function);
  for (size_t i = 0; i < groups_.size(); i++) {
    Group& group = groups_[i];
    if (sets_.find(static_cast<int>(i)) != static_cast<int>(i) || group.isOpen) continue;
    group.first = static_cast<int>(certain_.size());
    for (int slot = 0; slot < group.slots; slot++)
      certain_.push_back(group.certain[static_cast<size_t>(slot)]);
  }
}

int ScopeSlots::of(const Instruction& access) const {
  const auto found = values_.find(access.operands[0]);
  if (found == values_.end()) return -1;
  const Group& group = groups_[static_cast<size_t>(sets_.find(found->second))];
  const auto index = static_cast<int>(access.as<Op::ScopeGet, Op::ScopeSet>().index());
  return group.isOpen || index >= group.slots ? -1 : group.first + index;
}

// --- groups ------------------------------------------------------------------------------------------------------------------

int ScopeSlots::newGroup() {
  groups_.emplace_back();
  return sets_.add();
}

int ScopeSlots::captureOf(const Function* function, size_t index) {
  std::vector<int>& known = captures_[function];
  while (known.size() <= index) {
    known.push_back(newGroup());
    // A VM that enters the function makes scopes for it that are not made here any more.
    groups_.back().isOpen = function->isCalledByVm();
  }
  return known[index];
}

/// Of a scope where it is made, and of what a function captures; -1 of everything else.
int ScopeSlots::groupOf(const Value* value) {
  if (const auto capture = ir::madeBy<Op::CaptureGet>(value)) {
    const Function* function = asInstruction(value)->block->function;
    return values_[value] = captureOf(function, static_cast<size_t>(capture.index()));
  }
  if (!ir::madeBy<Op::ScopeNew>(value)) return -1;
  const auto [it, isNew] = values_.try_emplace(value, -1);
  if (isNew) it->second = newGroup();
  return it->second;
}

void ScopeSlots::unify(int a, int b) {
  a = sets_.find(a);
  b = sets_.find(b);
  if (a == b) return;
  sets_.join(a, b);
  Group &left = groups_[static_cast<size_t>(a)], &right = groups_[static_cast<size_t>(b)];
  left.isOpen |= right.isOpen;
  if (left.certain.size() < right.certain.size()) left.certain.swap(right.certain);
  // Of scopes that may be meant, all have to have assigned it.
  for (size_t i = 0; i < right.certain.size(); i++)
    left.certain[i] = left.certain[i] && right.certain[i];
  left.slots = std::max(left.slots, right.slots);
}

void ScopeSlots::open(const Value* value) {
  const int group = groupOf(value);
  if (group >= 0) groups_[static_cast<size_t>(sets_.find(group))].isOpen = true;
}

// --- uses --------------------------------------------------------------------------------------------------------------------

void ScopeSlots::visitUses(const Instruction& inst) {
  if (inst.is<Op::ScopeGet, Op::ScopeSet>()) {
    groupOf(inst.operands[0]);
    if (inst.op == Op::ScopeSet) open(inst.operands[1]);
    return;
  }
  const auto closure = inst.tryAs<Op::Closure>();
  for (size_t i = 0; i < inst.operands.size(); i++) {
    if (!closure) {
      open(inst.operands[i]);
      continue;
    }
    // What is neither made here nor captured is no scope, or one that is open.
    const int capture = captureOf(closure.function(), i), given = groupOf(inst.operands[i]);
    if (given >= 0)
      unify(capture, given);
    else
      groups_[static_cast<size_t>(sets_.find(capture))].isOpen = true;
  }
}

/// A variable is certain if an assignment comes before everything else that is done with the scope.
void ScopeSlots::made(const Instruction& scope, const std::vector<const Instruction*>& uses) {
  const ir::Dominance dominance(*scope.block->function);
  const auto comesBefore = [&](const Instruction* a, const Instruction* b) {
    if (a->block != b->block) return dominance.dominates(a->block, b->block);
    const auto& all = a->block->instructions;
    return std::ranges::find(all, a) < std::ranges::find(all, b);
  };
  const auto slots = static_cast<size_t>(scope.as<Op::ScopeNew>().slots());
  std::vector<bool> certain(slots);
  for (size_t slot = 0; slot < slots; slot++)
    certain[slot] = std::ranges::any_of(uses, [&](const Instruction* set) {
      return set->op == Op::ScopeSet &&
             static_cast<size_t>(set->as<Op::ScopeSet>().index()) == slot &&
             std::ranges::all_of(uses, [&](const Instruction* use) {
               return use->op == Op::ScopeSet || comesBefore(set, use);
             });
    });
  Group& group = groups_[static_cast<size_t>(sets_.find(groupOf(&scope)))];
  for (size_t i = 0; i < std::min(slots, group.certain.size()); i++)
    certain[i] = certain[i] && group.certain[i];
  for (size_t i = slots; i < group.certain.size(); i++) certain.push_back(group.certain[i]);
  group.certain = certain;
  group.slots = static_cast<int>(certain.size());
}

void ScopeSlots::visit(const Function& function) {
  std::vector<const Instruction*> scopes;
  std::unordered_map<const Value*, std::vector<const Instruction*>> uses;
  for (const Block* block : function.blocks) {
    for (const Instruction* inst : block->instructions) {
      if (inst->op == Op::ScopeNew) scopes.push_back(inst);
      for (const Value* operand : inst->operands)
        if (ir::madeBy<Op::ScopeNew>(operand)) uses[operand].push_back(inst);
      visitUses(*inst);
    }
    block->forEachEdge([&](const ir::Edge& edge, bool) {
      for (const Value* arg : edge.args) open(arg);
    });
  }
  for (const Instruction* scope : scopes) made(*scope, uses[scope]);
}

}  // namespace gene
