// Unrolls recursion: a small function that calls itself gets copies of its own body in the place of these calls, so that
// several levels of the recursion run in one frame.
//   before  (func fib [n] … (v3 = call.known fib absent v2) …)
//   after   (func fib [n] … the body of fib for v2, whose calls are of fib … )
// Needs: types, for the copies are made of what they are about: specialise comes first. Keeps: tail calls, which are as
// cheap as they can be; stack traces; infinite recursion still overflows the stack, for each round of it takes a frame.

#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Inliner.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;

constexpr size_t LargestBody = 40, LargestResult = 260;  // instructions
constexpr int MostLevels = 3;

std::vector<Instruction*> callsOfItself(const Function& f) {
  std::vector<Instruction*> calls;
  for (const Block* block : f.blocks)
    for (Instruction* inst : block->instructions)
      if (const auto call = inst->tryAs<Op::CallKnown>();
          call && call.function() == &f && !inst->tail)
        calls.push_back(inst);
  return calls;
}

/// The general version of a function that was specialised: what is worth it runs in the copy.
bool isGuarded(const Function& f) {
  const Instruction* end = f.entry()->terminator();
  const Instruction* test = end->op == Op::Branch ? asInstruction(end->operands[0]) : nullptr;
  return test && test->op == Op::IsSmallInt;
}

bool unroll(Function& f) {
  if (isGuarded(f)) return false;
  const size_t size = sizeOf(f);
  if (size > LargestBody || callsOfItself(f).empty() || !isInlinable(f)) return false;
  const Function* body = nullptr;
  bool changed = false;
  for (int level = 0; level < MostLevels; level++) {
    const std::vector<Instruction*> calls = callsOfItself(f);
    if (sizeOf(f) + calls.size() * size > LargestResult) break;
    if (!body) body = cloneFunction(f);  // what is copied must not grow meanwhile
    for (Instruction* call : calls) {
      if (!isInlinable(*call, f)) continue;
      inlineCall(*call, f, *body);
      changed = true;
    }
  }
  if (changed) ir::orderBlocks(f);
  return changed;
}

}  // namespace

bool selfInline(ir::Function& function, PassContext&) { return unroll(function); }

}  // namespace gene
