#include "codegen/passes/Facts.h"

#include <vector>

#include "codegen/ir/Annotations.h"
#include "codegen/ir/ArrayMethods.h"

namespace gene {

using ir::ConstantKind;
using ir::Instruction;
using ir::Op;
using ir::Type;

namespace {

constexpr Type Number = Type::Int() | Type::Float();
/// Values whose contents never change and that have no method `==` of their own.
constexpr Type Plain = Type::Nil() | Type::Void() | Type::Bool() | Number | Type::Char() |
                       Type::Symbol() | Type::String() | Type::Absent();
/// True whatever their contents are.
constexpr Type AlwaysTrue = Number | Type::Char() | Type::Symbol() | Type::String() |
                            Type::Array() | Type::Map() | Type::Gene() | Type::Function() |
                            Type::Instance();

bool isNumber(const ir::Value* value) { return value->type.within(Number); }
bool isInt(const ir::Value* value) { return value->type.within(Type::Int()); }
bool isFloat(const ir::Value* value) { return value->type.within(Type::Float()); }

/// Of numbers: does an Int result have to fit 64 bits?
bool mayOverflow(const Instruction& inst) {
  for (const ir::Value* operand : inst.operands)
    if (isFloat(operand)) return false;
  return true;
}

bool mayRaise(const Instruction& inst) {
  switch (inst.op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
      return !isNumber(inst.operands[0]) || !isNumber(inst.operands[1]) ||
             (mayOverflow(inst) && !inst.nowrap);
    case Op::Neg: return !isFloat(inst.operands[0]) && !(isInt(inst.operands[0]) && inst.nowrap);
    case Op::Quotient: return !inst.nowrap;
    case Op::Truncate: return !isInt(inst.operands[0]);
    case Op::Sqrt: return !isNumber(inst.operands[0]);
    case Op::Div:
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge: return !isNumber(inst.operands[0]) || !isNumber(inst.operands[1]);
    case Op::Mod: {
      if (!isNumber(inst.operands[0]) || !isNumber(inst.operands[1])) return true;
      const ir::Constant* divisor = asConstant(inst.operands[1]);
      return mayOverflow(inst) && !inst.nowrap && !(divisor && divisor->integer != 0);
    }
    case Op::Eq:
    case Op::Ne: return inst.operands[0]->type.overlaps(Type::Instance());
    case Op::Not: return false;
    case Op::BitAnd:
    case Op::BitOr:
    case Op::BitXor: return !isInt(inst.operands[0]) || !isInt(inst.operands[1]);
    case Op::Shl:
    case Op::Shr: {
      const ir::Constant* amount = asConstant(inst.operands[1]);
      return !isInt(inst.operands[0]) || !amount || amount->constantKind != ConstantKind::Int ||
             amount->integer < 0 || amount->integer > 63;
    }
    case Op::RangeBound: return !isInt(inst.operands[0]);
    case Op::RepeatCount: return false;
    default: return inst.info().mayRaise;
  }
}

}  // namespace

Effects effectsOf(const Instruction& inst) {
  const ir::InstInfo& row = inst.info();
  if (inst.op == Op::CallMethod)
    if (const ir::ArrayMethod* method = ir::knownArrayMethod(inst, inst.operands[0]->type))
      return {method->has('R'), method->has('r'), method->has('w'), method->has('a'), false};
  Effects e{mayRaise(inst), row.readsHeap, row.writesHeap, row.allocates, row.runsCode};
  if (inst.op == Op::Eq || inst.op == Op::Ne) {
    e.runsCode = e.mayRaise;
    e.readsHeap = !inst.operands[0]->type.within(Plain) && !inst.operands[1]->type.within(Plain);
  }
  return e;
}

bool isRemovable(const Instruction& inst) {
  const Effects e = effectsOf(inst);
  return !e.mayRaise && !e.writesHeap && !e.runsCode && !inst.isTerminator();
}

bool isPure(const Instruction& inst) { return isPure(inst, effectsOf(inst)); }

bool isPure(const Instruction& inst, const Effects& e) {
  if (inst.isTerminator() || !inst.info().hasResult) return false;
  if (inst.op == Op::Assume || inst.op == Op::Exclude) return false;  // they hold where they stand
  return !e.readsHeap && !e.writesHeap && !e.runsCode && (!e.allocates || inst.op == Op::Convert);
}

// --- types -----------------------------------------------------------------------------------------------------------------

namespace {

/// What an operation on two numbers gives: an Int of two Ints, else a Float. Whatever else the operands may be raises.
Type arithmetic(Type lhs, Type rhs) {
  Type result = Type::none();
  if (lhs.overlaps(Type::Int()) && rhs.overlaps(Type::Int())) result = result | Type::Int();
  if ((lhs.overlaps(Type::Float()) && rhs.overlaps(Number)) ||
      (lhs.overlaps(Type::Int()) && rhs.overlaps(Type::Float())))
    result = result | Type::Float();
  return result.isNone() ? Number : result;
}

/// Of methods of numbers: no program can change those.
Type methodType(const Instruction& call, std::span<const Type> operands) {
  if (call.operands.size() != 1 || operands.empty() || !operands[0].within(Number))
    return Type::value();
  const std::string_view name = call.immediates[0].symbol.text();
  return name == "to_i" ? Type::Int() : name == "to_f" ? Type::Float() : Type::value();
}

}  // namespace

Type resultType(const Instruction& inst, std::span<const Type> operands) {
  for (Type t : operands)
    if (t.isNone()) return Type::none();
  switch (inst.op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Mod: return arithmetic(operands[0], operands[1]);
    case Op::Div: return Type::Float();
    case Op::Neg: return arithmetic(operands[0], Type::Int());
    case Op::Not: {
      Type result = Type::none();
      if (operands[0].overlaps(Type::Int())) result = result | Type::Int();
      if (operands[0].overlaps(Type::Other())) result = result | Type::Other();
      return operands[0].within(Type::Int()) ? result : result | Type::Bool();
    }
    case Op::BitAnd:
    case Op::BitOr:
    case Op::BitXor:
      return operands[0].within(Type::Int()) && operands[1].within(Type::Int()) ? Type::Int()
                                                                                : Type::any();
    case Op::Shl:
    case Op::Shr:
      return operands[0].within(Type::Int()) ? Type::Int() : Type::Int() | Type::Other();
    case Op::Convert:
    case Op::Seal: return operands[0];
    case Op::Callee: return Type::Function();
    case Op::InstanceNew: {
      const auto number = static_cast<uint16_t>(inst.immediates[0].integer);
      return Type::instanceOf(number, number);
    }
    case Op::Exclude:
    case Op::Assume: return inst.type & operands[0];
    case Op::ScopeNew: return Type::Other();
    case Op::CheckType: return ir::annotationOf(inst).of(operands[0]);
    case Op::CallMethod: {
      const bool ofArray = !operands.empty() && operands[0].within(Type::Array());
      return ofArray ? ir::arrayMethodResult(inst) : methodType(inst, operands);
    }
    case Op::Call:
    case Op::CallKnown:
    case Op::CallShaped:
    case Op::CallMethodShaped:
    case Op::New:
    case Op::NewShaped:
    case Op::MemberGet: return Type::value();
    default: return inst.info().result;
  }
}

Type resultType(const Instruction& inst) {
  Type buffer[4];
  const size_t count = operandsThatMatter(inst);
  for (size_t i = 0; i < count; i++) buffer[i] = inst.operands[i]->type;
  return resultType(inst, std::span<const Type>(buffer, count));
}

std::optional<bool> truthOf(const ir::Value* value) {
  if (const ir::Constant* c = asConstant(value)) {
    switch (c->constantKind) {
      case ConstantKind::Nil:
      case ConstantKind::Void:
      case ConstantKind::False: return false;
      case ConstantKind::Absent: return std::nullopt;
      default: return true;
    }
  }
  if (value->type.isNone()) return std::nullopt;
  if (value->type.within(AlwaysTrue)) return true;
  if (value->type.within(Type::Nil() | Type::Void())) return false;
  return std::nullopt;
}

}  // namespace gene
