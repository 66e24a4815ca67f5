// Marks arithmetic on ints that cannot overflow, and ints that need no box; folds comparisons that are decided.
//   before  (v1 = lt v0 100 …) (branch v1 body …) … (v2 = add v0 1 ^type int)      in `body`
//   after   (v2 = add v0 1 ^type int ^^nowrap ^^small)
// Abstract interpretation over intervals: optimistic, widened at loops to the next threshold, then narrowed twice.
// Needs: types. Keeps: every exception. Nothing may move instructions afterwards: what is marked holds where it stands.

#include "codegen/passes/Ranges.h"

#include <algorithm>

#include "codegen/ir/Arithmetic.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {

using ir::Block;
using ir::ConstantKind;
using ir::Edge;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

using ir::Group;
using ir::Wide;
namespace order = ir::order;

constexpr Range All{}, None{1, 0};
/// Where quotients of doubles, rounded toward zero, are those of the ints.
constexpr int64_t Exact = int64_t{1} << 52;
constexpr int MostPasses = 40, PassesBeforeWidening = 3;

bool areInts(const Instruction& inst) { return std::ranges::all_of(inst.operands, isInt); }

int64_t clamp(Wide n) {
  return n < INT64_MIN ? INT64_MIN : n > INT64_MAX ? INT64_MAX : static_cast<int64_t>(n);
}
/// The exact interval of a result, and whether it fits 64 bits.
struct Exactly {
  Wide low, high;
  [[nodiscard]] bool fits() const { return ir::fitsInt(low) && ir::fitsInt(high); }
  [[nodiscard]] Range range() const {
    if (low > INT64_MAX || high < INT64_MIN) return None;
    return {clamp(low), clamp(high)};
  }
};

/// What ir::exactly knows: a result is an Int where it fits.
bool isExact(Op op) { return op == Op::Add || op == Op::Sub || op == Op::Mul || op == Op::Neg; }

Exactly arithmetic(Op op, Range a, Range b) {
  const Wide corners[] = {ir::exactly(op, a.low, b.low), ir::exactly(op, a.low, b.high),
                          ir::exactly(op, a.high, b.low), ir::exactly(op, a.high, b.high)};
  return {*std::ranges::min_element(corners), *std::ranges::max_element(corners)};
}

Range join(Range a, Range b) {
  if (a.isEmpty()) return b;
  if (b.isEmpty()) return a;
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}
Range meet(Range a, Range b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }

Range remainder(Range a, Range b) {
  const Wide most = std::max(Wide{b.high}, -Wide{b.low});  // of |b|
  if (most == 0) return None;
  const int64_t limit = clamp(most - 1);
  return {a.low >= 0 ? 0 : std::max(a.low, -limit), a.high <= 0 ? 0 : std::min(a.high, limit)};
}

/// By way of doubles, which round the dividend where it is large.
Range quotient(Range a, Range b) {
  constexpr Wide Rounding = 1024;
  auto off = [](int64_t n) { return n >= -Exact && n <= Exact ? Wide{0} : Rounding; };
  if (a.low >= 0 && b.low >= 1)
    return {clamp(std::max(Wide{0}, a.low / b.high - off(a.low))),
            clamp(a.high / b.low + off(a.high))};
  const Wide most = std::max(Wide{a.high}, -Wide{a.low}) + Rounding;
  return {clamp(-most), clamp(most)};
}

/// The smallest 2^k - 1 from `number` up.
int64_t mask(int64_t number) {
  int64_t m = 0;
  while (m < number) m = m * 2 + 1;
  return m;
}

Range bits(Op op, Range a, Range b) {
  if (op == Op::BitAnd) {
    if (a.low >= 0 && b.low >= 0) return {0, std::min(a.high, b.high)};
    if (a.low >= 0) return {0, a.high};
    if (b.low >= 0) return {0, b.high};
    return All;
  }
  if (op == Op::BitOr || op == Op::BitXor)
    return a.low >= 0 && b.low >= 0 ? Range{0, mask(std::max(a.high, b.high))} : All;
  if (op == Op::Shl && b.within(0, 63)) {
    // What loses no high bits.
    const Wide low = Wide{a.low} << (a.low < 0 ? b.high : b.low);
    const Wide high = Wide{a.high} << (a.high < 0 ? b.low : b.high);
    return Exactly{low, high}.fits() ? Range{clamp(low), clamp(high)} : All;
  }
  if (op == Op::Shr && b.within(0, 63))
    return {a.low >> (a.low < 0 ? b.low : b.high), a.high >> (a.high < 0 ? b.high : b.low)};
  return All;
}

/// The orders that two ints of these intervals can have.
uint8_t ordersOf(Range a, Range b) {
  return static_cast<uint8_t>((a.low < b.high ? order::Less : 0) |
                              (a.high > b.low ? order::Greater : 0) |
                              (a.low <= b.high && b.low <= a.high ? order::Equal : 0));
}
/// The comparison of ints that `edge` of the branch at the end of `from` depends on; null if there is none.
const Instruction* comparisonOn(const Block* from, const Edge& edge, bool* isTrue) {
  const Instruction* branch = from->terminator();
  if (branch->op != Op::Branch) return nullptr;
  const Instruction* test = asInstruction(branch->operands[0]);
  if (!test || !test->info().isComparison() || !areInts(*test)) return nullptr;
  if (branch->successors[0].target == branch->successors[1].target) return nullptr;
  *isTrue = &edge == &branch->successors[0];
  return test;
}

/// The orders of its operands where the comparison of ints is true, or where it is false.
uint8_t ordersWhere(const Instruction& test, bool isTrue) {
  const uint8_t orders = test.info().trueOrders;
  return isTrue ? static_cast<uint8_t>(orders & ~order::Unordered) : ir::negatedOfInts(orders);
}

std::optional<bool> decided(uint8_t orders, Range a, Range b) {
  if (a.isEmpty() || b.isEmpty()) return std::nullopt;
  const uint8_t possible = ordersOf(a, b);
  if ((possible & ~orders) == 0) return true;
  if ((possible & orders) == 0) return false;
  return std::nullopt;
}

}  // namespace

// --- the analysis --------------------------------------------------------------------------------------------------------------

Ranges::Ranges(const ir::Function& function)
    : function_(function), dominance_(function), before_(dominance_.before()) {
  noteFacts();
  findThresholds();
  for (const ir::Param* p : function.entry()->params)
    if (isInt(p)) ranges_[p] = All;
  int passes = 0;
  while (pass(passes >= PassesBeforeWidening))
    if (++passes == MostPasses) {
      // Give up on what still grows, which is all that may depend on it.
      for (auto& [value, range] : ranges_) range = All;
      break;
    }
  // From intervals that are too large to smaller ones, which hold as well.
  for (int i = 0; i < 2; i++)
    for (Block* block : dominance_.order()) {
      if (block != function.entry())
        for (const ir::Param* p : block->params) {
          if (!isInt(p)) continue;
          Range all = None;
          for (const ir::Predecessor& before : before_[block->index])
            all = join(all, before.isHandler
                                ? (p->index == 0 ? All : of(before.edge->args[p->index - 1]))
                                : onEdge(before.edge->args[p->index], before.from, *before.edge));
          ranges_[p] = meet(ranges_[p], all);
        }
      for (const Instruction* inst : block->instructions)
        if (inst->info().hasResult && isInt(inst))
          ranges_[inst] = meet(ranges_[inst], transfer(*inst));
    }
}

void Ranges::noteFacts() {
  for (const Block* block : dominance_.order()) {
    if (block == function_.entry() || before_[block->index].size() != 1) continue;
    const ir::Predecessor& p = before_[block->index][0];
    bool isTrue = false;
    const Instruction* test = p.isHandler ? nullptr : comparisonOn(p.from, *p.edge, &isTrue);
    if (!test) continue;
    const uint8_t orders = ordersWhere(*test, isTrue);
    facts_[test->operands[0]].push_back({block, orders, test->operands[1]});
    facts_[test->operands[1]].push_back({block, ir::swapped(orders), test->operands[0]});
  }
}

void Ranges::findThresholds() {
  constexpr size_t Most = 12;
  for (const Block* block : function_.blocks)
    for (const Instruction* inst : block->instructions) {
      if (!inst->info().isComparison() && inst->op != Op::Mod) continue;
      for (const Value* operand : inst->operands)
        if (isConstant(operand, ConstantKind::Int) && thresholds_.size() < Most)
          for (int64_t k : {-1, 0, 1})
            thresholds_.push_back(clamp(Wide{asConstant(operand)->integer} + k));
    }
  for (int64_t t : {int64_t{-1}, int64_t{0}, int64_t{1}, Exact, int64_t{1} << 31, int64_t{1} << 47})
    thresholds_.push_back(t);
  thresholds_.push_back(INT64_MAX - 1);
  std::ranges::sort(thresholds_);
}

bool Ranges::update(const Value* value, Range range, bool widen) {
  auto [it, isNew] = ranges_.try_emplace(value, None);
  Range joined = join(it->second, range);
  if (joined == it->second) return false;
  if (widen && !it->second.isEmpty()) {
    if (joined.low < it->second.low) {
      auto below = std::ranges::upper_bound(thresholds_, joined.low);
      joined.low = below == thresholds_.begin() ? INT64_MIN : *--below;
    }
    if (joined.high > it->second.high) {
      auto above = std::ranges::lower_bound(thresholds_, joined.high);
      joined.high = above == thresholds_.end() ? INT64_MAX : *above;
    }
  }
  it->second = joined;
  return true;
}

bool Ranges::pass(bool widen) {
  bool changed = false;
  for (const Block* block : dominance_.order()) {
    for (const Instruction* inst : block->instructions)
      if (inst->info().hasResult && isInt(inst)) changed |= update(inst, transfer(*inst), false);
    block->forEachEdge([&](Edge& edge, bool isHandler) {
      if (isHandler && isInt(edge.target->params[0]))
        changed |= update(edge.target->params[0], All, false);
      for (size_t i = 0; i < edge.args.size(); i++) {
        const ir::Param* p = edge.target->params[i + (isHandler ? 1 : 0)];
        if (!isInt(p)) continue;
        const Range range = isHandler ? of(edge.args[i]) : onEdge(edge.args[i], block, edge);
        changed |= update(p, range, widen);
      }
    });
  }
  return changed;
}

Range Ranges::of(const Value* value) const {
  if (const ir::Constant* c = asConstant(value))
    return c->constantKind == ConstantKind::Int ? Range{c->integer, c->integer} : All;
  if (!isInt(value)) return All;
  auto it = ranges_.find(value);
  return it == ranges_.end() ? None : it->second;
}

Range Ranges::refined(Range range, uint8_t orders, const Value* other) const {
  const Range limit = of(other);
  if (limit.isEmpty() || range.isEmpty()) return None;
  const Wide beyond = orders & order::Equal ? 0 : 1;
  if (!(orders & order::Greater))
    range = meet(range, Exactly{INT64_MIN, limit.high - beyond}.range());
  if (!(orders & order::Less)) range = meet(range, Exactly{limit.low + beyond, INT64_MAX}.range());
  if (orders != (order::Less | order::Greater)) return range;
  if (limit.low != limit.high) return range;
  if (range.low == limit.low)
    return range.low == range.high ? None : Range{range.low + 1, range.high};
  if (range.high == limit.low) return {range.low, range.high - 1};
  return range;
}

Range Ranges::at(const Value* value, const Block* block) const {
  Range range = of(value);
  auto it = facts_.find(value);
  if (it == facts_.end() || asConstant(value)) return range;
  for (const Fact& fact : it->second)
    if (dominance_.dominates(fact.block, block)) range = refined(range, fact.orders, fact.other);
  return range;
}

Range Ranges::onEdge(const Value* value, const Block* from, const Edge& edge) const {
  Range range = at(value, from);
  bool isTrue = false;
  const Instruction* test = comparisonOn(from, edge, &isTrue);
  if (!test || asConstant(value)) return range;
  const uint8_t orders = ordersWhere(*test, isTrue);
  if (test->operands[0] == value) range = refined(range, orders, test->operands[1]);
  if (test->operands[1] == value) range = refined(range, ir::swapped(orders), test->operands[0]);
  return range;
}

Range Ranges::transfer(const Instruction& inst) const {
  auto operand = [&](size_t i) { return at(inst.operands[i], inst.block); };
  const Group group = inst.info().group;
  if (group == Group::Arithmetic || group == Group::Bits) {
    if (!areInts(inst)) return All;
    const Range a = operand(0), b = at(inst.operands.back(), inst.block);
    if (a.isEmpty() || b.isEmpty()) return None;
    if (group == Group::Bits) return bits(inst.op, a, b);
    if (inst.op == Op::Mod) return remainder(a, b);
    if (inst.op == Op::Quotient) return quotient(a, b);
    return isExact(inst.op) ? arithmetic(inst.op, a, b).range() : All;
  }
  if (inst.op == Op::Not) {
    const Range a = operand(0);
    return a.isEmpty() ? None : Range{~a.high, ~a.low};
  }
  if (inst.op == Op::Convert) return operand(0);
  if (inst.op == Op::RangeBound) return isInt(inst.operands[0]) ? operand(0) : All;
  return inst.op == Op::RepeatCount ? Range{0, INT64_MAX} : All;
}

// --- the pass ------------------------------------------------------------------------------------------------------------------

namespace {

void mark(Instruction& inst, const Ranges& ranges) {
  if (inst.operands.empty() || !isInt(inst.operands[0]) || !isInt(inst.operands.back())) return;
  const Range a = ranges.at(inst.operands[0], inst.block);
  const Range b = ranges.at(inst.operands.back(), inst.block);
  if (a.isEmpty() || b.isEmpty()) return;
  const bool nonnegative = a.isNonnegative() && b.isNonnegative();
  if (isExact(inst.op)) {
    inst.nowrap = arithmetic(inst.op, a, b).fits();
  } else if (inst.op == Op::Mod) {
    inst.nonnegative = nonnegative;
    inst.nowrap = !b.contains(0) && !b.contains(-1);
  } else if (inst.is<Op::Shl, Op::Shr>()) {
    inst.nowrap = b.within(0, 63);
  } else if (inst.op == Op::Quotient) {
    inst.nonnegative = nonnegative;
    inst.nowrap = a.within(-Exact, Exact) && b.within(-Exact, Exact) && !b.contains(0);
  }
}

}  // namespace

bool markRanges(ir::Function& function, PassContext&) {
  const Ranges ranges(function);
  Substitution decidedTests;
  auto small = [&](Value* value) {
    const Range range = ranges.of(value);
    if (isInt(value) && !range.isEmpty())
      value->small = range.within(SmallInts.low, SmallInts.high);
  };
  for (Block* block : function.blocks) {
    for (ir::Param* param : block->params) small(param);
    for (Instruction* inst : block->instructions) {
      mark(*inst, ranges);
      if (inst->info().hasResult) small(inst);
      if (!inst->info().isComparison() || !areInts(*inst)) continue;
      const std::optional<bool> truth =
          decided(inst->info().trueOrders, ranges.at(inst->operands[0], block),
                  ranges.at(inst->operands[1], block));
      if (truth)
        decidedTests.replace(
            inst, function.program->constant(*truth ? ConstantKind::True : ConstantKind::False));
    }
  }
  if (decidedTests.empty()) return true;
  decidedTests.apply(function);
  // One inside `try` stays, unused: its edge to the handler is one of the blocks that the pass keeps.
  removeInstructions(function,
                     [&](const Instruction* i) { return decidedTests.contains(i) && !i->handler; });
  return true;
}

}  // namespace gene
