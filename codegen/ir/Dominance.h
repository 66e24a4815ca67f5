#pragma once
// Orders, predecessors and dominators of a function's blocks. Cooper, Harvey, Kennedy: "A Simple, Fast Dominance
// Algorithm", 2001. What is computed here is of the moment: a pass that changes edges asks again.

#include <memory_resource>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Span.h"

namespace gene::ir {

/// An edge into a block.
struct Predecessor {
  Block* from;
  Edge* edge;
  bool isHandler;
};

/// The edges into each block.
class Predecessors {
 public:
  explicit Predecessors(const Function& function,
                        std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  /// Of the block with this Block::index.
  Span<const Predecessor> operator[](size_t block) const {
    return {edges_.data() + first_[block], first_[block + 1] - first_[block]};
  }

 private:
  std::pmr::vector<uint32_t> first_;  // by Block::index; one more at the end
  std::pmr::vector<Predecessor> edges_;
};

/// The blocks that can be reached, each before those it dominates; the first successor of a block directly follows it
/// where it can. Block::index must be the position in `blocks`.
std::vector<Block*> reversePostOrder(const Function& function);

/// Drops blocks that cannot be reached and puts the others in reverse post-order; true if they were in no such order.
bool orderBlocks(Function& function);

/// Are the blocks of a function in the order that orderBlocks gives them?
enum class BlockOrder : uint8_t { Any, Ordered };

class Dominance {
 public:
  explicit Dominance(const Function& function, BlockOrder order = BlockOrder::Any,
                     std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  /// Does every path from the entry to `b` pass `a`? A block dominates itself. False for unreachable blocks.
  [[nodiscard]] bool dominates(const Block* a, const Block* b) const;
  /// Is the result of `inst` there wherever `b`, another block than its own, begins? Not along its handler edge.
  [[nodiscard]] bool reaches(const Instruction* inst, const Block* b) const;
  /// The nearest other block that dominates `b`; null for the entry and unreachable blocks.
  [[nodiscard]] const Block* immediate(const Block* b) const;
  [[nodiscard]] bool reachable(const Block* b) const { return position_[b->index] != Unreachable; }
  /// The reachable blocks in reverse post-order.
  [[nodiscard]] const std::vector<Block*>& order() const { return order_; }
  [[nodiscard]] const Predecessors& before() const { return before_; }

 private:
  static constexpr uint32_t Unreachable = UINT32_MAX;
  std::vector<Block*> order_;
  Predecessors before_;
  std::pmr::vector<uint32_t> position_;  // in order_, by Block::index
  std::pmr::vector<uint32_t> idom_;      // by position: the position of the immediate dominator
  std::pmr::vector<uint32_t> first_,
      last_;  // by position: the interval of the dominator tree below it
};

}  // namespace gene::ir
