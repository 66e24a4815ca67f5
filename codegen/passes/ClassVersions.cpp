// Copies code that uses the fields of a value whose class is not known: one version for the class that has such fields,
// one for everything else.
//   before  (v2 = member.get x v1) … (v3 = member.get y v1) …                    with v1 any value
//   after   (v4 = is-class 1 1 v1) (branch v4 known other)
//           known: (v5 = assume v1 ^type instance-1-1) (v2 = member.get x v5) …  other: (v6 = exclude 1 1 v1) …
// What is copied is what the first use of a field dominates, so that no value has to be put together again behind it.
// Keeps: code that is large, or that uses one field once; fields that classes have at different places.

#include <algorithm>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Inference.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

constexpr size_t MostCopied = 250;  // instructions of a version
constexpr size_t LargestFunction = 2000;
constexpr int MostVersions = 4;  // of one function: each may double it

class Versioner {
 public:
  explicit Versioner(PassContext& context) : program_(context.program), context_(context) {}

  bool run() {
    bool changed = false;
    if (context_.analyses->classes().numbered().empty()) return false;
    const Inference& inference = context_.analyses->types();
    for (Function* f : program_.functions) {
      collect(*f, inference);
      done_.clear();
      for (int i = 0; i < MostVersions && version(*f, inference.classes()); i++) changed = true;
    }
    return changed;
  }

 private:
  /// A value whose fields are used.
  struct Candidate {
    Value* value;
    Type type;
    std::vector<Instruction*> uses;
  };

  /// Values get their types now: copies made later have those of the originals.
  void collect(Function& f, const Inference& inference) {
    types_.clear();
    auto note = [&](Value* v) { types_[v] = inference.typeOf(v); };
    for (Block* block : f.blocks) {
      for (ir::Param* p : block->params) note(p);
      for (Instruction* inst : block->instructions)
        if (inst->info().hasResult) note(inst);
    }
  }

  static bool usesField(const Instruction& inst) {
    return inst.op == Op::MemberGet || inst.op == Op::MemberSet;
  }

  bool version(Function& f, const KnownClasses& classes) {
    ir::orderBlocks(f);
    std::vector<Candidate> candidates;
    std::unordered_map<const Value*, size_t> number;
    size_t size = 0;
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions) {
        size++;
        if (!usesField(*inst)) continue;
        Value* v = inst->operands[0];
        if (v->kind == ir::ValueKind::Constant || done_.contains(v)) continue;
        auto type = types_.find(v);
        if (type == types_.end() || !type->second.hasInstances()) continue;
        auto [it, isNew] = number.try_emplace(v, candidates.size());
        if (isNew) candidates.push_back({v, type->second, {}});
        candidates[it->second].uses.push_back(inst);
      }
    if (size > LargestFunction) return false;
    const ir::Dominance dominance(f);
    for (Candidate& c : candidates) {
      done_.insert(c.value);
      if (c.uses.size() < 2) continue;
      const std::optional<Type> known = classesFor(c, classes);
      if (known && split(f, c, *known, dominance)) return true;
    }
    return false;
  }

  /// The instances that have all the fields, if that is not known anyway.
  static std::optional<Type> classesFor(const Candidate& c, const KnownClasses& classes) {
    uint16_t first = 0, last = 0;
    bool all = true;  // instances of the type have them
    for (const KnownClass* k : classes.numbered()) {
      if (!k->isInstantiated || !c.type.overlaps(k->exactInstances())) continue;
      const bool fits = std::ranges::all_of(c.uses, [&](const Instruction* use) {
        return k->placeOf(use->as<Op::MemberGet, Op::MemberSet>().name()) >= 0;
      });
      all &= fits;
      if (!fits) continue;
      if (first == 0) first = k->number;
      last = k->number;
    }
    if (first == 0) return std::nullopt;
    // Known already, perhaps but for nil.
    if (all && c.type.within(Type::Instance()) && c.type.firstClass() > 0) return std::nullopt;
    for (const KnownClass* k : classes.numbered()) {
      if (!k->isInstantiated || k->number < first || k->number > last) continue;
      for (const Instruction* use : c.uses) {
        const Symbol field = use->as<Op::MemberGet, Op::MemberSet>().name();
        if (k->placeOf(field) < 0 || k->placeOf(field) != classes.numbered(first)->placeOf(field))
          return std::nullopt;
      }
    }
    return Type::instanceOf(first, last);
  }

  /// The block that all uses are dominated by, and in front of which instruction of it the versions part.
  bool split(Function& f, const Candidate& c, Type known, const ir::Dominance& dominance) {
    const Block* place = c.uses[0]->block;
    for (const Instruction* use : c.uses)
      while (!dominance.dominates(place, use->block)) place = dominance.immediate(place);
    Block& block = const_cast<Block&>(*place);
    uint32_t position = block.instructions.size() - 1;
    if (block.raising()) position--;
    for (uint32_t i = 0; i < position; i++)
      if (std::ranges::count(c.uses, block.instructions[i]) > 0) position = i;
    std::vector<Block*> region;
    size_t size = block.instructions.size() - position;
    for (Block* b : f.blocks)
      if (b != &block && dominance.reachable(b) && dominance.dominates(&block, b)) {
        region.push_back(b);
        size += b->instructions.size();
      }
    if (size > MostCopied) return false;

    Block* fast = f.addBlock(Symbol::of("known"));
    const std::vector<Instruction*> rest(block.instructions.begin() + position,
                                         block.instructions.end());
    block.instructions.resize(position);
    for (Instruction* inst : rest) append(*fast, inst);
    region.insert(region.begin(), fast);
    const Location loc = c.uses[0]->loc;
    Cloner cloner(f);
    Instruction* excluded = bounded(Op::Exclude, c.value, known, loc);
    excluded->type = c.type;
    cloner.map(c.value, excluded);
    const std::vector<Block*> copies = cloner.copy(region);
    prepend(*copies[0], excluded);
    types_[excluded] = c.type;
    done_.insert(excluded);
    for (const auto& [from, to] : cloner.values())
      if (auto it = types_.find(from); it != types_.end() && to != excluded) {
        const Type type = it->second;
        types_[to] = type;
        if (done_.contains(from) && from != c.value) done_.insert(to);
      }

    Instruction* assumed = makeInstruction(program_, Op::Assume, loc, {c.value});
    assumed->type = c.type & known;
    types_[assumed] = assumed->type;
    done_.insert(assumed);
    Substitution value;
    value.replace(c.value, assumed);
    for (Block* b : region)
      for (Instruction* inst : b->instructions) value.apply(*inst);
    assumed->operands[0] = c.value;
    prepend(*fast, assumed);

    Instruction* test = bounded(Op::IsClass, c.value, known, loc);
    append(block, test);
    appendBranch(block, test, *fast, *copies[0], loc);
    ir::orderBlocks(f);
    return true;
  }

  Instruction* bounded(Op op, Value* value, Type classes, Location loc) {
    ir::Immediate first, last;
    first.integer = classes.firstClass();
    last.integer = classes.lastClass();
    return makeInstruction(program_, op, loc, {value}, {first, last});
  }

  void prepend(Block& block, Instruction* inst) {
    append(block, inst);
    std::rotate(block.instructions.begin(), block.instructions.end() - 1, block.instructions.end());
  }

  ir::Program& program_;
  PassContext& context_;
  std::unordered_map<const Value*, Type> types_;
  std::unordered_set<const Value*> done_;  // that were looked at
};

}  // namespace

bool classVersions(ir::Program&, PassContext& context) {
  return context.native && Versioner(context).run();
}

}  // namespace gene
