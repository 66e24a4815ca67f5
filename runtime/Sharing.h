#pragma once
// What several threads of a program read together: made immortal, so that nobody counts it, and completed, so that reading it
// writes nothing.

#include "runtime/Context.h"

namespace gene {

struct Program;

/// Shares what the module level of the context's program, its built-in names, classes and interfaces lead to with contexts
/// that are made beside it (createContextBeside); to be called before the first of them runs, and by the thread of the context.
/// What the program could still change among them must not be touched by other threads: it is not looked for.
void shareDefinitions(Context& context);

/// The same, but for module variables: what every thread reads without naming it. What a thread runs is shared by shareCode.
void shareBuiltins(Context& context);

/// Shares the constants of code: of the program's own, and of what came to it while it ran (image/NativeEntries.h). To be called by
/// the program's first thread.
void shareConstants(Context& context, const Program& program);

/// Shares what the code of a function can reach: module variables, the classes and functions in them, their methods, and so on.
/// Data is frozen, classes and namespaces cannot change any more. Captures are not looked at: they are copied. False with a
/// ConcurrencyException that names the variable when there is something that only its own thread may see; then nothing is shared.
/// To be called by the program's first thread, after shareBuiltins.
bool shareCode(Context& context, const FunctionObject* function);

}  // namespace gene
