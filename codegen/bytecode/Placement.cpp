#include "codegen/bytecode/Placement.h"

#include <algorithm>

#include "codegen/ir/ArrayMethods.h"
#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::ConstantKind;
using ir::Op;

namespace {

constexpr uint16_t NotRuntime = 0xFFFF;
constexpr uint16_t RuntimeOps[ir::OpCount] = {
#define INST(Name, mnemonic, operands, immediates, result, effects) NotRuntime,
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, entry) \
  static_cast<uint16_t>(vm::RuntimeOp::Name),
#include "codegen/ir/Instructions.def"
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

bool isToInt(const ir::Instruction& i) {
  static const Symbol name = Symbol::of("to_i");
  return i.op == Op::CallMethod && i.operands.size() == 1 && i.immediates[0].symbol == name;
}

Placement placementOf(const ir::Instruction& i) {
  const uint32_t count = static_cast<uint32_t>(i.operands.size());
  Placement p;
  p.window = true;
  switch (i.op) {
    case Op::Call:
    case Op::CallKnown:
    case Op::CallShaped:
      p.size = count + 1;
      p.firstOperand = 1;
      p.firstSlot = 2;
      p.leadSlot = 0;
      p.resultSlot = 0;
      return p;
    case Op::CallMethod:
      if (isToInt(i)) return Placement();
      [[fallthrough]];
    case Op::CallMethodShaped:
      p.size = count + 2;
      p.firstSlot = 2;
      p.resultSlot = 0;
      // The instructions for arrays take their operands where they are.
      if (!i.tail && ir::arrayMethod(i)) p.firstOperand = count;
      return p;
    case Op::CallSuper:
      p.size = count + 1;
      p.firstOperand = 1;
      p.firstSlot = 2;
      p.resultSlot = 0;
      return p;
    case Op::New:
      p.size = count + 3;
      p.firstOperand = 1;
      p.firstSlot = 4;
      p.leadSlot = 0;
      p.resultSlot = 0;
      return p;
    case Op::ArrayNew:
    case Op::MapNew: p.size = std::min(count, MaxLiteralWindow); return p;
    case Op::Closure: p.size = count; return p;
    default: break;
  }
  if (i.info().entry && i.info().variadic) {
    p.firstOperand = i.info().fixedOperands;
    p.size = count - p.firstOperand;
    return p;
  }
  return Placement();
}

bool isEncoded(const ir::Instruction& i, uint32_t operand) {
  switch (i.op) {
    case Op::Add:
    case Op::Sub: return smallRight(i, operand, 0, 65535);
    case Op::Mul:
    case Op::Div:
    case Op::Mod:
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge: return smallRight(i, operand, -32768, 32767);
    case Op::Eq:
    case Op::Ne:
      return smallRight(i, operand, -32768, 32767) ||
             (operand == 1 && constantWord(i.operands[1]) != 0);
    case Op::Same: return operand == 1 && constantWord(i.operands[1]) != 0;
    case Op::Return: return constantWord(i.operands[0]) != 0;
    case Op::CallKnown:
      return operand == 0 &&
             constantWord(i.operands[0]) == static_cast<uint16_t>(Value::absent().bits);
    case Op::ArrayNew:
    case Op::MapNew: return operand >= MaxLiteralWindow;
    default: return false;
  }
}

bool writesRegister(const ir::Instruction& i) {
  if (placementOf(i).resultSlot != NoSlot) return true;
  if (i.info().entry) return true;
  switch (i.op) {
    case Op::GlobalSet:
    case Op::ScopeSet:
    case Op::ElementSet: return false;
    default: return i.info().hasResult;
  }
}

bool usedLate(const ir::Instruction& i, uint32_t operand) {
  const Placement p = placementOf(i);
  // What lies outside a window must not be overwritten while the window is filled.
  if (p.window) return p.slotOf(operand) == NoSlot;
  // element.set has no register of its own for its value.
  return i.op == Op::ElementSet && operand == 2;
}

}  // namespace gene::bytecode
