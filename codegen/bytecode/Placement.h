#pragma once
// Where an instruction wants its operands: in registers of any number, in consecutive registers (a window), or encoded
// in the instruction. RegAlloc and Select both ask here, so they agree.
//
// A window of a call starts with the callee, where the result will be, and the link; then the arguments follow and
// become the callee's first registers. `new` keeps the class below that, and its result takes the class's place:
//
//   call         [callee][link][arg 0] …        call.method  [      ][link][receiver][arg 0] …
//   call.super   as call.method; the class is an operand of its own
//   new          [class][     ][link][self][arg 0] …
//   others       [item 0][item 1] …             array.new, closure, variadic runtime rows

#include <cstdint>

#include "codegen/ir/Ir.h"
#include "runtime/abi/Operations.h"
#include "runtime/vm/Opcodes.h"

namespace gene::bytecode {

inline constexpr int32_t NoSlot = -1;
/// Array and map literals with more operands than this are made with these, and then grow one by one.
inline constexpr uint32_t MaxLiteralWindow = 8192;
/// Frames with more registers than this cannot be encoded; the function raises an exception instead.
inline constexpr uint32_t MaxFrame = 65000;

struct Placement {
  bool window = false;
  uint32_t size = 0;          // registers of the window
  uint32_t firstOperand = 0;  // operands from here on lie in the window …
  uint32_t firstSlot = 0;     // … from this register of it on
  int32_t leadSlot = NoSlot;  // where operand 0 lies, if not by the rule above (callee, class)
  int32_t resultSlot =
      NoSlot;  // where the result arrives; NoSlot: in a register the instruction names

  /// The window register of operand `i`, or NoSlot.
  [[nodiscard]] int32_t slotOf(uint32_t i) const {
    if (!window) return NoSlot;
    if (i == 0 && leadSlot != NoSlot) return leadSlot;
    if (i < firstOperand || firstSlot + i - firstOperand >= size) return NoSlot;
    return static_cast<int32_t>(firstSlot + i - firstOperand);
  }
};
Placement placementOf(const ir::Instruction& instruction);
/// Does the instruction for a method of arrays name registers of its operands? That for `set` finds its three in the window.
constexpr bool takesOperandsInPlace(ArrayMethod method) {
  return method != ArrayMethod::None && method != ArrayMethod::Set;
}

/// True for a constant operand that the instruction encodes, so that it needs no register.
bool isEncoded(const ir::Instruction& instruction, uint32_t operand);
/// Does the instruction write a register it names (even if it has no result that is used)?
bool writesRegister(const ir::Instruction& instruction);
/// How long operand `i` stays unharmed, behind the instruction's position: 1, until it begins; 2, until it has its result; 3,
/// beside the result, which is another register then.
uint32_t usedUntil(const ir::Instruction& instruction, uint32_t operand);

/// The value as a word below 16 (nil, true …), or 0.
uint16_t constantWord(const ir::Value* value);
/// The constant, or null.
inline const ir::Constant* asConstant(const ir::Value* value) {
  return value->kind == ir::ValueKind::Constant ? static_cast<const ir::Constant*>(value) : nullptr;
}
inline const ir::Instruction* asInstruction(const ir::Value* value) {
  return value->kind == ir::ValueKind::Instruction ? static_cast<const ir::Instruction*>(value)
                                                   : nullptr;
}

/// The runtime row of an instruction with an entry.
vm::RuntimeOp runtimeOp(ir::Op op);

}  // namespace gene::bytecode
