#include "codegen/passes/Facts.h"

#include <algorithm>

#include "codegen/ir/Annotations.h"
#include "codegen/ir/Arithmetic.h"
#include "codegen/ir/Builtins.h"

namespace gene {

using ir::ConstantKind;
using ir::Group;
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
                            Type::Instance() | Type::Bytes() | Type::Other();

bool isNumber(const ir::Value* value) { return value->type.is(Number); }

bool arithmeticMayRaise(const Instruction& inst) {
  if (inst.op == Op::Truncate) return !isInt(inst.operands[0]);
  if (!std::ranges::all_of(inst.operands, isNumber)) return true;
  // Of numbers: an Int result has to fit 64 bits.
  if (!inst.info().computesInts() || inst.nowrap) return false;
  if (std::ranges::any_of(inst.operands, isFloat)) return false;
  const ir::Constant* divisor = inst.op == Op::Mod ? asConstant(inst.operands[1]) : nullptr;
  return !(divisor && divisor->integer != 0);
}

bool bitsMayRaise(const Instruction& inst) {
  if (inst.is<Op::Shl, Op::Shr>()) {
    const ir::Constant* amount = asConstant(inst.operands[1]);
    const bool isValid = amount && amount->constantKind == ConstantKind::Int &&
                         amount->integer >= 0 && amount->integer <= 63;
    return !isInt(inst.operands[0]) || !(isValid || inst.nowrap);
  }
  // Bytes of different size.
  return inst.operands[0]->type.overlaps(Type::Bytes()) &&
         inst.operands[1]->type.overlaps(Type::Bytes());
}

bool mayRaise(const Instruction& inst) {
  const ir::InstInfo& row = inst.info();
  if (!row.mayRaise || inst.is<Op::Not, Op::RepeatCount>()) return false;
  if (row.group == Group::Arithmetic) return arithmeticMayRaise(inst);
  if (row.group == Group::Bits) return bitsMayRaise(inst);
  if (row.group == Group::Order) return !std::ranges::all_of(inst.operands, isNumber);
  if (row.group == Group::Equality) return inst.operands[0]->type.overlaps(Type::Instance());
  return inst.op != Op::RangeBound || !isInt(inst.operands[0]);
}

}  // namespace

Effects effectsOf(const Instruction& inst) {
  const ir::InstInfo& row = inst.info();
  if (const ir::BuiltinFacts* called =
          inst.op == Op::CallMethod ? ir::builtinMethod(inst) : ir::builtinCallee(inst))
    return {called->mayRaise, called->reads, called->writes, called->allocates, called->runsCode};
  Effects e{mayRaise(inst), row.readsHeap, row.writesHeap, row.allocates, row.runsCode};
  if (row.group == Group::Equality) {
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
  if (inst.info().group == Group::Assumption) return false;  // they hold where they stand
  return !e.readsHeap && !e.writesHeap && !e.runsCode && (!e.allocates || inst.op == Op::Convert);
}

// --- types -----------------------------------------------------------------------------------------------------------------

namespace {

/// What && || &|& << >> ! work on bit by bit.
constexpr Type WithBits = Type::Int() | Type::Bytes();

Type complement(Type operand) {
  if (operand.within(WithBits)) return operand;
  return (operand & WithBits) | Type::Bool();
}

/// The kinds that two operands of the same kind may have together, and are combined in bit by bit.
Type combined(Type lhs, Type rhs) { return lhs & rhs & WithBits; }

/// One of the operands, or the two combined.
Type bits(const Instruction& inst, Type lhs, Type rhs) {
  constexpr Type falsy = Type::Nil() | Type::Void() | Type::Bool();
  if (inst.is<Op::Shl, Op::Shr>()) return lhs.overlaps(WithBits) ? lhs & WithBits : WithBits;
  if (inst.op == Op::BitAnd) return (lhs & falsy) | rhs;
  if (inst.op == Op::BitOr)
    return (lhs & ~(Type::Nil() | Type::Void())) | (lhs.overlaps(falsy) ? rhs : Type::none());
  const bool same = (lhs.is(Type::Int()) && rhs.is(Type::Int())) ||
                    (lhs.is(Type::Bytes()) && rhs.is(Type::Bytes()));
  return combined(lhs, rhs) | (same ? Type::none() : Type::Bool());
}

}  // namespace

Type resultType(const Instruction& inst, Span<const Type> operands) {
  for (Type t : operands)
    if (t.isNone()) return Type::none();
  const ir::InstInfo& row = inst.info();
  switch (row.group) {
    case Group::Arithmetic:
      return row.result.isAny() ? ir::numericResult(row, operands.front(), operands.back())
                                : row.result;
    case Group::Bits: return bits(inst, operands[0], operands[1]);
    case Group::Assumption: return inst.type & operands[0];
    case Group::Conversion: return operands[0];
    case Group::Call: {
      if (inst.op == Op::CallMethod && !operands.empty())
        return ir::builtinResult(inst, operands[0]);
      const ir::BuiltinFacts* called = ir::builtinCallee(inst);
      return called ? called->result : Type::value();
    }
    default: break;
  }
  if (inst.op == Op::Not) return complement(operands[0]);
  if (inst.op == Op::Seal) return operands[0];
  if (inst.op == Op::Callee) return Type::Function();
  if (const auto made = inst.tryAs<Op::InstanceNew>()) {
    const auto number = static_cast<uint16_t>(made.number());
    return Type::instanceOf(number, number);
  }
  if (inst.op == Op::ScopeNew) return Type::Other();
  if (inst.op == Op::CheckType) return ir::annotationOf(inst).of(operands[0]);
  return inst.op == Op::MemberGet ? Type::value() : row.result;
}

Type resultType(const Instruction& inst) {
  Type buffer[4];
  const size_t count = operandsThatMatter(inst);
  for (size_t i = 0; i < count; i++) buffer[i] = inst.operands[i]->type;
  return resultType(inst, Span<const Type>(buffer, count));
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
  if (value->type.is(AlwaysTrue)) return true;
  if (value->type.is(Type::Nil() | Type::Void())) return false;
  return std::nullopt;
}

}  // namespace gene
