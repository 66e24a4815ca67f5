#pragma once
// What several threads of a program read together: made immortal, and completed so that reading it writes nothing.

#include "runtime/Context.h"

namespace gene {

/// Shares what the module level of the context's program, its built-in names, classes and interfaces lead to with contexts
/// that are made beside it (createContextBeside); to be called before the first of them runs, and by the thread of the context.
/// Objects are made immortal, so that nobody counts them. What the program could still change among them must not be touched
/// by other threads: it is not looked for.
void shareDefinitions(Context& context);

}  // namespace gene
