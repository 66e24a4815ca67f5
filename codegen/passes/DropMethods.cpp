// Methods that no code asks for by name are not defined, and constructors of classes that no code can see.
//   before  (v1 = closure area) (class.method area v0 v1)      with no call of a method `area` left that is found at run time
//   after                                                      nothing
// What all calls of a method are known to reach has been inlined, or has a function of its own (direct-calls): what is
// left for dynamic calls is a second copy of the code. `drop-unused` drops the functions.
// Keeps: methods that the runtime calls, all methods where a name is computed. Comes last: what is known of a class is
// read off its definition.

#include "codegen/passes/Classes.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {

bool dropMethods(ir::Program& program, PassContext& context) {
  if (!context.native || program.isEntered) return false;
  const KnownClasses& classes = context.analyses->classes();
  std::unordered_set<const ir::Value*> dropped;  // and the closures, which are used nowhere else
  for (const ir::Block* block : program.functions[0]->blocks)
    for (const ir::Instruction* inst : block->instructions) {
      if (inst->op != ir::Op::ClassMethod && inst->op != ir::Op::ClassCtor) continue;
      const ir::Instruction* closure = asInstruction(inst->operands[1]);
      if (closure && closure->op == ir::Op::Closure &&
          classes.isHidden(*closure->as<ir::Op::Closure>().function()))
        dropped.insert({inst, closure});
    }
  removeInstructions(*program.functions[0],
                     [&](const ir::Instruction* inst) { return dropped.contains(inst); });
  return !dropped.empty();
}

}  // namespace gene
