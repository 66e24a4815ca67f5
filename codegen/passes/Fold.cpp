#include "codegen/passes/Fold.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "codegen/ir/Annotations.h"
#include "codegen/ir/Arithmetic.h"
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
bool areNumbers(const Instruction& inst) {
  return std::ranges::all_of(inst.operands, [](const Value* operand) {
    const Constant* c = asConstant(operand);
    return c && isNumber(*c);
  });
}

Constant* boolean(ir::Program& program, bool value) {
  return program.constant(value ? ConstantKind::True : ConstantKind::False);
}
Value* floating(ir::Program& program, double value) {
  return std::isfinite(value) ? program.floating(value) : nullptr;
}

/// Is what is known of the value enough to say that it is of the type, or that it is not?
Value* isWithin(const Value* value, Type type, ir::Program& program) {
  if (value->type.is(type)) return boolean(program, true);
  return value->type.isNone() || value->type.overlaps(type) ? nullptr : boolean(program, false);
}

// --- arithmetic ------------------------------------------------------------------------------------------------------------

/// Of constants, one of which may be the same as the other.
Value* onConstants(const Instruction& inst, ir::Program& program) {
  if (!areNumbers(inst)) return nullptr;
  const Constant &a = *asConstant(inst.operands[0]), &b = *asConstant(inst.operands.back());
  const bool ints = isInt(a) && isInt(b);
  if (ints && inst.info().computesInts()) {
    const std::optional<int64_t> result = ir::onInts(inst.op, a.integer, b.integer);
    return result ? program.integer(*result) : nullptr;
  }
  const std::optional<double> result = ir::onFloats(inst.op, asDouble(a), asDouble(b));
  return result ? floating(program, *result) : nullptr;
}

/// x + 0, x - 0, x * 1, x || 0, x &|& 0, x && -1, x << 0, x >> 0 for an Int x.
Value* neutral(const Instruction& inst) {
  Value* const x = inst.operands[0];
  const Constant* k = asConstant(inst.operands[1]);
  if (!k || !isInt(*k) || !x->type.within(Type::Int())) return nullptr;
  if (!inst.is<Op::Add, Op::Sub, Op::Mul>() && inst.info().group != ir::Group::Bits) return nullptr;
  return k->integer == (inst.op == Op::Mul ? 1 : inst.op == Op::BitAnd ? -1 : 0) ? x : nullptr;
}

/// && and || of what is no Int and no Bytes, where it is known whether the left one is true.
Value* logical(const Instruction& inst) {
  if (!inst.is<Op::BitAnd, Op::BitOr>()) return nullptr;
  Value *const lhs = inst.operands[0], *const rhs = inst.operands[1];
  const Type both = lhs->type & rhs->type;
  if (lhs->type.isNone() || rhs->type.isNone() || both.overlaps(Type::Int() | Type::Bytes()))
    return nullptr;
  const std::optional<bool> truth = truthOf(lhs);
  return !truth ? nullptr : *truth == (inst.op == Op::BitAnd) ? rhs : lhs;
}

// --- comparison ------------------------------------------------------------------------------------------------------------

Value* compare(const Instruction& inst, ir::Program& program) {
  const uint8_t found = ir::orderOf(*asConstant(inst.operands[0]), *asConstant(inst.operands[1]));
  return boolean(program, (inst.info().trueOrders & found) != 0);
}

/// Constants of which there is one word each, or which are equal only when they are the same constant.
bool isComparable(const Constant& c) {
  return c.constantKind != ConstantKind::Form && c.constantKind != ConstantKind::Absent;
}

Value* equality(const Instruction& inst, ir::Program& program) {
  const Constant *a = asConstant(inst.operands[0]), *b = asConstant(inst.operands[1]);
  if (!a || !b) return nullptr;
  if (areNumbers(inst)) return compare(inst, program);
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
  if (value->type.overlaps(Type::Int() | Type::Bytes())) return nullptr;
  const std::optional<bool> truth = truthOf(value);
  return truth ? boolean(program, !*truth) : nullptr;
}

Value* isInt(const Value* value, ir::Program& program) {
  return isWithin(value, Type::Int() | Type::Bytes(), program);
}

Value* isClass(const Instruction& inst, ir::Program& program) {
  const Type classes = Type::instanceOf(static_cast<uint16_t>(inst.as<Op::IsClass>().first()),
                                        static_cast<uint16_t>(inst.as<Op::IsClass>().last()));
  return isWithin(inst.operands[0], classes, program);
}

Value* hasKind(const Instruction& inst, ir::Program& program) {
  const Type kind = Type::named(inst.as<Op::HasKind>().kind().text());
  return isWithin(inst.operands[0], kind, program);
}

Value* isTrue(Value* value, ir::Program& program) {
  if (value->type.is(Type::Bool())) return value;
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

// --- enums -----------------------------------------------------------------------------------------------------------------

/// A variant, or a value of it, that is made in this function.
struct Variant {
  const ir::Global* owner;
  int64_t index;
  bool isValue;  // with the fields as the operands
};
std::optional<Variant> variantOf(const Value* value) {
  if (const auto made = ir::madeBy<Op::VariantNew>(value))
    return Variant{made.global(), made.index(), true};
  if (const auto get = ir::madeBy<Op::VariantGet>(value))
    return Variant{get.global(), get.index(), false};
  return std::nullopt;
}

bool isStandard(const Variant& variant, int64_t index) {
  const std::string_view owner = variant.owner->name.text();
  return variant.owner->external && (owner == "Result" || owner == "Option") &&
         variant.index == index;
}

/// Ok and Some come first in their enums, then Err and None.
Value* ofVariant(const Instruction& inst, ir::Program& program) {
  Value* const operand = inst.operands[0];
  const std::optional<Variant> known = variantOf(operand);
  const bool isNone = !operand->type.isNone() && !operand->type.overlaps(Type::Other());
  if (const auto of = inst.tryAs<Op::VariantOf>()) {
    // Of one that has fields the variant alone is no value: only running it tells.
    if (known && known->owner == of.global())
      return known->isValue ? program.integer(known->index) : nullptr;
    if (known) return program.integer(-1);
    return isNone ? program.integer(-1) : nullptr;
  }
  if (const auto field = inst.tryAs<Op::VariantField>()) {
    const auto at = static_cast<size_t>(field.index());
    const auto made = ir::madeBy<Op::VariantNew>(operand);
    return made && at < made.values().size() ? made.values()[at] : nullptr;
  }
  if (!known && !isNone) return nullptr;
  if (inst.op == Op::UnwrapFails) {  // of Err, which has a field, the variant alone is no error
    const bool fails =
        known && isStandard(*known, 1) && (known->isValue || known->owner->name.text() == "Option");
    return boolean(program, fails);
  }
  const bool isWrapped = known && known->isValue && isStandard(*known, 0);
  return isWrapped ? ir::madeBy<Op::VariantNew>(operand).values()[0] : operand;
}

}  // namespace

Value* fold(const Instruction& inst, ir::Program& program) {
  using ir::Group;
  if (inst.op == Op::Concat) return concat(inst, program);
  if (inst.operands.empty()) return nullptr;
  Value* const operand = inst.operands[0];
  const Group group = inst.info().group;
  if (group == Group::Arithmetic || group == Group::Bits) {
    if (Value* result = onConstants(inst, program)) return result;
    if (Value* result = logical(inst)) return result;
    return inst.operands.size() == 2 ? neutral(inst) : nullptr;
  }
  if (group == Group::Order) return areNumbers(inst) ? compare(inst, program) : nullptr;
  if (group == Group::Equality) return equality(inst, program);
  if (inst.op == Op::Not) return logicalNot(operand, program);
  if (inst.op == Op::IsTrue) return isTrue(operand, program);
  if (inst.op == Op::IsInt) return isInt(operand, program);
  if (inst.op == Op::IsAbsent) return isWithin(operand, Type::Absent(), program);
  if (inst.op == Op::Same) return same(inst, program);
  if (inst.op == Op::IsSmallInt)  // how large an Int is, is not known
    return operand->type.isNone() || operand->type.overlaps(Type::Int()) ? nullptr
                                                                         : boolean(program, false);
  if (inst.op == Op::IsArray) return isWithin(operand, Type::Array(), program);
  if (inst.op == Op::IsFloat) return isWithin(operand, Type::Float(), program);
  if (inst.op == Op::IsClass) return isClass(inst, program);
  if (inst.op == Op::HasKind) return hasKind(inst, program);
  if (inst.op == Op::Assume)  // of something that is known anyway
    return operand->type.is(inst.type) ? operand : nullptr;
  if (inst.is<Op::VariantOf, Op::VariantField, Op::UnwrapFails, Op::Unwrap>())
    return ofVariant(inst, program);
  if (inst.op == Op::RangeBound) return operand->type.within(Type::Int()) ? operand : nullptr;
  if (inst.op == Op::CheckType) return ir::isProven(inst, operand) ? operand : nullptr;
  return nullptr;
}

}  // namespace gene
