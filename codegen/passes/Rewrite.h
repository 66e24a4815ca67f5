#pragma once
// What passes need to change a function: replacing values, editing edges and parameters, copying instructions. There
// are no use lists; a pass collects what it replaces and applies it in one walk.

#include <memory_resource>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/ir/Ir.h"
#include "runtime/support/PointerMap.h"
#include "runtime/support/Span.h"

namespace gene {

/// Values that stand for others.
class Substitution {
 public:
  explicit Substitution(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : map_(memory) {}
  void replace(const ir::Value* from, ir::Value* to) { map_[from] = to; }
  [[nodiscard]] bool empty() const { return map_.empty(); }
  [[nodiscard]] bool contains(const ir::Value* value) const { return map_.contains(value); }
  void clear() { map_.clear(); }
  /// What stands for `value` in the end: replacements of replacements are followed.
  ir::Value* operator()(ir::Value* value) {
    ir::Value** to = map_.find(value);
    if (!to) return value;
    *to = (*this)(*to);
    return *to;
  }
  /// In all operands and edge arguments of an instruction or a function.
  void apply(ir::Instruction& inst);
  void apply(ir::Function& function);

 private:
  PointerMap<ir::Value, ir::Value*> map_;
};

/// The argument of `edge` for parameter `index` of its target; not for the exception of a handler.
inline ir::Value*& argumentFor(ir::Edge& edge, uint32_t index, bool isHandler) {
  return edge.args[index - (isHandler ? 1 : 0)];
}

/// Removes the parameters of `block` for which `remove` is set, and their arguments on all edges into it.
void removeParams(ir::Block& block, const std::vector<bool>& remove,
                  Span<const ir::Predecessor> before);

/// Takes the instructions for which `remove` is set out of their blocks.
template <class Remove>
void removeInstructions(ir::Function& function, Remove&& remove) {
  for (ir::Block* block : function.blocks) {
    uint32_t kept = 0;
    for (ir::Instruction* inst : block->instructions)
      if (!remove(inst)) block->instructions[kept++] = inst;
    block->instructions.resize(kept);
  }
}

/// Makes the terminator of `block` a jump along `edge`.
void jumpAlong(ir::Block& block, const ir::Edge& edge);

/// A new instruction, in no block yet.
ir::Instruction* makeInstruction(ir::Program& program, ir::Op op, Location loc,
                                 std::vector<ir::Value*> operands,
                                 std::vector<ir::Immediate> immediates = {});
/// The same, as code of the line and function that `instead` is of.
ir::Instruction* makeInstruction(ir::Program& program, ir::Op op, const ir::Instruction& instead,
                                 std::vector<ir::Value*> operands,
                                 std::vector<ir::Immediate> immediates = {});
void append(ir::Block& block, ir::Instruction* inst);
/// The terminator of `block`, as code of the line and function that `instead` is of.
void appendJump(ir::Block& block, ir::Block& to, Span<ir::Value* const> args,
                const ir::Instruction& instead);
void appendBranch(ir::Block& block, ir::Value* condition, ir::Block& yes, ir::Block& no,
                  Location loc);
/// What `inst` raises goes where what `other` raises goes.
void copyHandler(ir::Instruction& inst, const ir::Instruction& other);
/// `inst`, which does what `call` did, and behind it a jump to `after` with the result; where that is null, `call` was in tail
/// position, and so is `inst`.
void appendInstead(ir::Block& block, ir::Instruction* inst, const ir::Instruction& call,
                   ir::Block* after);
/// Takes `inst` and what follows it out of its block, and returns what followed.
std::vector<ir::Instruction*> cutAt(ir::Instruction& inst);
ir::Param* addParam(ir::Block& block, ir::Type type, ir::Rep rep);
/// Takes `call` and what follows it out of its block; a new block, which is returned, begins with what followed and gets the
/// result as its parameter, which `results` says. Null where `call` is in tail position: nothing followed but the return.
ir::Block* splitBehind(ir::Instruction& call, Substitution& results);

/// Calls `rewrite` for the instructions of the program that are `wanted`, which may split their blocks and say in `results`
/// what stands for theirs; then replaces these and puts the blocks in order, one function after the other.
template <class Wanted, class Rewrite>
void rewriteEach(ir::Program& program, Substitution& results, Wanted&& wanted, Rewrite&& rewrite) {
  std::vector<ir::Instruction*> found;
  for (ir::Function* f : program.functions) {
    found.clear();
    for (ir::Block* block : f->blocks)
      for (ir::Instruction* inst : block->instructions)
        if (wanted(*inst)) found.push_back(inst);
    if (found.empty()) continue;
    for (ir::Instruction* inst : found) rewrite(*inst);
    results.apply(*f);
    results.clear();
    ir::orderBlocks(*f);
  }
}

/// The checks a function begins with that its callers can make instead: of slots that nothing else looks at.
std::vector<const ir::Instruction*> movableChecks(const ir::Function& function);

}  // namespace gene
