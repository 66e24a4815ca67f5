// Calls methods and constructors whose class is known.
//   before  (v1 = call.method area v0)                        with v0 an instance of Square or Disc
//   after   (v2 = is-class 3 3 v0) (branch v2 direct other)   direct: (v3 = assume v0) (v4 = call.known area absent v3)
//                                                             other:  (v5 = call.known area.2 absent v0)
//   before  (v1 = new v0 a)                                   with v0 the class Square
//   after   (v1 = instance.new 3 2) (call.known ctor absent v1 a)
//   before  (v1 = call.super m [_] v0 self a)                 in a method of a class below Square
//   after   (v1 = call.known m absent self a)
//   before  (v1 = is v0 v2)                                   with v2 the class Square
//   after   (v1 = is-class 3 3 v0)
// Where the type of the receiver says it all there is no guard; without guards for more than a handful of methods. What
// only super calls captured, their class, is captured no more.
// Keeps: calls that no method is known for, or that do not give it what it takes; classes that other code may change.

#include <algorithm>

#include "codegen/passes/Facts.h"
#include "codegen/passes/GivenArguments.h"
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

Instruction* makeKnownCall(ir::Program& program, Function* callee, Span<Value* const> slots,
                           const Instruction& call) {
  std::vector<Value*> operands{program.constant(ir::ConstantKind::Absent)};
  operands.insert(operands.end(), slots.begin(), slots.end());
  ir::Immediate target;
  target.function = callee;
  Instruction* result = makeInstruction(program, Op::CallKnown, call.loc, operands, {target});
  result->inlined = call.inlined;
  return result;
}

void becomeKnownCall(Instruction& call, Function* callee, Span<Value* const> slots) {
  const Instruction* known = makeKnownCall(*callee->program, callee, slots, call);
  call.op = Op::CallKnown;
  call.operands = known->operands;
  call.immediates = known->immediates;
  call.type = Type::any();
}

// --- super ---------------------------------------------------------------------------------------------------------------------

class SuperCalls {
 public:
  SuperCalls(ir::Program& program, const KnownClasses& classes,
             const std::vector<Instruction*>& calls)
      : program_(program), classes_(classes) {
    for (Instruction* call : calls) findTarget(*call);
  }

  bool run() {
    findDroppable();
    bool changed = false;
    for (auto& [call, target] : targets_) {
      if (target->captureCount > 0 && !droppable_.contains(target)) continue;
      if (call->block->function->captureCount > 0 && !droppable_.contains(call->block->function) &&
          usesOwnCapture_.contains(call))
        continue;
      becomeKnownCall(*call, target, *bindMethod(*target, givenBy(*call)));
      changed = true;
    }
    for (Function* f : program_.functions) {
      if (!droppable_.contains(f)) continue;
      changed = true;
      f->captureCount = 0;
      removeInstructions(*f, [](const Instruction* i) { return i->op == Op::CaptureGet; });
    }
    for (Function* f : program_.functions)
      for (Block* block : f->blocks)
        for (Instruction* inst : block->instructions)
          if (const auto made = inst->tryAs<Op::Closure>();
              made && droppable_.contains(made.function()))
            inst->operands = {};
    return changed;
  }

 private:
  void findTarget(Instruction& call) {
    const KnownClass* cls = classes_.classOf(call.operands[0]);
    if (!cls || !cls->isNumberable || !cls->parent) return;
    const Symbol name = call.as<Op::CallSuper>().name();
    const bool isCtor = name == sym::Ctor;
    // On an object that may be there already a constructor is something else.
    if (isCtor && !call.block->function->isCtor) return;
    const std::optional<Function*> target =
        isCtor ? cls->parent->findConstructor() : cls->parent->findMethod(name);
    if (!target || !*target || !bindMethod(**target, givenBy(call))) return;
    targets_[&call] = *target;
    const Instruction* capture = asInstruction(call.operands[0]);
    if (capture && capture->op == Op::CaptureGet) usesOwnCapture_.insert(&call);
  }

  /// Functions whose captures nothing but such super calls look at.
  void findDroppable() {
    if (program_.isEntered) return;
    for (Function* f : program_.functions) {
      if (f->captureCount == 0 || !f->isMethod) continue;
      if (onlyForSuper(*f)) droppable_.insert(f);
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (auto& [call, target] : targets_) {
        if (target->captureCount == 0 || droppable_.contains(target)) continue;
        changed |= droppable_.erase(call->block->function) > 0;
      }
    }
  }

  bool onlyForSuper(const Function& f) const {
    bool only = true;
    auto look = [&](const Value* v, bool allowed) {
      const Instruction* inst = asInstruction(v);
      if (inst && inst->op == Op::CaptureGet) only &= allowed;
    };
    for (const Block* block : f.blocks) {
      for (Instruction* inst : block->instructions) {
        if (inst->op == Op::Callee) return false;
        for (size_t i = 0; i < inst->operands.size(); i++)
          look(inst->operands[i], i == 0 && targets_.contains(inst));
      }
      block->forEachEdge([&](ir::Edge& edge, bool) {
        for (const Value* arg : edge.args) look(arg, false);
      });
    }
    return only;
  }

  ir::Program& program_;
  const KnownClasses& classes_;
  std::unordered_map<Instruction*, Function*> targets_;
  std::unordered_set<const Instruction*> usesOwnCapture_;
  std::unordered_set<const Function*> droppable_;
};

bool resolveSuperCalls(ir::Program& program) {
  std::vector<Instruction*> calls;
  for (Function* f : program.functions)
    for (Block* block : f->blocks)
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::CallSuper) calls.push_back(inst);
  if (calls.empty()) return false;
  const KnownClasses classes(program, KnownClasses::Extent::Definitions);
  return SuperCalls(program, classes, calls).run();
}

// --- new -------------------------------------------------------------------------------------------------------------------------

class Constructions {
 public:
  Constructions(ir::Program& program, const KnownClasses& classes)
      : program_(program), classes_(classes) {}

  bool run() {
    bool changed = false;
    for (Function* f : program_.functions) {
      Substitution made;
      for (Block* block : f->blocks) {
        const std::vector<Instruction*> old(block->instructions.begin(), block->instructions.end());
        block->instructions.clear();
        for (Instruction* inst : old) {
          if (Instruction* instance = allocation(*inst)) {
            append(*block, instance);
            // The call is known by its operand only from here on: its own result is that of the constructor.
            made.replace(inst, instance);
            calls_.push_back(inst);
          }
          append(*block, inst);
        }
      }
      changed |= !made.empty();
      made.apply(*f);
    }
    for (Instruction* call : calls_) construct(*call);
    removeWithoutConstructor();
    return changed;
  }

 private:
  Instruction* allocation(const Instruction& inst) {
    if (!inst.is<Op::New, Op::NewShaped>()) return nullptr;
    const KnownClass* cls = classes_.classOf(inst.operands[0]);
    if (!cls || cls->number == 0) return nullptr;
    const std::optional<Function*> ctor = cls->findConstructor();
    if (ctor && (!*ctor || (*ctor)->captureCount > 0)) return nullptr;
    if (ctor && !bindMethod(**ctor, givenBy(inst))) return nullptr;
    if (!ctor && inst.op != Op::New) return nullptr;
    ir::Immediate number, slots;
    number.integer = cls->number;
    slots.integer = static_cast<int64_t>(cls->layout.size());
    Instruction* instance =
        makeInstruction(program_, Op::InstanceNew, inst.loc, {}, {number, slots});
    instance->type = cls->exactInstances();
    instances_[&inst] = {instance, ctor ? *ctor : nullptr};
    return instance;
  }

  void construct(Instruction& call) {
    const auto& [instance, ctor] = instances_[&call];
    if (!ctor) return;
    Given given = givenBy(call);
    std::vector<Value*> args(call.operands.begin(), call.operands.end());
    args[0] = instance;
    given.operands = args;
    becomeKnownCall(call, ctor, *bindMethod(*ctor, given));
  }

  void removeWithoutConstructor() {
    for (Instruction* call : calls_) {
      if (call->op != Op::New) continue;
      Block& block = *call->block;
      const auto at = std::ranges::find(block.instructions, call) - block.instructions.begin();
      block.instructions.erase(static_cast<uint32_t>(at));
    }
  }

  struct Made {
    Instruction* instance;
    Function* ctor;  // null without
  };
  ir::Program& program_;
  const KnownClasses& classes_;
  std::unordered_map<const Instruction*, Made> instances_;
  std::vector<Instruction*> calls_;
};

/// Tests for a known class.
bool resolveTests(ir::Program& program, const KnownClasses& classes) {
  bool changed = false;
  for (Function* f : program.functions)
    for (Block* block : f->blocks)
      for (Instruction* inst : block->instructions) {
        if (inst->op != Op::Is) continue;
        const KnownClass* cls = classes.classOf(inst->operands[1]);
        if (!cls || cls->number == 0) continue;
        ir::Immediate range[2];
        range[0].integer = cls->number;
        range[1].integer = cls->last;
        inst->op = Op::IsClass;
        inst->operands = inst->operands.first(1);
        inst->immediates = program.arena.copy(Span<const ir::Immediate>(range));
        inst->handler = nullptr;
        changed = true;
      }
  return changed;
}

// --- methods ---------------------------------------------------------------------------------------------------------------------

class MethodCalls {
 public:
  MethodCalls(ir::Program& program, const Inference& inference)
      : program_(program), inference_(inference) {}

  bool run() {
    const auto isCall = [](const Instruction& inst) {
      return inst.is<Op::CallMethod, Op::CallMethodShaped>();
    };
    rewriteEach(program_, results_, isCall, [&](Instruction& call) { resolve(call); });
    return changed_;
  }

 private:
  static constexpr size_t MostTargets = 4;

  /// Classes numbered in a row that answer with the same function.
  struct Target {
    uint16_t first, last;
    Function* function;  // null: unknown, or none
  };

  void resolve(Instruction& call) {
    const Type type = inference_.typeOf(call.operands[0]);
    if (!type.hasInstances()) return;
    bool exhaustive = type.within(Type::Instance());
    std::vector<Target> targets;
    if (!findTargets(call, type, targets)) exhaustive = false;
    std::vector<Target> known;
    for (const Target& t : targets) {
      if (t.function)
        known.push_back(t);
      else
        exhaustive = false;
    }
    if (known.empty() || known.size() > MostTargets) return;
    changed_ = true;
    if (exhaustive && known.size() == 1)
      return becomeKnownCall(call, known[0].function,
                             *bindMethod(*known[0].function, givenBy(call)));
    dispatch(call, known, exhaustive);
  }

  /// What instances of the type answer with, by class; false if they may be of other classes.
  bool findTargets(const Instruction& call, Type type, std::vector<Target>& targets) const {
    const Symbol name = call.as<Op::CallMethod, Op::CallMethodShaped>().name();
    for (const KnownClass* c : inference_.classes().numbered()) {
      if (c->number < type.firstClass() || c->number > type.lastClass()) continue;
      if (!c->isInstantiated) {
        // Belongs to whatever stands before it.
        if (!targets.empty() && targets.back().last + 1 == c->number)
          targets.back().last = c->number;
        continue;
      }
      const std::optional<Function*> method = c->findMethod(name);
      Function* function = method.value_or(nullptr);
      if (function && (function->captureCount > 0 || !bindMethod(*function, givenBy(call))))
        function = nullptr;
      if (!targets.empty() && targets.back().function == function &&
          targets.back().last + 1 == c->number) {
        targets.back().last = c->number;
      } else {
        targets.push_back({c->number, c->number, function});
      }
    }
    return inference_.classes().classesOf(type).has_value();
  }

  /// A chain of guards with direct calls; at its end the last target, or the call as it was.
  void dispatch(Instruction& call, const std::vector<Target>& known, bool exhaustive) {
    Block& block = *call.block;
    Function& f = *block.function;
    Block* after = splitBehind(call, results_);
    Block* at = &block;
    for (size_t i = 0; i < known.size(); i++) {
      const Target& t = known[i];
      Value* receiver = call.operands[0];
      Block* direct = at;
      const bool isLast = exhaustive && i + 1 == known.size();
      if (!isLast) {
        ir::Immediate first, last;
        first.integer = t.first;
        last.integer = t.last;
        Instruction* test =
            makeInstruction(program_, Op::IsClass, call.loc, {receiver}, {first, last});
        append(*at, test);
        direct = f.addBlock(Symbol::of("direct"));
        Block* other = f.addBlock(Symbol::of("other"));
        appendBranch(*at, test, *direct, *other, call.loc);
        Instruction* assumed = makeInstruction(program_, Op::Assume, call.loc, {receiver});
        assumed->type = Type::instanceOf(t.first, t.last);
        append(*direct, assumed);
        receiver = assumed;
        at = other;
      }
      Given given = givenBy(call);
      std::vector<Value*> args(call.operands.begin(), call.operands.end());
      args[0] = receiver;
      given.operands = args;
      appendInstead(*direct,
                    makeKnownCall(program_, t.function, *bindMethod(*t.function, given), call),
                    call, after);
    }
    if (exhaustive) return;
    auto* copy = program_.arena.make<Instruction>(call);
    appendInstead(*at, copy, call, after);
  }

  ir::Program& program_;
  const Inference& inference_;
  Substitution results_;
  bool changed_ = false;
};

}  // namespace

bool resolveMethods(ir::Program& program, PassContext& context) {
  bool changed = resolveSuperCalls(program);
  if (!context.native) return changed;
  changed |= Constructions(program, KnownClasses(program)).run();
  changed |= resolveTests(program, KnownClasses(program));
  Inference inference(program);  // with the instances that there are by now
  inference.run();
  changed |= MethodCalls(program, inference).run();
  return changed;
}

namespace {

/// Does it ask whether a parameter is nil, as (ctor [/x /y]) does, which assigns what is not?
bool testsForNil(const Function& ctor) {
  for (const Block* block : ctor.blocks)
    for (const Instruction* inst : block->instructions)
      if (inst->op == Op::Same && isConstant(inst->operands[1], ir::ConstantKind::Nil) &&
          inst->operands[0]->kind == ir::ValueKind::Param)
        return true;
  return false;
}

/// Leaves out what constructors do for nil, where no call gives them nil.
bool decideNilTests(ir::Program& program, PassContext& context) {
  std::vector<Function*> ctors;
  for (Function* f : program.functions)
    if (f->isCtor && testsForNil(*f)) ctors.push_back(f);
  if (ctors.empty()) return false;
  bool changed = context.analyses->types().write();
  for (Function* f : ctors) changed |= simplify(*f, context);
  return changed;
}

}  // namespace

/// Gives fields that a constructor assigns in the order of the layout their values without looking at the shape.
///   before  (v1 = member.set x self v0)          the first assignment to a field of the new object
///   after   (field.init 0 self v0)
/// Keeps: assignments after which, or before which, other code may have seen the object; fields with declarations.
bool initialiseFields(ir::Program& program, PassContext& context) {
  if (!context.native) return false;
  for (const Function* f : program.functions)
    for (const Block* block : f->blocks)
      for (const Instruction* inst : block->instructions)
        if (const auto super = inst->tryAs<Op::CallSuper>(); super && super.name() == sym::Ctor)
          return false;
  const bool decided = decideNilTests(program, context);
  KnownClasses classes(program);
  std::unordered_map<Instruction*, uint32_t> initialised;
  analyseConstructors(classes, &initialised);
  for (const auto& [inst, place] : initialised) {
    Substitution value;
    value.replace(inst, inst->operands[1]);
    value.apply(*inst->block->function);
    ir::Immediate slot;
    slot.integer = place;
    inst->op = Op::FieldInit;
    inst->immediates = program.arena.copy(Span<const ir::Immediate>(&slot, 1));
    inst->handler = nullptr;
  }
  return decided || !initialised.empty();
}

}  // namespace gene
