#pragma once
// The loops of a program that a VM enters: what frames that are in one go on in (docs/jit.md).

#include "codegen/ir/Ir.h"

namespace gene {

/// Gives a program its Program::enteredLoops, and the functions that they are. The program is the one that the VM runs as bytecode,
/// behind Program::becomeEntered and before any further pass. They are the loops of functions that run once, as a loop of any other
/// function is entered by the function's next call. Makes bytecode of these functions once more.
void addEnteredLoops(ir::Program& program);

}  // namespace gene
