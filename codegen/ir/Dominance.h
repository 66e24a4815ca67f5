#pragma once
// Orders, predecessors and dominators of a function's blocks. Cooper, Harvey, Kennedy: "A Simple, Fast Dominance
// Algorithm", 2001. What is computed here is of the moment: a pass that changes edges asks again.

#include <vector>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// An edge into a block.
struct Predecessor {
  Block* from;
  Edge* edge;
  bool isHandler;
};

/// The edges into each block, by Block::index.
std::vector<std::vector<Predecessor>> predecessors(const Function& function);

/// The blocks that can be reached, each before those it dominates; the first successor of a block directly follows it
/// where it can. Block::index must be the position in `blocks`.
std::vector<Block*> reversePostOrder(const Function& function);

/// Drops blocks that cannot be reached and puts the others in reverse post-order; true if there were such blocks.
bool orderBlocks(Function& function);

class Dominance {
 public:
  explicit Dominance(const Function& function);
  /// Does every path from the entry to `b` pass `a`? A block dominates itself. False for unreachable blocks.
  [[nodiscard]] bool dominates(const Block* a, const Block* b) const;
  /// Is the result of `inst` there wherever `b`, another block than its own, begins? Not along its handler edge.
  [[nodiscard]] bool reaches(const Instruction* inst, const Block* b) const;
  /// The nearest other block that dominates `b`; null for the entry and unreachable blocks.
  [[nodiscard]] const Block* immediate(const Block* b) const;
  [[nodiscard]] bool reachable(const Block* b) const { return position_[b->index] != Unreachable; }
  /// The reachable blocks in reverse post-order.
  [[nodiscard]] const std::vector<Block*>& order() const { return order_; }

 private:
  static constexpr uint32_t Unreachable = UINT32_MAX;
  std::vector<Block*> order_;
  std::vector<std::vector<Predecessor>> before_;
  std::vector<uint32_t> position_;      // in order_, by Block::index
  std::vector<uint32_t> idom_;          // by position: the position of the immediate dominator
  std::vector<uint32_t> first_, last_;  // by position: the interval of the dominator tree below it
};

}  // namespace gene::ir
