// Makes a function smaller and says what is known, without looking beyond it: folds what is constant, merges equal
// computations, drops what is not used, straightens control flow.
//   before  (v1 = add 1 2) (v2 = lt v1 n) … (v3 = lt 3 n) (branch true a b)
//   after   (v2 = lt 3 n) … (jump a)
// Keeps: which exception is raised, and where; the order of effects. Needs nothing, helps every other pass.

#include <algorithm>
#include <memory_resource>
#include <vector>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Computations.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Fold.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"
#include "codegen/passes/Straighten.h"

namespace gene {
namespace {

using ir::Block;
using ir::ConstantKind;
using ir::Edge;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

size_t instructionCount(const ir::Function& function) {
  size_t count = 0;
  for (const Block* block : function.blocks) count += block->instructions.size();
  return count;
}

class Simplifier {
 public:
  /// The blocks of the function are in order.
  Simplifier(ir::Function& function, std::pmr::memory_resource* memory)
      : function_(function),
        program_(*function.program),
        dominance_(function, ir::BlockOrder::Ordered, memory),
        substitution_(memory),
        known_(memory),
        computed_(instructionCount(function), memory),
        definitions_(memory),
        memory_(memory) {}

  /// One walk over the function; true if anything changed.
  bool run() {
    for (Block* block : function_.blocks) {
      const Span<const ir::Predecessor> before = dominance_.before()[block->index];
      if (block != function_.entry() && before.size() == 1) noteBranch(*block, before[0]);
      memory_.clear();
      for (Instruction* inst : block->instructions) visit(*inst);
      terminator(*block);
    }
    if (substitution_.empty()) return changed_ || edgesChanged_;
    substitution_.apply(function_);
    removeInstructions(function_, [&](const Instruction* i) {
      if (!substitution_.contains(i)) return false;
      edgesChanged_ |= i->handler != nullptr;
      return true;
    });
    return true;
  }
  /// Are the edges other ones than before?
  [[nodiscard]] bool edgesChanged() const { return edgesChanged_; }
  /// Is more known of what instructions give? `run` counts that as no change: it is worth no other walk.
  [[nodiscard]] bool retyped() const { return retyped_; }
  /// The edges into each block, as long as they are the same.
  [[nodiscard]] const ir::Predecessors& before() const { return dominance_.before(); }

 private:
  // --- what branches say ----------------------------------------------------------------------------------------------------

  /// `block` is entered by one edge only: if that is one side of a branch, its condition is known below.
  void noteBranch(Block& block, const ir::Predecessor& p) {
    const Instruction* branch = p.from->terminator();
    if (branch->op != Op::Branch) return;
    const bool isTrue = branch->successors[0].target == &block;
    known_.add(branch->operands[0], {&block, isTrue});
  }

  /// The truth of `value` in `block`.
  std::optional<bool> truthIn(const Value* value, const Block* block) const {
    if (const std::optional<bool> truth = truthOf(value)) return truth;
    const Known* known =
        known_.find(value, [&](const Known& k) { return dominance_.dominates(k.below, block); });
    if (!known) return std::nullopt;
    return known->isTrue;
  }

  // --- instructions ---------------------------------------------------------------------------------------------------------

  void visit(Instruction& inst) {
    substitution_.apply(inst);
    if (inst.isTerminator()) return;
    if (inst.info().hasResult) {
      const Type known = inst.type & resultType(inst);
      retyped_ |= !known.isNone() && !(inst.type == known);
      if (!known.isNone()) inst.type = known;
    }
    constantToTheRight(inst);
    if (Value* value = fold(inst, program_)) return substitution_.replace(&inst, value);
    // The truth of a condition that was tested on the way here: as true or false only if it is one of them.
    if (inst.op == Op::IsTrue || inst.op == Op::Not) {
      const Value* operand = inst.operands[0];
      const std::optional<bool> truth = truthIn(operand, inst.block);
      const bool complements = operand->type.overlaps(Type::Int() | Type::Bytes());
      if (truth && (inst.op == Op::IsTrue || !complements))
        return substitution_.replace(
            &inst, program_.constant(*truth == (inst.op == Op::IsTrue) ? ConstantKind::True
                                                                       : ConstantKind::False));
    }
    const Effects effects = effectsOf(inst);
    if (isPure(inst, effects))
      if (Value* value = equalBefore(inst)) return substitution_.replace(&inst, value);
    if (Value* value = remembered(inst, effects)) return substitution_.replace(&inst, value);
    // A call may find the stack full.
    const bool isCall = inst.is<Op::Call, Op::CallMethod>() &&
                        ir::knownArrayMethod(inst, inst.operands[0]->type) == ArrayMethod::None;
    if (inst.handler && !effects.mayRaise && !isCall) {
      inst.handler = nullptr;
      edgesChanged_ = true;
    }
  }

  /// Both engines have short forms for a constant on the right. Of known numbers only: messages name the operands in order.
  void constantToTheRight(Instruction& inst) {
    const ir::InstInfo& row = inst.info();
    if (!row.commutative) return;
    const Type number = row.group == ir::Group::Bits ? Type::Int() : Type::Int() | Type::Float();
    Value *&lhs = inst.operands[0], *&rhs = inst.operands[1];
    if (!asConstant(lhs) || asConstant(rhs) || !lhs->type.within(number)) return;
    if (!rhs->type.within(number)) return;
    std::swap(lhs, rhs);
    changed_ = true;
  }

  // --- equal computations ----------------------------------------------------------------------------------------------------

  bool availableAt(const Instruction* earlier, const Instruction& here) const {
    return earlier->block == here.block || dominance_.reaches(earlier, here.block);
  }

  /// An instruction on every path to here that computed the same, for a pure one. If it raised, here would not be reached.
  Value* equalBefore(Instruction& inst) {
    for (uint32_t e = computed_.find(inst); e != Computations::None; e = computed_.next(e))
      if (availableAt(computed_[e], inst)) return computed_[e];
    computed_.add(inst);
    return nullptr;
  }

  // --- memory ------------------------------------------------------------------------------------------------------------------

  /// A variable in memory: a global, or a slot of a scope object.
  struct Place {
    const void* base;
    int64_t index;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Content {
    Place place;
    Value* value;
  };

  /// The value that a read finds, because the block wrote or read the place before, or because a constant global was
  /// read or defined on every path to here.
  Value* remembered(Instruction& inst, const Effects& effects) {
    if (const auto read = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>())
      return rememberedGlobal(inst, read.global());
    if (const auto set = inst.tryAs<Op::GlobalSet>()) {
      if (set.global()->constant)
        definitions_.add(set.global(), {&inst, set.value(), true});
      else
        note({set.global(), 0}, set.value());
      return nullptr;
    }
    if (const auto get = inst.tryAs<Op::ScopeGet>())
      return recall({get.scope(), get.index()}, &inst);
    if (const auto set = inst.tryAs<Op::ScopeSet>()) {
      // Another name of the same scope object may be around: its slot of this number changes, too.
      std::erase_if(memory_, [&](const Content& c) {
        return c.place.index == set.index() && c.place.base != set.scope();
      });
      note({set.scope(), set.index()}, set.value());
      return nullptr;
    }
    if (effects.runsCode) memory_.clear();
    return nullptr;
  }

  Value* rememberedGlobal(Instruction& read, const ir::Global* global) {
    const bool checks = read.op == Op::GlobalCheck;
    if (global->constant) {
      const Definition* found = definitions_.find(global, [&](const Definition& d) {
        return availableAt(d.at, read) && (!checks || d.checked);
      });
      if (found) return found->value;
      definitions_.add(global, {&read, &read, checks});
    }
    return checks ? nullptr : recall({global, 0}, &read);
  }

  Value* recall(Place place, Instruction* read) {
    for (const Content& c : memory_)
      if (c.place == place) return c.value;
    memory_.push_back({place, read});
    return nullptr;
  }
  void note(Place place, Value* value) {
    for (Content& c : memory_)
      if (c.place == place) {
        c.value = value;
        return;
      }
    memory_.push_back({place, value});
  }

  // --- the end of a block --------------------------------------------------------------------------------------------------------

  static bool sameEdges(const Edge& a, const Edge& b) {
    return a.target == b.target &&
           std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end());
  }

  void terminator(Block& block) {
    Instruction* end = block.terminator();
    if (end->op == Op::Switch) {
      const ir::Constant* index = asConstant(end->operands[0]);
      if (!index) return;
      const size_t last = end->successors.size() - 1;
      const bool inside = index->constantKind == ConstantKind::Int && index->integer >= 0 &&
                          static_cast<uint64_t>(index->integer) < last;
      jumpAlong(block, end->successors[inside ? static_cast<size_t>(index->integer) : last]);
      edgesChanged_ = true;
      return;
    }
    if (end->op != Op::Branch) return;
    if (const Instruction* test = asInstruction(end->operands[0])) {
      const bool inverts =
          test->op == Op::Not && !test->operands[0]->type.overlaps(Type::Int() | Type::Bytes());
      if (inverts || test->op == Op::IsTrue) {
        end->operands[0] = test->operands[0];
        changed_ = true;
        if (inverts) {
          std::swap(end->successors[0], end->successors[1]);
          edgesChanged_ = true;
        }
      }
    }
    const std::optional<bool> truth = truthIn(end->operands[0], &block);
    if (!truth && !sameEdges(end->successors[0], end->successors[1])) return;
    jumpAlong(block, end->successors[truth.value_or(true) ? 0 : 1]);
    edgesChanged_ = true;
  }

  ir::Function& function_;
  ir::Program& program_;
  const ir::Dominance dominance_;
  Substitution substitution_;
  bool changed_ = false, edgesChanged_ = false, retyped_ = false;

  struct Known {
    const Block* below;
    bool isTrue;
  };
  FactLists<Value, Known> known_;
  Computations computed_;
  struct Definition {
    Instruction* at;
    Value* value;
    bool checked;
  };
  FactLists<ir::Global, Definition> definitions_;
  std::pmr::vector<Content> memory_;  // of the block being walked
};

// --- what is not used ------------------------------------------------------------------------------------------------------------

/// Removes instructions and parameters that nothing needs; parameters that have one value everywhere become that value.
class Sweeper {
 public:
  Sweeper(ir::Function& function, const ir::Predecessors& before, std::pmr::memory_resource* memory)
      : function_(function), before_(before), memory_(memory), live_(memory) {
    uint32_t count = 0;
    for (Block* block : function.blocks) {
      for (ir::Param* param : block->params) param->number = count++;
      for (Instruction* inst : block->instructions) inst->number = count++;
    }
    live_.assign(count, 0);
  }

  bool run() {
    const bool merged = mergeParams();
    findLive();
    bool changed = merged;
    removeInstructions(function_, [&](const Instruction* i) {
      const bool dead = !live_[i->number];
      changed |= dead;
      edgesChanged_ |= dead && i->handler;
      return dead;
    });
    const auto isDead = [&](const ir::Param* p) { return !live_[p->number]; };
    for (Block* block : function_.blocks) {
      if (block == function_.entry() || std::ranges::none_of(block->params, isDead)) continue;
      std::vector<bool> remove(block->params.size());
      bool any = false;
      for (uint32_t i = firstParam(*block); i < block->params.size(); i++)
        any |= remove[i] = isDead(block->params[i]);
      if (any) removeParams(*block, remove, before_[block->index]);
      changed |= any;
    }
    return changed;
  }
  /// Are there less edges than before?
  [[nodiscard]] bool edgesChanged() const { return edgesChanged_; }

 private:
  /// A handler's exception has no argument and stays.
  [[nodiscard]] uint32_t firstParam(const Block& block) const {
    for (const ir::Predecessor& p : before_[block.index])
      if (p.isHandler) return 1;
    return 0;
  }

  /// Parameters that are one value on all edges, or twins of another parameter.
  bool mergeParams() {
    Substitution same(memory_);
    for (bool changed = true; changed;) {
      changed = false;
      for (Block* block : function_.blocks) {
        if (block == function_.entry()) continue;
        for (uint32_t i = firstParam(*block); i < block->params.size(); i++) {
          ir::Param* param = block->params[i];
          if (same.contains(param)) continue;
          Value* value = onlyArgument(*block, i, same);
          for (uint32_t j = firstParam(*block); !value && j < i; j++)
            if (!same.contains(block->params[j]) && isTwin(*block, i, j, same))
              value = block->params[j];
          if (!value || value->rep != param->rep) continue;
          same.replace(param, value);
          changed = true;
        }
      }
    }
    same.apply(function_);
    return !same.empty();
  }

  Value* onlyArgument(const Block& block, uint32_t index, Substitution& same) {
    Value* only = nullptr;
    for (const ir::Predecessor& p : before_[block.index]) {
      Value* arg = same(argumentFor(*p.edge, index, p.isHandler));
      if (arg == block.params[index] || arg == only) continue;
      if (only) return nullptr;
      only = arg;
    }
    return only;
  }

  bool isTwin(const Block& block, uint32_t i, uint32_t j, Substitution& same) {
    for (const ir::Predecessor& p : before_[block.index]) {
      Value* a = same(argumentFor(*p.edge, i, p.isHandler));
      Value* b = same(argumentFor(*p.edge, j, p.isHandler));
      if (a != b && !(a == block.params[i] && b == block.params[j])) return false;
    }
    return block.params[i]->type == block.params[j]->type;
  }

  void findLive() {
    std::pmr::vector<Value*> work(memory_);
    auto mark = [&](Value* value) {
      if (value->kind == ir::ValueKind::Constant || live_[value->number]) return;
      live_[value->number] = 1;
      work.push_back(value);
    };
    for (Block* block : function_.blocks)
      for (Instruction* inst : block->instructions)
        if (!isRemovable(*inst)) mark(inst);
    while (!work.empty()) {
      Value* value = work.back();
      work.pop_back();
      if (Instruction* inst = asInstruction(value)) {
        for (Value* operand : inst->operands) mark(operand);
      } else if (ir::Param* param = asParam(value); param->block != function_.entry()) {
        for (const ir::Predecessor& p : before_[param->block->index])
          if (!p.isHandler || param->index > 0)
            mark(argumentFor(*p.edge, param->index, p.isHandler));
      }
    }
  }

  ir::Function& function_;
  const ir::Predecessors& before_;
  std::pmr::memory_resource* const memory_;
  std::pmr::vector<uint8_t> live_;  // by Value::number
  bool edgesChanged_ = false;
};

/// True if anything changed but types, which `retyped` says. The blocks are in order, before and after.
bool simplifyOnce(ir::Function& function, bool& retyped) {
  std::byte buffer[32 * 1024];
  std::pmr::monotonic_buffer_resource memory(buffer, sizeof buffer);
  Simplifier simplifier(function, &memory);
  bool changed = simplifier.run();
  retyped |= simplifier.retyped();
  if (simplifier.edgesChanged()) ir::orderBlocks(function);
  const auto sweep = [&](const ir::Predecessors& before) {
    Sweeper sweeper(function, before, &memory);
    changed |= sweeper.run();
    if (sweeper.edgesChanged()) ir::orderBlocks(function);
  };
  simplifier.edgesChanged() ? sweep(ir::Predecessors(function, &memory))
                            : sweep(simplifier.before());
  return straighten(function, &memory) || changed;
}

}  // namespace

bool simplify(ir::Function& function, PassContext&) {
  // Each round undoes what hid something from the one before; a handful is enough, and the bound ends ping-pong.
  constexpr int MostRounds = 12;
  bool any = ir::orderBlocks(function), retyped = false;
  for (int round = 0; round < MostRounds && simplifyOnce(function, retyped); round++) any = true;
  return any || retyped;
}

}  // namespace gene
