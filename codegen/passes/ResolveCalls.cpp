// Calls functions that are known by name: no test of the callee, no binding of arguments while the program runs.
//   before  (v1 = global.get f) (v2 = call.shaped [_ ^key] v1 a b)      with (fn f [x ^key ^opt = 1 rest...] …)
//   after   (v3 = array.new) (v2 = call.known f absent a b absent v3)
// Which callee is known, KnownFunctions says.
// Keeps: a call that cannot be bound (wrong number of arguments, spreads) stays as it is and raises when it runs.

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/KnownFunctions.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

/// The arguments of a call in terms of the callee's slots: runtime/object/Binding.cpp, while compiling.
class StaticBinding {
 public:
  StaticBinding(const Instruction& call, const Function& callee) : call_(call), callee_(callee) {}

  /// False if the call has to be bound, or to fail, when it runs.
  bool run() {
    return collect() && bindKeywords() && bindPositional() && checkKeywords() && checkLeftOver();
  }

  /// The slots; null for those that `rest` and `keywordRest` fill.
  std::vector<Value*> slots;
  std::vector<Value*> rest;
  std::vector<Value*> keywordRest;  // symbol value …

 private:
  bool collect() {
    const Span<Value* const> args = call_.operands.subspan(1);
    if (call_.op == Op::Call) {
      positional_.assign(args.begin(), args.end());
      return true;
    }
    const ir::CallShape& shape = *call_.as<Op::CallShaped>().shape();
    for (size_t i = 0; i < args.size(); i++) {
      switch (shape.args[i].kind) {
        case ArgKind::Positional: positional_.push_back(args[i]); break;
        case ArgKind::Keyword: keywords_.push_back({shape.args[i].keyword, args[i]}); break;
        case ArgKind::Spread:
        case ArgKind::KeywordSpread: return false;
      }
    }
    return true;
  }

  bool bindKeywords() {
    ir::Program& program = *callee_.program;
    slots.assign(callee_.params.size(), nullptr);
    for (size_t i = 0; i < callee_.params.size(); i++) {
      const ir::ParamSpec& spec = callee_.params[i];
      if (spec.kind != SlotKind::Keyword) continue;
      for (Keyword& k : keywords_) {
        if (k.name != spec.name) continue;
        k.used = true;
        slots[i] = k.value;  // the last one counts
      }
      if (!slots[i]) {
        if (!spec.optional) return false;
        slots[i] = program.constant(ir::ConstantKind::Absent);
      }
    }
    return true;
  }

  bool bindPositional() {
    auto isPositional = [](const ir::ParamSpec& p) { return p.kind == SlotKind::Positional; };
    size_t requiredAfter = 0, positionalAfter = 0;
    for (const ir::ParamSpec& p : callee_.params) {
      positionalAfter += isPositional(p);
      requiredAfter += isPositional(p) && !p.optional;
    }
    for (size_t i = 0; i < callee_.params.size(); i++) {
      const ir::ParamSpec& spec = callee_.params[i];
      const size_t left = positional_.size() - next_;
      if (isPositional(spec)) {
        hasPositional_ = true;
        positionalAfter--;
        requiredAfter -= !spec.optional;
        if (!spec.optional && left == 0) return false;
        slots[i] = !spec.optional || left > requiredAfter
                       ? positional_[next_++]
                       : callee_.program->constant(ir::ConstantKind::Absent);
      } else if (spec.kind == SlotKind::Rest) {
        hasPositional_ = hasRest_ = true;
        for (size_t taken = left > positionalAfter ? left - positionalAfter : 0; taken > 0; taken--)
          rest.push_back(positional_[next_++]);
      } else if (spec.kind == SlotKind::Self) {
        return false;
      }
    }
    return true;
  }

  bool checkKeywords() {
    const bool keepsRest = std::ranges::any_of(
        callee_.params, [](const ir::ParamSpec& p) { return p.kind == SlotKind::KeywordRest; });
    for (const Keyword& k : keywords_) {
      if (k.used) continue;
      if (!keepsRest) return false;
      keywordRest.push_back(callee_.program->symbol(k.name));
      keywordRest.push_back(k.value);
    }
    return true;
  }

  bool checkLeftOver() {
    // A function without any parameters ignores what it is given.
    return next_ == positional_.size() || hasRest_ || (!hasPositional_ && keywords_.empty());
  }

  struct Keyword {
    Symbol name;
    Value* value;
    bool used = false;
  };
  const Instruction& call_;
  const Function& callee_;
  std::vector<Value*> positional_;
  std::vector<Keyword> keywords_;
  size_t next_ = 0;
  bool hasRest_ = false, hasPositional_ = false;
};

class Resolver {
 public:
  explicit Resolver(PassContext& context)
      : program_(context.program),
        analyses_(*context.analyses),
        functions_(program_, context.native ? &analyses_.classes() : nullptr) {}

  bool run() {
    collect();
    findNeedsClosure();
    bool changed = false;
    for (Instruction* call : calls_) {
      if (!resolve(*call)) continue;
      analyses_.changedIn(*call->block->function);
      changed = true;
    }
    return changed;
  }

 private:
  static bool isCall(const Instruction& inst) {
    return inst.op == Op::Call || inst.op == Op::CallShaped;
  }

  /// The only walk over the whole program: a large one does not stay in the cache from one to the next.
  void collect() {
    for (Function* function : program_.functions)
      for (Block* block : function->blocks)
        for (Instruction* inst : block->instructions) {
          if (isCall(*inst)) calls_.push_back(inst);
          noteNamespaces(*inst);
          if (const auto set = inst->tryAs<Op::GlobalSet>()) assigned_.insert(set.global());
          if (inst->op == Op::Callee) askForThemselves_.insert(function);
        }
  }

  // --- which function a value is ----------------------------------------------------------------------------------------------

  Function* functionOf(const Value* value) const { return functions_.of(value); }

  /// Does the function's body look at its closure: for a capture, or for itself other than to call itself?
  void findNeedsClosure() {
    for (Function* function : program_.functions)
      if (function->captureCount > 0) needsClosure_.insert(function);
    for (Function* function : askForThemselves_) {
      for (Block* block : function->blocks) {
        auto escapes = [&](const Value* value) {
          const Instruction* inst = asInstruction(value);
          if (inst && inst->op == Op::Callee) needsClosure_.insert(function);
        };
        for (Instruction* inst : block->instructions)
          for (size_t i = 0; i < inst->operands.size(); i++)
            if (!(i == 0 && callsItself(*inst, *function))) escapes(inst->operands[i]);
        block->forEachEdge([&](ir::Edge& edge, bool) {
          for (const Value* arg : edge.args) escapes(arg);
        });
      }
    }
  }

  bool callsItself(const Instruction& inst, const Function& function) const {
    if (const auto call = inst.tryAs<Op::CallKnown>()) return call.function() == &function;
    if (!isCall(inst) || functionOf(inst.operands[0]) != &function || !isBindable(function))
      return false;
    return StaticBinding(inst, function).run();
  }

  // --- calls ------------------------------------------------------------------------------------------------------------------

  static bool isBindable(const Function& f) {
    constexpr size_t mostSlots = 64;
    return !f.isMacro && !f.isMethod && !f.isCtor && f.params.size() <= mostSlots;
  }

  bool resolve(Instruction& call) {
    if (becomeBuiltin(call)) return true;
    Function* callee = functionOf(call.operands[0]);
    if (!callee || !isBindable(*callee)) return false;
    StaticBinding binding(call, *callee);
    if (!binding.run()) return false;
    std::vector<Value*> operands{needsClosure_.contains(callee)
                                     ? call.operands[0]
                                     : program_.constant(ir::ConstantKind::Absent)};
    for (size_t i = 0; i < callee->params.size(); i++) {
      Value* slot = binding.slots[i];
      if (!slot) {
        const bool isRest = callee->params[i].kind == SlotKind::Rest;
        Instruction* made = makeInstruction(program_, isRest ? Op::ArrayNew : Op::MapNew, call.loc,
                                            isRest ? binding.rest : binding.keywordRest);
        insertBefore(call, made);
        slot = made;
      }
      operands.push_back(slot);
    }
    call.op = Op::CallKnown;
    call.operands = program_.arena.copy(Span<Value* const>(operands));
    ir::Immediate target;
    target.function = callee;
    call.immediates = program_.arena.copy(Span<const ir::Immediate>(&target, 1));
    return true;
  }

  // --- built-ins --------------------------------------------------------------------------------------------------------------

  /// What a value holds, if it is a built-in function: the global of that name, which nothing assigns to, or a member of a
  /// namespace that nobody can change.
  const ir::BuiltinFacts* builtinOf(const Value* value) const {
    const Instruction* inst = asInstruction(value);
    if (!inst) return nullptr;
    if (const auto read = inst->tryAs<Op::GlobalGet, Op::GlobalCheck>()) {
      const ir::Global* global = read.global();
      return global->external && !assigned_.contains(global)
                 ? ir::builtins().function({}, global->name)
                 : nullptr;
    }
    const auto member = inst->tryAs<Op::MemberGet>();
    if (!member || namespacesAreOpen_) return nullptr;
    const ir::Global* owner = externalOf(member.object());
    return owner && !openNamespaces_.contains(owner->name) && !assigned_.contains(owner)
               ? ir::builtins().function(owner->name, member.name())
               : nullptr;
  }

  /// The global that holds the function of this row, too: math/abs is abs. Null without one.
  ir::Global* sameGlobal(const ir::BuiltinFacts& facts, Symbol name) {
    const ir::BuiltinFacts* const same = ir::builtins().function({}, name);
    if (!same || same->signature.data() != facts.signature.data()) return nullptr;
    const auto found = std::ranges::find_if(program_.globals, [&](const ir::Global* global) {
      return global->name == name && global->external && !global->isOwn;
    });
    ir::Global* const global =
        found == program_.globals.end() ? program_.externalGlobal(name) : *found;
    if (assigned_.contains(global)) return nullptr;
    global->builtin = true;
    return global;
  }

  static const ir::Global* externalOf(const Value* value) {
    const auto read = ir::madeBy<Op::GlobalGet, Op::GlobalCheck>(value);
    return read && read.global()->external ? read.global() : nullptr;
  }

  /// Namespaces of built-ins that do more in this program than having members read, so that those may be others.
  void noteNamespaces(const Instruction& inst) {
    namespacesAreOpen_ |= inst.info().reachesUnseenCode();
    const auto use = [&](const Value* value, bool onlyReads) {
      const ir::Global* global = externalOf(value);
      if (global && !onlyReads) openNamespaces_.insert(global->name);
    };
    const auto read = inst.tryAs<Op::MemberGet>();
    // gene/math is the same namespace as math.
    if (read && externalOf(read.object())) openNamespaces_.insert(read.name());
    for (const Value* operand : inst.operands) use(operand, bool(read));
    for (const ir::Edge& edge : inst.successors)
      for (const Value* arg : edge.args) use(arg, false);
  }

  /// What the row of a built-in says of its result; operations become instructions.
  bool becomeBuiltin(Instruction& call) {
    if (call.op != Op::Call) return false;
    const ir::BuiltinFacts* facts = builtinOf(call.operands[0]);
    if (!facts || !facts->takes(call.operands.size() - 1)) return false;
    Instruction* read = asInstruction(call.operands[0]);
    bool changed = false;
    if (read->op != Op::MemberGet) {
      // It is there: the check has nothing to say.
      ir::Global* global = read->as<Op::GlobalGet, Op::GlobalCheck>().global();
      changed = !global->builtin || read->op != Op::GlobalGet;
      global->builtin = true;
      read->op = Op::GlobalGet;
      read->handler = nullptr;
    } else if (ir::Global* const global = sameGlobal(*facts, read->as<Op::MemberGet>().name())) {
      ir::Immediate immediate;
      immediate.global = global;
      read->op = Op::GlobalGet;
      read->operands = {};
      read->immediates = program_.arena.copy(Span<const ir::Immediate>(&immediate, 1));
      read->handler = nullptr;
      changed = true;
    }
    if (facts->operation.number == NumberFunction::Sqrt) {
      call.op = Op::Sqrt;
      call.operands = program_.arena.copy(Span<Value* const>(call.operands.subspan(1)));
      call.type = ir::Type::Float();
      call.tail = false;
      return true;
    }
    const ir::Type type = call.type & facts->result;
    changed |= !(type == call.type);
    call.type = type;
    return changed;
  }

  static void insertBefore(Instruction& call, Instruction* inst) {
    ArenaVector<Instruction*>& all = call.block->instructions;
    append(*call.block, inst);
    std::rotate(std::ranges::find(all, &call), all.end() - 1, all.end());
  }

  ir::Program& program_;
  Analyses& analyses_;
  KnownFunctions functions_;
  std::vector<Instruction*> calls_;
  std::unordered_set<Function*> askForThemselves_;  // have a `callee`
  std::unordered_set<const Function*> needsClosure_;
  std::unordered_set<const ir::Global*> assigned_;
  std::unordered_set<Symbol> openNamespaces_;
  bool namespacesAreOpen_ = false;
};

}  // namespace

bool resolveCalls(ir::Program&, PassContext& context) { return Resolver(context).run(); }

}  // namespace gene
