#pragma once
// Copies of code: a region of a function once more in it (versions), a body in another function (inlining), a whole function
// (direct calls, specialising).
//
//   Cloner cloner(to);
//   cloner.map(param, argument);        // what stands for values that the code gets from outside of it
//   cloner.copy(from.blocks);           // the copies are the last blocks of `to`
//   cloner(value), cloner(block)        // the copy of either, or itself if it was not copied

#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Span.h"

namespace gene {

class Cloner {
 public:
  /// Copies go into `to`, which may be the function they are copies of.
  explicit Cloner(ir::Function& to) : to_(to) {}

  void map(const ir::Value* from, ir::Value* to) { values_[from] = to; }
  /// Copies these blocks in their order and returns the copies. Edges to a block that is not among them lead where they led;
  /// edges of returns and handlers are the caller's affair. A parameter that was mapped before has no copy.
  std::vector<ir::Block*> copy(Span<ir::Block* const> blocks);

  ir::Value* operator()(ir::Value* value) const;
  ir::Block* operator()(ir::Block* block) const;
  /// Each value that was mapped or copied, and what stands for it; in no order.
  [[nodiscard]] const std::unordered_map<const ir::Value*, ir::Value*>& values() const {
    return values_;
  }

 private:
  ir::Edge copyEdge(const ir::Edge& from) const;

  ir::Function& to_;
  std::unordered_map<const ir::Value*, ir::Value*> values_;
  std::unordered_map<const ir::Block*, ir::Block*> blocks_;
};

/// A copy of the function that is no part of the program (Program::add makes it one); calls of itself go on to the original.
ir::Function* cloneFunction(const ir::Function& from);

}  // namespace gene
