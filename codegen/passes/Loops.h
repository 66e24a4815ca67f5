#pragma once
// The natural loops of a function, found from the edges that go back to a block that dominates their start.

#include <vector>

#include "codegen/ir/Dominance.h"

namespace gene {

struct Loop {
  ir::Block* header;
  std::vector<ir::Block*> blocks;  // the header first
  int parent = -1;                 // in Loops::all: the next larger loop around it
};

class Loops {
 public:
  explicit Loops(const ir::Function& function) : Loops(function, ir::Dominance(function)) {}
  Loops(const ir::Function& function, const ir::Dominance& dominance);
  /// Inner loops stand before the loops around them.
  [[nodiscard]] const std::vector<Loop>& all() const { return loops_; }
  /// How many loops are around the block.
  [[nodiscard]] uint32_t depth(const ir::Block* block) const;
  /// The innermost loop around the block, or null.
  [[nodiscard]] const Loop* innermost(const ir::Block* block) const {
    const int i = inner_[block->index];
    return i < 0 ? nullptr : &loops_[static_cast<size_t>(i)];
  }
  [[nodiscard]] bool isHeader(const ir::Block* block) const {
    const Loop* loop = innermost(block);
    return loop && loop->header == block;
  }

 private:
  std::vector<Loop> loops_;
  std::vector<int> inner_;  // by Block::index
};

}  // namespace gene
