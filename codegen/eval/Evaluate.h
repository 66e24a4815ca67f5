#pragma once
// The evaluator: code that is known at run time only is compiled to bytecode and run (05 §7, eval, $render).

#include <string>

#include "runtime/Context.h"

namespace gene {

/// Lets `context` evaluate code given as data. What was compiled is kept and used again for equal code in the same
/// place. Native executables refer to it only when they need it.
extern "C" void gene_install_evaluator(Context* context);

/// Compiles the module in a file and runs it. Null when it has mistakes or raises: an exception is pending.
Program* loadModule(Context& context, const std::string& path);

}  // namespace gene
