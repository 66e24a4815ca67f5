// Reads and writes fields of instances of known classes at their place, without looking at the shape.
//   before  (v1 = member.get x v0)                     with v0 an instance of a class that has x in its layout
//   after   (v1 = field.get 0 v0)                      if a constructor has certainly given it a value
//           (v2 = field.get 0 v0) (v3 = is-absent v2) (branch v3 slow fast)       otherwise; slow: (member.get x v0)
// A value that may be something else is tested first. A field that only ever holds immediate values is written without
// counting references.
// Keeps: fields that are in no layout or at different places, fields whose declaration has something to check.

#include <algorithm>

#include "codegen/ir/Annotations.h"
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

/// Values that are never heap objects.
constexpr Type Immediate = Type::Nil() | Type::Void() | Type::Bool() | Type::Float() |
                           Type::Char() | Type::Symbol() | Type::Absent();

class FieldLowering {
 public:
  explicit FieldLowering(PassContext& context)
      : program_(context.program), inference_(context.analyses->types()) {}

  bool run() {
    findUsedResults();
    const auto isAccess = [](const Instruction& inst) {
      return inst.op == Op::MemberGet || inst.op == Op::MemberSet;
    };
    rewriteEach(program_, results_, isAccess, [&](Instruction& access) { lower(access); });
    return changed_;
  }

 private:
  /// Where the field is in all instances of a type.
  struct Place {
    uint16_t first, last;  // of these classes
    uint32_t slot;
    bool certain;  // it has a value
    Type content;
  };

  /// The assignments whose value somebody uses.
  void findUsedResults() {
    const auto use = [&](const Value* v) {
      const Instruction* inst = asInstruction(v);
      if (inst && inst->op == Op::MemberSet) used_.insert(inst);
    };
    for (const Function* f : program_.functions)
      for (const Block* block : f->blocks)
        for (const Instruction* inst : block->instructions) {
          for (const Value* operand : inst->operands) use(operand);
          for (const ir::Edge& edge : inst->successors)
            for (const Value* arg : edge.args) use(arg);
          if (inst->handler)
            for (const Value* arg : inst->handler->args) use(arg);
        }
  }

  void lower(Instruction& access) {
    const Type type = inference_.typeOf(access.operands[0]);
    // Code that is never reached has no types.
    if (!type.hasInstances() || inference_.typeOf(&access).isNone()) return;
    std::optional<Place> place = placeOf(type, access.as<Op::MemberGet, Op::MemberSet>().name());
    if (place && access.op == Op::MemberSet && isConstructing(access)) place->certain = false;
    if (!place || (access.op == Op::MemberSet && !isPlain(access, type))) return;
    changed_ = true;
    if (place->certain && type.within(Type::Instance())) {
      if (access.op == Op::MemberGet) return becomeGet(access, *place);
      return becomeSet(access, *place);
    }
    split(access, *place, type);
  }

  /// May the object have no value for a field yet that it will have when its constructor is done?
  static bool isConstructing(const Instruction& access) {
    const Function* writtenIn = access.inlined ? access.inlined->function : access.block->function;
    return writtenIn->isCtor;
  }

  std::optional<Place> placeOf(Type type, Symbol field) const {
    const auto classes = inference_.classes().instantiatedClassesOf(type);
    if (!classes || classes->empty()) return std::nullopt;
    Place place{type.firstClass(), type.lastClass(), 0, true, Type::none()};
    for (const KnownClass* c : *classes) {
      const int at = c->placeOf(field);
      if (at < 0 || (c != classes->front() && static_cast<uint32_t>(at) != place.slot))
        return std::nullopt;
      place.slot = static_cast<uint32_t>(at);
      place.certain &= c->isCertain(at);
      place.content = place.content | inference_.fieldType(c->fields[static_cast<size_t>(at)]);
    }
    return place;
  }

  /// Is there nothing to check about the value that is assigned?
  bool isPlain(const Instruction& access, Type type) const {
    const auto classes = inference_.classes().instantiatedClassesOf(type);
    return std::ranges::all_of(*classes, [&](const KnownClass* c) {
      const KnownClass::Declaration* d =
          c->declarationOf(access.as<Op::MemberGet, Op::MemberSet>().name());
      if (!d) return true;
      return !d->readonly &&
             (!d->type || inference_.typeOf(access.operands[1]).within(ir::acceptedBy(d->type)));
    });
  }

  void becomeGet(Instruction& access, const Place& place) {
    access.op = Op::FieldGet;
    access.immediates = slotOf(place);
    access.type = inference_.typeOf(&access) & access.type;
    access.handler = nullptr;
  }
  void becomeSet(Instruction& access, const Place& place) {
    results_.replace(&access, access.operands[1]);
    access.op = Op::FieldSet;
    access.immediates = storeOf(place);
    access.handler = nullptr;
  }
  Span<ir::Immediate> slotOf(const Place& place) {
    ir::Immediate slot;
    slot.integer = place.slot;
    return program_.arena.copy(Span<const ir::Immediate>(&slot, 1));
  }
  Span<ir::Immediate> storeOf(const Place& place) {
    ir::Immediate both[2];
    both[0].integer = place.slot;
    both[1].integer = !place.content.within(Immediate);
    return program_.arena.copy(Span<const ir::Immediate>(both));
  }

  /// Guards, then the access at its place; or the access as it was.
  void split(Instruction& access, const Place& place, Type type) {
    Block& block = *access.block;
    Function& f = *block.function;
    const bool isGet = access.op == Op::MemberGet;
    const std::vector<Instruction*> rest = cutAt(access);
    Block* slow = f.addBlock(Symbol::of("slow"));
    Block* fast = &block;
    Value* object = access.operands[0];
    if (!type.within(Type::Instance())) {
      ir::Immediate classes[2];
      classes[0].integer = place.first;
      classes[1].integer = place.last;
      Instruction* test =
          makeInstruction(program_, Op::IsClass, access.loc, {object}, {classes[0], classes[1]});
      append(*fast, test);
      Block* next = f.addBlock(Symbol::of("instance"));
      appendBranch(*fast, test, *next, *slow, access.loc);
      fast = next;
      object = assume(*fast, object, type & Type::instanceOf(place.first, place.last));
    }
    Value* value = access.operands[1 - isGet];
    if (isGet || !place.certain) {
      Instruction* get = makeInstruction(program_, Op::FieldGet, access.loc, {object});
      get->immediates = slotOf(place);
      get->type = place.content;
      append(*fast, get);
      if (!place.certain) {
        get->type = get->type | Type::Absent();
        Instruction* test = makeInstruction(program_, Op::IsAbsent, access.loc, {get});
        append(*fast, test);
        Block* next = f.addBlock(Symbol::of("present"));
        appendBranch(*fast, test, *slow, *next, access.loc);
        fast = next;
        if (isGet && !place.content.isNone())
          value = assume(*fast, get, place.content & Type::value());
        else if (isGet)
          value = get;
      } else {
        value = get;
      }
    }
    if (!isGet) {
      Instruction* set = makeInstruction(program_, Op::FieldSet, access.loc, {object, value});
      set->immediates = storeOf(place);
      append(*fast, set);
    }
    auto* copy = program_.arena.make<Instruction>(access);
    append(*slow, copy);
    Block* after = f.addBlock(Symbol::of("after"));
    for (Instruction* inst : rest) append(*after, inst);
    // What is no instance may be an adapter, whose fields convert numbers.
    const bool differs = isGet || (used_.contains(&access) && !type.within(Type::Instance()) &&
                                   inference_.typeOf(value).overlaps(Type::Int() | Type::Float()));
    if (differs) {
      results_.replace(&access,
                       addParam(*after, inference_.typeOf(&access) & access.type, ir::Rep::Boxed));
    } else {
      results_.replace(&access, value);
    }
    Value* const results[] = {value, copy};
    const Span<Value* const> both(results);
    appendJump(*fast, *after, both.first(differs ? 1 : 0), access);
    appendJump(*slow, *after, both.last(differs ? 1 : 0), access);
  }

  Instruction* assume(Block& block, Value* value, Type type) {
    Instruction* result = makeInstruction(program_, Op::Assume, block.function->loc, {value});
    result->type = type;
    append(block, result);
    return result;
  }

  ir::Program& program_;
  const Inference& inference_;
  Substitution results_;
  std::unordered_set<const Instruction*> used_;
  bool changed_ = false;
};

}  // namespace

bool lowerFields(ir::Program& program, PassContext& context) {
  if (!context.native || context.analyses->classes().numbered().empty()) return false;
  // What a VM that runs the program, too, goes on to store when elide-instances has removed it here.
  if (program.isEntered) program.leastFieldTypes = context.analyses->types().fieldTypes();
  return FieldLowering(context).run();
}

}  // namespace gene
