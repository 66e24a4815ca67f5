#include "codegen/passes/LoopGuards.h"

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/LoopRows.h"

namespace gene {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

bool isKnown(const Value* v, Type type) { return v->type.is(type); }

/// Computed in the loop, or merged there: what it is follows from what goes in.
bool follows(const Value* value) {
  const Instruction* inst = asInstruction(value);
  if (!inst) return true;
  const ir::Group group = inst->info().group;
  return group == ir::Group::Arithmetic || group == ir::Group::Bits || group == ir::Group::Order ||
         group == ir::Group::Assumption;
}

}  // namespace

LoopGuards::LoopGuards(const std::vector<Block*>& loop, const std::unordered_set<Block*>& inside,
                       const ir::Dominance& dominance, const LikelyTypes& likely)
    : loop_(loop),
      inside_(inside),
      dominance_(dominance),
      likely_(likely),
      fieldReads_(loop, inside, dominance.before()) {
  findFloats();
  bool withFields = !fieldReads_.reads().empty();
  find(withFields);
  if (withFields && !areArrays()) find(withFields = false);
  if (!rows_.empty() && !areRows()) {
    rows_.clear();
    findGuards(withFields);
  }
  if (withFields) findFieldValues();
}

void LoopGuards::find(bool withFields) {
  rows_ = candidateRows(loop_, inside_, withFields ? &fieldReads_ : nullptr);
  findGuards(withFields);
}

void LoopGuards::findFieldValues() {
  for (const Block* block : loop_)
    for (const Instruction* inst : block->instructions)
      if (readsElement(*inst) || storesElement(*inst))
        for (const Value* v : inst->operands.first(2))
          if (const Instruction* read = fieldReads_.readOf(v)) fieldValues_[v] = read;
}

bool LoopGuards::empty() const {
  return guards_.empty() && rows_.empty() && std::ranges::none_of(fields_, [](const auto& field) {
           return mayBeAbsent(*field.first) || !field.second.isNone();
         });
}

/// What the operand would best be, if that is not known; else none.
Type LoopGuards::wish(const Instruction& inst, size_t index) const {
  const Value* operand = inst.operands[index];
  const auto ask = [&](Type type) {
    return !operand->type.isNone() && operand->type.overlaps(type) && !operand->type.within(type)
               ? type
               : Type::none();
  };
  const auto overlapsInt = [&](size_t i) {
    return !inst.operands[i]->type.isNone() && inst.operands[i]->type.overlaps(Type::Int());
  };
  if (inst.op == Op::CallMethod) {
    if (index == 0 && ir::arrayMethod(inst) != ArrayMethod::None) return ask(Type::Array());
    return index == 1 && (readsElement(inst) || storesElement(inst)) ? ask(Type::Int())
                                                                     : Type::none();
  }
  if (inst.is<Op::ElementGet, Op::ElementSet>()) {
    if (index == 0) return overlapsInt(1) ? ask(Type::Array()) : Type::none();
    return index == 1 ? ask(Type::Int()) : Type::none();
  }
  const ir::InstInfo& row = inst.info();
  if (row.givesFloats() || row.group == ir::Group::Order) {
    const Value* other = inst.operands[1 - index];
    const Type likely = likely_.of(operand);
    if (likely.is(Type::Float())) return ask(likely);
    if (likely.is(Type::Int()) && row.computesInts()) return ask(likely);
    if (isKnown(other, Type::Float()) || floats_.contains(&inst)) return ask(Type::Float());
  }
  const bool takesTwo = inst.operands.size() == 2 && row.group != ir::Group::Equality;
  return takesTwo && row.computesInts() ? ask(Type::Int()) : Type::none();
}

/// Notes arithmetic from which only Floats are made, by way of another Float: its operands are better Floats.
void LoopGuards::findFloats() {
  floats_.clear();
  for (bool again = true; again;) {
    again = false;
    for (const Block* block : loop_)
      for (const Instruction* inst : block->instructions) {
        if (!inst->info().givesFloats()) continue;
        for (size_t i = 0; i < 2; i++) {
          const Instruction* operand = asInstruction(inst->operands[i]);
          if (!operand || !operand->info().givesFloats() || floats_.contains(operand)) continue;
          if (!isKnown(inst->operands[1 - i], Type::Float()) && !floats_.contains(inst)) continue;
          floats_.insert(operand);
          again = true;
        }
      }
  }
}

/// Is the variable of the loop known to begin with such a value?
bool LoopGuards::beginsAs(const ir::Param* variable, Type type) const {
  return std::ranges::all_of(
      dominance_.before()[variable->block->index], [&](const ir::Predecessor& p) {
        return inside_.contains(p.from) || isKnown(p.edge->args[variable->index], type);
      });
}

void LoopGuards::findGuards(bool withFields) {
  guards_.clear();
  fields_.clear();
  if (withFields)
    for (const Instruction* read : fieldReads_.reads()) fields_[read] = Type::none();
  for (Block* block : loop_)
    for (Instruction* inst : block->instructions)
      for (size_t i = 0; i < inst->operands.size(); i++) {
        Value* v = inst->operands[i];
        if (v->kind == ir::ValueKind::Constant) continue;
        const Type type = wish(*inst, i);
        if (!type.isNone() && guards_.size() < Most && !rows_.contains(v))
          noteGuard(*inst, v, type, withFields);
      }
}

/// Of a field that is read before the loop it is asked there; else where `v` is made, or used first.
void LoopGuards::noteGuard(Instruction& inst, Value* v, Type type, bool withFields) {
  if (const Instruction* read = withFields ? fieldReads_.readOf(v) : nullptr) {
    Type& wished = fields_.at(read);
    if (wished.isNone()) wished = type;
    return;
  }
  const bool entersLoop = v->kind == ir::ValueKind::Param && blockOf(v) == loop_[0];
  const bool isOutside = !inside_.contains(blockOf(v)) || entersLoop;
  if (!isOutside && follows(v)) return;
  if (entersLoop && beginsAs(static_cast<const ir::Param*>(v), type)) return;
  const auto covers = [&](const Guard& guard) {
    if (guard.value != v) return false;
    if (!guard.use) return true;
    if (guard.use->block != inst.block) return dominance_.dominates(guard.use->block, inst.block);
    const auto& all = inst.block->instructions;
    return std::ranges::find(all, guard.use) <= std::ranges::find(all, &inst);
  };
  if (std::ranges::none_of(guards_, covers))
    guards_.push_back({v, type, isOutside ? nullptr : &inst});
}

/// In the first version, is the value of this type?
bool LoopGuards::isGuarded(const Value* v, Type type, bool beforeLoop) const {
  if (isKnown(v, type)) return true;
  const auto field = fields_.find(fields_.empty() ? nullptr : fieldReads_.readOf(v));
  if (field != fields_.end() && field->second.is(type)) return true;
  return std::ranges::any_of(guards_, [&](const Guard& guard) {
    return guard.value == v && guard.type == type && !(beforeLoop && guard.use);
  });
}

/// In the first version, is each receiver an array?
bool LoopGuards::areArrays() const {
  return std::ranges::all_of(loop_, [&](const Block* block) {
    return std::ranges::all_of(block->instructions, [&](const Instruction* inst) {
      return (!inst->is<Op::ElementGet, Op::ElementSet, Op::CallMethod>()) ||
             rows_.contains(inst->operands[0]) ||
             isGuarded(inst->operands[0], Type::Array(), false);
    });
  });
}

/// The same, and is what is stored into none that a row was read from, or one that can be asked before the loop?
bool LoopGuards::areRows() const {
  if (!areArrays() || guards_.size() == Most) return false;
  for (const Block* block : loop_)
    for (const Instruction* inst : block->instructions) {
      if (!rows_.contains(inst)) continue;
      const Value *array = inst->operands[0], *index = inst->operands[1];
      if (!rows_.contains(array) && !isGuarded(array, Type::Array(), true)) return false;
      if (!isGuarded(index, Type::Int(), true) || storesInto(loop_, array)) return false;
    }
  return true;
}

}  // namespace gene
