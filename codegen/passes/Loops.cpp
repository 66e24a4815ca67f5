#include "codegen/passes/Loops.h"

#include <algorithm>

namespace gene {

using ir::Block;

Loops::Loops(const ir::Function& function, const ir::Dominance& dominance) {
  const ir::Predecessors& before = dominance.before();
  std::vector<const Block*> inside(
      function.blocks.size());  // by block: the last header whose loop it was found in
  for (Block* header : dominance.order()) {
    std::vector<Block*> blocks;
    auto add = [&](Block* block) {
      if (inside[block->index] == header || !dominance.reachable(block)) return;
      inside[block->index] = header;
      blocks.push_back(block);
    };
    for (const ir::Predecessor& p : before[header->index])
      if (dominance.dominates(header, p.from)) {
        add(header);
        add(p.from);
      }
    for (size_t i = 1; i < blocks.size(); i++)
      for (const ir::Predecessor& p : before[blocks[i]->index]) add(p.from);
    if (!blocks.empty()) loops_.push_back({header, std::move(blocks)});
  }
  std::ranges::sort(loops_,
                    [](const Loop& a, const Loop& b) { return a.blocks.size() < b.blocks.size(); });
  inner_.assign(function.blocks.size(), -1);
  for (size_t i = loops_.size(); i-- > 0;) {
    loops_[i].parent = inner_[loops_[i].header->index];
    for (const Block* block : loops_[i].blocks) inner_[block->index] = static_cast<int>(i);
  }
}

uint32_t Loops::depth(const Block* block) const {
  uint32_t depth = 0;
  for (int i = inner_[block->index]; i >= 0; i = loops_[static_cast<size_t>(i)].parent) depth++;
  return depth;
}

}  // namespace gene
