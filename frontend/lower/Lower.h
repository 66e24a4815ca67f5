#pragma once
// The resolved tree to IR: one ir::Function per Gene function and one for the body of each module (functions[0] of its program).

#include "frontend/analysis/Analyze.h"

namespace gene {

/// Lowers modules that were analysed without errors, each to its own program. The IR is valid (ir::verify), unoptimised, and
/// not yet linked (ir::link).
void lower(const ast::Module& module, ir::Program& program, const LanguageOptions& options);

}  // namespace gene
