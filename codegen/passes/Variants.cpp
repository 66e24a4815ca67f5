// Patterns and values of enums that are known while compiling: no look-up of the variant, one test of the value for all
// patterns of a `case`, payloads read in place, values made without a call.
//   before  (v1 = member.get Add (global.get Expr)) (v2 = match.variant 2 v0 v1)     with Expr the only enum that is assigned to it
//   after   (v1 = variant.of Expr v0) (v2 = eq v1 2)
//   before  (v1 = member.get Add v0) (v2 = call v1 a b)
//   after   (v2 = variant.new Expr 2 a b)
//   before  (v1 = global.check Err) (v2 = match.variant 1 v0 v1)
//   after   (v1 = variant.of Result v0) (v2 = eq v1 1)
// `simplify` folds what is asked of a value that was made here.
// Keeps: patterns and calls that do not fit the variant, which raise; fields with annotations, which are checked when a value is
// made; reads that may come before the enum is there.

#include <algorithm>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"
#include "codegen/passes/SureReads.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

struct Variant {
  ir::Global* owner;  // holds the enum
  int64_t index;
  size_t fields;
  bool isChecked;  // a field has an annotation
};

class Variants {
 public:
  explicit Variants(PassContext& context)
      : program_(context.program), analyses_(*context.analyses) {}

  bool run() {
    findAssignments();
    findEnums();
    bool changed = false;
    for (Function* f : program_.functions) {
      found_.clear();
      for (Block* block : f->blocks)
        for (Instruction* inst : block->instructions)
          if (const std::optional<Variant> variant = variantOf(*inst)) found_[inst] = *variant;
      if (found_.empty() || !rewrite(*f)) continue;
      analyses_.changedIn(*f);
      changed = true;
    }
    return changed;
  }

 private:
  void findAssignments() {
    for (Function* f : program_.functions)
      for (Block* block : f->blocks)
        for (Instruction* inst : block->instructions)
          if (const auto set = inst->tryAs<Op::GlobalSet>()) sets_[set.global()].push_back(inst);
  }

  /// Variables of the module that are assigned an enum, once and not in a loop; of those with the same enum the first.
  void findEnums() {
    if (sets_.empty()) return;
    const Function& top = *program_.functions[0];
    std::unordered_set<const Value*> taken;
    for (const Block* block : top.blocks)
      for (const Instruction* inst : block->instructions) {
        const auto set = inst->tryAs<Op::GlobalSet>();
        if (!set || !set.global()->constant || sets_[set.global()].size() != 1) continue;
        const auto made = ir::madeBy<Op::EnumNew>(set.value());
        if (!made || analyses_.loops(top).depth(block) > 0) continue;
        if (taken.insert(set.value()).second)
          enums_[set.global()] = &as<ArrayForm>(*made.declaration());
      }
    if (!enums_.empty()) sure_.emplace(program_);
  }

  /// The variable that holds the enum `value`, wherever `user` is; null if that is not known.
  ir::Global* enumOf(const Value* value, const Instruction& user) const {
    if (const auto read = ir::madeBy<Op::GlobalGet, Op::GlobalCheck>(value)) {
      const bool isKnown = enums_.contains(read.global()) && sure_->contains(asInstruction(value));
      return isKnown || isStandard(read.global()) ? read.global() : nullptr;
    }
    if (!ir::madeBy<Op::EnumNew>(value)) return nullptr;
    // The value itself, below its assignment.
    for (const auto& [global, declaration] : enums_) {
      const Instruction* set = sets_.at(global)[0];
      if (set->as<Op::GlobalSet>().value() == value && comesBefore(*set, user)) return global;
    }
    return nullptr;
  }

  bool comesBefore(const Instruction& first, const Instruction& then) const {
    if (first.block->function != then.block->function) return false;
    if (first.block != then.block)
      return analyses_.dominance(*first.block->function).dominates(first.block, then.block);
    const auto& all = first.block->instructions;
    return std::ranges::find(all, &first) < std::ranges::find(all, &then);
  }

  /// A built-in that nobody replaces.
  bool isBuiltin(const ir::Global* global) const {
    return global->external && !sets_.contains(global);
  }
  bool isStandard(const ir::Global* global) const {
    return isBuiltin(global) &&
           (global->name.text() == "Result" || global->name.text() == "Option");
  }

  /// The variant that an instruction gives.
  std::optional<Variant> variantOf(const Instruction& inst) const {
    if (const auto get = inst.tryAs<Op::MemberGet>()) {
      ir::Global* owner = enumOf(get.object(), inst);
      return owner ? variantNamed(owner, get.name()) : std::nullopt;
    }
    const auto read = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>();
    if (!read || !isBuiltin(read.global())) return std::nullopt;
    const std::string_view name = read.global()->name.text();
    const bool isResult = name == "Ok" || name == "Err";
    if (!isResult && name != "Some" && name != "None") return std::nullopt;
    return variantNamed(program_.externalGlobal(Symbol::of(isResult ? "Result" : "Option")),
                        read.global()->name);
  }

  std::optional<Variant> variantNamed(ir::Global* owner, Symbol name) const {
    if (isStandard(owner)) {
      const std::string_view text = name.text();
      if (owner->name.text() == "Result" && (text == "Ok" || text == "Err"))
        return Variant{owner, text == "Err", 1, false};
      if (owner->name.text() == "Option" && (text == "Some" || text == "None"))
        return Variant{owner, text == "None", text == "Some", false};
      return std::nullopt;
    }
    const Span<Form* const> parts =
        enums_.at(owner)->items;  // [Name [Variant [field …] [type …]] …]
    for (size_t i = 1; i < parts.size(); i++) {
      const Span<Form* const> variant = as<ArrayForm>(*parts[i]).items;
      if (as<SymbolForm>(*variant[0]).symbol != name) continue;
      const bool isChecked =
          std::ranges::any_of(as<ArrayForm>(*variant[2]).items,
                              [](const Form* type) { return type->kind != FormKind::Nil; });
      return Variant{owner, static_cast<int64_t>(i - 1), as<ArrayForm>(*variant[1]).items.size(),
                     isChecked};
    }
    return std::nullopt;
  }

  const Variant* known(const Value* value) const {
    const auto it = found_.find(value);
    return it == found_.end() ? nullptr : &it->second;
  }

  bool rewrite(Function& f) {
    bool changed = false;
    for (Block* block : f.blocks) {
      const std::vector<Instruction*> old(block->instructions.begin(), block->instructions.end());
      block->instructions.clear();
      for (Instruction* inst : old) {
        changed |= match(*block, *inst) || construct(*inst) || get(*inst);
        append(*block, inst);
      }
    }
    if (changed) ir::orderBlocks(f);
    return changed;
  }

  /// A pattern: an Int says which variant it is, then that is compared.
  bool match(Block& block, Instruction& inst) {
    const auto match = inst.tryAs<Op::MatchVariant>();
    const Variant* variant = match ? known(match.variant()) : nullptr;
    if (!variant) return false;
    const int64_t binders = std::max(match.binders(), int64_t{0});  // -1: the name alone
    if (static_cast<size_t>(binders) != variant->fields) return false;
    Instruction* of =
        makeInstruction(program_, Op::VariantOf, inst, {match.target()}, {globalOf(*variant)});
    of->type = ir::Type::Int();
    append(block, of);
    become(inst, Op::Eq, {of, program_.integer(variant->index)}, {});
    inst.type = ir::Type::Bool();
    return true;
  }

  bool construct(Instruction& inst) {
    const auto call = inst.tryAs<Op::Call>();
    const Variant* variant = call ? known(call.callee()) : nullptr;
    if (!variant || variant->isChecked || variant->fields == 0) return false;
    if (call.args().size() != variant->fields) return false;
    const std::vector<Value*> values(call.args().begin(), call.args().end());
    become(inst, Op::VariantNew, values, {globalOf(*variant), indexOf(*variant)});
    inst.type = ir::Type::Other();
    return true;
  }

  /// The variant itself: what is left of it where it was called or compared with is for nobody.
  bool get(Instruction& inst) {
    const Variant* variant = known(&inst);
    if (!variant) return false;
    become(inst, Op::VariantGet, {}, {globalOf(*variant), indexOf(*variant)});
    inst.type = ir::Type::Other();
    return true;
  }

  static ir::Immediate globalOf(const Variant& variant) {
    ir::Immediate owner;
    owner.global = variant.owner;
    return owner;
  }
  static ir::Immediate indexOf(const Variant& variant) {
    ir::Immediate index;
    index.integer = variant.index;
    return index;
  }

  /// It raises no more.
  void become(Instruction& inst, Op op, const std::vector<Value*>& operands,
              const std::vector<ir::Immediate>& immediates) {
    inst.op = op;
    inst.operands = program_.arena.copy(Span<Value* const>(operands));
    inst.immediates = program_.arena.copy(Span<const ir::Immediate>(immediates));
    inst.handler = nullptr;
    inst.tail = false;
  }

  ir::Program& program_;
  Analyses& analyses_;
  std::unordered_map<const ir::Global*, std::vector<const Instruction*>> sets_;
  std::unordered_map<ir::Global*, const ArrayForm*> enums_;
  std::optional<SureReads> sure_;
  std::unordered_map<const Value*, Variant> found_;  // in the function that is looked at
};

}  // namespace

bool variants(ir::Program&, PassContext& context) { return Variants(context).run(); }

}  // namespace gene
