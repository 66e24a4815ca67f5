#pragma once
// From the program that a VM runs to the one that it enters (docs/jit.md).

#include "codegen/ir/Ir.h"

namespace gene {

/// The program is what the VM runs as bytecode; from here on it is the one that the VM's calls, and the loops it is in, go on in.
/// The loops: those of functions that run once, as a loop of any other function is entered by the function's next call.
void becomeEntered(ir::Program& program);

}  // namespace gene
