#include "codegen/bytecode/Liveness.h"

#include <algorithm>

#include "codegen/bytecode/Placement.h"

namespace gene::bytecode {

using ir::Op;

bool Interval::covers(uint32_t position) const {
  auto behind = std::upper_bound(segments.begin(), segments.end(), position,
                                 [](uint32_t at, const Segment& s) { return at < s.from; });
  return behind != segments.begin() && position < (behind - 1)->to;
}

Liveness::Liveness(const ir::Function& function) : function_(function) {
  number();
  chooseConstants();
  findFused();
  collectUses();
  liveTo_.resize(function.blocks.size());
  stamp_.assign(function.blocks.size(), None);
  liveInStamp_.assign(function.blocks.size(), None);
  intervals.reserve(values_.size());
  for (uint32_t i = 0; i < values_.size(); i++) {
    intervals.emplace_back(values_[i], &memory);
    build(i);
  }
}

void Liveness::number() {
  size_t count = 0;
  for (const ir::Block* block : function_.blocks)
    count += block->params.size() + block->instructions.size();
  values_.reserve(count + MaxHoisted);
  definitionBlock_.reserve(count + MaxHoisted);
  definitionAt_.reserve(count + MaxHoisted);
  positions.reserve(count + MaxHoisted);
  blockStarts.reserve(function_.blocks.size() + 1);
  uint32_t position = 0;
  const auto add = [&](ir::Value* value, uint32_t block, uint32_t at, uint32_t definedAt) {
    value->number = static_cast<uint32_t>(values_.size());
    values_.push_back(value);
    definitionBlock_.push_back(block);
    definitionAt_.push_back(definedAt);
    positions.push_back(at);
  };
  for (uint32_t b = 0; b < function_.blocks.size(); b++) {
    ir::Block* block = function_.blocks[b];
    block->index = b;
    blockStarts.push_back(position);
    for (ir::Param* param : block->params) add(param, b, position, position);
    position += 4;
    for (ir::Instruction* instruction : block->instructions) {
      add(instruction, b, position, position + 2);
      position += 4;
    }
  }
  blockStarts.push_back(position);
}

/// Constant operands that need a register, in loops: the innermost ones first.
void Liveness::chooseConstants() {
  // By header: the last block that jumps back.
  std::pmr::vector<uint32_t> loopEnd(function_.blocks.size(), 0, &memory);
  for (const ir::Block* block : function_.blocks)
    block->forEachEdge([&](ir::Edge& edge, bool) {
      if (edge.target->index <= block->index)
        loopEnd[edge.target->index] = std::max(loopEnd[edge.target->index], block->index + 1);
    });
  if (loopEnd[0] != 0) return;  // the function begins with a loop: there is no place before it
  if (std::ranges::all_of(loopEnd, [](uint32_t end) { return end == 0; })) return;
  std::pmr::vector<uint32_t> depth(function_.blocks.size(), 0, &memory);
  for (uint32_t header = 0; header < loopEnd.size(); header++)
    for (uint32_t b = header; b < loopEnd[header]; b++) depth[b]++;
  std::pmr::vector<std::pair<uint32_t, const ir::Constant*>> found{&memory};  // (depth, constant)
  for (const ir::Block* block : function_.blocks) {
    if (depth[block->index] == 0) continue;
    for (const ir::Instruction* instruction : block->instructions) {
      const Placement placement = placementOf(*instruction);
      for (uint32_t i = 0; i < instruction->operands.size(); i++) {
        const ir::Constant* constant = asConstant(instruction->operands[i]);
        if (constant && placement.slotOf(i) == NoSlot && !isEncoded(*instruction, i))
          found.emplace_back(depth[block->index], constant);
      }
    }
  }
  for (const uint32_t least : {2u, 1u}) {
    for (const auto& [level, constant] : found)
      if (level >= least && hoisted.size() < MaxHoisted && !isHoisted(constant)) hoist(constant);
  }
}

void Liveness::hoist(const ir::Constant* constant) {
  hoisted.push_back(constant);
  const_cast<ir::Constant*>(constant)->number = static_cast<uint32_t>(values_.size());
  values_.push_back(constant);
  definitionBlock_.push_back(0);
  definitionAt_.push_back(1);
  positions.push_back(0);
}

void Liveness::findFused() {
  useCounts.assign(values_.size(), 0);
  predecessors_.resize(function_.blocks.size());
  const auto count = [&](const ir::Value* value) {
    if (value->kind != ir::ValueKind::Constant) useCounts[value->number]++;
  };
  for (const ir::Block* block : function_.blocks) {
    for (const ir::Instruction* instruction : block->instructions)
      for (const ir::Value* operand : instruction->operands) count(operand);
    block->forEachEdge([&](ir::Edge& edge, bool) {
      for (const ir::Value* argument : edge.args) count(argument);
      predecessors_[edge.target->index].push_back(block->index);
    });
  }
  fused_.assign(values_.size(), false);
  for (const ir::Block* block : function_.blocks) {
    const uint32_t size = block->instructions.size();
    if (size < 2 || block->terminator()->op != Op::Branch) continue;
    const ir::Instruction* test = block->instructions[size - 2];
    if (block->terminator()->operands[0] != test || useCounts[test->number] != 1) continue;
    // Of an Int or Bytes `not` is the complement, which is true.
    const bool complements =
        test->op == Op::Not &&
        !test->operands[0]->type.within(ir::Type::Bool() | ir::Type::Nil() | ir::Type::Void());
    const ir::InstInfo& row = test->info();
    fused_[test->number] = (row.isComparison() || row.group == ir::Group::Test) && !complements;
  }
}

void Liveness::use(const ir::Value* value, uint32_t block, uint32_t to) {
  const ir::Constant* constant = asConstant(value);
  if (!constant || isHoisted(constant)) uses_[value->number].push_back({block, to});
}

void Liveness::collectUses() {
  uses_.resize(values_.size());
  kept_.assign(values_.size(), false);
  for (const ir::Block* block : function_.blocks) {
    const uint32_t end = blockStarts[block->index + 1];
    for (const ir::Instruction* instruction : block->instructions) {
      // A fused test reads its operands where the branch stands.
      const uint32_t at = positions[fused_[instruction->number] ? block->terminator()->number
                                                                : instruction->number];
      if (instruction->op == Op::DebugPoint) {
        for (const ir::Value* operand : instruction->operands) keep(operand);
        continue;
      }
      const Placement placement = placementOf(*instruction);
      for (uint32_t i = 0; i < instruction->operands.size(); i++) {
        const ir::Value* operand = instruction->operands[i];
        // Constants are loaded straight into windows.
        if (asConstant(operand) && (placement.slotOf(i) != NoSlot || isEncoded(*instruction, i)))
          continue;
        use(operand, block->index, at + usedUntil(*instruction, i));
      }
    }
    block->forEachEdge([&](ir::Edge& edge, bool) {
      for (const ir::Value* argument : edge.args)
        if (!asConstant(argument)) use(argument, block->index, end);
    });
  }
}

/// A debugger may look at the value wherever its definition comes before.
void Liveness::keep(const ir::Value* value) {
  if (asConstant(value) || kept_[value->number]) return;
  kept_[value->number] = true;
  if (!dominance_) dominance_.emplace(function_);
  const ir::Block* home = function_.blocks[definitionBlock_[value->number]];
  for (const ir::Block* block : function_.blocks)
    if (dominance_->dominates(home, block)) use(value, block->index, blockStarts[block->index + 1]);
}

/// Walks from each use up to the definition, marking the blocks on the way.
void Liveness::build(uint32_t number) {
  Interval& interval = intervals[number];
  const ir::Value* value = values_[number];
  const uint32_t home = definitionBlock_[number], definedAt = definitionAt_[number];
  const ir::Instruction* instruction = asInstruction(value);
  if (instruction && fused_[number]) return;
  if (uses_[number].empty()) {
    if (instruction && writesRegister(*instruction))
      interval.segments.push_back({definedAt, definedAt + 1});
    return;
  }
  touched_.clear();
  const auto live = [&](uint32_t block, uint32_t to) {
    if (stamp_[block] != number) {
      stamp_[block] = number;
      liveTo_[block] = to;
      touched_.push_back(block);
    } else {
      liveTo_[block] = std::max(liveTo_[block], to);
    }
    if (block == home || liveInStamp_[block] == number) return;
    liveInStamp_[block] = number;
    pending_.push_back(block);
  };
  for (const Use& u : uses_[number]) live(u.block, u.to);
  while (!pending_.empty()) {
    const uint32_t block = pending_.back();
    pending_.pop_back();
    for (const uint32_t before : predecessors_[block]) live(before, blockStarts[before + 1]);
  }
  std::sort(touched_.begin(), touched_.end());
  for (const uint32_t block : touched_) {
    const uint32_t from = block == home ? definedAt : blockStarts[block];
    const uint32_t to = std::max(liveTo_[block], from + 1);
    if (!interval.segments.empty() && interval.segments.back().to == from)
      interval.segments.back().to = to;
    else
      interval.segments.push_back({from, to});
  }
}

}  // namespace gene::bytecode
