#pragma once
// Instructions whose value is known while compiling. The same results as the runtime's (runtime/abi/Arithmetic.cpp): what
// would raise is not folded, nor is what has no literal (infinities, NaN).

#include "codegen/ir/Ir.h"

namespace gene {

/// The value that `inst` always has, or null: a constant, or one of its operands. Raising with it is ruled out.
ir::Value* fold(const ir::Instruction& inst, ir::Program& program);

}  // namespace gene
