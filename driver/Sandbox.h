#pragma once
// The sandbox and the budgets of a program that is not trusted, as the command line gives them (docs/book/sandbox.md).

#include <string>
#include <vector>

#include "driver/Options.h"
#include "runtime/Runtime.h"
#include "runtime/support/Span.h"

namespace gene::driver {

/// Their options.
const std::vector<OptionSpec>& sandboxSpecs();
/// Begins what the options ask for, before anything of the program is read.
Status beginSandbox(const Options& options, const RuntimeOptions& runtime);
/// Modules are imported from the folder of this program only, where it is in a sandbox.
void confineModules(const std::string& program);

}  // namespace gene::driver
