// Turns a function's tail calls of itself into a loop.
//   before  (func f [x] (block entry [v0] … (v3 = call.known f absent v2 ^^tail) (return v3)))
//   after   (func f [x] (block entry [v0] (jump (loop v0))) (block loop [v1] … (jump (loop v2))))
// Needs: resolve-calls. Keeps: a frame for each call that is no tail call; stack traces, in which tail calls have none.

#include "codegen/ir/Annotations.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

/// Is it the closure that is running, or does it not matter which?
bool isOwnClosure(const Value* closure) {
  const Instruction* inst = asInstruction(closure);
  return isConstant(closure, ir::ConstantKind::Absent) || (inst && inst->op == Op::Callee);
}

bool goesRound(const Function& f, const Block& block) {
  if (block.instructions.size() < 2) return false;
  const Instruction& call = *block.instructions[block.instructions.size() - 2];
  return call.op == Op::CallKnown && call.tail && call.as<Op::CallKnown>().function() == &f &&
         isOwnClosure(call.operands[0]);
}

}  // namespace

bool tailLoops(Function& f, PassContext&) {
  std::vector<Block*> rounds;
  for (Block* block : f.blocks)
    if (goesRound(f, *block)) rounds.push_back(block);
  if (rounds.empty()) return false;
  const std::vector<const Instruction*> checks = movableChecks(f);
  // The old entry becomes the loop's header; its parameters stay what they are called in the body.
  Block* header = f.entry();
  Block* entry = f.addBlock(header->name);
  header->name = Symbol::of("loop");
  // Each round checks its arguments before it begins: what is proven there is not checked.
  const auto check = [&](Block& block, Span<Value*> arguments) {
    for (const Instruction* c : checks) {
      Value*& argument = arguments[ir::checkedSlot(*c)->index];
      auto* copy = f.program->arena.make<Instruction>(*c);
      copy->operands = f.program->arena.copy(Span<Value* const>(&argument, 1));
      append(block, copy);
      argument = copy;
    }
  };
  std::vector<Value*> slots;
  for (const ir::Param* p : header->params) slots.push_back(addParam(*entry, p->type, p->rep));
  check(*entry, slots);
  appendJump(*entry, *header, slots, *header->instructions[0]);
  for (Block* block : rounds) {
    const Instruction* call = block->instructions[block->instructions.size() - 2];
    block->instructions.resize(block->instructions.size() - 2);
    check(*block, call->operands.subspan(1));
    appendJump(*block, *header, call->operands.subspan(1), *call);
  }
  Substitution checked;
  for (const Instruction* c : checks) {
    checked.replace(c, c->operands[0]);
    c->operands[0]->type = c->operands[0]->type & ir::annotationOf(*c).gives;
  }
  checked.apply(f);
  removeInstructions(f, [&](const Instruction* inst) { return checked.contains(inst); });
  f.blocks.pop_back();
  f.blocks.insert(f.blocks.begin(), entry);
  f.renumberBlocks();
  ir::orderBlocks(f);
  return true;
}

}  // namespace gene
