#pragma once
// The read-eval-print loop: of `gene repl`, of ($repl) in a program, and after an error with --repl-on-error.

#include "driver/Command.h"

namespace gene::driver {

/// Lets ($repl) in programs of this thread open a REPL.
void enableRepl(const RuntimeOptions& runtime, const LanguageOptions& language);
/// What the program waits for can be interrupted from now on; interruptByCall() was called before.
void waitInterruptibly(Context& context, const RuntimeOptions& runtime);
/// Talks until the user leaves.
void runRepl(Context& context, const RuntimeOptions& runtime, const LanguageOptions& language);

}  // namespace gene::driver
