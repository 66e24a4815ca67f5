#include "codegen/bytecode/LoopStarts.h"

#include <algorithm>

#include "codegen/bytecode/RegAlloc.h"
#include "codegen/bytecode/Select.h"

namespace gene::bytecode {

std::vector<const ir::Value*> RegAlloc::heldAt(const ir::Block& block) const {
  std::vector<const ir::Value*> result;
  const uint32_t start = liveness_.blockStarts[block.index];
  for (const Interval& interval : liveness_.intervals)
    if (interval.value && !asConstant(interval.value) && !interval.segments.empty() &&
        interval.covers(start))
      result.push_back(interval.value);
  return result;
}

std::vector<LoopStart> Select::loopStarts() const {
  // Where rounds begin: the header of a loop, or behind its test, which is copied to the end of a round.
  std::vector<const ir::Block*> begin;
  for (const ir::Block* block : function_.blocks)
    block->forEachEdge([&](const ir::Edge& edge, bool) {
      const ir::Block* header = edge.target;
      if (header->index > block->index) return;
      begin.push_back(header);
      if (!isShortTest(*header)) return;
      for (const ir::Edge& next : header->terminator()->successors)
        if (loopDepth(next) >= loopDepths_[header->index]) begin.push_back(next.target);
    });
  std::vector<LoopStart> result;
  for (const ir::Block* block : begin) {
    const uint32_t offset = assembler_.positionOf(blockLabel(block));
    if (!assembler_.isJumpedBackTo(blockLabel(block)) ||
        std::ranges::find(result, offset, &LoopStart::offset) != result.end())
      continue;
    LoopStart start{block, offset, static_cast<uint16_t>(assembler_.wordAt(offset)), {}};
    for (const ir::Value* value : registers_.heldAt(*block))
      start.held.push_back({value, static_cast<uint16_t>(registers_.reg(value))});
    result.push_back(std::move(start));
  }
  return result;
}

std::vector<LoopStart> loopStarts(const ir::Function& function, ImageTables& tables) {
  const RegAlloc registers(function);
  if (registers.frameSize() > MaxFrame) return {};
  Select select(function, registers, tables, false);
  return select.run() ? select.loopStarts() : std::vector<LoopStart>();
}

}  // namespace gene::bytecode
