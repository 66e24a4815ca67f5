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

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/LoopGuards.h"
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
    const LoopGuards asked(loop, inside_, dominance, likely_);
    if (asked.empty()) return false;
    const std::vector<Guard>& guards = asked.guards();
    rows_ = asked.rows();
    fields_ = asked.fields();
    fieldValues_ = asked.fieldValues();

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
    at = enterFields(loop, known, *at, other, args, *jump);
    at = enterRows(loop, known, *at, other, args, *jump);
    append(*at, jump);
    for (Block* block : inside_)
      for (Instruction* inst : block->instructions) known.apply(*inst);
  }

  /// Goes on in a new block where the condition has this truth, else in the second version with `args`.
  Block* requireHere(Block& at, Instruction* condition, bool truth, Block& other,
                     const std::vector<Value*>& args, const Instruction& jump) {
    append(at, condition);
    Block* next = function_.addBlock(Symbol::of("fast"));
    appendBranch(at, condition, truth ? *next : other, truth ? other : *next, jump.loc);
    Edge& otherwise = at.terminator()->successors[truth ? 1 : 0];
    for (Value* arg : args) otherwise.args.push_back(program_.arena, arg);
    return next;
  }

  // --- fields ----------------------------------------------------------------------------------------------------------------

  /// Reads the fields before the loop, where they have values, and such as the loop asks for.
  Block* enterFields(const std::vector<Block*>& loop, Substitution& known, Block& before,
                     Block& other, const std::vector<Value*>& args, const Instruction& jump) {
    Block* at = &before;
    for (const Block* block : loop)
      for (Instruction* inst : block->instructions) {
        const auto field = fields_.find(inst);
        if (field == fields_.end()) continue;
        Instruction* read =
            makeInstruction(program_, Op::FieldGet, *inst, {known(inst->operands[0])},
                            {inst->immediates.begin(), inst->immediates.end()});
        read->type = inst->type;
        append(*at, read);
        if (mayBeAbsent(*inst)) {
          Instruction* absent = makeInstruction(program_, Op::IsAbsent, jump, {read});
          at = requireHere(*at, absent, false, other, args, jump);
        }
        const Type wished = field->second.isNone() ? Type::value() : field->second;
        if (!field->second.isNone())
          at = requireHere(*at, test(read, wished, jump), true, other, args, jump);
        Instruction* assumed = assume(read, wished, jump);
        append(*at, assumed);
        loaded_.replace(inst, assumed);
      }
    return at;
  }

  // --- rows ------------------------------------------------------------------------------------------------------------------

  /// Reads the rows before the loop, where they are arrays, and nothing that is stored into is what they were read from.
  Block* enterRows(const std::vector<Block*>& loop, Substitution& known, Block& before,
                   Block& other, const std::vector<Value*>& args, const Instruction& jump) {
    Block* at = &before;
    const auto require = [&](Instruction* condition, bool truth) {
      at = requireHere(*at, condition, truth, other, args, jump);
    };
    // What the first version has for a value that is there before the loop.
    const auto now = [&](Value* v) {
      const auto field = fieldValues_.find(v);
      return field != fieldValues_.end() ? loaded_(const_cast<Instruction*>(field->second))
             : rows_.contains(v)         ? loaded_(v)
                                         : known(v);
    };
    std::vector<Instruction*> rows;
    for (const Block* block : loop)
      for (Instruction* inst : block->instructions)
        if (rows_.contains(inst)) rows.push_back(inst);
    for (Instruction* row : rows) {
      Instruction* read =
          makeInstruction(program_, row->op, *row, {now(row->operands[0]), now(row->operands[1])},
                          {row->immediates.begin(), row->immediates.end()});
      append(*at, read);
      require(test(read, Type::Array(), jump), true);
      Instruction* assumed = assume(read, Type::Array(), jump);
      append(*at, assumed);
      loaded_.replace(row, assumed);
    }
    std::vector<std::pair<Value*, Value*>> asked;
    for (const Block* block : loop)
      for (const Instruction* inst : block->instructions) {
        if (!storesElement(*inst)) continue;
        for (const Instruction* row : rows) {
          const std::pair pair{inst->operands[0], row->operands[0]};
          if (std::ranges::count(asked, pair) > 0) continue;
          asked.push_back(pair);
          require(makeInstruction(program_, Op::Same, jump, {now(pair.first), now(pair.second)}),
                  false);
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
  std::unordered_set<Block*> inside_;  // the loop, later its first version
  /// field.get that give the same in each round, and what that should be; none: whatever it is.
  std::unordered_map<const Instruction*, Type> fields_;
  std::unordered_map<const Value*, const Instruction*> fieldValues_;  // LoopGuards::fieldValues
  std::unordered_set<const Value*> rows_;  // reads of items that give the same array in each round
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
