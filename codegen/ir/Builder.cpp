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

Instruction* Builder::append(Op op, Span<Value* const> operands) {
  auto* inst = program().arena.make<Instruction>(op, loc_);
  inst->operands = program().arena.copy(Span<Value* const>(operands));
  inst->block = block_;
  block_->instructions.push_back(program().arena, inst);
  return inst;
}

Value* Builder::emit(Op op, Span<Value* const> operands,
                     std::initializer_list<Immediate> immediates) {
  return emitWith(op, operands, Span<const Immediate>(immediates.begin(), immediates.size()));
}

Value* Builder::emitWith(Op op, Span<Value* const> operands, Span<const Immediate> immediates) {
  if (!block_) return nil();
  const InstInfo& row = info(op);
  GENE_ASSERT(!row.terminator, "terminators have methods of their own");
  GENE_ASSERT(
      row.variadic ? operands.size() >= row.fixedOperands : operands.size() == row.fixedOperands,
      "the operands of the row");
  Instruction* inst = append(op, operands);
  inst->immediates = program().arena.copy(Span<const Immediate>(immediates));
  if (!handler_ || !row.mayRaise) return inst;
  inst->handler = program().arena.make<Edge>();
  connect(*inst->handler, block_, handler_);
  Block* next = newBlock("then");
  jump(next);
  seal(next);
  setBlock(next);
  return inst;
}

Instruction* Builder::terminate(Op op, Span<Value* const> operands, size_t successors) {
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

void Builder::switchOn(Value* index, Span<Block* const> targets) {
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

namespace {

/// Parameters that all edges give one value (or the parameter itself): they are that value. Each is looked at again when one
/// of its arguments turns out to be such a parameter, so that nested loops cost what their parameters are.
class TrivialParams {
 public:
  /// A parameter that may be one; its number.
  uint32_t add(Param* param) {
    param->number = static_cast<uint32_t>(all_.size());
    all_.push_back({param, nullptr, {}, {}});
    return param->number;
  }
  void addArgument(uint32_t candidate, Value* argument) {
    all_[candidate].arguments.push_back(argument);
  }
  /// Finds them; `otherwise` stands for a parameter without arguments.
  void find(Value* otherwise) {
    std::vector<uint32_t> pending;
    for (uint32_t i = 0; i < all_.size(); i++) {
      pending.push_back(i);
      for (Value* argument : all_[i].arguments)
        if (Candidate* c = candidate(argument)) c->users.push_back(i);
    }
    while (!pending.empty()) {
      Candidate& c = all_[pending.back()];
      pending.pop_back();
      if (c.value || !becomes(c, otherwise)) continue;
      pending.insert(pending.end(), c.users.begin(), c.users.end());
      // What was given it is given its value now.
      if (Candidate* same = candidate(c.value))
        for (const uint32_t user : c.users)
          if (!all_[user].value && &all_[user] != same) same->users.push_back(user);
    }
  }
  [[nodiscard]] bool isTrivial(const Value* value) {
    const Candidate* c = candidate(value);
    return c && c->value;
  }
  /// What the value is: replacements of replacements are followed.
  Value* resolved(Value* value) {
    Value* result = value;
    for (const Candidate* c = candidate(result); c && c->value; c = candidate(result))
      result = c->value;
    while (value != result) {
      Candidate* c = candidate(value);
      value = c->value;
      c->value = result;
    }
    return result;
  }

 private:
  struct Candidate {
    Param* param;
    Value* value;  // what it is; null if it is no trivial one
    std::vector<Value*> arguments;
    std::vector<uint32_t> users;  // candidates that are given it
  };
  Candidate* candidate(const Value* value) {
    if (value->kind != ValueKind::Param || value->number >= all_.size()) return nullptr;
    Candidate& c = all_[value->number];
    return c.param == value ? &c : nullptr;
  }
  bool becomes(Candidate& c, Value* otherwise) {
    Value* same = nullptr;
    for (Value* argument : c.arguments) {
      Value* const value = resolved(argument);
      if (value == c.param || value == same) continue;
      if (same) return false;
      same = value;
    }
    c.value = same ? same : otherwise;
    return true;
  }
  std::vector<Candidate> all_;
};

}  // namespace

void Builder::finish() {
  GENE_ASSERT(!block_, "the last block is terminated");
  for (size_t i = 0; i < states_.size(); i++)
    if (!states_[i]->sealed) seal(function_.blocks[i]);
  const size_t count = function_.blocks.size();
  std::vector<Block*> order = reversePostOrder(function_);
  std::vector<bool> reachable(count);
  for (Block* b : order) reachable[b->index] = true;

  TrivialParams params;
  for (Block* block : order) {
    const BlockState& s = state(block);
    for (uint32_t i = s.explicitParams; i < block->params.size(); i++) {
      const uint32_t candidate = params.add(block->params[i]);
      for (const auto& p : s.predecessors)
        // Edges of raising instructions have no argument for the exception.
        if (reachable[p.from->index])
          params.addArgument(candidate,
                             p.edge->args[i - (block->params.size() - p.edge->args.size())]);
    }
  }
  params.find(nil());
  for (Block* block : order) {
    const BlockState& s = state(block);
    for (const auto& p : s.predecessors) {
      if (!reachable[p.from->index]) continue;
      const uint32_t missing = block->params.size() - p.edge->args.size();
      uint32_t kept = 0;
      for (uint32_t i = 0; i < p.edge->args.size(); i++)
        if (!params.isTrivial(block->params[i + missing])) p.edge->args[kept++] = p.edge->args[i];
      p.edge->args.resize(kept);
    }
    uint32_t kept = 0;
    for (Param* param : block->params)
      if (!params.isTrivial(param)) {
        param->index = kept;
        block->params[kept++] = param;
      }
    block->params.resize(kept);
  }
  for (Block* block : order) {
    for (Instruction* inst : block->instructions)
      for (Value*& operand : inst->operands) operand = params.resolved(operand);
    block->forEachEdge([&](Edge& edge, bool) {
      for (Value*& arg : edge.args) arg = params.resolved(arg);
    });
  }
  function_.blocks = std::move(order);
  function_.renumberBlocks();
}

}  // namespace gene::ir
