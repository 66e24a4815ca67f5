#pragma once
// Predecessors and dominators of a function's blocks. Blocks must be in an order in which each but the entry has a
// predecessor before it (reverse post-order). Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm", 2001.

#include <vector>

#include "codegen/ir/Ir.h"

namespace gene::ir {

class Dominance {
 public:
  explicit Dominance(const Function& function);
  /// Does every path from the entry to `b` pass `a`? A block dominates itself.
  [[nodiscard]] bool dominates(const Block* a, const Block* b) const;
  /// The nearest other block that dominates `b`; null for the entry and unreachable blocks.
  [[nodiscard]] const Block* immediate(const Block* b) const;
  [[nodiscard]] bool reachable(const Block* b) const { return depth_[b->index] != 0; }

 private:
  const Function& function_;
  std::vector<uint32_t> idom_;   // by Block::index
  std::vector<uint32_t> depth_;  // 1 for the entry, 0 for unreachable blocks
};

/// The blocks that can go to each block, by Block::index; one entry per edge.
std::vector<std::vector<Block*>> predecessors(const Function& function);

}  // namespace gene::ir
