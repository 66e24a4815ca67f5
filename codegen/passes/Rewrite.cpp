#include "codegen/passes/Rewrite.h"

#include <algorithm>

#include "codegen/ir/Annotations.h"

namespace gene {

using ir::Block;
using ir::Edge;
using ir::Instruction;
using ir::Value;

void Substitution::apply(Instruction& inst) {
  if (map_.empty()) return;
  for (Value*& operand : inst.operands) operand = (*this)(operand);
  if (inst.handler)
    for (Value*& arg : inst.handler->args) arg = (*this)(arg);
  for (Edge& e : inst.successors)
    for (Value*& arg : e.args) arg = (*this)(arg);
}

void Substitution::apply(ir::Function& function) {
  if (map_.empty()) return;
  for (Block* block : function.blocks)
    for (Instruction* inst : block->instructions) apply(*inst);
}

void removeParams(Block& block, const std::vector<bool>& remove,
                  Span<const ir::Predecessor> before) {
  for (uint32_t i = block.params.size(); i-- > 0;) {
    if (!remove[i]) continue;
    for (const ir::Predecessor& p : before) p.edge->args.erase(i - (p.isHandler ? 1 : 0));
    block.params.erase(i);
  }
  for (uint32_t i = 0; i < block.params.size(); i++) block.params[i]->index = i;
}

void jumpAlong(Block& block, const Edge& edge) {
  ir::Program& program = *block.function->program;
  Instruction* jump = makeInstruction(program, ir::Op::Jump, block.terminator()->loc, {});
  jump->block = &block;
  jump->successors = {program.arena.array<Edge>(1), 1};
  new (&jump->successors[0]) Edge{edge.target, {}};
  for (Value* arg : edge.args) jump->successors[0].args.push_back(program.arena, arg);
  block.instructions.back() = jump;
}

Instruction* makeInstruction(ir::Program& program, ir::Op op, Location loc,
                             std::vector<Value*> operands, std::vector<ir::Immediate> immediates) {
  auto* inst = program.arena.make<Instruction>(op, loc);
  inst->operands = program.arena.copy(Span<Value* const>(operands));
  inst->immediates = program.arena.copy(Span<const ir::Immediate>(immediates));
  return inst;
}

Instruction* makeInstruction(ir::Program& program, ir::Op op, const Instruction& instead,
                             std::vector<Value*> operands, std::vector<ir::Immediate> immediates) {
  Instruction* inst =
      makeInstruction(program, op, instead.loc, std::move(operands), std::move(immediates));
  inst->inlined = instead.inlined;
  return inst;
}

void append(Block& block, Instruction* inst) {
  inst->block = &block;
  block.instructions.push_back(block.function->program->arena, inst);
}

void appendJump(Block& block, Block& to, Span<Value* const> args, const Instruction& instead) {
  ir::Program& program = *block.function->program;
  Instruction* jump = makeInstruction(program, ir::Op::Jump, instead.loc, {});
  jump->inlined = instead.inlined;
  jump->successors = {program.arena.array<Edge>(1), 1};
  new (&jump->successors[0]) Edge{&to, {}};
  for (Value* arg : args) jump->successors[0].args.push_back(program.arena, arg);
  append(block, jump);
}

void appendBranch(Block& block, Value* condition, Block& yes, Block& no, Location loc) {
  ir::Program& program = *block.function->program;
  Instruction* branch = makeInstruction(program, ir::Op::Branch, loc, {condition});
  branch->successors = {program.arena.array<Edge>(2), 2};
  new (&branch->successors[0]) Edge{&yes, {}};
  new (&branch->successors[1]) Edge{&no, {}};
  append(block, branch);
}

void copyHandler(Instruction& inst, const Instruction& other) {
  if (!other.handler) return;
  Arena& arena = inst.block->function->program->arena;
  inst.handler = arena.make<Edge>(Edge{other.handler->target, {}});
  for (Value* arg : other.handler->args) inst.handler->args.push_back(arena, arg);
}

void appendInstead(Block& block, Instruction* inst, const Instruction& call, Block* after) {
  append(block, inst);
  if (!after) {
    inst->tail = true;
    append(block, makeInstruction(*block.function->program, ir::Op::Return, call.loc, {inst}));
    return;
  }
  copyHandler(*inst, call);
  Value* const result[] = {inst};
  appendJump(block, *after, result, call);
}

std::vector<Instruction*> cutAt(Instruction& inst) {
  ArenaVector<Instruction*>& all = inst.block->instructions;
  Instruction** at = std::ranges::find(all, &inst);
  std::vector<Instruction*> rest(at + 1, all.end());
  all.resize(static_cast<uint32_t>(at - all.begin()));
  return rest;
}

ir::Param* addParam(Block& block, ir::Type type, ir::Rep rep) {
  Arena& arena = block.function->program->arena;
  auto* param = arena.make<ir::Param>(&block, block.params.size());
  param->type = type;
  param->rep = rep;
  block.params.push_back(arena, param);
  return param;
}

Block* splitBehind(Instruction& call, Substitution& results) {
  const std::vector<Instruction*> rest = cutAt(call);
  if (call.tail) return nullptr;
  Block* after = call.block->function->addBlock(Symbol::of("after"));
  for (Instruction* inst : rest) append(*after, inst);
  results.replace(&call, addParam(*after, ir::Type::value(), ir::Rep::Boxed));
  return after;
}

namespace {

size_t usesOf(const Value* value, const ir::Function& f) {
  size_t uses = 0;
  for (const Block* block : f.blocks) {
    for (const Instruction* inst : block->instructions)
      uses += static_cast<size_t>(std::ranges::count(inst->operands, value));
    block->forEachEdge([&](ir::Edge& edge, bool) {
      uses += static_cast<size_t>(std::ranges::count(edge.args, value));
    });
  }
  return uses;
}

}  // namespace

std::vector<const Instruction*> movableChecks(const ir::Function& f) {
  std::vector<const Instruction*> checks;
  for (const Instruction* check : ir::leadingChecks(f)) {
    if (check->operands[0]->kind != ir::ValueKind::Param || check->inlined ||
        usesOf(check->operands[0], f) != 1)
      break;
    checks.push_back(check);
  }
  return checks;
}

}  // namespace gene
