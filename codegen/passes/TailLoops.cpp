// Turns a function's tail calls of itself into a loop.
//   before  (func f [x] (block entry [v0] … (v3 = call.known f absent v2 ^^tail) (return v3)))
//   after   (func f [x] (block entry [v0] (jump (loop v0))) (block loop [v1] … (jump (loop v2))))
// Needs: resolve-calls. Keeps: a frame for each call that is no tail call; stack traces, in which tail calls have none.

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
  return call.op == Op::CallKnown && call.tail && call.immediates[0].function == &f &&
         isOwnClosure(call.operands[0]);
}

}  // namespace

bool tailLoops(Function& f, PassContext&) {
  std::vector<Block*> rounds;
  for (Block* block : f.blocks)
    if (goesRound(f, *block)) rounds.push_back(block);
  if (rounds.empty()) return false;
  // The old entry becomes the loop's header; its parameters stay what they are called in the body.
  Block* header = f.entry();
  Block* entry = f.addBlock(header->name);
  header->name = Symbol::of("loop");
  std::vector<Value*> slots;
  for (const ir::Param* p : header->params) slots.push_back(addParam(*entry, p->type, p->rep));
  appendJump(*entry, *header, slots, *header->instructions[0]);
  for (Block* block : rounds) {
    const Instruction* call = block->instructions[block->instructions.size() - 2];
    block->instructions.resize(block->instructions.size() - 2);
    appendJump(*block, *header, call->operands.subspan(1), *call);
  }
  f.blocks.pop_back();
  f.blocks.insert(f.blocks.begin(), entry);
  f.renumberBlocks();
  ir::orderBlocks(f);
  return true;
}

}  // namespace gene
