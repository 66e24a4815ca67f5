#pragma once
// The resolved tree to IR: one ir::Function per Gene function and one for the module body (program.functions[0]).

#include "frontend/analysis/Analyze.h"

namespace gene {

/// Lowers a module that was analysed without errors. The IR is valid (ir::verify) and unoptimised.
void lower(const ast::Module& module, ir::Program& program, const LanguageOptions& options);

}  // namespace gene
