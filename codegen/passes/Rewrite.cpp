#include "codegen/passes/Rewrite.h"

#include <algorithm>

#include "codegen/ir/Annotations.h"

#include <algorithm>

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
                  std::span<const ir::Predecessor> before) {
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
  inst->operands = program.arena.copy(std::span<Value* const>(operands));
  inst->immediates = program.arena.copy(std::span<const ir::Immediate>(immediates));
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

void appendJump(Block& block, Block& to, std::span<Value* const> args, const Instruction& instead) {
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

Edge copyEdge(const Edge& from, const std::vector<Block*>& blocks,
              const std::unordered_map<const Value*, Value*>& values, Arena& arena) {
  Edge edge{blocks[from.target->index], {}};
  for (Value* arg : from.args) {
    auto it = values.find(arg);
    edge.args.push_back(arena, it == values.end() ? arg : it->second);
  }
  return edge;
}

}  // namespace

std::vector<Block*> copyBlocks(const ir::Function& from, ir::Function& to,
                               std::unordered_map<const Value*, Value*>& values) {
  Arena& arena = to.program->arena;
  std::vector<Block*> blocks;
  const size_t count = from.blocks.size();  // `to` may be the same function
  for (size_t b = 0; b < count; b++) {
    const Block* source = from.blocks[b];
    Block* block = to.addBlock(source->name);
    blocks.push_back(block);
    if (b > 0)
      for (const ir::Param* p : source->params) values[p] = addParam(*block, p->type, p->rep);
    for (const Instruction* i : source->instructions) {
      auto* copy = arena.make<Instruction>(*i);
      append(*block, copy);
      values[i] = copy;
    }
  }
  for (size_t b = 0; b < count; b++) {
    for (Instruction* inst : blocks[b]->instructions) {
      inst->operands = arena.copy(std::span<Value* const>(inst->operands));
      for (Value*& operand : inst->operands)
        if (auto it = values.find(operand); it != values.end()) operand = it->second;
      std::span<Edge> successors = {arena.array<Edge>(inst->successors.size()),
                                    inst->successors.size()};
      for (size_t e = 0; e < successors.size(); e++)
        new (&successors[e]) Edge(copyEdge(inst->successors[e], blocks, values, arena));
      inst->successors = successors;
      if (inst->handler)
        inst->handler = arena.make<Edge>(copyEdge(*inst->handler, blocks, values, arena));
    }
  }
  return blocks;
}

std::vector<Block*> copyRegion(ir::Function& f, const std::vector<Block*>& region,
                               std::unordered_map<const Value*, Value*>& values) {
  Arena& arena = f.program->arena;
  std::unordered_map<const Block*, Block*> copyOf;
  std::vector<Block*> copies;
  for (const Block* from : region) {
    Block* to = f.addBlock(from->name);
    copyOf[from] = to;
    copies.push_back(to);
    for (const ir::Param* p : from->params) values[p] = addParam(*to, p->type, p->rep);
    for (const Instruction* inst : from->instructions) {
      auto* copy = arena.make<Instruction>(*inst);
      append(*to, copy);
      values[inst] = copy;
    }
  }
  auto mapped = [&](Value* v) {
    auto it = values.find(v);
    return it == values.end() ? v : it->second;
  };
  auto copyEdge = [&](const ir::Edge& from) {
    auto target = copyOf.find(from.target);
    ir::Edge edge{target == copyOf.end() ? from.target : target->second, {}};
    for (Value* arg : from.args) edge.args.push_back(arena, mapped(arg));
    return edge;
  };
  for (Block* block : copies)
    for (Instruction* inst : block->instructions) {
      inst->operands = arena.copy(std::span<Value* const>(inst->operands));
      for (Value*& operand : inst->operands) operand = mapped(operand);
      const std::span<ir::Edge> old = inst->successors;
      inst->successors = {arena.array<ir::Edge>(old.size()), old.size()};
      for (size_t i = 0; i < old.size(); i++) new (&inst->successors[i]) ir::Edge(copyEdge(old[i]));
      if (inst->handler) inst->handler = arena.make<ir::Edge>(copyEdge(*inst->handler));
    }
  return copies;
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
