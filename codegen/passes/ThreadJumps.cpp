// Leads control past a branch that is decided by where it comes from.
//   before  (block a [] (v1 = variant.new Result 1 "no") (jump (test v1)))
//           (block b [] (v2 = variant.new Result 0 v9) (jump (test v2)))
//           (block test [v3] (v4 = variant.of Result v3) (v5 = eq v4 1) (branch v5 fail go))
//   after   (block a [] (v1 = variant.new Result 1 "no") (jump fail))        (block b [] (v2 = variant.new Result 0 v9) (jump go))
// A small block that computes a condition of its parameters, and nothing that could be noticed, is copied for each way into
// it that decides the condition; what it made is put together again below. So a Result that one function makes and the next
// one looks into, both inlined, is never made.
// Keeps: heads of loops, which would get a second entry; blocks that handle exceptions.

#include <algorithm>

#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Fold.h"
#include "codegen/passes/Merge.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

constexpr size_t LargestBlock = 6;        // instructions, with the branch
constexpr size_t LargestFunction = 3000;  // is not made larger
constexpr int MostRounds = 4;             // each may decide the next branch

class Threading {
 public:
  explicit Threading(Function& function) : function_(function), program_(*function.program) {}

  bool run() {
    bool any = false;
    for (int round = 0; round < MostRounds && size() <= LargestFunction; round++) {
      bool changed = false;
      ir::orderBlocks(function_);
      const ir::Dominance dominance(function_, ir::BlockOrder::Ordered);
      const std::vector<Block*> blocks = function_.blocks;
      for (Block* block : blocks)
        if (isCandidate(*block, dominance)) changed |= thread(*block);
      if (!changed) break;
      any = true;
    }
    return ir::orderBlocks(function_) || any;
  }

 private:
  size_t size() const {
    size_t count = 0;
    for (const Block* block : function_.blocks) count += block->instructions.size();
    return count;
  }

  bool isCandidate(const Block& block, const ir::Dominance& dominance) const {
    if (&block == function_.entry() || block.params.empty()) return false;
    if (block.instructions.size() > LargestBlock || block.terminator()->op != Op::Branch)
      return false;
    for (const ir::Predecessor& p : dominance.before()[block.index])
      if (p.isHandler || dominance.dominates(&block, p.from)) return false;
    return std::ranges::all_of(block.instructions, [](const Instruction* inst) {
      return inst->isTerminator() || (isRemovable(*inst) && !inst->handler);
    });
  }

  /// Copies the block for the ways into it that decide where it goes.
  bool thread(Block& block) {
    std::vector<Edge*> decided;
    for (Block* from : function_.blocks)
      for (Edge& edge : from->terminator()->successors)
        if (edge.target == &block && isDecided(block, edge)) decided.push_back(&edge);
    if (decided.empty()) return false;
    std::vector<std::pair<Block*, Cloner>> copies;
    for (Edge* edge : decided) {
      Cloner cloner(function_);
      for (const ir::Param* param : block.params) cloner.map(param, edge->args[param->index]);
      Block* const one[] = {&block};
      Block* copy = cloner.copy(one)[0];
      *edge = Edge{copy, {}};
      copies.emplace_back(copy, std::move(cloner));
    }
    repair(block, copies);
    return true;
  }

  bool isDecided(const Block& block, const Edge& edge) {
    std::unordered_map<const Value*, Value*> known;
    for (const ir::Param* param : block.params) known[param] = edge.args[param->index];
    const auto now = [&](Value* value) {
      const auto it = known.find(value);
      return it == known.end() ? value : it->second;
    };
    for (const Instruction* inst : block.instructions) {
      if (inst->isTerminator()) break;
      if (std::ranges::none_of(inst->operands, [&](Value* v) { return now(v) != v; })) continue;
      Instruction copy(*inst);
      std::vector<Value*> operands;
      for (Value* operand : inst->operands) operands.push_back(now(operand));
      copy.operands = operands;
      if (Value* value = fold(copy, program_)) known[inst] = value;
    }
    const Value* condition = block.terminator()->operands[0];
    const auto it = known.find(condition);
    return it != known.end() && truthOf(it->second).has_value();
  }

  /// What the block makes is made by its copies, too.
  void repair(Block& block, const std::vector<std::pair<Block*, Cloner>>& copies) {
    const ir::Predecessors before(function_);
    std::vector<Value*> made(block.params.begin(), block.params.end());
    for (Instruction* inst : block.instructions)
      if (inst->info().hasResult) made.push_back(inst);
    std::unordered_map<const Block*, const Cloner*> cloners;
    for (const auto& [copy, cloner] : copies) cloners[copy] = &cloner;
    const std::vector<Block*> blocks = function_.blocks;
    for (Value* original : made) {
      const auto definedIn = [&](Block* at) -> Value* {
        if (at == &block) return original;
        const auto it = cloners.find(at);
        return it == cloners.end() ? nullptr : (*it->second)(original);
      };
      Merge merge(*original, definedIn, before, program_.arena);
      for (Block* user : blocks) {
        if (definedIn(user)) continue;
        rewriteUses(*user,
                    [&](Value* value) { return value == original ? merge.atStart(user) : value; });
      }
    }
  }

  Function& function_;
  ir::Program& program_;
};

}  // namespace

bool threadJumps(Function& function, PassContext& context) {
  return context.native && Threading(function).run();
}

}  // namespace gene
