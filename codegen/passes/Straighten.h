#pragma once
// Control flow without detours: part of simplify.

#include "codegen/ir/Ir.h"

namespace gene {

/// Threads jumps through blocks that only test what the way into them decides, passes over blocks that only jump, and
/// merges a block with the only one that jumps to it. Leaves unreachable blocks behind.
bool straighten(ir::Function& function);

}  // namespace gene
