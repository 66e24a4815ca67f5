// What constructors do with the fields of the new object: which have a value before any other code can see the object,
// and which assignments give the next field of the layout its first value.

#include "codegen/ir/Dominance.h"
#include "codegen/passes/Classes.h"
#include "codegen/passes/Facts.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

constexpr uint64_t All = ~uint64_t{0};
constexpr int Unknown = -1;

/// What is known of the object at a place in its constructor.
struct State {
  bool reached = false;
  bool leaked = false;  // other code may have seen it
  int prefix = 0;       // it has this many fields, the first ones of the layout, or Unknown
  uint64_t has = 0;     // these have a value, among others
  friend bool operator==(const State&, const State&) = default;

  void join(const State& other) {
    if (!reached) {
      *this = other;
      return;
    }
    leaked |= other.leaked;
    if (prefix != other.prefix) prefix = Unknown;
    has &= other.has;
  }
};

class Analysis {
 public:
  Analysis(KnownClasses& classes, std::unordered_map<Instruction*, uint32_t>* initialised)
      : classes_(classes), initialised_(initialised) {}

  void run() {
    for (KnownClass& c : classes_.all()) {
      if (c.number == 0) continue;
      class_ = &c;
      atLeaks_ = All;
      readEarly_ = 0;
      State end;
      end.reached = true;
      const std::optional<Function*> ctor = c.findConstructor();
      if (ctor)
        end = *ctor ? constructBy(**ctor, end)
                    : State{.reached = true, .leaked = true, .prefix = Unknown};
      c.certain = end.reached ? end.has & atLeaks_ & ~readEarly_ : 0;
      if (ctor && !*ctor) c.certain = 0;
    }
    if (initialised_)
      for (const Instruction* inst : refused_) initialised_->erase(const_cast<Instruction*>(inst));
  }

 private:
  static constexpr int MostConstructors = 16;  // that call each other

  /// What the constructor and its copies have in common: where only a copy is called, the original may have been simplified as
  /// code that never runs.
  State constructBy(Function& ctor, const State& entry) {
    State end = construct(ctor, entry, 0);
    for (Function* copy : ctor.program->functions)
      if (copy != &ctor && copy->isCtor && ctor.loc.valid() && copy->loc == ctor.loc)
        end.join(construct(*copy, entry, 0));
    return end;
  }

  /// The state when the constructor has returned, for an object in state `entry`.
  State construct(Function& ctor, State entry, int depth) {
    const Value* self = selfOf(ctor);
    if (!self || depth > MostConstructors) return leak(entry);
    std::vector<State> states(ctor.blocks.size());
    states[0] = entry;
    State end;
    const std::vector<Block*> order = ir::reversePostOrder(ctor);
    for (bool changed = true; changed;) {
      changed = false;
      end = {};
      for (const Block* block : order) walk(*block, self, states, end, changed, depth, false);
    }
    for (const Block* block : order) {
      bool changed = false;
      walk(*block, self, states, end, changed, depth, true);
    }
    return end;
  }

  static const Value* selfOf(const Function& f) {
    for (size_t i = 0; i < f.params.size(); i++)
      if (f.params[i].kind == SlotKind::Self) return f.entry()->params[i];
    return nullptr;
  }

  void walk(const Block& block, const Value* self, std::vector<State>& states, State& end,
            bool& changed, int depth, bool final) {
    State state = states[block.index];
    if (!state.reached) return;
    for (Instruction* inst : block.instructions) {
      const State before = state;
      step(*inst, self, state, depth, final);
      if (inst->handler) {
        State raised = before;
        if (!(before == state)) raised.prefix = Unknown;
        raised.leaked |= state.leaked;
        changed |= enter(states[inst->handler->target->index], raised);
      }
      if (inst->op == Op::Return) end.join(state);
    }
    for (const ir::Edge& edge : block.terminator()->successors)
      changed |= enter(states[edge.target->index], state);
  }

  static bool enter(State& at, const State& from) {
    const State before = at;
    at.join(from);
    return !(before == at);
  }

  State leak(State state) {
    atLeaks_ &= state.has;
    state.leaked = true;
    state.prefix = Unknown;
    return state;
  }

  void step(Instruction& inst, const Value* self, State& state, int depth, bool final) {
    const bool onSelf = !inst.operands.empty() && inst.operands[0] == self;
    if (onSelf && inst.op == Op::MemberSet && inst.operands[1] != self)
      return assign(inst, class_->placeOf(inst.as<Op::MemberSet>().name()), state, final);
    if (onSelf && inst.op == Op::FieldInit && inst.operands[1] != self)
      return assign(inst, static_cast<int>(inst.as<Op::FieldSet, Op::FieldInit>().slot()), state,
                    false);
    if (onSelf && inst.op == Op::FieldSet && inst.operands[1] != self) return;
    if (onSelf && inst.op == Op::MemberGet)
      return read(class_->placeOf(inst.as<Op::MemberGet>().name()), state);
    if (onSelf && inst.op == Op::FieldGet)
      return read(static_cast<int>(inst.as<Op::FieldGet>().slot()), state);
    if (inst.op == Op::CallKnown && inst.as<Op::CallKnown>().function()->isCtor &&
        inst.operands.size() > 1 && inst.operands[1] == self) {
      bool again = false;
      for (size_t i = 2; i < inst.operands.size(); i++) again |= inst.operands[i] == self;
      if (!again) {
        state = construct(*inst.as<Op::CallKnown>().function(), state, depth + 1);
        return;
      }
    }
    bool used = false;
    for (const Value* operand : inst.operands) used |= operand == self;
    for (const ir::Edge& edge : inst.successors)
      for (const Value* arg : edge.args) used |= arg == self;
    if (inst.handler)
      for (const Value* arg : inst.handler->args) used |= arg == self;
    if (used) state = leak(state);
  }

  void assign(Instruction& inst, int place, State& state, bool final) {
    if (place < 0) {  // a field beyond the layout
      state.prefix = Unknown;
      if (final) refused_.insert(&inst);
      return;
    }
    const KnownClass::Declaration* declared =
        inst.op == Op::MemberSet ? class_->declarationOf(inst.as<Op::MemberSet>().name()) : nullptr;
    const bool plain = !declared || (!declared->type && !declared->readonly);
    if (final && initialised_ && inst.op == Op::MemberSet) {
      auto [it, isNew] = initialised_->try_emplace(&inst, static_cast<uint32_t>(place));
      if (state.prefix != place || !plain || state.leaked ||
          (!isNew && it->second != static_cast<uint32_t>(place)))
        refused_.insert(&inst);
    }
    if (state.prefix == place)
      state.prefix++;
    else if (!(state.has >> place & 1))
      state.prefix = Unknown;
    state.has |= uint64_t{1} << place;
  }

  void read(int place, const State& state) {
    if (place >= 0 && !(state.has >> place & 1)) readEarly_ |= uint64_t{1} << place;
  }

  KnownClasses& classes_;
  std::unordered_map<Instruction*, uint32_t>* initialised_;
  std::unordered_set<const Instruction*> refused_;
  const KnownClass* class_ = nullptr;
  uint64_t atLeaks_ = All;  // what the object of class_ has wherever other code may begin to see it
  uint64_t readEarly_ = 0;  // what its constructors may read before they assign it
};

}  // namespace

void analyseConstructors(KnownClasses& classes,
                         std::unordered_map<Instruction*, uint32_t>* initialised) {
  Analysis(classes, initialised).run();
}

}  // namespace gene
