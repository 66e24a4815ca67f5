#pragma once
// Forms to the resolved tree: recognises special forms, binds names, splits infix, finds captures, reports every
// compile-time error of the language reference.

#include <span>
#include <unordered_set>

#include "frontend/analysis/Ast.h"
#include "frontend/analysis/KnownNames.h"
#include "frontend/syntax/Diagnostics.h"
#include "runtime/support/LanguageOptions.h"

namespace gene {

class Index;

/// What an analysis may do besides.
struct AnalysisExtras {
  const KnownNames* known = nullptr;  // for warnings about names; null: there are none
  Index* index = nullptr;             // takes what the names of the main module mean
  /// The main module is one entry of a dialog: all its variables and definitions are globals, which go here, and names
  /// that nobody defines are looked for when they are needed.
  std::unordered_set<const ir::Global*>* shared = nullptr;
  bool keepVariables =
      false;  // the variables of the main module are globals: a REPL may look at them
  /// Takes NAME=VALUE of each variable of the environment that comptime blocks ask for.
  std::vector<std::string>* environment = nullptr;
};

/// Analyses the forms of a main module. Globals and constants are added to `program`; nodes are made in its arena.
/// After errors, which are reported, the result must not be lowered.
/// The modules it imports are read from files, which are added to `sources`, and become part of the program.
ast::Module analyze(std::span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics, SourceManager& sources, Location start,
                    const AnalysisExtras& extras);

/// A variable that code evaluated at run time sees: slot `slot` of the scope object `scope` of its environment.
struct EvaluatedName {
  Symbol name;
  uint32_t scope, slot;
  bool constant;
};
/// Analyses one form that runs inside an environment. `moduleNames` are the globals of the program around it; names of
/// neither kind are built-ins. The result's main function captures scope objects (Scope::id is the number of one) and
/// perhaps self.
ast::Module analyzeEvaluated(const Form* form, std::span<const EvaluatedName> names,
                             std::span<const Symbol> moduleNames, ir::Program& program,
                             const LanguageOptions& options, DiagnosticEngine& diagnostics);

}  // namespace gene
