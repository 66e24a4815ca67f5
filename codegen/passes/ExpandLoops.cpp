// Loops over arrays without an iterator: `for x in a`, `for i x in a`.
//   before  (v1 = iter.new v0) (jump next)
//           next: (v2 = iter.next v1) (v3 = same v2 not_found) (branch v3 done round)
//   after   (v4 = has-kind array v0) (branch v4 (start nil) iterator)    iterator: (v1 = iter.new v0) (jump (start v1))
//           start: (jump (next 0))
//           next [i]: (branch v4 direct iterate)
//           direct: (v5 = assume v0) (v6 = call.method size v5) (v7 = lt i v6) (branch v7 item done)
//           item: (v8 = call.method get v5 i) (v9 = add i 1) (jump (test v8 v9))
//           iterate: (v10 = iter.next v1) (jump (test v10 i))
//           test [x j]: (v3 = same x not_found) (branch v3 done round)      … (jump (next j))
// The test does not change in the loop, so that LLVM can make two loops of it. Where the collection is known to be an array
// nothing of the iterator is left. With two variables the pair is not made either.
// Keeps: that the size is asked for in every round, and that an item not_found ends a loop with one variable.
// Needs: infer, so that few loops need the test.

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

/// A loop as lowering makes it.
struct Iteration {
  Instruction* made = nullptr;      // iter.new
  Instruction* next = nullptr;      // the only use of it: iter.next or iter.next.pair
  uint32_t uses = 0;                // of `made`
  uint32_t itemUses = 0;            // of `next`
  std::vector<Instruction*> parts;  // index.get 0 and 1 of `next`
};

class LoopExpansion {
 public:
  explicit LoopExpansion(Function& function) : f_(function), program_(*function.program) {}

  bool run() {
    bool changed = false;
    for (Iteration& loop : find()) changed |= expand(loop);
    if (!changed) return false;
    results_.apply(f_);
    removeInstructions(f_, [&](const Instruction* inst) { return results_.contains(inst); });
    ir::orderBlocks(f_);
    return true;
  }

 private:
  std::vector<Iteration> find() const {
    std::vector<Iteration> all;
    std::unordered_map<const Value*, size_t> byMade, byNext;
    for (const Block* block : f_.blocks)
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::IterNew && mayBeArray(*inst)) {
          byMade[inst] = all.size();
          all.emplace_back().made = inst;
        }
    if (all.empty()) return all;
    forEachUse([&](const Value* value, Instruction* user) {
      if (auto it = byMade.find(value); it != byMade.end()) {
        Iteration& loop = all[it->second];
        loop.uses++;
        if (!user || (user->op != Op::IterNext && user->op != Op::IterNextPair)) return;
        loop.next = user;
        byNext[user] = it->second;
      }
    });
    forEachUse([&](const Value* value, Instruction* user) {
      if (auto it = byNext.find(value); it != byNext.end()) {
        Iteration& loop = all[it->second];
        loop.itemUses++;
        if (user && user->op == Op::IndexGet) loop.parts.push_back(user);
      }
    });
    return all;
  }

  static bool mayBeArray(const Instruction& made) {
    const Type type = made.operands[0]->type;
    return type.isNone() || type.overlaps(Type::Array());
  }

  /// Calls f(value, user) for all operands and edge arguments; the user of an edge argument is null.
  template <class F>
  void forEachUse(F&& f) const {
    for (const Block* block : f_.blocks) {
      for (Instruction* inst : block->instructions)
        for (const Value* operand : inst->operands) f(operand, inst);
      block->forEachEdge([&](const Edge& edge, bool) {
        for (const Value* arg : edge.args) f(arg, nullptr);
      });
    }
  }

  /// The edges into the block of `next` by whether they come from inside of the loop; nothing if this is no such loop.
  std::optional<std::vector<std::pair<Edge*, bool>>> edgesInto(const Iteration& loop) const {
    Block* head = loop.next->block;
    const Block* test = testOf(loop);
    const ir::Dominance dominance(f_);
    if (head == loop.made->block || !dominance.dominates(loop.made->block, head)) return {};
    std::vector<std::pair<Edge*, bool>> edges;
    bool fits = true;
    for (Block* block : f_.blocks)
      block->forEachEdge([&](Edge& edge, bool isHandler) {
        if (edge.target == test && test != head && block != head) fits = false;
        if (edge.target != head) return;
        const bool inside = dominance.dominates(head, block);
        fits &= !isHandler && (inside || dominance.dominates(loop.made->block, block));
        // Code that handles an exception of `next` is no round.
        if (loop.next->handler && dominance.dominates(loop.next->handler->target, block))
          fits = false;
        edges.emplace_back(&edge, inside);
      });
    if (!fits) return {};
    return edges;
  }

  /// Is the block of `next` that and the test for the end? `same` and the branch are in the block that `next` jumps to
  /// where an exception is handled.
  static Block* testOf(const Iteration& loop) {
    Block* block = loop.next->block;
    if (block->instructions[0] != loop.next) return nullptr;
    size_t at = 1;
    if (loop.next->handler) {
      block = block->terminator()->successors[0].target;
      at = 0;
    }
    const auto& all = block->instructions;
    if (all.size() != at + 2 || (at == 0 && !block->params.empty())) return nullptr;
    const Instruction *same = all[at], *branch = all[at + 1];
    const bool isEnd = same->op == Op::Same && same->operands[0] == loop.next &&
                       isConstant(same->operands[1], ir::ConstantKind::NotFound) &&
                       branch->op == Op::Branch && branch->operands[0] == same;
    return isEnd ? block : nullptr;
  }

  struct Start {
    Value *isArray = nullptr, *iterator = nullptr;  // nil for an array
  };
  /// Where the loop's iterator is made: tests whether the collection is an array, and makes an iterator for others.
  Start testBefore(Instruction& made) {
    Value* collection = made.operands[0];
    Block& before = *made.block;
    const std::vector<Instruction*> rest = cutAt(made);
    Block *other = add("iterator"), *start = add("start");
    ir::Immediate kind;
    kind.symbol = Symbol::of("array");
    Instruction* has = makeInstruction(program_, Op::HasKind, made, {collection}, {kind});
    append(before, has);
    Block* direct = add("array");
    appendBranch(before, has, *direct, *other, made.loc);
    goTo(*direct, *start, {program_.constant(ir::ConstantKind::Nil)}, made);
    auto* copy = program_.arena.make<Instruction>(made);
    append(*other, copy);
    goTo(*other, *start, {copy}, made);
    Value* iterator = addParam(*start, Type::any(), ir::Rep::Boxed);
    for (Instruction* inst : rest) append(*start, inst);
    return {has, iterator};
  }

  /// In `direct`: to `found` while there is an item of the array with this index, which then goes to `entered` with the next
  /// index; else out of the loop.
  void readItem(Iteration& loop, Value* collection, Value* index, Block& direct, Block& found,
                Block& entered, const Edge& done) {
    Instruction& next = *loop.next;
    Instruction* array = makeInstruction(program_, Op::Assume, next, {collection});
    array->type = Type::Array();
    append(direct, array);
    Instruction* size = method("size", next, {array}, Type::Int());
    append(direct, size);
    Instruction* more = makeInstruction(program_, Op::Lt, next, {index, size});
    append(direct, more);
    Block* ended = add("ended");
    appendBranch(direct, more, found, *ended, next.loc);
    leave(*ended, done, next, loop, program_.constant(ir::ConstantKind::NotFound));
    Instruction* got = method("get", next, {array, index}, Type::value());
    append(found, got);
    Instruction* sum = makeInstruction(program_, Op::Add, next, {index, program_.integer(1)});
    sum->type = Type::Int();
    append(found, sum);
    if (loop.next->op == Op::IterNextPair)
      goTo(found, entered, {index, got, sum}, next);
    else
      goTo(found, entered, {got, sum}, next);
  }

  bool expand(Iteration& loop) {
    if (!loop.next || loop.uses != 1) return false;
    const bool pairs = loop.next->op == Op::IterNextPair;
    if (pairs && !hasParts(loop)) return false;
    Block* test = testOf(loop);
    if (!test) return false;
    auto edges = edgesInto(loop);
    if (!edges) return false;

    Value* collection = loop.made->operands[0];
    const bool known = collection->type.is(Type::Array());
    Start start;
    if (!known) start = testBefore(*loop.made);
    results_.replace(loop.made, known ? program_.constant(ir::ConstantKind::Nil) : start.iterator);

    Block* head = loop.next->block;
    Instruction& next = *loop.next;
    Instruction& branch = *test->terminator();
    Instruction* same = asInstruction(branch.operands[0]);
    const Edge done = branch.successors[0];
    cutAt(next);
    Value* index = addParam(*head, Type::Int(), ir::Rep::Boxed);
    // What stands for the item, or for its parts, and the index of the next round: parameters of a block that all ways
    // into a round go through.
    Block* entered = add(pairs ? "entered" : "test");
    Value* key = pairs ? addParam(*entered, Type::value(), ir::Rep::Boxed) : nullptr;
    Value* item = addParam(*entered, Type::value(), ir::Rep::Boxed);
    Value* following = addParam(*entered, Type::Int(), ir::Rep::Boxed);

    Block *direct = add("direct"), *found = add("item");
    if (known) {
      goTo(*head, *direct, {}, next);
    } else {
      Block* iterate = add("iterate");
      appendBranch(*head, start.isArray, *direct, *iterate, next.loc);
      iterateIn(iterate, loop, start.iterator, done, entered, index);
    }
    readItem(loop, collection, index, *direct, *found, *entered, done);

    // The round begins in `entered`, in the place of the block with the test.
    if (test != head) cutAt(*same);
    if (pairs) {
      jumpAlongCopy(*entered, branch.successors[1], next);
      for (Instruction* part : loop.parts)
        results_.replace(part, part->as<Op::IndexGet>().index() == 0 ? key : item);
    } else {
      append(*entered, same);
      append(*entered, &branch);
      results_.replace(&next, item);
    }
    if (test != head) append(*test, makeInstruction(program_, Op::Unreachable, next, {}));
    for (auto [edge, inside] : *edges)
      edge->args.push_back(program_.arena, inside ? following : program_.integer(0));
    return true;
  }

  /// Does only the test for the end and the reading of both parts use the pair?
  static bool hasParts(const Iteration& loop) {
    const auto isPart = [&](const Value* v) { return std::ranges::count(loop.parts, v) != 0; };
    return loop.itemUses == loop.parts.size() + 1 &&
           std::ranges::all_of(loop.parts, [&](const Instruction* part) {
             const int64_t k = part->as<Op::IndexGet>().index();
             return (k == 0 || k == 1) &&
                    (!part->handler || std::ranges::none_of(part->handler->args, isPart));
           });
  }

  /// The round of an iterator: what was there before, with copies of the parts.
  void iterateIn(Block* block, const Iteration& loop, Value* iterator, const Edge& done,
                 Block* entered, Value* index) {
    auto* next = program_.arena.make<Instruction>(*loop.next);
    next->operands = program_.arena.copy(Span<Value* const>(&iterator, 1));
    append(*block, next);
    if (loop.next->op == Op::IterNext) return goTo(*block, *entered, {next, index}, *next);
    Block *pair = add("pair"), *round = add("parts"), *ended = add("ended");
    goTo(*block, *pair, {}, *next);
    Instruction* same = makeInstruction(program_, Op::Same, *next,
                                        {next, program_.constant(ir::ConstantKind::NotFound)});
    append(*pair, same);
    appendBranch(*pair, same, *ended, *round, next->loc);
    leave(*ended, done, *next, loop, next);
    Value* parts[2];
    for (int64_t k = 0; k < 2; k++) {
      auto original = std::ranges::find_if(
          loop.parts, [&](const Instruction* p) { return p->as<Op::IndexGet>().index() == k; });
      if (original == loop.parts.end()) {
        parts[k] = program_.constant(ir::ConstantKind::Nil);
        continue;
      }
      auto* part = program_.arena.make<Instruction>(**original);
      Value* operand = next;
      part->operands = program_.arena.copy(Span<Value* const>(&operand, 1));
      append(*round, part);
      parts[k] = part;
      Block* after = add("parts");
      goTo(*round, *after, {}, *part);
      round = after;
    }
    goTo(*round, *entered, {parts[0], parts[1], index}, *next);
  }

  /// Along the edge out of the loop; `item` stands for what `next` gave.
  void leave(Block& block, const Edge& done, const Instruction& instead, const Iteration& loop,
             Value* item) {
    jumpAlongCopy(block, done, instead);
    for (Value*& arg : block.terminator()->successors[0].args)
      if (arg == loop.next) arg = item;
  }

  void jumpAlongCopy(Block& block, const Edge& edge, const Instruction& instead) {
    std::vector<Value*> args(edge.args.begin(), edge.args.end());
    appendJump(block, *edge.target, args, instead);
  }
  void goTo(Block& from, Block& to, std::vector<Value*> args, const Instruction& instead) {
    appendJump(from, to, args, instead);
  }
  Block* add(std::string_view name) { return f_.addBlock(Symbol::of(name)); }
  Instruction* method(std::string_view name, const Instruction& instead,
                      std::vector<Value*> operands, Type type) {
    ir::Immediate selector;
    selector.symbol = Symbol::of(name);
    Instruction* call =
        makeInstruction(program_, Op::CallMethod, instead, std::move(operands), {selector});
    call->type = type;
    return call;
  }

  Function& f_;
  ir::Program& program_;
  Substitution results_;
};

}  // namespace

bool expandLoops(ir::Function& function, PassContext& context) {
  return context.native && LoopExpansion(function).run();
}

}  // namespace gene
