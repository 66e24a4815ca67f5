#include "codegen/compile/EnteredLoops.h"

#include <algorithm>
#include <optional>
#include <tuple>

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

/// How many instructions there are from a block on, about: blocks stand in reverse post-order.
size_t sizeFrom(const Function& function, size_t block) {
  size_t count = 0;
  for (; block < function.blocks.size(); block++)
    count += function.blocks[block]->instructions.size();
  return count;
}

struct Candidate {
  const Function* function;
  LoopStart start;
  size_t size;
};

/// The loop as a function, or nothing where it cannot be one.
std::optional<ir::Program::EnteredLoop> entered(const Function& function, const LoopStart& start) {
  if (!canBeGiven(start)) return std::nullopt;
  std::vector<const ir::Value*> values;
  std::vector<uint16_t> registers;
  for (const LoopStart::Held& held : start.held) {
    values.push_back(held.value);
    registers.push_back(held.reg);
  }
  Function* rest = continuationAt(function, *start.block, values);
  if (defines(*rest)) return std::nullopt;
  rest->isContinuation = true;
  if (function.index == 0) rest->assignedBefore = assignedBefore(function, *start.block);
  return ir::Program::EnteredLoop{function.index, start.offset, start.opcode, std::move(registers),
                                  rest};
}

}  // namespace

void addEnteredLoops(ir::Program& program) {
  // Each loop is the rest of its function once more: of a long one with many loops that would be too much code to wait for. Those
  // with the least of it are taken, as long as the program becomes about twice as large at most.
  constexpr size_t Always = 4000, MostBlocks = 2000;
  size_t budget = Always;
  for (const Function* function : program.functions) budget += sizeFrom(*function, 0);
  ImageTables tables(program);
  std::vector<Candidate> candidates;
  for (const Function* function : runOnce(program)) {
    if (function->isMacro || function->isCtor || function->blocks.size() > MostBlocks) continue;
    for (LoopStart& start : bytecode::loopStarts(*function, tables)) {
      const size_t size = sizeFrom(*function, start.block->index);
      candidates.push_back({function, std::move(start), size});
    }
  }
  std::ranges::sort(candidates, {}, [](const Candidate& c) {
    return std::tuple(c.size, c.function->index, c.start.offset);
  });
  for (const Candidate& candidate : candidates) {
    if (candidate.size > budget) break;
    budget -= candidate.size;
    if (auto loop = entered(*candidate.function, candidate.start))
      program.enteredLoops.push_back(std::move(*loop));
  }
  for (const ir::Program::EnteredLoop& loop : program.enteredLoops) program.add(loop.code);
}

}  // namespace gene
