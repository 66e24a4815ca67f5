// Copies inner loops: one version in which values are what the loop does with them asks for, and one for everything else.
//   before  (block loop [v1 v2] (v3 = element.get v0 v1) (v4 = add v2 v3) …)          with v0 any value
//   after   (v5 = is-array v0) (branch v5 fast (loop.2 …))                              before the loop
//           fast:   (v6 = assume v0 ^type array) (jump (loop …))
//           loop:   (v3 = element.get v6 v1) (v7 = is-small-int v3) (branch v7 known (rest.2 …))
//           known:  (v8 = assume v3 ^type int) (v4 = add v2 v8) …
//           loop.2: the loop as it was; rest.2: what follows the element.get there
// Where a value turns out to be something else, control goes on at the same place of the copy and stays there. So nothing
// in the first version calls code that might change an array, and its sums are ints or floats.
// Needs: types. Keeps: the order of everything. Loops with loops inside, large ones, and what the loop computes itself.

#include <algorithm>
#include <unordered_set>

#include "codegen/ir/Builtins.h"
#include "codegen/ir/Dominance.h"
#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/LikelyTypes.h"
#include "codegen/passes/LoopRows.h"
#include "codegen/passes/Loops.h"
#include "codegen/passes/Merge.h"
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

constexpr size_t LargestLoop = 120;  // instructions
constexpr size_t LargestFunction = 2000;
constexpr size_t MostGuards = 16;  // of one loop

bool isKnown(const Value* v, Type type) { return v->type.is(type); }

/// A value, and what it should be from an instruction on.
struct Guard {
  Value* value;
  Type type;
  Instruction*
      use;  // null: from before the loop on; of a variable of the loop, what it begins with
};

class LoopVersioner {
 public:
  LoopVersioner(Function& function, const LikelyTypes& likely)
      : function_(function), program_(*function.program), likely_(likely) {}

  bool run(Analyses& analyses) {
    const Loops* loops = &analyses.loops(function_);
    const ir::Dominance* dominance = &analyses.dominance(function_);
    std::vector<Block*> headers;
    for (size_t i = 0; i < loops->all().size(); i++)
      if (isInnermost(*loops, i)) headers.push_back(loops->all()[i].header);
    // Found again when a loop has got its versions.
    std::optional<ir::Dominance> newDominance;
    std::optional<Loops> newLoops;
    bool changed = false;
    for (Block* header : headers) {
      if (size() > LargestFunction) break;
      if (!dominance) {
        dominance = &newDominance.emplace(function_);
        loops = &newLoops.emplace(function_, *dominance);
      }
      if (!version(header, *loops, *dominance)) continue;
      dominance = nullptr;
      changed = true;
    }
    return changed;
  }

 private:
  static bool isInnermost(const Loops& loops, size_t number) {
    return std::ranges::none_of(
        loops.all(), [&](const Loop& other) { return other.parent == static_cast<int>(number); });
  }

  size_t size() const {
    size_t count = 0;
    for (const Block* block : function_.blocks) count += block->instructions.size();
    return count;
  }

  // --- what is asked for -----------------------------------------------------------------------------------------------------

  /// What the operand would best be, if that is not known; else none.
  Type wish(const Instruction& inst, size_t index) const {
    const Value* operand = inst.operands[index];
    const auto ask = [&](Type type) {
      return !operand->type.isNone() && operand->type.overlaps(type) && !operand->type.within(type)
                 ? type
                 : Type::none();
    };
    const auto overlapsInt = [&](size_t i) {
      return !inst.operands[i]->type.isNone() && inst.operands[i]->type.overlaps(Type::Int());
    };
    if (inst.op == Op::CallMethod)
      return index == 0 && ir::arrayMethod(inst) != ArrayMethod::None ? ask(Type::Array())
                                                                      : Type::none();
    if (inst.is<Op::ElementGet, Op::ElementSet>()) {
      if (index == 0) return overlapsInt(1) ? ask(Type::Array()) : Type::none();
      return index == 1 ? ask(Type::Int()) : Type::none();
    }
    const ir::InstInfo& row = inst.info();
    if (row.givesFloats() || row.group == ir::Group::Order) {
      const Value* other = inst.operands[1 - index];
      const Type likely = likely_.of(operand);
      if (likely.is(Type::Float())) return ask(likely);
      if (likely.is(Type::Int()) && row.computesInts()) return ask(likely);
      if (isKnown(other, Type::Float()) || floats_.contains(&inst)) return ask(Type::Float());
    }
    const bool takesTwo = inst.operands.size() == 2 && row.group != ir::Group::Equality;
    return takesTwo && row.computesInts() ? ask(Type::Int()) : Type::none();
  }

  /// Notes arithmetic from which only Floats are made, by way of another Float: its operands are better Floats.
  void findFloats(const std::vector<Block*>& loop) {
    floats_.clear();
    for (bool again = true; again;) {
      again = false;
      for (const Block* block : loop)
        for (const Instruction* inst : block->instructions) {
          if (!inst->info().givesFloats()) continue;
          for (size_t i = 0; i < 2; i++) {
            const Instruction* operand = asInstruction(inst->operands[i]);
            if (!operand || !operand->info().givesFloats() || floats_.contains(operand)) continue;
            if (!isKnown(inst->operands[1 - i], Type::Float()) && !floats_.contains(inst)) continue;
            floats_.insert(operand);
            again = true;
          }
        }
    }
  }

  /// Computed in the loop, or merged there: what it is follows from what goes in.
  static bool follows(const Value* value) {
    const Instruction* inst = asInstruction(value);
    if (!inst) return true;
    const ir::Group group = inst->info().group;
    return group == ir::Group::Arithmetic || group == ir::Group::Bits ||
           group == ir::Group::Order || group == ir::Group::Assumption;
  }

  /// Is the variable of the loop known to begin with such a value?
  bool beginsAs(const ir::Param* variable, Type type, const ir::Dominance& dominance) const {
    return std::ranges::all_of(
        dominance.before()[variable->block->index], [&](const ir::Predecessor& p) {
          return inside_.contains(p.from) || isKnown(p.edge->args[variable->index], type);
        });
  }

  std::vector<Guard> findGuards(const std::vector<Block*>& loop, const ir::Dominance& dominance) {
    findFloats(loop);
    std::vector<Guard> guards;
    const auto covers = [&](const Guard& guard, const Instruction& use) {
      if (!guard.use) return true;
      if (guard.use->block != use.block) return dominance.dominates(guard.use->block, use.block);
      const auto& all = use.block->instructions;
      return std::ranges::find(all, guard.use) <= std::ranges::find(all, &use);
    };
    for (Block* block : loop)
      for (Instruction* inst : block->instructions)
        for (size_t i = 0; i < inst->operands.size(); i++) {
          Value* v = inst->operands[i];
          if (v->kind == ir::ValueKind::Constant) continue;
          const Type type = wish(*inst, i);
          if (type.isNone() || guards.size() == MostGuards || rows_.contains(v)) continue;
          const bool entersLoop = v->kind == ir::ValueKind::Param && blockOf(v) == loop[0];
          const bool isOutside = !inside_.contains(blockOf(v)) || entersLoop;
          if (!isOutside && follows(v)) continue;
          if (entersLoop && beginsAs(static_cast<const ir::Param*>(v), type, dominance)) continue;
          if (std::ranges::any_of(guards, [&](const Guard& guard) {
                return guard.value == v && covers(guard, *inst);
              }))
            continue;
          guards.push_back({v, type, isOutside ? nullptr : inst});
        }
    return guards;
  }

  static Block* blockOf(const Value* v) {
    return v->kind == ir::ValueKind::Param ? static_cast<const ir::Param*>(v)->block
                                           : static_cast<const Instruction*>(v)->block;
  }

  // --- two versions ------------------------------------------------------------------------------------------------------------

  bool version(Block* header, const Loops& loops, const ir::Dominance& dominance) {
    const auto found =
        std::ranges::find_if(loops.all(), [&](const Loop& l) { return l.header == header; });
    if (found == loops.all().end()) return false;
    std::vector<Block*> loop;  // in reverse post-order: the header first
    inside_ = {found->blocks.begin(), found->blocks.end()};
    size_t count = 0;
    for (Block* block : dominance.order())
      if (inside_.contains(block)) {
        loop.push_back(block);
        count += block->instructions.size();
      }
    if (count > LargestLoop) return false;
    for (const ir::Predecessor& p : dominance.before()[header->index])
      if (p.isHandler) return false;
    rows_ = candidateRows(loop, inside_);
    std::vector<Guard> guards = findGuards(loop, dominance);
    if (!rows_.empty() && !areRows(loop, guards)) {
      rows_.clear();
      guards = findGuards(loop, dominance);
    }
    if (guards.empty() && rows_.empty()) return false;

    // Places to change over get a block of their own.
    std::vector<Block*> rests;  // by guard; null for those before the loop
    for (const Guard& guard : guards) {
      rests.push_back(nullptr);
      if (!guard.use) continue;
      Block* rest = splitBefore(*guard.use);
      rests.back() = rest;
      loop.push_back(rest);
      inside_.insert(rest);
    }
    Block* before = preheader(*header);
    Cloner cloner(function_);
    const std::vector<Block*> copies = cloner.copy(loop);

    enter(guards, loop, *before, *header, *cloner(header));
    for (size_t i = 0; i < guards.size(); i++)
      if (guards[i].use) changeOver(guards[i], *header, *rests[i], *cloner(rests[i]));
    repair(cloner.values(), loop, copies);
    // By now each value that the second version gets from the first is one of the function.
    loaded_.apply(function_);
    removeInstructions(function_, [&](const Instruction* i) { return loaded_.contains(i); });
    loaded_.clear();
    ir::orderBlocks(function_);
    return true;
  }

  /// The block from `use` on, to which its block jumps.
  Block* splitBefore(Instruction& use) {
    Block& block = *use.block;
    Block* rest = function_.addBlock(block.name);
    const std::vector<Instruction*> behind = cutAt(use);
    append(*rest, &use);
    for (Instruction* inst : behind) append(*rest, inst);
    appendJump(block, *rest, {}, use);
    return rest;
  }

  /// A block through which all ways into the loop lead.
  Block* preheader(Block& header) {
    Block* before = function_.addBlock(Symbol::of("before"));
    std::vector<Value*> args;
    for (const ir::Param* p : header.params) args.push_back(addParam(*before, p->type, p->rep));
    for (Block* block : function_.blocks)
      if (!inside_.contains(block) && block != before && !block->instructions.empty())
        block->forEachEdge([&](Edge& edge, bool) {
          if (edge.target == &header) edge.target = before;
        });
    appendJump(*before, header, args, *header.instructions[0]);
    return before;
  }

  Instruction* test(Value* value, Type type, const Instruction& at) {
    const Op op = type == Type::Array()   ? Op::IsArray
                  : type == Type::Float() ? Op::IsFloat
                                          : Op::IsSmallInt;
    return makeInstruction(program_, op, at, {value});
  }
  Instruction* assume(Value* value, Type type, const Instruction& at) {
    Instruction* result = makeInstruction(program_, Op::Assume, at, {value});
    result->type = value->type & type;
    return result;
  }

  /// Tests what is made outside of the loop on the way into it, and what its variables begin with.
  void enter(const std::vector<Guard>& guards, const std::vector<Block*>& loop, Block& before,
             Block& header, Block& other) {
    Instruction* jump = before.terminator();
    const std::vector<Value*> args(before.params.begin(), before.params.end());
    Block* at = &before;
    Substitution known;
    std::vector<Instruction*> assumed;
    before.instructions.resize(0);
    for (const Guard& guard : guards) {
      if (guard.use) continue;
      const bool isVariable = blockOf(guard.value) == &header;
      const uint32_t index = isVariable ? static_cast<ir::Param*>(guard.value)->index : 0;
      Value* value = isVariable ? args[index] : guard.value;
      append(*at, test(value, guard.type, *jump));
      Block* next = function_.addBlock(Symbol::of("fast"));
      appendBranch(*at, at->instructions.back(), *next, other, jump->loc);
      Edge& otherwise = at->terminator()->successors[1];
      for (Value* arg : args) otherwise.args.push_back(program_.arena, arg);
      assumed.push_back(assume(value, guard.type, *jump));
      if (isVariable)
        jump->successors[0].args[index] = assumed.back();
      else
        known.replace(value, assumed.back());
      at = next;
    }
    for (Instruction* inst : assumed) append(*at, inst);
    at = enterRows(loop, known, *at, other, args, *jump);
    append(*at, jump);
    for (Block* block : inside_)
      for (Instruction* inst : block->instructions) known.apply(*inst);
  }

  // --- rows ------------------------------------------------------------------------------------------------------------------

  /// In the first version, is each receiver an array, and what is stored into none that a row was read from, or one that can
  /// be asked before the loop?
  bool areRows(const std::vector<Block*>& loop, const std::vector<Guard>& guards) const {
    const auto isArray = [&](const Value* v, bool outside) {
      return isKnown(v, Type::Array()) || rows_.contains(v) ||
             std::ranges::any_of(guards, [&](const Guard& guard) {
               return guard.value == v && guard.type == Type::Array() && !(outside && guard.use);
             });
    };
    const auto isInt = [&](const Value* v) {
      return isKnown(v, Type::Int()) || std::ranges::any_of(guards, [&](const Guard& guard) {
               return guard.value == v && guard.type == Type::Int() && !guard.use;
             });
    };
    for (const Block* block : loop)
      for (const Instruction* inst : block->instructions) {
        const bool hasReceiver = accessesElement(*inst) || inst->op == Op::CallMethod;
        if (hasReceiver && !isArray(inst->operands[0], false)) return false;
        if (!rows_.contains(inst)) continue;
        if (!isArray(inst->operands[0], true) || !isInt(inst->operands[1])) return false;
        if (storesInto(loop, inst->operands[0])) return false;
      }
    return guards.size() < MostGuards;
  }

  /// Reads the rows before the loop, where they are arrays, and nothing that is stored into is what they were read from.
  Block* enterRows(const std::vector<Block*>& loop, Substitution& known, Block& before,
                   Block& other, const std::vector<Value*>& args, const Instruction& jump) {
    Block* at = &before;
    const auto require = [&](Instruction* condition, bool truth) {
      append(*at, condition);
      Block* next = function_.addBlock(Symbol::of("fast"));
      appendBranch(*at, condition, truth ? *next : other, truth ? other : *next, jump.loc);
      Edge& otherwise = at->terminator()->successors[truth ? 1 : 0];
      for (Value* arg : args) otherwise.args.push_back(program_.arena, arg);
      at = next;
    };
    std::vector<Instruction*> rows;
    for (const Block* block : loop)
      for (Instruction* inst : block->instructions)
        if (rows_.contains(inst)) rows.push_back(inst);
    for (Instruction* row : rows) {
      Instruction* read = makeInstruction(program_, Op::ElementGet, *row,
                                          {known(row->operands[0]), known(row->operands[1])});
      append(*at, read);
      require(test(read, Type::Array(), jump), true);
      Instruction* assumed = assume(read, Type::Array(), jump);
      append(*at, assumed);
      loaded_.replace(row, assumed);
    }
    std::vector<std::pair<Value*, Value*>> asked;
    for (const Block* block : loop)
      for (const Instruction* inst : block->instructions) {
        if (inst->op != Op::ElementSet) continue;
        for (const Instruction* row : rows) {
          const std::pair pair{inst->operands[0], row->operands[0]};
          if (std::ranges::count(asked, pair) > 0) continue;
          asked.push_back(pair);
          Value* const target =
              rows_.contains(pair.first) ? loaded_(pair.first) : known(pair.first);
          require(makeInstruction(program_, Op::Same, jump, {target, known(pair.second)}), false);
        }
      }
    return at;
  }

  /// The blocks of the first version that some way from the header leads to past `rest`: it dominates the others.
  std::unordered_set<const Block*> reachedWithout(Block& header, const Block& rest) const {
    std::unordered_set<const Block*> reached{&header};
    std::vector<const Block*> work{&header};
    while (!work.empty()) {
      const Block* block = work.back();
      work.pop_back();
      block->forEachEdge([&](const Edge& edge, bool) {
        if (edge.target != &rest && inside_.contains(edge.target) &&
            reached.insert(edge.target).second)
          work.push_back(edge.target);
      });
    }
    return reached;
  }

  /// Lets `rest` begin with the value known, or control go on in its copy.
  void changeOver(const Guard& guard, Block& header, Block& rest, Block& copy) {
    Block* block = nullptr;  // that jumps to `rest`
    for (Block* b : inside_)
      if (b->terminator()->op == Op::Jump && b->terminator()->successors[0].target == &rest)
        block = b;
    const std::unordered_set<const Block*> others = reachedWithout(header, rest);
    Instruction* assumed = assume(guard.value, guard.type, *guard.use);
    Substitution known;
    known.replace(guard.value, assumed);
    for (Block* b : inside_)
      if (!others.contains(b))
        for (Instruction* inst : b->instructions) known.apply(*inst);
    append(rest, assumed);
    std::rotate(rest.instructions.begin(), rest.instructions.end() - 1, rest.instructions.end());
    block->instructions.resize(block->instructions.size() - 1);
    Instruction* condition = test(guard.value, guard.type, *guard.use);
    append(*block, condition);
    appendBranch(*block, condition, rest, copy, guard.use->loc);
  }

  // --- values that there are two of now --------------------------------------------------------------------------------------

  void repair(const std::unordered_map<const Value*, Value*>& values,
              const std::vector<Block*>& loop, const std::vector<Block*>& copies) {
    ir::orderBlocks(function_);
    const ir::Predecessors before(function_);
    const std::unordered_set<Block*> slow(copies.begin(), copies.end());
    const std::unordered_map<const Value*, std::vector<Block*>> users = usersOutside(values, slow);
    // In the order of the text, so that the same program gives the same code.
    for (Block* block : loop) {
      std::vector<Value*> made(block->params.begin(), block->params.end());
      for (Instruction* inst : block->instructions)
        if (inst->info().hasResult && values.contains(inst)) made.push_back(inst);
      for (Value* original : made) {
        const auto found = users.find(original);
        if (found == users.end()) continue;
        Value* copy = values.at(original);
        const auto definedIn = [&](Block* at) -> Value* {
          if (inside_.contains(at)) return original;
          return blockOf(copy) == at ? copy : nullptr;
        };
        Merge merge(*original, definedIn, before, program_.arena);
        for (Block* user : found->second) {
          const Value* name = slow.contains(user) ? copy : original;
          rewriteUses(*user,
                      [&](Value* used) { return used == name ? merge.atStart(user) : used; });
        }
      }
    }
  }

  /// By values of the first version: the blocks that use them, or in the second one their copies, and get them from elsewhere.
  std::unordered_map<const Value*, std::vector<Block*>> usersOutside(
      const std::unordered_map<const Value*, Value*>& values,
      const std::unordered_set<Block*>& slow) const {
    std::unordered_map<const Value*, const Value*> originals;  // also of copies
    for (const auto& [original, copy] : values) {
      originals[original] = original;
      originals[copy] = original;
    }
    std::unordered_map<const Value*, std::vector<Block*>> users;
    for (Block* user : function_.blocks) {
      if (inside_.contains(user)) continue;
      const auto note = [&](const Value* value) {
        const auto found = originals.find(value);
        if (found == originals.end()) return;
        const Value* copy = values.at(found->second);
        if (blockOf(copy) == user || value != (slow.contains(user) ? copy : found->second)) return;
        std::vector<Block*>& blocks = users[found->second];
        if (blocks.empty() || blocks.back() != user) blocks.push_back(user);
      };
      for (const Instruction* inst : user->instructions)
        std::ranges::for_each(inst->operands, note);
      user->forEachEdge([&](const Edge& edge, bool) { std::ranges::for_each(edge.args, note); });
    }
    return users;
  }

  Function& function_;
  ir::Program& program_;
  const LikelyTypes& likely_;
  std::unordered_set<Block*> inside_;              // the loop, later its first version
  std::unordered_set<const Instruction*> floats_;  // arithmetic that should give Floats
  std::unordered_set<const Value*> rows_;  // element.get that give the same array in each round
  Substitution loaded_;                    // what they are before the loop
};

}  // namespace

bool loopVersions(ir::Program& program, PassContext& context) {
  if (!context.native) return false;
  const LikelyTypes likely(program, context.analyses->classes());
  bool changed = false;
  for (Function* function : program.functions) {
    if (!LoopVersioner(*function, likely).run(*context.analyses)) continue;
    context.analyses->changedIn(*function);
    changed = true;
  }
  return changed;
}

}  // namespace gene
