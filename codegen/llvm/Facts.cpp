#include "codegen/llvm/Facts.h"

namespace gene::native {

Facts::Facts(const ir::Program& program)
    : addressTaken(program.functions.size()),
      usesCallee(program.functions.size()),
      inTailCall(program.functions.size()),
      assigned(program.globals.size()) {
  addressTaken[0] = true;
  for (const ir::Function* function : program.functions)
    for (const ir::Block* block : function->blocks)
      for (const ir::Instruction* inst : block->instructions) {
        if (const auto made = inst->tryAs<ir::Op::Closure>())
          addressTaken[made.function()->index] = true;
        if (const auto set = inst->tryAs<ir::Op::GlobalSet>()) assigned[set.global()->index] = true;
        if (const auto call = inst->tryAs<ir::Op::CallKnown>(); call && inst->tail) {
          inTailCall[function->index] = true;
          inTailCall[call.function()->index] = true;
        }
        if (inst->op == ir::Op::Callee) {
          usesCallee[function->index] = true;
          addressTaken[function->index] = true;
        }
      }
}

}  // namespace gene::native
