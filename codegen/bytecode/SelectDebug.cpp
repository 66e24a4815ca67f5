// The places where a debugger may stop: they cost no instruction.
//
// Which debug.point is in force follows from dominance, so the values that it names are there: the last one of the block before
// the instruction, else the one in force where the block's immediate dominator ends. Where a handler begins it is none: the
// exception may have come from before the last one of that block.

#include <unordered_map>

#include "codegen/bytecode/Select.h"
#include "codegen/ir/Dominance.h"

namespace gene::bytecode {

using ir::Op;

void Select::findPoints() {
  bool any = false;
  for (const ir::Block* block : function_.blocks)
    for (const ir::Instruction* i : block->instructions) any |= i->op == Op::DebugPoint;
  if (!any) return;
  const ir::Dominance dominance(function_);
  pointAt_.assign(function_.blocks.size(), nullptr);
  std::vector<const ir::Instruction*> atEnd(function_.blocks.size(), nullptr);
  for (const ir::Block* block : dominance.order()) {
    bool handles = false;
    for (const ir::Predecessor& p : dominance.before()[block->index]) handles |= p.isHandler;
    const ir::Block* before = dominance.immediate(block);
    const ir::Instruction* point = before && !handles ? atEnd[before->index] : nullptr;
    pointAt_[block->index] = point;
    for (const ir::Instruction* i : block->instructions)
      if (i->op == Op::DebugPoint) point = i;
    atEnd[block->index] = point;
  }
}

/// The instruction emitted next has the current point in force.
void Select::notePlace() {
  const uint32_t offset = assembler_.position();
  if (!noted_.empty() && noted_.back().offset == offset && !noted_.back().begins)
    noted_.back().point = point_;
  else
    noted_.push_back({offset, point_, false});
}

void Select::emitDebugPoint(const ir::Instruction& i) {
  point_ = &i;
  // No instruction does work from before it and from behind it.
  assembler_.bind(assembler_.newLabel());
  arithmetic_ = nullptr;
  noted_.push_back({assembler_.position(), &i, true});
}

DebugTable::Point Select::pointOf(const ir::Instruction& i, uint32_t offset) const {
  const auto registerOf = [&](const ir::Value* value) {
    return registers_.hasReg(value) ? registers_.reg(value) : DebugTable::None;
  };
  const bool hasSelf = i.as<Op::DebugPoint>().kind() != 0;
  DebugTable::Point point{.function = &function_,
                          .offset = offset,
                          .loc = i.loc,
                          .names = i.as<Op::DebugPoint>().names(),
                          .self = hasSelf ? registerOf(i.operands[0]) : DebugTable::None,
                          .scopes = {}};
  for (const ir::Value* scope : i.operands.subspan(hasSelf ? 1 : 0)) {
    const ir::Instruction* made = asInstruction(scope);
    point.scopes.push_back({registerOf(scope), made && made->op == Op::CaptureGet});
  }
  return point;
}

void Select::addTo(DebugTable& debug) const {
  std::vector<DebugTable::Place>& places = debug.places[function_.index];
  std::unordered_map<const ir::Instruction*, uint32_t> numbers;
  uint32_t last = DebugTable::None;
  for (const Noted& noted : noted_) {
    if (noted.begins) {
      // A statement without an instruction of its own leaves its place to the next one.
      if (last != DebugTable::None && debug.points[last].offset == noted.offset)
        debug.points[last].begins = false;
      last = static_cast<uint32_t>(debug.points.size());
      numbers[noted.point] = last;
      debug.points.push_back(pointOf(*noted.point, noted.offset));
    }
    const auto number = numbers.find(noted.point);
    places.push_back({noted.offset, number == numbers.end() ? DebugTable::None : number->second});
  }
}

}  // namespace gene::bytecode
