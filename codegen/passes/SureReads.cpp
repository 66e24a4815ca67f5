#include "codegen/passes/SureReads.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Facts.h"

namespace gene {

using ir::Block;
using ir::Instruction;
using ir::Op;

SureReads::SureReads(const ir::Program& program) {
  const ir::Function& top = *program.functions[0];
  const ir::Dominance dominance(top);
  std::unordered_map<const ir::Global*, std::vector<const Instruction*>> assigned;
  std::unordered_set<const ir::Global*> first;
  bool ran = false;
  for (const Block* block : dominance.order())
    for (const Instruction* inst : block->instructions) {
      ran |= block != top.entry() || effectsOf(*inst).runsCode;
      const auto access = inst->tryAs<Op::GlobalGet, Op::GlobalCheck, Op::GlobalSet>();
      if (!access) continue;
      const ir::Global* global = access.global();
      std::vector<const Instruction*>& sets = assigned[global];
      if (inst->op == Op::GlobalSet) {
        if (sets.empty() || sets.back()->block != block) sets.push_back(inst);
        if (!ran) first.insert(global);
      } else if (std::ranges::any_of(sets, [&](const Instruction* set) {
                   return dominance.dominates(set->block, block);
                 })) {
        sure_.insert(inst);
      }
    }
  for (const ir::Function* function : program.functions) {
    if (function == &top) continue;
    const auto& before = function->assignedBefore;
    for (const Block* block : function->blocks)
      for (const Instruction* inst : block->instructions)
        if (const auto get = inst->tryAs<Op::GlobalGet, Op::GlobalCheck>();
            get && (first.contains(get.global()) ||
                    std::ranges::find(before, get.global()) != before.end()))
          sure_.insert(inst);
  }
}

}  // namespace gene
