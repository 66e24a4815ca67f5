// Calls: of functions known and unknown, of methods and what stands before a method of arrays or maps, with keywords and spreads.

#include "codegen/bytecode/Select.h"

#include <optional>

#include "codegen/ir/Annotations.h"
#include "codegen/ir/Builtins.h"

namespace gene::bytecode {

using ir::Op;

void Select::emitCall(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCall : Opcode::Call, window + 2,
                  static_cast<uint32_t>(i.operands.size()) - 1);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitCallKnown(const ir::Instruction& i) {
  const ir::Function* callee = i.as<Op::CallKnown>().function();
  const bool captures = !isEncoded(i, 0);
  const uint32_t count = static_cast<uint32_t>(i.operands.size()) - 1;
  if (i.tail && !captures && callee == &function_) {
    // A call of itself in tail position is a jump with new slots.
    std::vector<RegisterMove> moves;
    for (uint32_t slot = 0; slot < count; slot++)
      if (!asConstant(i.operands[slot + 1]))
        moves.push_back({slot, registers_.reg(i.operands[slot + 1])});
    resolveMoves(std::move(moves), registers_.scratch(),
                 [&](uint32_t to, uint32_t from) { move(to, from); });
    for (uint32_t slot = 0; slot < count; slot++)
      if (const ir::Constant* constant = asConstant(i.operands[slot + 1])) load(slot, *constant);
    assembler_.jump(ir::passesLeadingChecks(i) ? checked_ : start_);
    left_ = true;
    return;
  }
  const uint32_t window = fillWindow(i);
  mark(i);
  const Opcode op = captures ? (i.tail ? Opcode::TailCallClosure : Opcode::CallClosure)
                             : (i.tail ? Opcode::TailCallKnown : Opcode::CallKnown);
  assembler_.emit(op, window + 2, count);
  assembler_.word(callee->index | (ir::passesLeadingChecks(i) ? vm::BehindChecks : 0));
  if (!captures) assembler_.word(callee->index);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitToInt(const ir::Instruction& i) {
  const uint64_t last = assembler_.last();
  if (fusible(i.operands[0]) && static_cast<Opcode>(last & 0xFFFF) == Opcode::DivI) {
    mark(i);  // at the further word
    assembler_.takeBack();
    assembler_.emit(Opcode::DivIToInt, result(i), static_cast<uint32_t>(last >> 32 & 0xFFFF),
                    static_cast<uint32_t>(last >> 48));
  } else {
    const uint32_t number = use(i, 0);
    mark(i);
    assembler_.emit(Opcode::ToInt, result(i), number);
  }
  assembler_.word(tables_.symbolSlot(i.as<Op::CallMethod>().name()));
  assembler_.word(0);
  if (!i.tail) return;
  assembler_.emit(Opcode::Return, result(i));
  left_ = true;
}

namespace {

Opcode arrayOpcode(ArrayMethod method) {
  switch (method) {
    case ArrayMethod::Size: return Opcode::ArraySize;
    case ArrayMethod::Get: return Opcode::ArrayGet;
    case ArrayMethod::Set: return Opcode::ArraySet;
    case ArrayMethod::Add: return Opcode::ArrayAdd;
    case ArrayMethod::Push: return Opcode::ArrayPush;
    case ArrayMethod::Pop: return Opcode::ArrayPop;
    case ArrayMethod::None: break;
  }
  GENE_UNREACHABLE("no method of arrays");
}

/// For the methods of maps whose operands lie in the window.
std::optional<Opcode> tableOpcode(const ir::Instruction& i) {
  switch (ir::tableMethod(i)) {
    case TableMethod::Get:
      return i.operands.size() == 3 ? std::optional(Opcode::TableGet) : std::nullopt;
    case TableMethod::Has:
      return i.operands.size() == 2 ? std::optional(Opcode::TableHas) : std::nullopt;
    case TableMethod::Set:
    case TableMethod::Add:
    case TableMethod::None: break;
  }
  return std::nullopt;
}

}  // namespace

/// What comes before the call of a method that Array or Map has; its result lies in the window, and the call is left out.
bool Select::quickMethod(const ir::Instruction& i, uint32_t window) {
  const ArrayMethod method = ir::arrayMethod(i);
  if (!takesOperandsInPlace(method)) {
    const std::optional<Opcode> op =
        method == ArrayMethod::None ? tableOpcode(i) : std::optional(arrayOpcode(method));
    if (op) assembler_.emit(*op, window + 2, window + 2, static_cast<uint32_t>(i.operands.size()));
    return op.has_value();
  }
  const uint32_t receiver = use(i, 0), argument = i.operands.size() > 1 ? use(i, 1) : 0;
  assembler_.emit(arrayOpcode(method), window + 2, receiver, argument);
  return true;
}

void Select::emitCallMethod(const ir::Instruction& i) {
  if (ir::isToInt(i)) return emitToInt(i);
  const uint32_t window = fillWindow(i);
  const bool maySkipCall = quickMethod(i, window);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCallMethod : Opcode::CallMethod, window + 2,
                  static_cast<uint32_t>(i.operands.size()));
  assembler_.word(tables_.symbolSlot(i.as<Op::CallMethod>().name()));
  assembler_.word(0);
  if (!i.tail) return takeResult(i, window);
  if (maySkipCall) assembler_.emit(Opcode::Return, window);
  left_ = true;
}

void Select::emitNew(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  // The new instance is an argument like the others.
  assembler_.emit(Opcode::New, window + 3, static_cast<uint32_t>(i.operands.size()));
  assembler_.word(0);
  takeResult(i, window);
}

/// Calls with keywords and spreads enter bytecode without recursion in C++, like the plain ones.
void Select::emitShaped(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  const bool method = i.op == Op::CallMethodShaped;
  const Opcode op = method ? (i.tail ? Opcode::TailCallMethodShaped : Opcode::CallMethodShaped)
                           : (i.tail ? Opcode::TailCallShaped : Opcode::CallShaped);
  assembler_.emit(op, window + 2, static_cast<uint32_t>(i.operands.size()) - (method ? 0 : 1));
  if (method) assembler_.word(tables_.symbolSlot(i.as<Op::CallMethodShaped>().name()));
  assembler_.word(
      (method ? i.as<Op::CallMethodShaped>().shape() : i.as<Op::CallShaped>().shape())->index);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitCallSuper(const ir::Instruction& i) {
  const uint32_t cls = use(i, 0), window = fillWindow(i);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCallSuper : Opcode::CallSuper, window + 2,
                  static_cast<uint32_t>(i.operands.size()) - 1, cls);
  assembler_.word(tables_.symbolSlot(i.as<Op::CallSuper>().name()));
  assembler_.word(i.as<Op::CallSuper>().shape()->index);
  assembler_.word(0);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitTailDynamic(const ir::Instruction& i) {
  const uint32_t receiver = use(i, 0), name = use(i, 1), window = fillWindow(i);
  mark(i);
  assembler_.emit(Opcode::TailCallMethodDynamic, receiver, window, placementOf(i).size);
  assembler_.word(name);
  assembler_.word(i.as<Op::CallMethodDynamic>().shape()->index);
  left_ = true;
}

}  // namespace gene::bytecode
