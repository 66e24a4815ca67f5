#include "codegen/compile/Entered.h"

#include <algorithm>

#include "codegen/bytecode/LoopStarts.h"
#include "codegen/ir/Dominance.h"
#include "codegen/passes/Continuation.h"
#include "codegen/passes/Loops.h"

namespace gene {
namespace {

using bytecode::LoopStart;
using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;

/// What is called, if it is known.
Function* calleeOf(const Instruction& inst) {
  if (const auto call = inst.tryAs<Op::CallKnown>()) return call.function();
  if (inst.op != Op::Call) return nullptr;
  const auto read = ir::madeBy<Op::GlobalGet, Op::GlobalCheck>(inst.operands[0]);
  return read && read.global()->constant ? read.global()->function : nullptr;
}

/// The bodies of modules, and what they call outside of loops.
std::vector<Function*> runOnce(const ir::Program& program) {
  std::vector<Function*> result{program.functions[0]};
  for (size_t i = 0; i < result.size(); i++) {
    const Loops loops(*result[i]);
    for (const Block* block : result[i]->blocks) {
      if (loops.depth(block) != 0) continue;
      for (const Instruction* inst : block->instructions)
        if (Function* callee = calleeOf(*inst);
            callee && std::ranges::find(result, callee) == result.end())
          result.push_back(callee);
    }
  }
  return result;
}

bool isOptionalSlot(const ir::Value* value) {
  if (value->kind != ir::ValueKind::Param) return false;
  const auto* param = static_cast<const ir::Param*>(value);
  const Function& function = *param->block->function;
  return param->block == function.entry() && function.params[param->index].optional;
}

/// Can what the frame has there be given to a function? An argument that was left out cannot; but nothing looks at it any more
/// where its default has been put in.
bool canBeGiven(const LoopStart& start) {
  return std::ranges::all_of(start.held, [](const LoopStart::Held& held) {
    return held.value->type.overlaps(ir::Type::value()) && !isOptionalSlot(held.value);
  });
}

/// Definitions stand in a program once: facts about classes are made of that.
bool defines(const Function& function) {
  return std::ranges::any_of(function.blocks, [](const Block* block) {
    return std::ranges::any_of(block->instructions, [](const Instruction* inst) {
      return inst->is<Op::ClassNew, Op::InterfaceNew, Op::NamespaceNew, Op::EnumNew,
                      Op::ClassMethod, Op::ClassCtor, Op::ClassField, Op::ClassImplements>();
    });
  });
}

/// The module variables that are assigned wherever the block of the top level begins.
std::vector<const ir::Global*> assignedBefore(const Function& function, const Block& at) {
  std::vector<const ir::Global*> result;
  const ir::Dominance dominance(function);
  for (const Block* block : function.blocks)
    if (block != &at && dominance.dominates(block, &at))
      for (const Instruction* inst : block->instructions)
        if (const auto set = inst->tryAs<Op::GlobalSet>()) result.push_back(set.global());
  return result;
}

}  // namespace

void becomeEntered(ir::Program& program) {
  constexpr size_t MostLoops = 32;
  ImageTables tables(program);
  for (const Function* function : runOnce(program)) {
    if (function->isMacro || function->isCtor) continue;
    for (const LoopStart& start : bytecode::loopStarts(*function, tables)) {
      if (program.enteredLoops.size() == MostLoops) break;
      if (!canBeGiven(start)) continue;
      std::vector<const ir::Value*> values;
      std::vector<uint16_t> registers;
      for (const LoopStart::Held& held : start.held) {
        values.push_back(held.value);
        registers.push_back(held.reg);
      }
      Function* rest = continuationAt(*function, *start.block, values);
      if (defines(*rest)) continue;
      rest->isContinuation = true;
      if (function->index == 0) rest->assignedBefore = assignedBefore(*function, *start.block);
      program.enteredLoops.push_back(
          {function->index, start.offset, start.opcode, std::move(registers), rest});
    }
  }
  program.becomeEntered();
  for (const ir::Program::EnteredLoop& loop : program.enteredLoops) program.add(loop.code);
}

}  // namespace gene
