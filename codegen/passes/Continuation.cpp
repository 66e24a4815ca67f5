#include "codegen/passes/Continuation.h"

#include <algorithm>
#include <unordered_map>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Cloner.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Instruction;
using ir::Param;
using ir::Predecessor;
using ir::Value;

std::vector<Block*> reachableFrom(const Function& function, const Block& at) {
  std::vector<bool> seen(function.blocks.size());
  std::vector<const Block*> work{&at};
  seen[at.index] = true;
  while (!work.empty()) {
    const Block* block = work.back();
    work.pop_back();
    block->forEachEdge([&](const Edge& edge, bool) {
      if (seen[edge.target->index]) return;
      seen[edge.target->index] = true;
      work.push_back(edge.target);
    });
  }
  std::vector<Block*> result;
  for (Block* block : function.blocks)
    if (seen[block->index]) result.push_back(block);
  return result;
}

const Block* homeOf(const Value* value) {
  return value->kind == ir::ValueKind::Param ? static_cast<const Param*>(value)->block
                                             : static_cast<const Instruction*>(value)->block;
}

/// A value that is made in the loop and was also given to it: blocks where both may arrive get a parameter for it. (The
/// construction is that of Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", 2013, with the
/// parameters that simplify would find to be needless left to it.)
class GivenOrMade {
 public:
  GivenOrMade(Function& function, const ir::Predecessors& before, Param* given, Value* made)
      : before_(before),
        given_(given),
        made_(made),
        home_(homeOf(made)),
        isNeeded_(function.blocks.size()),
        params_(function.blocks.size()) {
    for (Block* block : function.blocks)
      if (block != home_ && uses(*block)) need(*block);
    for (Block* block : function.blocks)
      if (isNeeded_[block->index] && before_[block->index].size() > 1)
        params_[block->index] = addParam(*block, made->type, ir::Rep::Boxed);
    for (Block* block : function.blocks)
      if (isNeeded_[block->index]) rewrite(*block);
  }

  /// Gives the parameters what they stand for; when no other value is to be rewritten any more.
  void addArguments(Arena& arena) {
    for (const auto& [edge, value] : arguments_) edge->args.push_back(arena, value);
  }

 private:
  template <class F>
  static void forEachUse(Block& block, F&& f) {
    for (Instruction* inst : block.instructions)
      for (Value*& operand : inst->operands) f(operand);
    block.forEachEdge([&](Edge& edge, bool) {
      for (Value*& arg : edge.args) f(arg);
    });
  }
  bool uses(Block& block) const {
    bool result = false;
    forEachUse(block, [&](Value*& use) { result |= use == made_; });
    return result;
  }
  /// The value is needed where the block begins.
  void need(const Block& block) {
    std::vector<const Block*> work{&block};
    while (!work.empty()) {
      const uint32_t index = work.back()->index;
      work.pop_back();
      if (isNeeded_[index]) continue;
      isNeeded_[index] = true;
      for (const Predecessor& p : before_[index])
        if (p.from != home_ && p.from != given_->block) work.push_back(p.from);
    }
  }
  Value* atStart(const Block& block) const {
    if (params_[block.index]) return params_[block.index];
    return atEnd(*before_[block.index].front().from);
  }
  Value* atEnd(const Block& block) const {
    if (&block == home_) return made_;
    return &block == given_->block ? given_ : atStart(block);
  }
  void rewrite(Block& block) {
    Value* const value = atStart(block);
    forEachUse(block, [&](Value*& use) {
      if (use == made_) use = value;
    });
    if (!params_[block.index]) return;
    for (const Predecessor& p : before_[block.index])
      arguments_.push_back({p.edge, atEnd(*p.from)});
  }

  const ir::Predecessors& before_;
  Param* const given_;
  Value* const made_;
  const Block* const home_;
  std::vector<bool> isNeeded_;  // by Block::index
  std::vector<Param*> params_;  // by Block::index; null: none
  std::vector<std::pair<Edge*, Value*>> arguments_;
};

}  // namespace

Function* continuationAt(const Function& from, const Block& at, Span<const Value* const> held) {
  ir::Program& program = *from.program;
  Function& to = *program.detachedCopy(from);
  to.isMethod = false;
  to.signature = nullptr;
  to.form = nullptr;
  to.params.assign(held.size(), {Symbol::of("_")});
  Block* const entry = to.addBlock(Symbol::of("entry"));
  const std::vector<Block*> region = reachableFrom(from, at);
  Cloner copies(to);
  std::unordered_map<const Value*, Param*> given;
  for (const Value* value : held) {
    given[value] = addParam(*entry, value->type & ir::Type::value(), ir::Rep::Boxed);
    if (std::ranges::find(region, homeOf(value)) == region.end()) copies.map(value, given[value]);
  }
  copies.copy(region);
  std::vector<Value*> arguments;
  for (const Param* param : at.params)
    arguments.push_back(given.contains(param) ? static_cast<Value*>(given[param])
                                              : program.constant(ir::ConstantKind::Nil));
  appendJump(*entry, *copies(const_cast<Block*>(&at)), arguments, *at.instructions[0]);
  const ir::Predecessors before(to);
  std::vector<GivenOrMade> both;
  for (const Value* value : held)
    if (Value* made = copies(const_cast<Value*>(value));
        made != given[value] && homeOf(value) != &at)
      both.emplace_back(to, before, given[value], made);
  for (GivenOrMade& value : both) value.addArguments(program.arena);
  ir::orderBlocks(to);
  return &to;
}

}  // namespace gene
