#include "codegen/ir/Builtins.h"

#include <array>
#include <atomic>
#include <bit>

namespace gene::ir {

namespace {

std::atomic<const Builtins*> published = nullptr;

/// The built-in class of the values of a type that is one kind; empty for others.
Symbol classOf(Type type) {
  constexpr Type withClass = Type::Nil() | Type::Void() | Type::Bool() | Type::Int() |
                             Type::Float() | Type::Char() | Type::Symbol() | Type::String() |
                             Type::Array() | Type::Map() | Type::Gene() | Type::Function() |
                             Type::Bytes();
  static const std::array<Symbol, Type::Count> classes = {
#define TYPE(Name, text) Symbol::of(#Name),
#include "codegen/ir/Types.def"
  };
  if (!type.within(withClass) || std::popcount(type.bits()) != 1) return {};
  return classes[static_cast<size_t>(std::countr_zero(type.bits()))];
}

/// The method of `cls`, if it takes the arguments of the call.
const BuiltinFacts* calledMethod(const Instruction& call, Symbol cls) {
  const BuiltinFacts* facts = builtins().method(cls, call.as<Op::CallMethod>().name());
  return facts && facts->takes(call.operands.size() - 1) ? facts : nullptr;
}

}  // namespace

const Builtins& builtins() {
  static const Builtins none;
  const Builtins* known = published.load(std::memory_order_acquire);
  return known ? *known : none;
}

void publishBuiltins(const Builtins& (*make)()) {
  if (!published.load(std::memory_order_acquire))
    published.store(&make(), std::memory_order_release);
}

const Builtins::Members* Builtins::membersOf(Symbol owner) const {
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return nullptr;
  Owner& known = found->second;
  std::call_once(known.isFilled, [&] { fill_(owner, known.members); });
  return &known.members;
}

const BuiltinFacts* Builtins::method(Symbol cls, Symbol name) const {
  static const Symbol object = Symbol::of("Object");
  for (const Symbol owner : {cls, object})
    if (const Members* members = membersOf(owner))
      if (const auto found = members->methods.find(name); found != members->methods.end())
        return &found->second;
  return nullptr;
}

const BuiltinFacts* Builtins::function(Symbol owner, Symbol name) const {
  const Members* members = membersOf(owner);
  if (!members) return nullptr;
  const auto found = members->functions.find(name);
  return found == members->functions.end() ? nullptr : &found->second;
}

const BuiltinFacts* builtinMethod(const Instruction& call, Type receiver) {
  if (call.op != Op::CallMethod || call.operands.empty()) return nullptr;
  const Symbol cls = classOf(receiver);
  return cls.empty() ? nullptr : calledMethod(call, cls);
}

Type builtinResult(const Instruction& call, Type receiver) {
  if (receiver.isNone()) return receiver;
  Type result = Type::none();
#define TYPE(Name, text)                                           \
  if (receiver.overlaps(Type::Name())) {                           \
    const BuiltinFacts* facts = builtinMethod(call, Type::Name()); \
    if (!facts) return Type::value();                              \
    result = result | facts->result;                               \
  }
#include "codegen/ir/Types.def"
  return result;
}

const BuiltinFacts* builtinCallee(const Instruction& call) {
  if (call.op != Op::Call || call.operands[0]->kind != ValueKind::Instruction) return nullptr;
  const auto& callee = *static_cast<const Instruction*>(call.operands[0]);
  const auto read = callee.tryAs<Op::GlobalGet>();
  if (!read || !read.global()->builtin) return nullptr;
  const BuiltinFacts* facts = builtins().function({}, read.global()->name);
  return facts && facts->takes(call.operands.size() - 1) ? facts : nullptr;
}

namespace {

/// What a `call.method` with all arguments does if its receiver should be of this class.
BuiltinOperation operationOn(const Instruction& inst, Symbol cls) {
  if (inst.op != Op::CallMethod || inst.operands.empty()) return {};
  const BuiltinFacts* facts = calledMethod(inst, cls);
  return facts && facts->most == inst.operands.size() - 1 ? facts->operation : BuiltinOperation{};
}

}  // namespace

ArrayMethod arrayMethod(const Instruction& inst) {
  static const Symbol array = Symbol::of("Array");
  return operationOn(inst, array).array;
}

TableMethod tableMethod(const Instruction& inst) {
  static const Symbol tables[] = {Symbol::of("Map"), Symbol::of("HashMap"), Symbol::of("HashSet")};
  if (inst.op != Op::CallMethod || inst.operands.empty()) return TableMethod::None;
  for (const Symbol table : tables)
    if (const BuiltinFacts* facts = calledMethod(inst, table);
        facts && facts->operation.table != TableMethod::None)
      return facts->operation.table;
  return TableMethod::None;
}

StringMethod stringMethod(const Instruction& inst) {
  static const Symbol string = Symbol::of("String");
  return operationOn(inst, string).string;
}

bool isToInt(const Instruction& inst) {
  static const Symbol integer = Symbol::of("Int");
  if (inst.op != Op::CallMethod || inst.operands.size() != 1) return false;
  const BuiltinFacts* facts = calledMethod(inst, integer);
  return facts && facts->operation.number == NumberFunction::ToInt;
}

}  // namespace gene::ir
