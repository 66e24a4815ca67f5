// Lets the callers of a direct function check its arguments: what a caller has proven is not checked, and in the function the
// annotation is a fact.
//   before  (func f [x] ^^direct (block entry [v0] (v1 = check.type `Int `"x" 0 0 v0) …))        (call.known f absent v7)
//   after   (func f [x] ^^direct (block entry [v0] …))      (v8 = check.type `Int `"x" 0 0 v7) (call.known f absent v8)
// The moved checks are the function's own on stack traces, as inlined code is. Needs: direct-calls. Keeps: the order of
// the checks, which all come before anything else in the function; checks of slots that are used unchecked, too.

#include <algorithm>

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

class Mover {
 public:
  explicit Mover(ir::Program& program) : program_(program), checks_(program.functions.size()) {}

  bool run() {
    bool any = false;
    for (const Function* f : program_.functions) {
      if (f->isDirect) checks_[f->index] = movableChecks(*f);
      any |= !checks_[f->index].empty();
    }
    if (!any) return false;
    for (Function* f : program_.functions) {
      std::vector<Instruction*> calls;
      for (Block* block : f->blocks)
        for (Instruction* inst : block->instructions)
          if (const auto call = inst->tryAs<Op::CallKnown>();
              call && !checks_[call.function()->index].empty())
            calls.push_back(inst);
      for (Instruction* call : calls) checkBefore(*call);
      if (!calls.empty()) ir::orderBlocks(*f);
    }
    for (Function* f : program_.functions) dropFrom(*f);
    return true;
  }

 private:
  void checkBefore(Instruction& call) {
    const Function& callee = *call.as<Op::CallKnown>().function();
    const auto* inlined =
        program_.arena.make<ir::Inlined>(&callee, call.loc, call.inlined, call.tail, false);
    for (const Instruction* check : checks_[callee.index]) {
      Value*& argument = call.operands[ir::checkedSlot(*check)->index + 1];
      if (ir::isProven(*check, argument)) continue;
      Instruction* copy = program_.arena.make<Instruction>(*check);
      copy->operands = program_.arena.copy(Span<Value* const>(&argument, 1));
      copy->inlined = inlined;
      insertBefore(call, copy);
      argument = copy;
    }
  }

  /// Inside `try` what may raise ends its block.
  void insertBefore(Instruction& call, Instruction* check) {
    Block& block = *call.block;
    const std::vector<Instruction*> rest = cutAt(call);
    append(block, check);
    Block* next = &block;
    if (call.handler) {
      copyHandler(*check, call);
      next = block.function->addBlock(Symbol::of("checked"));
      appendJump(block, *next, {}, call);
    }
    append(*next, &call);
    for (Instruction* inst : rest) append(*next, inst);
  }

  void dropFrom(Function& f) {
    const std::vector<const Instruction*>& checks = checks_[f.index];
    if (checks.empty()) return;
    Substitution slots;
    for (const Instruction* check : checks) {
      slots.replace(check, check->operands[0]);
      ir::Param* slot = f.entry()->params[ir::checkedSlot(*check)->index];
      slot->type = slot->type & ir::annotationOf(*check).gives;
    }
    slots.apply(f);
    removeInstructions(f, [&](const Instruction* inst) { return slots.contains(inst); });
  }

  ir::Program& program_;
  std::vector<std::vector<const Instruction*>> checks_;  // by Function::index
};

}  // namespace

bool callerChecks(ir::Program& program, PassContext&) { return Mover(program).run(); }

}  // namespace gene
