#include "codegen/ir/Builder.h"

#include "codegen/ir/Dominance.h"

namespace gene::ir {

/// What is known of a block while SSA is built.
struct Builder::BlockState {
  struct Predecessor {
    Edge* edge;
    Block* from;
  };
  Block* block;
  bool sealed = false;
  uint32_t explicitParams = 0;  // made with addParam
  std::vector<Predecessor> predecessors;
  std::unordered_map<Variable, Value*> definitions;
  std::vector<std::pair<Variable, Param*>> incomplete;  // read before all predecessors were known
};

Builder::Builder(Function& function) : function_(function) {}

Builder::~Builder() = default;

Builder::BlockState& Builder::state(const Block* block) { return *states_[block->index]; }

// --- blocks ----------------------------------------------------------------------------------------------------------------

Block* Builder::newBlock(std::string_view name) {
  Block* block = function_.addBlock(Symbol::of(name));
  states_.push_back(std::make_unique<BlockState>());
  states_.back()->block = block;
  return block;
}

void Builder::seal(Block* block) {
  BlockState& s = state(block);
  GENE_ASSERT(!s.sealed, "a block is sealed once");
  s.sealed = true;
  for (auto [variable, param] : s.incomplete)
    for (const auto& p : s.predecessors)
      p.edge->args.push_back(program().arena, readIn(p.from, variable));
  s.incomplete.clear();
}

Param* Builder::addParam(Block* block, Type type) {
  GENE_ASSERT(state(block).incomplete.empty(), "explicit parameters come first");
  state(block).explicitParams++;
  auto* param = program().arena.make<Param>(block, block->params.size());
  param->type = type;
  block->params.push_back(program().arena, param);
  return param;
}

void Builder::connect(Edge& edge, Block* from, Block* to) {
  edge.target = to;
  BlockState& s = state(to);
  GENE_ASSERT(!s.sealed, "no new edges to a sealed block");
  s.predecessors.push_back({&edge, from});
}

// --- variables -------------------------------------------------------------------------------------------------------------

Variable Builder::newVariable() { return variables_++; }

void Builder::write(Variable variable, Value* value) {
  if (block_) state(block_).definitions[variable] = value;
}

Value* Builder::read(Variable variable) { return block_ ? readIn(block_, variable) : nil(); }

Value* Builder::readIn(Block* block, Variable variable) {
  // Blocks with one predecessor are passed without recursion: straight-line code makes long chains of them in `try`. They
  // form a circle in a loop that nothing enters, behind a `break`; it is found as Brent finds cycles.
  std::vector<BlockState*> passed;
  const Block* mark = block;
  size_t nextMark = 8;
  Value* value = nullptr;
  while (!value) {
    BlockState& s = state(block);
    if (auto it = s.definitions.find(variable); it != s.definitions.end()) {
      value = it->second;
    } else if (s.sealed && s.predecessors.empty()) {
      value = nil();
    } else if (s.sealed && s.predecessors.size() == 1) {
      passed.push_back(&s);
      block = s.predecessors[0].from;
      if (block == mark) value = nil();
      if (passed.size() == nextMark) {
        mark = block;
        nextMark *= 2;
      }
    } else {
      auto* param = program().arena.make<Param>(block, block->params.size());
      block->params.push_back(program().arena, param);
      s.definitions[variable] = param;
      if (s.sealed) {
        for (const auto& p : s.predecessors) {
          Value* argument = readIn(p.from, variable);
          p.edge->args.push_back(program().arena, argument);
        }
      } else {
        s.incomplete.emplace_back(variable, param);
      }
      value = param;
    }
  }
  for (BlockState* s : passed) s->definitions[variable] = value;
  return value;
}

// --- instructions ----------------------------------------------------------------------------------------------------------

Block* Builder::setHandler(Block* handler) {
  Block* before = handler_;
  handler_ = handler;
  return before;
}

Instruction* Builder::append(Op op, std::span<Value* const> operands) {
  auto* inst = program().arena.make<Instruction>(op, loc_);
  inst->operands = program().arena.copy(std::span<Value* const>(operands));
  inst->block = block_;
  block_->instructions.push_back(program().arena, inst);
  return inst;
}

Value* Builder::emit(Op op, std::span<Value* const> operands,
                     std::initializer_list<Immediate> immediates) {
  return emitWith(op, operands, std::span<const Immediate>(immediates.begin(), immediates.size()));
}

Value* Builder::emitWith(Op op, std::span<Value* const> operands,
                         std::span<const Immediate> immediates) {
  if (!block_) return nil();
  const InstInfo& row = info(op);
  GENE_ASSERT(!row.terminator, "terminators have methods of their own");
  GENE_ASSERT(
      row.variadic ? operands.size() >= row.fixedOperands : operands.size() == row.fixedOperands,
      "the operands of the row");
  Instruction* inst = append(op, operands);
  inst->immediates = program().arena.copy(std::span<const Immediate>(immediates));
  if (!handler_ || !row.mayRaise) return inst;
  inst->handler = program().arena.make<Edge>();
  connect(*inst->handler, block_, handler_);
  Block* next = newBlock("then");
  jump(next);
  seal(next);
  setBlock(next);
  return inst;
}

Instruction* Builder::terminate(Op op, std::span<Value* const> operands, size_t successors) {
  Instruction* inst = append(op, operands);
  inst->successors = {program().arena.array<Edge>(successors), successors};
  for (Edge& e : inst->successors) new (&e) Edge;
  return inst;
}

void Builder::tailReturn(Value* call) {
  if (block_ && call->kind == ValueKind::Instruction && !block_->instructions.empty() &&
      block_->instructions.back() == call) {
    auto* inst = static_cast<Instruction*>(call);
    if (!inst->handler) inst->tail = true;
  }
  ret(call);
}

void Builder::jump(Block* target, std::initializer_list<Value*> args) {
  if (!block_) return;
  Instruction* inst = terminate(Op::Jump, {}, 1);
  for (Value* arg : args) inst->successors[0].args.push_back(program().arena, arg);
  connect(inst->successors[0], block_, target);
  block_ = nullptr;
}

void Builder::branch(Value* condition, Block* ifTrue, Block* ifFalse) {
  if (!block_) return;
  Value* operands[] = {condition};
  Instruction* inst = terminate(Op::Branch, operands, 2);
  connect(inst->successors[0], block_, ifTrue);
  connect(inst->successors[1], block_, ifFalse);
  block_ = nullptr;
}

void Builder::switchOn(Value* index, std::span<Block* const> targets) {
  if (!block_) return;
  Value* operands[] = {index};
  Instruction* inst = terminate(Op::Switch, operands, targets.size());
  for (size_t i = 0; i < targets.size(); i++) connect(inst->successors[i], block_, targets[i]);
  block_ = nullptr;
}

void Builder::ret(Value* value) {
  if (!block_) return;
  Value* operands[] = {value};
  terminate(Op::Return, operands, 0);
  block_ = nullptr;
}

void Builder::unreachable() {
  if (!block_) return;
  terminate(Op::Unreachable, {}, 0);
  block_ = nullptr;
}

// --- the end ---------------------------------------------------------------------------------------------------------------

void Builder::finish() {
  GENE_ASSERT(!block_, "the last block is terminated");
  for (size_t i = 0; i < states_.size(); i++)
    if (!states_[i]->sealed) seal(function_.blocks[i]);
  const size_t count = function_.blocks.size();
  std::vector<Block*> order = reversePostOrder(function_);
  std::vector<bool> reachable(count);
  for (Block* b : order) reachable[b->index] = true;

  // A parameter whose arguments are one value (or itself) is that value; `resolved` follows such replacements.
  std::unordered_map<const Value*, Value*> replaced;
  auto resolved = [&](Value* v) {
    for (auto it = replaced.find(v); it != replaced.end(); it = replaced.find(v)) v = it->second;
    return v;
  };
  auto argument = [](const Block* block, const Edge* edge, uint32_t param) {
    // Edges of raising instructions have no argument for the exception.
    return edge->args[param - (block->params.size() - edge->args.size())];
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (Block* block : order) {
      BlockState& s = state(block);
      for (uint32_t i = s.explicitParams; i < block->params.size(); i++) {
        Param* param = block->params[i];
        if (replaced.contains(param)) continue;
        Value* same = nullptr;
        bool trivial = true;
        for (const auto& p : s.predecessors) {
          if (!reachable[p.from->index]) continue;
          Value* arg = resolved(argument(block, p.edge, i));
          if (arg == param || arg == same) continue;
          trivial &= same == nullptr;
          same = arg;
        }
        if (!trivial) continue;
        replaced.emplace(param, same ? same : nil());
        changed = true;
      }
    }
  }
  for (Block* block : order) {
    BlockState& s = state(block);
    for (uint32_t i = block->params.size(); i-- > s.explicitParams;) {
      if (!replaced.contains(block->params[i])) continue;
      for (const auto& p : s.predecessors)
        if (reachable[p.from->index])
          p.edge->args.erase(i - (block->params.size() - p.edge->args.size()));
      block->params.erase(i);
    }
    for (uint32_t i = 0; i < block->params.size(); i++) block->params[i]->index = i;
  }
  for (Block* block : order) {
    for (Instruction* inst : block->instructions)
      for (Value*& operand : inst->operands) operand = resolved(operand);
    block->forEachEdge([&](Edge& edge, bool) {
      for (Value*& arg : edge.args) arg = resolved(arg);
    });
  }
  function_.blocks = std::move(order);
  function_.renumberBlocks();
}

}  // namespace gene::ir
