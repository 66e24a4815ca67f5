// Reads module variables that are assigned once, a constant, as this constant.
//   before  (global.set MASK 255) … (v1 = global.get MASK) (v2 = bit-and v0 v1)
//   after   (global.set MASK 255) … (v2 = bit-and v0 255)
// Where the read surely comes after the assignment. Not in programs that evaluate code or hand out their namespace.
// Keeps: the variable itself, for whoever looks it up by name.

#include <algorithm>
#include <vector>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"
#include "codegen/passes/SureReads.h"

namespace gene {
namespace {

using ir::Block;
using ir::Constant;
using ir::Function;
using ir::Instruction;
using ir::Op;

/// By Global::index: the constant that the variable is assigned and nothing else; null for others. Empty where code that
/// nobody has seen may assign any.
std::vector<Constant*> constantsOf(const ir::Program& program) {
  std::vector<Constant*> constants(program.globals.size());
  std::vector<bool> isAssigned(program.globals.size());
  for (const Function* f : program.functions)
    for (const Block* block : f->blocks)
      for (const Instruction* inst : block->instructions) {
        if (inst->info().reachesUnseenCode()) return {};
        const auto set = inst->tryAs<Op::GlobalSet>();
        if (!set) continue;
        const uint32_t index = set.global()->index;
        ir::Value* value = inst->operands[0];
        const bool isFirst = !isAssigned[index] && !set.global()->external;
        const bool isPlain = asConstant(value) && !isConstant(value, ir::ConstantKind::Form);
        constants[index] = isFirst && isPlain ? static_cast<Constant*>(value) : nullptr;
        isAssigned[index] = true;
      }
  return constants;
}

}  // namespace

bool constantGlobals(ir::Program& program, PassContext&) {
  const std::vector<Constant*> constants = constantsOf(program);
  if (std::ranges::none_of(constants, [](const Constant* c) { return c != nullptr; })) return false;
  const SureReads sure(program);
  bool changed = false;
  for (Function* f : program.functions) {
    Substitution known;
    for (const Block* block : f->blocks)
      for (const Instruction* inst : block->instructions)
        if (const auto get = inst->tryAs<Op::GlobalGet, Op::GlobalCheck>();
            get && !inst->handler && constants[get.global()->index] && sure.contains(inst))
          known.replace(inst, constants[get.global()->index]);
    if (known.empty()) continue;
    known.apply(*f);
    removeInstructions(*f, [&](const Instruction* inst) { return known.contains(inst); });
    changed = true;
  }
  return changed;
}

}  // namespace gene
