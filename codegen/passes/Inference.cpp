#include "codegen/passes/Inference.h"

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;

namespace {

Type paramType(const ir::ParamSpec& spec) {
  switch (spec.kind) {
    case SlotKind::Rest: return Type::Array();
    case SlotKind::KeywordRest: return Type::Map();
    default: return spec.optional ? Type::any() : Type::value();
  }
}

}  // namespace

Inference::Inference(ir::Program& program)
    : program_(program), classes_(program), scopes_(program) {
  variables_.assign(scopes_.count(), Type::none());
  variableReaders_.resize(scopes_.count());
  fields_ = program.leastFieldTypes;
  fields_.resize(classes_.fieldCount(), Type::none());
  uint32_t count = 0;
  callers_.resize(program.functions.size());
  reached_.resize(program.functions.size());
  captures_.resize(program.functions.size());
  globals_.assign(program.globals.size(), Type::none());
  readers_.resize(program.globals.size());
  for (Function* function : program.functions) {
    bool readsFields = false;
    for (Block* block : function->blocks) {
      for (ir::Param* param : block->params) param->number = count++;
      for (Instruction* inst : block->instructions) {
        inst->number = count++;
        readsFields |= inst->is<Op::MemberGet, Op::FieldGet>();
        if (const auto call = inst->tryAs<Op::CallKnown>())
          callers_[call.function()->index].push_back(function);
        noteVariables(*inst, *function);
      }
    }
    if (readsFields) fieldReaders_.push_back(function);
    captures_[function->index].assign(function->captureCount,
                                      function->isCalledByVm() ? Type::any() : Type::none());
    reached_[function->index].assign(function->blocks.size(), false);
    reached_[function->index][function->entry()->index] = true;
  }
  types_.assign(count, Type::none());
  results_.assign(program.functions.size(), Type::none());
  waiting_.assign(program.functions.size(), true);
  if (!globalsAreOpen_) sureReads_.emplace(program);
}

void Inference::noteVariables(const Instruction& inst, Function& function) {
  if (const auto read = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>())
    readers_[read.global()->index].push_back(&function);
  if (inst.op == Op::ScopeGet)
    if (const int slot = scopes_.of(inst); slot >= 0)
      variableReaders_[static_cast<size_t>(slot)].push_back(&function);
  // Code at run time, and whoever has the module itself, may assign any global.
  globalsAreOpen_ |= inst.info().reachesUnseenCode();
}

Type Inference::typeOf(const ir::Value* value) const {
  return value->kind == ir::ValueKind::Constant ? value->type : types_[value->number];
}

Type Inference::resultOf(const Function* function) const { return results_[function->index]; }

bool Inference::join(const ir::Value* value, Type type) {
  if (value->kind == ir::ValueKind::Param)
    if (auto it = forced_.find(static_cast<const ir::Param*>(value)); it != forced_.end())
      type = type & it->second;
  const Type joined = types_[value->number] | type;
  if (joined == types_[value->number]) return false;
  types_[value->number] = joined;
  return true;
}

// --- fields ------------------------------------------------------------------------------------------------------------------

/// What member.get finds: a field of an instance, or nil or void in a value that has no members.
Type Inference::memberType(Type object, Symbol field) const {
  if (object.isNone()) return object;
  if (object.overlaps(Type::Map() | Type::Gene() | Type::Bytes() | Type::Other() | Type::Absent()))
    return Type::value();
  Type result = Type::none();
  if (object.overlaps(Type::Nil())) result = Type::Nil();
  if (!object.within(Type::Nil() | Type::Instance())) result = result | Type::Void();
  const auto classes = classes_.instantiatedClassesOf(object);
  if (!classes) return Type::value();
  for (const KnownClass* c : *classes) {
    const int place = c->placeOf(field);
    if (place < 0) return Type::value();
    result = result | fields_[c->fields[static_cast<size_t>(place)]];
    if (!c->isCertain(place)) result = result | Type::Void();
  }
  return result;
}

/// What field.get finds: a value of the field; nothing yet where the instruction has been made to find that out.
Type Inference::slotType(const Instruction& get) const {
  const Type object = typeOf(get.operands[0]);
  if (object.isNone()) return object;
  const auto slot = static_cast<size_t>(get.as<Op::FieldGet>().slot());
  const auto classes = classes_.instantiatedClassesOf(object);
  if (!classes) return Type::any();
  Type result = get.type & Type::Absent();
  for (const KnownClass* c : *classes) {
    if (slot >= c->fields.size()) return Type::any();
    result = result | fields_[c->fields[slot]];
  }
  return result;
}

void Inference::joinField(uint32_t field, Type value) {
  const Type joined = fields_[field] | value;
  if (joined == fields_[field]) return;
  fields_[field] = joined;
  for (const Function* reader : fieldReaders_) waiting_[reader->index] = true;
}

void Inference::storeMember(const ir::Value* receiver, Type object, Symbol field, Type value) {
  constexpr Type number = Type::Int() | Type::Float();
  Type excluded = Type::none();
  if (const auto exclude = ir::madeBy<Op::Exclude>(receiver))
    excluded = Type::instanceOf(static_cast<uint16_t>(exclude.first()),
                                static_cast<uint16_t>(exclude.last()));
  for (const KnownClass* c : classes_.numbered()) {
    if (!object.overlaps(c->exactInstances()) || excluded.overlaps(c->exactInstances())) continue;
    const int place = c->placeOf(field);
    if (place < 0) continue;
    // A declared number is made of another one.
    const bool converts = c->declarationOf(field) && value.overlaps(number);
    joinField(c->fields[static_cast<size_t>(place)], converts ? value | number : value);
  }
}

void Inference::storeSlot(Type object, uint32_t slot, Type value) {
  for (const KnownClass* c : classes_.numbered())
    if (object.overlaps(c->exactInstances()) && slot < c->fields.size())
      joinField(c->fields[slot], value);
}

/// A field with a name that is not known.
void Inference::storeAny(Type object, Type value) {
  for (const KnownClass* c : classes_.numbered())
    if (object.overlaps(c->exactInstances()))
      for (uint32_t field : c->fields)
        joinField(field, value.overlaps(Type::Int() | Type::Float())
                             ? value | Type::Int() | Type::Float()
                             : value);
}

void Inference::noteStore(const Instruction& inst) {
  // Objects of kinds of their own may stand for an instance.
  const auto target = [&] {
    const Type object = typeOf(inst.operands[0]);
    return object.overlaps(Type::Other()) ? object | Type::Instance() : object;
  };
  if (const auto set = inst.tryAs<Op::MemberSet>())
    return storeMember(set.object(), target(), set.name(), typeOf(set.value()));
  if (const auto set = inst.tryAs<Op::FieldSet, Op::FieldInit>())
    return storeSlot(typeOf(set.object()), static_cast<uint32_t>(set.slot()), typeOf(set.value()));
  if (const auto set = inst.tryAs<Op::ElementSet>(); set && !typeOf(set.key()).within(Type::Int()))
    storeAny(target(), typeOf(set.value()));
}

Type Inference::transfer(const Instruction& inst) {
  if (const auto call = inst.tryAs<Op::CallKnown>()) return results_[call.function()->index];
  if (const auto get = inst.tryAs<Op::MemberGet>())
    return memberType(typeOf(get.object()), get.name());
  if (inst.op == Op::FieldGet) return slotType(inst);
  if (inst.op == Op::ScopeGet) return variableType(inst);
  if (const auto set = inst.tryAs<Op::MemberSet>()) {
    const Type value = typeOf(set.value());
    constexpr Type number = Type::Int() | Type::Float();
    return value.overlaps(number) ? value | number : value;  // a declared field converts numbers
  }
  if (const auto made = inst.tryAs<Op::New>())
    if (const KnownClass* cls = classes_.classOf(made.cls()); cls && cls->number)
      return cls->exactInstances();
  if (const auto same = inst.tryAs<Op::Convert>())
    return typeOf(same.value()) & inst.type;  // behind a guard: more is known
  if (const auto capture = inst.tryAs<Op::CaptureGet>())
    return captures_[inst.block->function->index][static_cast<size_t>(capture.index())];
  if (const auto get = inst.tryAs<Op::GlobalGet>();
      get && sureReads_ && sureReads_->contains(&inst))
    return globals_[get.global()->index];
  Type buffer[4];
  const size_t count = operandsThatMatter(inst);
  for (size_t i = 0; i < count; i++) buffer[i] = typeOf(inst.operands[i]);
  const Type result = resultType(inst, Span<const Type>(buffer, count));
  if (inst.op != Op::Call) return result;
  // resolve-calls knows more of what is called.
  return result & inst.type & numberType(inst);
}

/// What abs, min and max give: a number as their arguments are.
Type Inference::numberType(const Instruction& call) const {
  const ir::BuiltinFacts* facts = ir::builtinCallee(call);
  if (!facts || (facts->operation.number != NumberFunction::Abs &&
                 facts->operation.number != NumberFunction::Min &&
                 facts->operation.number != NumberFunction::Max))
    return Type::value();
  Type all = Type::none();
  for (const ir::Value* arg : call.operands.subspan(1)) all = all | typeOf(arg);
  return all.within(Type::Int() | Type::Float()) ? all : Type::value();
}

/// All closures of a function that are made anywhere say what its captures are.
void Inference::capture(const Instruction& closure) {
  const Function* function = closure.as<Op::Closure>().function();
  for (size_t i = 0; i < closure.operands.size(); i++) {
    Type& known = captures_[function->index][i];
    const Type joined = known | typeOf(closure.operands[i]);
    if (joined == known) continue;
    known = joined;
    waiting_[function->index] = true;
  }
}

void Inference::assign(const Instruction& set) {
  const ir::Global* global = set.as<Op::GlobalSet>().global();
  Type& known = globals_[global->index];
  const Type joined = known | typeOf(set.operands[0]);
  if (joined == known) return;
  known = joined;
  for (const Function* reader : readers_[global->index]) waiting_[reader->index] = true;
}

/// What a variable in a scope object holds.
Type Inference::variableType(const Instruction& get) const {
  const int slot = scopes_.of(get);
  if (slot < 0) return resultType(get);
  const Type assigned = variables_[static_cast<size_t>(slot)];
  return scopes_.isCertain(slot) ? assigned : assigned | Type::Nil();
}

void Inference::assignVariable(const Instruction& set) {
  const int slot = scopes_.of(set);
  if (slot < 0) return;
  Type& known = variables_[static_cast<size_t>(slot)];
  const Type joined = known | typeOf(set.operands[1]);
  if (joined == known) return;
  known = joined;
  for (const Function* reader : variableReaders_[static_cast<size_t>(slot)])
    waiting_[reader->index] = true;
}

namespace {

/// What a test of kinds asks for; none if the instruction is no such test, or says more than the kind.
Type askedFor(const Instruction& test) {
  if (test.op == Op::IsArray) return Type::Array();
  if (test.op == Op::IsFloat) return Type::Float();
  if (const auto is = test.tryAs<Op::IsClass>())
    return Type::instanceOf(static_cast<uint16_t>(is.first()), static_cast<uint16_t>(is.last()));
  if (const auto has = test.tryAs<Op::HasKind>()) return Type::named(has.kind().text());
  return Type::none();
}

}  // namespace

int Inference::wayOf(const ir::Value* condition) const {
  if (typeOf(condition).isNone()) return -1;
  const Instruction* test = asInstruction(condition);
  if (!test) return 2;
  const Type asked = askedFor(*test);
  if (asked.isNone()) return 2;
  const Type operand = typeOf(test->operands[0]);
  if (operand.isNone()) return -1;
  return operand.within(asked) ? 1 : operand.overlaps(asked) ? 2 : 0;
}

/// A block that can be reached.
bool Inference::visit(const Block& block, Type& result) {
  bool changed = false;
  for (Instruction* inst : block.instructions) {
    if (inst->op == Op::Return) result = result | typeOf(inst->operands[0]);
    if (inst->info().hasResult) changed |= join(inst, transfer(*inst));
    noteStore(*inst);
    if (inst->op == Op::Closure) capture(*inst);
    if (inst->op == Op::GlobalSet) assign(*inst);
    if (inst->op == Op::ScopeSet) assignVariable(*inst);
    const auto call = inst->tryAs<Op::CallKnown>();
    if (!call) continue;
    Function* callee = call.function();
    if (!hasKnownCallers(*callee)) continue;
    bool more = false;
    for (size_t i = 0; i < callee->params.size(); i++)
      more |= join(callee->entry()->params[i], typeOf(inst->operands[i + 1]));
    if (more) waiting_[callee->index] = true;
  }
  const Instruction& end = *block.terminator();
  const int way = end.op == Op::Branch ? wayOf(end.operands[0]) : 2;
  block.forEachEdge([&](ir::Edge& edge, bool isHandler) {
    if (!isHandler && way != 2 && &edge != &end.successors[way == 1 ? 0 : 1]) return;
    if (!isHandler && way < 0) return;
    std::vector<bool>& reached = reached_[block.function->index];
    if (!reached[edge.target->index]) changed = reached[edge.target->index] = true;
    if (isHandler) changed |= join(edge.target->params[0], Type::value());
    for (size_t i = 0; i < edge.args.size(); i++)
      changed |= join(edge.target->params[i + (isHandler ? 1 : 0)], typeOf(edge.args[i]));
  });
  return changed;
}

bool Inference::visit(Function& function) {
  bool changed = false;
  Type result = results_[function.index];
  for (Block* block : function.blocks)
    if (reached_[function.index][block->index]) changed |= visit(*block, result);
  if (!(result == results_[function.index])) {
    results_[function.index] = result;
    for (Function* caller : callers_[function.index]) waiting_[caller->index] = true;
  }
  return changed;
}

void Inference::run() {
  for (Function* function : program_.functions) {
    if (hasKnownCallers(*function)) continue;
    for (size_t i = 0; i < function->params.size(); i++) {
      const bool isSelf = function->params[i].kind == SlotKind::Self;
      const ir::Param* param = function->entry()->params[i];
      // A copy for ints has been told what its parameters are.
      join(param,
           param->type & (isSelf ? classes_.selfOf(*function) : paramType(function->params[i])));
    }
  }
  for (bool again = true; again;) {
    again = false;
    for (Function* function : program_.functions) {
      if (!waiting_[function->index]) continue;
      waiting_[function->index] = false;
      again = true;
      while (visit(*function)) {
      }
    }
  }
}

void Inference::renumber() {
  uint32_t count = 0;
  for (Function* function : program_.functions)
    for (Block* block : function->blocks) {
      for (ir::Param* param : block->params) param->number = count++;
      for (Instruction* inst : block->instructions) inst->number = count++;
    }
}

bool Inference::write(Analyses* analyses) const {
  bool any = false;
  for (Function* function : program_.functions) {
    bool changed = false;
    auto write = [&](ir::Value* value) {
      const Type type = types_[value->number] & value->type;
      if (type.isNone() || type == value->type) return;  // none: it is never reached
      value->type = type;
      changed = true;
    };
    for (Block* block : function->blocks) {
      for (ir::Param* param : block->params) write(param);
      for (Instruction* inst : block->instructions)
        if (inst->info().hasResult) write(inst);
    }
    if (changed && analyses) analyses->changedIn(*function);
    any |= changed;
  }
  return any;
}

/// Writes down what kinds of values there can be, across loops and calls.
bool infer(ir::Program&, PassContext& context) {
  return context.analyses->types().write(context.analyses);
}

}  // namespace gene
