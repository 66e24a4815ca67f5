// Removes functions that nothing calls and of which no closure is made: those that were inlined everywhere.
//   before  (func __init__ …) (func square …)      with no call and no closure of square
//   after   (func __init__ …)
// Keeps: the module's top level, and what a VM enters.

#include "codegen/passes/Passes.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;

bool dropUnused(ir::Program& program, PassContext&) {
  std::vector<bool> used(program.functions.size());
  std::vector<const Function*> work;
  for (const Function* f : program.functions) {
    used[f->index] = f->index == 0 || f->isCalledByVm();
    if (used[f->index]) work.push_back(f);
  }
  while (!work.empty()) {
    const Function* f = work.back();
    work.pop_back();
    for (const Block* block : f->blocks)
      for (const Instruction* inst : block->instructions)
        for (const ir::Immediate& imm : inst->immediates)
          if (imm.function && !used[imm.function->index]) {
            used[imm.function->index] = true;
            work.push_back(imm.function);
          }
  }
  for (ir::Global* global : program.globals)
    if (global->function && !used[global->function->index]) global->function = nullptr;
  std::vector<Function*> kept;
  for (Function* f : program.functions)
    if (used[f->index]) kept.push_back(f);
  const bool changed = kept.size() < program.functions.size();
  program.functions = kept;
  for (uint32_t i = 0; i < kept.size(); i++) kept[i]->index = i;
  return changed;
}

}  // namespace gene
