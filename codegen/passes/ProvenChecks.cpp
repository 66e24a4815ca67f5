// Drops checks of annotations that types prove, across loops and calls, and what becomes superfluous with them. For -O1, which
// infers nothing otherwise: programs without annotations pay nothing.
//   before  (block loop [v1] (v2 = add v1 1) (v3 = check.type `Int … v2) … (jump (loop v3)))     with v1 an Int at first
//   after   (block loop [v1] (v2 = add v1 1) … (jump (loop v2)))
// Keeps: checks of arguments of functions that somebody unknown may call.

#include "codegen/passes/Inference.h"
#include "codegen/passes/Passes.h"

namespace gene {
namespace {

bool hasChecks(const ir::Function& function) {
  for (const ir::Block* block : function.blocks)
    for (const ir::Instruction* inst : block->instructions)
      if (inst->op == ir::Op::CheckType) return true;
  return false;
}

}  // namespace

bool dropProvenChecks(ir::Program& program, PassContext& context) {
  std::vector<ir::Function*> checked;
  for (ir::Function* function : program.functions)
    if (hasChecks(*function)) checked.push_back(function);
  if (checked.empty()) return false;
  bool changed = context.analyses->types().write();
  for (ir::Function* function : checked) changed |= simplify(*function, context);
  return changed;
}

}  // namespace gene
