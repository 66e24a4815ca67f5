#pragma once
// In which phase a program is (runtime/abi/Instructions.def lists them, docs/ir.md says what they mean), read off its code:
// what of it the code of earlier phases does not have.

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// The first phase whose code may have this instruction as it is: its row, the representation of its result, its marks.
Phase phaseOf(const Instruction& inst);
Phase phaseOf(const Param& param);
/// The same of all that is said of the function, and of its code.
Phase phaseOf(const Function& function);
/// The first phase that the program can be in: that of IR text, which says nothing of it.
Phase phaseOf(const Program& program);

}  // namespace gene::ir
