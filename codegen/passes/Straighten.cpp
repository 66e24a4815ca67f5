#include "codegen/passes/Straighten.h"

#include <vector>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Instruction;
using ir::Op;
using ir::Value;

class Straightener {
 public:
  explicit Straightener(ir::Function& function)
      : function_(function),
        usedElsewhere_(function.blocks.size()),
        headers_(function.blocks.size()) {}

  bool run() {
    findParamsUsedElsewhere();
    findLoopHeaders();
    bool changed = false;
    for (Block* block : function_.blocks)
      block->forEachEdge([&](Edge& edge, bool isHandler) {
        if (!isHandler) changed |= passOver(*block, edge);
      });
    // Merging needs the edges as they are now.
    ir::orderBlocks(function_);
    changed |= merge();
    return changed;
  }

 private:
  /// Parameters that are used outside of their block: it cannot be passed over then.
  void findParamsUsedElsewhere() {
    auto use = [&](const Block* block, Value* value) {
      if (ir::Param* p = asParam(value); p && p->block != block)
        usedElsewhere_[p->block->index] = true;
    };
    for (Block* block : function_.blocks) {
      for (Instruction* inst : block->instructions)
        for (Value* operand : inst->operands) use(block, operand);
      block->forEachEdge([&](Edge& edge, bool) {
        for (Value* arg : edge.args) use(block, arg);
      });
    }
  }

  /// A loop entered elsewhere than at its header is no loop to the back ends.
  void findLoopHeaders() {
    const ir::Dominance dominance(function_);
    for (Block* block : function_.blocks)
      block->forEachEdge([&](Edge& edge, bool) {
        if (dominance.dominates(edge.target, block)) headers_[edge.target->index] = true;
      });
  }

  /// If the edge's target does nothing but go on, and it is known where, the edge leads there at once.
  bool passOver(Block& from, Edge& edge) {
    Block* target = edge.target;
    if (target == &from || target->instructions.size() != 1 || headers_[target->index] ||
        usedElsewhere_[target->index])
      return false;
    Instruction* end = target->terminator();
    const Edge* way = nullptr;
    if (end->op == Op::Jump) {
      way = &end->successors[0];
    } else if (end->op == Op::Branch) {
      const std::optional<bool> truth = truthOnEdge(from, edge, end->operands[0]);
      if (truth) way = &end->successors[*truth ? 0 : 1];
    }
    if (!way || way->target == target) return false;
    Edge next{way->target, {}};
    for (Value* arg : way->args) next.args.push_back(function_.program->arena, through(edge, arg));
    edge = next;
    return true;
  }

  /// What a value of the edge's target is when it is entered along the edge.
  static Value* through(Edge& edge, Value* value) {
    ir::Param* p = asParam(value);
    return p && p->block == edge.target ? edge.args[p->index] : value;
  }

  std::optional<bool> truthOnEdge(const Block& from, Edge& edge, Value* condition) const {
    Value* value = through(edge, condition);
    if (const std::optional<bool> truth = truthOf(value)) return truth;
    const Instruction* branch = from.terminator();
    if (branch->op != Op::Branch || branch->operands[0] != value) return std::nullopt;
    return &edge == &branch->successors[0];
  }

  bool merge() {
    const auto before = ir::predecessors(function_);
    std::vector<bool> gone(function_.blocks.size());
    Substitution substitution;
    bool changed = false;
    for (Block* block : function_.blocks) {
      while (!gone[block->index]) {
        Instruction* end = block->terminator();
        if (end->op != Op::Jump || block->raising()) break;
        Edge& edge = end->successors[0];
        Block* next = edge.target;
        if (next == block || before[next->index].size() != 1 || next == function_.entry()) break;
        for (uint32_t i = 0; i < next->params.size(); i++)
          substitution.replace(next->params[i], edge.args[i]);
        block->instructions.pop_back();
        for (Instruction* inst : next->instructions) append(*block, inst);
        gone[next->index] = true;
        changed = true;
      }
    }
    if (!changed) return false;
    std::erase_if(function_.blocks, [&](const Block* b) { return gone[b->index]; });
    function_.renumberBlocks();
    substitution.apply(function_);
    return true;
  }

  ir::Function& function_;
  std::vector<bool> usedElsewhere_, headers_;  // by Block::index, as it was at the start
};

}  // namespace

bool straighten(ir::Function& function) { return Straightener(function).run(); }

}  // namespace gene
