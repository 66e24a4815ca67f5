#pragma once
// The rest of a function as a function: what a loop that runs in the VM goes on as natively (docs/jit.md).

#include "runtime/support/Span.h"

#include "codegen/ir/Ir.h"

namespace gene {

/// A function that does what `from` does from where `at`, a block of it, begins. Its parameters are the values in `held`, among
/// them all that is needed there; it returns what `from` would return. It is no part of the program yet.
ir::Function* continuationAt(const ir::Function& from, const ir::Block& at,
                             Span<const ir::Value* const> held);

}  // namespace gene
