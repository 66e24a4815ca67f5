// Moves what a loop computes anew each time although it cannot change to before the loop.
//   before  (block loop [v2] (v3 = mul v0 2.0 ^type float) (v4 = global.get f) … )
//   after   (v3 = mul v0 2.0 ^type float) (v4 = global.get f) (jump (loop …))
// Needs: types, for arithmetic that may raise stays. Keeps: exceptions and effects; reads of variables that are assigned
// anywhere; marks of `ranges` hold where an instruction stands, so this runs before it.

#include <algorithm>
#include <unordered_set>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Loops.h"
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

class Hoisting {
 public:
  explicit Hoisting(Function& function) : function_(function) {}

  bool run(const Loops& loops) {
    bool changed = false;
    // From the inside out: what leaves an inner loop may leave the one around it.
    for (const Loop& loop : loops.all()) changed |= visit(loop, loops);
    if (changed) ir::orderBlocks(function_);
    return changed;
  }

 private:
  bool visit(const Loop& loop, const Loops& loops) {
    std::unordered_set<const Block*> inside(loop.blocks.begin(), loop.blocks.end());
    for (const auto& [block, home] : made_)
      if (home >= 0 && isIn(home, loop, loops)) inside.insert(block);
    std::vector<Instruction*> moved;
    std::unordered_set<const Value*> outside;
    auto isInvariant = [&](const Value* v) {
      if (v->kind == ir::ValueKind::Constant || outside.contains(v)) return true;
      if (v->kind == ir::ValueKind::Param)
        return !inside.contains(static_cast<const ir::Param*>(v)->block);
      return !inside.contains(static_cast<const Instruction*>(v)->block);
    };
    for (bool again = true; again;) {
      again = false;
      for (const Block* block : function_.blocks) {
        if (!inside.contains(block)) continue;
        for (Instruction* inst : block->instructions) {
          if (outside.contains(inst) || !canMove(*inst)) continue;
          if (!std::ranges::all_of(inst->operands, isInvariant)) continue;
          outside.insert(inst);
          moved.push_back(inst);
          again = true;
        }
      }
    }
    if (moved.empty()) return false;
    Block* before = preheader(loop, inside);
    if (!before) return false;
    removeInstructions(function_, [&](const Instruction* i) { return outside.contains(i); });
    Instruction* end = before->terminator();
    before->instructions.pop_back();
    for (Instruction* inst : moved) append(*before, inst);
    append(*before, end);
    return true;
  }

  /// Whenever it runs it gives the same; nothing is lost when it runs although the loop would not have come to it.
  static bool canMove(const Instruction& inst) {
    if (inst.isTerminator() || inst.tail || inst.nowrap) return false;
    // It ends its block, and a call may always want more stack than there is.
    if (inst.handler) return false;
    if (const auto get = inst.tryAs<Op::GlobalGet>()) return get.global()->constant;
    // What is known below a test only is known by these.
    if (inst.op == Op::Assume || inst.op == Op::Exclude || inst.op == Op::Convert) return false;
    const Effects effects = effectsOf(inst);
    return isPure(inst, effects) && !effects.mayRaise && !effects.allocates;
  }

  /// The block that is run once before the loop: the only one that leads to it from outside, or a new one on its edge.
  Block* preheader(const Loop& loop, const std::unordered_set<const Block*>& inside) {
    Block* from = nullptr;
    Edge* edge = nullptr;
    bool several = false;
    for (Block* block : function_.blocks)
      block->forEachEdge([&](Edge& e, bool isHandler) {
        if (e.target != loop.header || inside.contains(block)) return;
        several |= edge != nullptr || isHandler;
        from = block;
        edge = &e;
      });
    if (!edge || several) return nullptr;
    if (from->terminator()->op == Op::Jump && !from->raising()) return from;
    Block* block = function_.addBlock(Symbol::of("before"));
    const Instruction& branch = *from->terminator();
    Instruction* jump = makeInstruction(*function_.program, Op::Jump, branch.loc, {});
    jump->inlined = branch.inlined;
    jump->successors = {function_.program->arena.array<Edge>(1), 1};
    new (&jump->successors[0]) Edge(*edge);
    append(*block, jump);
    *edge = Edge{block, {}};
    made_.emplace_back(block, loop.parent);
    return block;
  }

  /// Is the loop number `home` the given one or inside of it?
  static bool isIn(int home, const Loop& loop, const Loops& loops) {
    for (; home >= 0; home = loops.all()[static_cast<size_t>(home)].parent)
      if (&loops.all()[static_cast<size_t>(home)] == &loop) return true;
    return false;
  }

  Function& function_;
  std::vector<std::pair<Block*, int>> made_;  // preheaders, and the loop each lies in
};

}  // namespace

bool hoist(Function& function, PassContext& context) {
  return Hoisting(function).run(context.analyses->loops(function));
}

}  // namespace gene
