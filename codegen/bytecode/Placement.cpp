#include "codegen/bytecode/Placement.h"

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::ConstantKind;
using ir::Op;

namespace {

constexpr uint16_t NotRuntime = 0xFFFF;
constexpr uint16_t RuntimeOps[ir::OpCount] = {
#define INST(Name, ...) NotRuntime,
#define RUNTIME(Name, ...) static_cast<uint16_t>(vm::RuntimeOp::Name),
#include "runtime/abi/Instructions.def"
};

/// Is operand 1 an int constant from `least` to `most`?
bool smallRight(const ir::Instruction& i, uint32_t operand, int64_t least, int64_t most) {
  if (operand != 1) return false;
  const ir::Constant* c = asConstant(i.operands[1]);
  return c && c->constantKind == ConstantKind::Int && c->integer >= least && c->integer <= most;
}

}  // namespace

vm::RuntimeOp runtimeOp(Op op) {
  return static_cast<vm::RuntimeOp>(RuntimeOps[static_cast<size_t>(op)]);
}

uint16_t constantWord(const ir::Value* value) {
  const ir::Constant* c = asConstant(value);
  if (!c) return 0;
  switch (c->constantKind) {
    case ConstantKind::Nil: return static_cast<uint16_t>(Value::nil().bits);
    case ConstantKind::Void: return static_cast<uint16_t>(Value::void_().bits);
    case ConstantKind::True: return static_cast<uint16_t>(Value::true_().bits);
    case ConstantKind::False: return static_cast<uint16_t>(Value::false_().bits);
    case ConstantKind::NotFound: return static_cast<uint16_t>(Value::notFound().bits);
    case ConstantKind::Placeholder: return static_cast<uint16_t>(Value::placeholder().bits);
    case ConstantKind::Absent: return static_cast<uint16_t>(Value::absent().bits);
    default: return 0;
  }
}

Placement placementOf(const ir::Instruction& i) {
  const uint32_t count = static_cast<uint32_t>(i.operands.size());
  Placement p;
  p.window = true;
  if (ir::isToInt(i)) return Placement();
  if (i.is<Op::Call, Op::CallKnown, Op::CallShaped>()) {
    p.size = count + 1;
    p.firstOperand = 1;
    p.firstSlot = 2;
    p.leadSlot = 0;
    p.resultSlot = 0;
    return p;
  }
  if (i.is<Op::CallMethod, Op::CallMethodShaped>()) {
    p.size = count + 2;
    p.firstSlot = 2;
    p.resultSlot = 0;
    if (takesOperandsInPlace(ir::arrayMethod(i))) p.firstOperand = count;
    return p;
  }
  if (i.op == Op::CallSuper) {
    p.size = count + 1;
    p.firstOperand = 1;
    p.firstSlot = 2;
    p.resultSlot = 0;
    return p;
  }
  if (i.op == Op::New) {
    p.size = count + 3;
    p.firstOperand = 1;
    p.firstSlot = 4;
    p.leadSlot = 0;
    p.resultSlot = 0;
    return p;
  }
  if (i.is<Op::ArrayNew, Op::MapNew>()) {
    p.size = std::min(count, MaxLiteralWindow);
    return p;
  }
  if (i.op == Op::VariantNew) {
    p.size = count + 1;
    p.firstSlot = 1;
    return p;
  }
  if (i.op == Op::Closure) {
    p.size = count;
    return p;
  }
  if (i.info().entry && i.info().variadic) {
    p.firstOperand = i.info().fixedOperands;
    p.size = count - p.firstOperand;
    return p;
  }
  return Placement();
}

bool isEncoded(const ir::Instruction& i, uint32_t operand) {
  if (i.op == Op::DebugPoint) return true;
  const ir::InstInfo& row = i.info();
  if (row.group == ir::Group::Arithmetic || row.isComparison()) {
    if (operand != 1 || row.entry) return false;
    if (i.is<Op::Add, Op::Sub>()) return smallRight(i, operand, 0, 65535);
    return smallRight(i, operand, -32768, 32767) ||
           (row.group == ir::Group::Equality && constantWord(i.operands[1]) != 0);
  }
  if (row.group == ir::Group::Bits)
    return smallRight(i, operand, 0, i.is<Op::Shl, Op::Shr>() ? 63 : 65535);
  if (i.op == Op::Same) return operand == 1 && constantWord(i.operands[1]) != 0;
  if (i.op == Op::Return) return constantWord(i.operands[0]) != 0;
  if (i.op == Op::CallKnown)
    return operand == 0 &&
           constantWord(i.operands[0]) == static_cast<uint16_t>(Value::absent().bits);
  return i.is<Op::ArrayNew, Op::MapNew>() && operand >= MaxLiteralWindow;
}

bool writesRegister(const ir::Instruction& i) {
  if (placementOf(i).resultSlot != NoSlot) return true;
  return i.info().entry || (i.info().hasResult && i.op != Op::ElementSet);
}

uint32_t usedUntil(const ir::Instruction& i, uint32_t operand) {
  const Placement p = placementOf(i);
  // What lies outside a window must not be overwritten while the window is filled.
  if (p.window) return p.slotOf(operand) == NoSlot ? 2 : 1;
  // The enum is in the register of the result when the value is read.
  if (i.op == Op::VariantOf) return 3;
  // element.set has no register of its own for its value.
  return i.op == Op::ElementSet && operand == 2 ? 2 : 1;
}

}  // namespace gene::bytecode
