// Keeps variables in registers whose scope object nobody else sees: the closures that assigned them were inlined, or went.
//   before  (v1 = scope.new 1) (scope.set 0 v1 v0) … (v2 = scope.get 0 v1) (v3 = add v2 1) (scope.set 0 v1 v3)
//   after   (v3 = add v0 1)                          with block parameters where different values meet
// Keeps: scopes that a closure captures, that reach another block as an argument, or that code at run time may look into.

#include <unordered_map>
#include <unordered_set>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Instruction;
using ir::Op;
using ir::Value;

class Elision {
 public:
  explicit Elision(ir::Function& function) : function_(function), program_(*function.program) {}

  bool run() {
    for (Block* block : function_.blocks)
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::ScopeNew) scopes_.push_back(inst);
    if (scopes_.empty()) return false;
    findEscapes();
    std::erase_if(scopes_, [&](const Instruction* scope) { return escapes_.contains(scope); });
    for (Instruction* scope : scopes_) promote(*scope);
    return !scopes_.empty();
  }

 private:
  void findEscapes() {
    for (const Block* block : function_.blocks) {
      for (const Instruction* inst : block->instructions)
        for (size_t i = 0; i < inst->operands.size(); i++) {
          const bool isAccess = inst->op == Op::ScopeGet || inst->op == Op::ScopeSet;
          if (!isAccess || i != 0) escapes_.insert(inst->operands[i]);
        }
      block->forEachEdge([&](const Edge& edge, bool) {
        for (const Value* arg : edge.args) escapes_.insert(arg);
      });
    }
  }

  /// Each block below the scope gets a parameter for each slot; `simplify` removes those that always get the same value.
  void promote(Instruction& scope) {
    const ir::Dominance dominance(function_);
    const size_t slots = static_cast<size_t>(scope.as<Op::ScopeNew>().slots());
    using Contents = std::vector<Value*>;
    std::unordered_map<const Block*, Contents> before, after;
    auto below = [&](const Block* block) {
      return block != scope.block && dominance.dominates(scope.block, block);
    };
    for (Block* block : dominance.order()) {
      if (!below(block)) continue;
      for (size_t i = 0; i < slots; i++)
        before[block].push_back(addParam(*block, ir::Type::value(), ir::Rep::Boxed));
    }
    Substitution reads;
    std::unordered_set<const Instruction*> gone{&scope};
    for (Block* block : dominance.order()) {
      if (!dominance.dominates(scope.block, block)) continue;
      Contents now = block == scope.block
                         ? Contents(slots, program_.constant(ir::ConstantKind::Nil))
                         : before[block];
      for (Instruction* inst : block->instructions) {
        const auto access = inst->tryAs<Op::ScopeGet, Op::ScopeSet>();
        if (!access || access.scope() != &scope) continue;
        Value*& slot = now[static_cast<size_t>(access.index())];
        if (inst->op == Op::ScopeGet)
          reads.replace(inst, slot);
        else
          slot = inst->as<Op::ScopeSet>().value();
        gone.insert(inst);
      }
      after[block] = now;
    }
    for (Block* block : dominance.order()) {
      if (!dominance.dominates(scope.block, block)) continue;
      block->forEachEdge([&](Edge& edge, bool) {
        if (!below(edge.target)) return;
        for (Value* value : after[block]) edge.args.push_back(program_.arena, value);
      });
    }
    reads.apply(function_);
    removeInstructions(function_, [&](const Instruction* inst) { return gone.contains(inst); });
  }

  ir::Function& function_;
  ir::Program& program_;
  std::vector<Instruction*> scopes_;
  std::unordered_set<const Value*> escapes_;
};

}  // namespace

bool elideScopes(ir::Function& function, PassContext&) { return Elision(function).run(); }

}  // namespace gene
