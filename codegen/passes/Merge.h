#pragma once
// A value that is made in several places after code was copied: what it is wherever it is used, with parameters where two
// of them meet.

#include <unordered_map>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Rewrite.h"

namespace gene {

/// Each operand and argument of an edge of `block` becomes current(it), which may add arguments to its edges (Merge does).
template <class Current>
void rewriteUses(ir::Block& block, Current&& current) {
  for (ir::Instruction* inst : block.instructions)
    for (ir::Value*& operand : inst->operands) operand = current(operand);
  block.forEachEdge([&](ir::Edge& edge, bool) {
    for (uint32_t i = 0; i < edge.args.size(); i++) {
      ir::Value* const arg = current(edge.args[i]);  // edge.args may have moved
      edge.args[i] = arg;
    }
  });
}

/// `definedIn(block)` is what the value is at the end of a block that makes it, and null for the others. Edges get arguments;
/// `before` knows all edges of the function and stays right.
template <class DefinedIn>
class Merge {
 public:
  Merge(const ir::Value& like, DefinedIn definedIn, const ir::Predecessors& before, Arena& arena)
      : like_(like), definedIn_(definedIn), before_(before), arena_(arena) {}

  /// What it is where `block` begins; some way to there makes it.
  ir::Value* atStart(ir::Block* block) {
    if (auto it = merged_.find(block); it != merged_.end()) return it->second;
    const Span<const ir::Predecessor> before = before_[block->index];
    if (before.size() == 1 && !before[0].isHandler) return merged_[block] = atEnd(before[0].from);
    ir::Param* param = addParam(*block, like_.type, like_.rep);
    merged_[block] = param;
    for (const ir::Predecessor& p : before) p.edge->args.push_back(arena_, atEnd(p.from));
    return param;
  }
  ir::Value* atEnd(ir::Block* block) {
    if (ir::Value* value = definedIn_(block)) return value;
    return atStart(block);
  }

 private:
  const ir::Value& like_;
  DefinedIn definedIn_;
  const ir::Predecessors& before_;
  Arena& arena_;
  std::unordered_map<ir::Block*, ir::Value*> merged_;
};

}  // namespace gene
