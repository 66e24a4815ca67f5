#include "codegen/passes/Straighten.h"

#include <optional>
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
  Straightener(ir::Function& function, std::pmr::memory_resource* memory)
      : function_(function), memory_(memory), isDetour_(function.blocks.size(), memory) {}

  bool run() {
    findDetours();
    bool changed = false;
    if (detours_) {
      if (detoursHaveParams_) findParamsUsedElsewhere();
      for (Block* block : function_.blocks)
        block->forEachEdge([&](Edge& edge, bool isHandler) {
          if (!isHandler) changed |= passOver(*block, edge);
        });
      if (changed) ir::orderBlocks(function_);
    }
    return merge() || changed;
  }

 private:
  /// Blocks that only go on, to be passed over; but loop headers: a loop entered elsewhere is no loop to the back ends.
  void findDetours() {
    for (const Block* block : function_.blocks) {
      const Op op = block->terminator()->op;
      isDetour_[block->index] =
          block->instructions.size() == 1 && (op == Op::Jump || op == Op::Branch);
    }
    std::optional<ir::Dominance> dominance;
    for (const Block* block : function_.blocks)
      block->forEachEdge([&](const Edge& edge, bool) {
        if (edge.target->index > block->index || !isDetour_[edge.target->index]) return;
        if (!dominance) dominance.emplace(function_, ir::BlockOrder::Ordered, memory_);
        if (dominance->dominates(edge.target, block)) isDetour_[edge.target->index] = false;
      });
    for (const Block* block : function_.blocks) {
      detours_ |= isDetour_[block->index];
      detoursHaveParams_ |= isDetour_[block->index] && !block->params.empty();
    }
  }

  /// Parameters that are used outside of their block: it cannot be passed over then.
  void findParamsUsedElsewhere() {
    auto use = [&](const Block* block, Value* value) {
      if (ir::Param* p = asParam(value); p && p->block != block) isDetour_[p->block->index] = false;
    };
    for (Block* block : function_.blocks) {
      for (Instruction* inst : block->instructions)
        for (Value* operand : inst->operands) use(block, operand);
      block->forEachEdge([&](Edge& edge, bool) {
        for (Value* arg : edge.args) use(block, arg);
      });
    }
  }

  /// If the edge's target does nothing but go on, and it is known where, the edge leads there at once.
  bool passOver(Block& from, Edge& edge) {
    Block* target = edge.target;
    if (target == &from || !isDetour_[target->index]) return false;
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
    std::pmr::vector<uint32_t> edgesInto(function_.blocks.size(), memory_);
    for (const Block* block : function_.blocks)
      block->forEachEdge([&](const Edge& edge, bool) { edgesInto[edge.target->index]++; });
    std::pmr::vector<uint8_t> gone(function_.blocks.size(), memory_);
    Substitution substitution(memory_);
    bool changed = false;
    for (Block* block : function_.blocks) {
      while (!gone[block->index]) {
        Instruction* end = block->terminator();
        if (end->op != Op::Jump || block->raising()) break;
        Edge& edge = end->successors[0];
        Block* next = edge.target;
        if (next == block || edgesInto[next->index] != 1 || next == function_.entry()) break;
        for (uint32_t i = 0; i < next->params.size(); i++)
          substitution.replace(next->params[i], edge.args[i]);
        block->instructions.pop_back();
        for (Instruction* inst : next->instructions) append(*block, inst);
        gone[next->index] = 1;
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
  std::pmr::memory_resource* const memory_;
  std::pmr::vector<uint8_t> isDetour_;  // by Block::index, as it was at the start
  bool detours_ = false, detoursHaveParams_ = false;
};

}  // namespace

bool straighten(ir::Function& function, std::pmr::memory_resource* memory) {
  return Straightener(function, memory).run();
}

}  // namespace gene
