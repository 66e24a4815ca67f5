#pragma once
// Control flow without detours: part of simplify.

#include <memory_resource>

#include "codegen/ir/Ir.h"

namespace gene {

/// Threads jumps through blocks that only test what the way into them decides, passes over blocks that only jump, and
/// merges a block with the only one that jumps to it. The blocks are in order (ir::orderBlocks), before and after.
bool straighten(ir::Function& function, std::pmr::memory_resource* memory);

}  // namespace gene
