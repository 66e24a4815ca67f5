#pragma once
// Forms to the resolved tree: recognises special forms, binds names, splits infix, finds captures, reports every
// compile-time error of the language reference.

#include <span>

#include "frontend/analysis/Ast.h"
#include "frontend/syntax/Diagnostics.h"

namespace gene {

/// The language options of `gene run`, shared by build, compile and check.
struct LanguageOptions {
  bool typeCheck = true;
  bool strictNil = false;
  bool contracts = true;
};

/// Analyses the forms of a main module. Globals and constants are added to `program`; nodes are made in its arena.
/// After errors, which are reported, the result must not be lowered.
ast::Module analyze(std::span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics);

}  // namespace gene
