#pragma once
// Replaces a known call by a copy of the callee's body; `inline` and `self-inline` decide which calls.

#include "codegen/ir/Ir.h"

namespace gene {

/// Could any call of the function be replaced by its body? Not when an exception may be caught in it (a trace would
/// show the frames of callers too early) and not of macros.
bool isInlinable(const ir::Function& callee);

/// Can this `call.known`? What the body asks of its closure must be known where the call is; at a call that is no tail
/// call, methods that the body calls in tail position must not call functions back: their frame is on the trace then.
bool isInlinable(const ir::Instruction& call, const ir::Function& callee);

/// Puts a copy of `body`, which is `callee` or a copy of it, in the place of the call. The result of the call is
/// replaced in the whole caller. Leaves the blocks unordered: ir::orderBlocks.
void inlineCall(ir::Instruction& call, const ir::Function& callee, const ir::Function& body);

/// The instructions of a function that cost something.
size_t sizeOf(const ir::Function& function);

}  // namespace gene
