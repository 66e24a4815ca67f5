#include "codegen/passes/Fold.h"

#include <cmath>

#include "codegen/ir/Annotations.h"
#include "codegen/passes/Facts.h"

namespace gene {

using ir::Constant;
using ir::ConstantKind;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

namespace {

bool isInt(const Constant& c) { return c.constantKind == ConstantKind::Int; }
bool isNumber(const Constant& c) { return isInt(c) || c.constantKind == ConstantKind::Float; }
double asDouble(const Constant& c) {
  return isInt(c) ? static_cast<double>(c.integer) : c.number64;
}

Constant* boolean(ir::Program& program, bool value) {
  return program.constant(value ? ConstantKind::True : ConstantKind::False);
}
Value* floating(ir::Program& program, double value) {
  return std::isfinite(value) ? program.floating(value) : nullptr;
}

/// Is what is known of the value enough to say that it is of the type, or that it is not?
Value* isWithin(const Value* value, Type type, ir::Program& program) {
  if (value->type.isNone()) return nullptr;
  if (value->type.within(type)) return boolean(program, true);
  return value->type.overlaps(type) ? nullptr : boolean(program, false);
}

// --- arithmetic ------------------------------------------------------------------------------------------------------------

Value* arithmetic(Op op, const Constant& a, const Constant& b, ir::Program& program) {
  if (isInt(a) && isInt(b)) {
    int64_t result = 0;
    switch (op) {
      case Op::Add:
        if (__builtin_add_overflow(a.integer, b.integer, &result)) return nullptr;
        return program.integer(result);
      case Op::Sub:
        if (__builtin_sub_overflow(a.integer, b.integer, &result)) return nullptr;
        return program.integer(result);
      case Op::Mul:
        if (__builtin_mul_overflow(a.integer, b.integer, &result)) return nullptr;
        return program.integer(result);
      case Op::Mod:
        if (b.integer == 0) return nullptr;
        return program.integer(b.integer == -1 ? 0 : a.integer % b.integer);
      default: break;
    }
  }
  const double x = asDouble(a), y = asDouble(b);
  switch (op) {
    case Op::Add: return floating(program, x + y);
    case Op::Sub: return floating(program, x - y);
    case Op::Mul: return floating(program, x * y);
    case Op::Div: return floating(program, x / y);
    case Op::Mod: return floating(program, std::fmod(x, y));
    default: return nullptr;
  }
}

Value* bits(Op op, const Constant& a, const Constant& b, ir::Program& program) {
  if (!isInt(a) || !isInt(b)) return nullptr;
  switch (op) {
    case Op::BitAnd: return program.integer(a.integer & b.integer);
    case Op::BitOr: return program.integer(a.integer | b.integer);
    case Op::BitXor: return program.integer(a.integer ^ b.integer);
    case Op::Shl:
    case Op::Shr: {
      if (b.integer < 0 || b.integer > 63) return nullptr;
      if (op == Op::Shr) return program.integer(a.integer >> b.integer);
      return program.integer(static_cast<int64_t>(static_cast<uint64_t>(a.integer) << b.integer));
    }
    default: return nullptr;
  }
}

/// x + 0, x - 0, x * 1 for an Int x.
Value* neutral(const Instruction& inst) {
  Value* const x = inst.operands[0];
  const Constant* k = asConstant(inst.operands[1]);
  if (!k || !isInt(*k) || !x->type.within(Type::Int())) return nullptr;
  return k->integer == (inst.op == Op::Mul ? 1 : 0) ? x : nullptr;
}

// --- comparison ------------------------------------------------------------------------------------------------------------

/// -1, 0, 1; 2 when a NaN takes part. An Int and a Float compare by their exact numbers.
int order(const Constant& a, const Constant& b) {
  if (isInt(a) && isInt(b)) return a.integer < b.integer ? -1 : a.integer > b.integer;
  const double x = asDouble(a), y = asDouble(b);
  if (x != x || y != y) return 2;
  if (x != y) return x < y ? -1 : 1;
  if (isInt(a) == isInt(b)) return 0;
  // Equal as doubles: a large Int may have been rounded.
  const int64_t i = isInt(a) ? a.integer : b.integer;
  const double d = isInt(a) ? y : x;
  const int exact = d >= 9223372036854775808.0    ? -1
                    : i < static_cast<int64_t>(d) ? -1
                                                  : i > static_cast<int64_t>(d);
  return isInt(a) ? exact : -exact;
}

Value* compare(Op op, const Constant& a, const Constant& b, ir::Program& program) {
  const int o = order(a, b);
  switch (op) {
    case Op::Lt: return boolean(program, o == -1);
    case Op::Le: return boolean(program, o <= 0);
    case Op::Gt: return boolean(program, o == 1);
    case Op::Ge: return boolean(program, o == 0 || o == 1);
    case Op::Eq: return boolean(program, o == 0);
    case Op::Ne: return boolean(program, o != 0);
    default: return nullptr;
  }
}

/// Constants of which there is one word each, or which are equal only when they are the same constant.
bool isComparable(const Constant& c) {
  return c.constantKind != ConstantKind::Form && c.constantKind != ConstantKind::Absent;
}

Value* equality(const Instruction& inst, ir::Program& program) {
  const Constant *a = asConstant(inst.operands[0]), *b = asConstant(inst.operands[1]);
  if (!a || !b) return nullptr;
  if (isNumber(*a) && isNumber(*b)) return compare(inst.op, *a, *b, program);
  if (!isComparable(*a) || !isComparable(*b)) return nullptr;
  return boolean(program, (a == b) == (inst.op == Op::Eq));
}

/// Identity of words: two values of types that have nothing in common differ.
Value* same(const Instruction& inst, ir::Program& program) {
  const Value *a = inst.operands[0], *b = inst.operands[1];
  if (a == b) return boolean(program, true);
  if (a->type.isNone() || b->type.isNone()) return nullptr;
  if (!a->type.overlaps(b->type)) return boolean(program, false);
  const Constant *x = asConstant(a), *y = asConstant(b);
  if (x && y && x->constantKind <= ConstantKind::Absent && y->constantKind <= ConstantKind::Absent)
    return boolean(program, false);
  return nullptr;
}

// --- tests -----------------------------------------------------------------------------------------------------------------

Value* logicalNot(const Value* value, ir::Program& program) {
  if (const Constant* c = asConstant(value); c && isInt(*c)) return program.integer(~c->integer);
  if (value->type.overlaps(Type::Int() | Type::Other())) return nullptr;
  const std::optional<bool> truth = truthOf(value);
  return truth ? boolean(program, !*truth) : nullptr;
}

Value* isInt(const Value* value, ir::Program& program) {
  if (value->type.isNone()) return nullptr;
  if (value->type.within(Type::Int())) return boolean(program, true);
  if (!value->type.overlaps(Type::Int() | Type::Other())) return boolean(program, false);
  return nullptr;
}

Value* isAbsent(const Value* value, ir::Program& program) {
  if (value->type.isNone()) return nullptr;
  if (value->type.within(Type::Absent())) return boolean(program, true);
  if (!value->type.overlaps(Type::Absent())) return boolean(program, false);
  return nullptr;
}

Value* isClass(const Instruction& inst, ir::Program& program) {
  const Type classes = Type::instanceOf(static_cast<uint16_t>(inst.immediates[0].integer),
                                        static_cast<uint16_t>(inst.immediates[1].integer));
  const Type type = inst.operands[0]->type;
  if (type.isNone()) return nullptr;
  if (type.within(classes)) return boolean(program, true);
  if (!type.overlaps(classes)) return boolean(program, false);
  return nullptr;
}

Value* hasKind(const Instruction& inst, ir::Program& program) {
  const Type kind = Type::named(inst.immediates[0].symbol.text());
  const Type type = inst.operands[0]->type;
  if (type.isNone()) return nullptr;
  if (type.within(kind)) return boolean(program, true);
  if (!type.overlaps(kind)) return boolean(program, false);
  return nullptr;
}

Value* isTrue(Value* value, ir::Program& program) {
  if (!value->type.isNone() && value->type.within(Type::Bool())) return value;
  const std::optional<bool> truth = truthOf(value);
  return truth ? boolean(program, *truth) : nullptr;
}

Value* concat(const Instruction& inst, ir::Program& program) {
  std::string text;
  for (const Value* part : inst.operands) {
    if (!isConstant(part, ConstantKind::String)) return nullptr;
    text += asConstant(part)->text;
  }
  return program.string(text);
}

}  // namespace

Value* fold(const Instruction& inst, ir::Program& program) {
  const Constant* a = !inst.operands.empty() ? asConstant(inst.operands[0]) : nullptr;
  const Constant* b = inst.operands.size() == 2 ? asConstant(inst.operands[1]) : nullptr;
  const bool numbers = a && b && isNumber(*a) && isNumber(*b);
  switch (inst.op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
      if (!numbers) return neutral(inst);
      return arithmetic(inst.op, *a, *b, program);
    case Op::Div:
    case Op::Mod: return numbers ? arithmetic(inst.op, *a, *b, program) : nullptr;
    case Op::Neg:
      if (a && isInt(*a) && a->integer != INT64_MIN) return program.integer(-a->integer);
      return a && a->constantKind == ConstantKind::Float ? program.floating(-a->number64) : nullptr;
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge: return numbers ? compare(inst.op, *a, *b, program) : nullptr;
    case Op::Eq:
    case Op::Ne: return equality(inst, program);
    case Op::BitAnd:
    case Op::BitOr:
    case Op::BitXor:
    case Op::Shl:
    case Op::Shr: return a && b ? bits(inst.op, *a, *b, program) : nullptr;
    case Op::Not: return logicalNot(inst.operands[0], program);
    case Op::IsTrue: return isTrue(inst.operands[0], program);
    case Op::IsInt: return isInt(inst.operands[0], program);
    case Op::IsClass: return isClass(inst, program);
    case Op::HasKind: return hasKind(inst, program);
    case Op::Assume:  // of something that is known anyway
      return inst.operands[0]->type.within(inst.type) && !inst.operands[0]->type.isNone()
                 ? inst.operands[0]
                 : nullptr;
    case Op::IsArray: return isWithin(inst.operands[0], Type::Array(), program);
    case Op::IsFloat: return isWithin(inst.operands[0], Type::Float(), program);
    case Op::IsSmallInt:
      return !inst.operands[0]->type.isNone() && !inst.operands[0]->type.overlaps(Type::Int())
                 ? boolean(program, false)
                 : nullptr;
    case Op::IsAbsent: return isAbsent(inst.operands[0], program);
    case Op::Same: return same(inst, program);
    case Op::Concat: return concat(inst, program);
    case Op::RangeBound:
      return inst.operands[0]->type.within(Type::Int()) ? inst.operands[0] : nullptr;
    case Op::CheckType: return ir::isProven(inst, inst.operands[0]) ? inst.operands[0] : nullptr;
    default: return nullptr;
  }
}

}  // namespace gene
