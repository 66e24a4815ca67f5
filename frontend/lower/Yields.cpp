#include "frontend/lower/Yields.h"

#include <unordered_map>
#include <unordered_set>

#include "codegen/ir/Builder.h"
#include "codegen/ir/Dominance.h"

namespace gene {
namespace {

using namespace ir;

class YieldLowering {
 public:
  explicit YieldLowering(Function& function)
      : function_(function), arena_(function.program->arena), frame_(function.entry()->params[0]) {}

  uint32_t run() {
    splitAtYields();
    findLive();
    for (Block* block : std::vector<Block*>(function_.blocks)) rewrite(block);
    suspend();
    dispatch();
    orderBlocks(function_);
    return 1 + static_cast<uint32_t>(slots_.size());
  }

 private:
  /// A yield: the block that ends there and the one that goes on.
  struct Suspension {
    Block* before;
    Value* value;
    Location loc;
    Block* after;
  };

  Instruction* make(Op op, std::initializer_list<Value*> operands, Location loc) {
    auto* inst = arena_.make<Instruction>(op, loc);
    inst->operands = arena_.copy(Span<Value* const>(operands.begin(), operands.size()));
    return inst;
  }
  Instruction* withIndex(Instruction* inst, uint32_t index) {
    const Immediate immediate[] = {Builder::imm(int64_t{index})};
    inst->immediates = arena_.copy(Span<const Immediate>(immediate));
    return inst;
  }
  Instruction* load(uint32_t index, Location loc) {
    return withIndex(make(Op::ScopeGet, {frame_}, loc), index);
  }
  Instruction* store(uint32_t index, Value* value, Location loc) {
    return withIndex(make(Op::ScopeSet, {frame_, value}, loc), index);
  }
  void append(Block* block, Instruction* inst) {
    inst->block = block;
    block->instructions.push_back(arena_, inst);
  }
  void appendJump(Block* from, Block* to, Location loc) {
    Instruction* jump = make(Op::Jump, {}, loc);
    jump->successors = {arena_.array<Edge>(1), 1};
    new (&jump->successors[0]) Edge{to, {}};
    append(from, jump);
  }

  void splitAtYields() {
    for (size_t b = 0; b < function_.blocks.size(); b++) {
      Block* block = function_.blocks[b];
      for (size_t i = 0; i < block->instructions.size(); i++) {
        Instruction* yield = block->instructions[i];
        if (yield->op != Op::Yield) continue;
        Block* after = function_.addBlock(Symbol::of("resume"));
        for (size_t k = i + 1; k < block->instructions.size(); k++)
          append(after, block->instructions[k]);
        block->instructions.resize(static_cast<uint32_t>(i));
        replaced_[yield] = function_.program->constant(ConstantKind::Nil);
        suspensions_.push_back({block, yield->operands[0], yield->loc, after});
        appendJump(block, after, yield->loc);  // for the analysis; suspend() puts a return there
        break;                                 // `after` is looked at when its turn comes
      }
    }
  }

  Value* resolved(Value* value) {
    auto it = replaced_.find(value);
    return it == replaced_.end() ? value : it->second;
  }

  /// Calls f(Value*&) for what `inst` uses, edges included.
  template <class F>
  static void forEachUse(Instruction* inst, F&& f) {
    for (Value*& operand : inst->operands) f(operand);
    if (inst->handler)
      for (Value*& arg : inst->handler->args) f(arg);
    for (Edge& edge : inst->successors)
      for (Value*& arg : edge.args) f(arg);
  }

  /// Which values are needed behind some yield: each gets a slot of the frame.
  void findLive() {
    const size_t count = function_.blocks.size();
    std::vector<std::unordered_set<Value*>> uses(count), liveIn(count);
    std::vector<std::unordered_set<Value*>> defined(count);
    std::unordered_map<const Block*, Value*> yielded;
    for (const Suspension& s : suspensions_) yielded[s.before] = s.value;
    for (Block* block : function_.blocks) {
      auto& mine = defined[block->index];
      for (Param* p : block->params) mine.insert(p);
      auto use = [&](Value*& v) {
        v = resolved(v);
        if (v->kind != ValueKind::Constant && v != frame_ && !mine.contains(v))
          uses[block->index].insert(v);
      };
      for (Instruction* inst : block->instructions) {
        forEachUse(inst, use);
        mine.insert(inst);
      }
      if (auto it = yielded.find(block); it != yielded.end()) use(it->second);
    }
    liveIn = uses;
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = count; i-- > 0;) {
        Block* block = function_.blocks[i];
        block->forEachEdge([&](Edge& edge, bool) {
          for (Value* v : liveIn[edge.target->index])
            if (!defined[i].contains(v)) changed |= liveIn[i].insert(v).second;
        });
      }
    }
    for (const Suspension& s : suspensions_)
      for (Value* v : liveIn[s.after->index])
        slots_.try_emplace(v, 1 + static_cast<uint32_t>(slots_.size()));
  }

  /// Stores what has a slot behind its definition; reads it before its uses in other blocks.
  void rewrite(Block* block) {
    const std::vector<Instruction*> old(block->instructions.begin(), block->instructions.end());
    block->instructions.clear();
    std::unordered_map<Value*, Value*> here;
    for (Param* p : block->params) {
      if (!slots_.contains(p)) continue;
      append(block, store(slots_[p], p, old.front()->loc));
      here[p] = p;
    }
    Instruction* raised = nullptr;  // with a slot and a handler: stored on the way out
    for (size_t i = 0; i < old.size(); i++) {
      Instruction* inst = old[i];
      auto use = [&](Value*& v) {
        auto slot = slots_.find(v);
        if (slot == slots_.end()) return;
        Value*& value = here[v];
        if (!value) {
          Instruction* read = load(slot->second, inst->loc);
          append(block, read);
          value = read;
        }
        v = value;
      };
      if (inst->handler && i + 1 < old.size()) {
        // Nothing stands between a raising instruction and its jump.
        forEachUse(inst, use);
        if (slots_.contains(inst)) here[inst] = inst;
        forEachUse(old[i + 1], use);
      } else if (!raised) {
        forEachUse(inst, use);
      }
      append(block, inst);
      if (!slots_.contains(inst)) continue;
      here[inst] = inst;
      if (inst->handler)
        raised = inst;
      else
        append(block, store(slots_[inst], inst, inst->loc));
    }
    for (Suspension& s : suspensions_)
      if (s.before == block) finishYield(s, here);
    if (raised) storeOnEdge(block, raised);
  }

  void finishYield(Suspension& s, std::unordered_map<Value*, Value*>& here) {
    Block* block = s.before;
    s.value = resolved(s.value);
    auto slot = slots_.find(s.value);
    if (slot == slots_.end()) return;
    if (Value* known = here[s.value]) {
      s.value = known;
      return;
    }
    Instruction* jump = block->instructions.back();
    block->instructions.pop_back();
    Instruction* read = load(slot->second, s.loc);
    append(block, read);
    append(block, jump);
    s.value = read;
  }

  void storeOnEdge(Block* block, Instruction* raised) {
    Edge& edge = block->terminator()->successors[0];
    Block* between = function_.addBlock(Symbol::of("keep"));
    append(between, store(slots_[raised], raised, raised->loc));
    appendJump(between, edge.target, raised->loc);
    between->terminator()->successors[0].args = edge.args;
    edge = Edge{between, {}};
  }

  void suspend() {
    for (size_t i = 0; i < suspensions_.size(); i++) {
      const Suspension& s = suspensions_[i];
      s.before->instructions.pop_back();
      append(s.before, store(0, function_.program->integer(static_cast<int64_t>(i + 1)), s.loc));
      append(s.before, make(Op::Return, {s.value}, s.loc));
    }
  }

  /// A new entry that goes to the place where the generator stopped.
  void dispatch() {
    Block* start = function_.entry();
    Block* entry = function_.addBlock(Symbol::of("entry"));
    start->name = Symbol::of("start");
    for (Param* p : start->params) {
      p->block = entry;
      entry->params.push_back(arena_, p);
    }
    start->params.clear();
    Instruction* place = load(0, function_.loc);
    append(entry, place);
    Instruction* go = make(Op::Switch, {place}, function_.loc);
    const size_t count = suspensions_.size() + 1;
    go->successors = {arena_.array<Edge>(count), count};
    new (&go->successors[0]) Edge{start, {}};
    for (size_t i = 1; i < count; i++) new (&go->successors[i]) Edge{suspensions_[i - 1].after, {}};
    append(entry, go);
    function_.blocks.pop_back();
    function_.blocks.insert(function_.blocks.begin(), entry);
    function_.renumberBlocks();
  }

  Function& function_;
  Arena& arena_;
  Param* frame_;
  std::vector<Suspension> suspensions_;
  std::unordered_map<Value*, Value*> replaced_;  // results of yields
  std::unordered_map<Value*, uint32_t> slots_;
};

}  // namespace

uint32_t lowerYields(ir::Function& function) { return YieldLowering(function).run(); }

}  // namespace gene
