// Enums that are known while compiling: which variant a value is of, variants, and values of them.

#include "codegen/bytecode/Placement.h"
#include "codegen/bytecode/Select.h"

namespace gene::bytecode {

using ir::Op;

void Select::emitVariantOf(const ir::Instruction& i) {
  const uint32_t value = use(i, 0), to = result(i);
  assembler_.emitWide(Opcode::GlobalGet, to, tables_.globalSlot(i.as<Op::VariantOf>().global()));
  assembler_.emit(Opcode::VariantOf, to, value, to);
}

/// The variant of an enum that is in a variable.
void Select::variant(uint32_t to, const ir::Global* owner, int64_t index) {
  assembler_.emitWide(Opcode::GlobalGet, to, tables_.globalSlot(owner));
  assembler_.emit(Opcode::VariantGet, to, to, static_cast<uint32_t>(index));
}

void Select::emitVariantGet(const ir::Instruction& i) {
  const auto get = i.as<Op::VariantGet>();
  variant(result(i), get.global(), get.index());
}

void Select::emitVariantNew(const ir::Instruction& i) {
  const auto made = i.as<Op::VariantNew>();
  const uint32_t window = fillWindow(i);
  variant(window, made.global(), made.index());
  assembler_.emit(Opcode::VariantNew, result(i), window,
                  static_cast<uint32_t>(i.operands.size()) + 1);
}

}  // namespace gene::bytecode
