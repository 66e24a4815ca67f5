#pragma once
// Forms to the resolved tree: recognises special forms, binds names, splits infix, finds captures, reports every
// compile-time error of the language reference.

#include <unordered_set>
#include <vector>

#include "frontend/analysis/Ast.h"
#include "frontend/analysis/KnownNames.h"
#include "frontend/syntax/Diagnostics.h"
#include "runtime/support/LanguageOptions.h"
#include "runtime/support/Span.h"

namespace gene {

class Index;
class PathMap;
struct SeparateModule;

/// An enum that code may name although its own text does not declare it.
struct KnownEnum {
  Symbol name;
  std::vector<Symbol> variants;
};

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
  Span<const KnownEnum> enums = {};    // of the entries of the dialog before this one
  SeparateModule* separate = nullptr;  // the main module is compiled alone
  const PathMap* paths = nullptr;      // how outputs show the names of files; null: as they are
};

/// Analyses the forms of a main module. Globals and constants are added to `program`; nodes are made in its arena.
/// After errors, which are reported, the result must not be lowered.
/// The modules it imports are read from files, which are added to `sources`, and become part of the program.
ast::Module analyze(Span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics, SourceManager& sources, Location start,
                    const AnalysisExtras& extras);

/// A variable that code evaluated at run time sees: slot `slot` of the scope object `scope` of its environment.
struct EvaluatedName {
  Symbol name;
  uint32_t scope, slot;
  bool constant;
};
/// Where code that is known at run time only runs.
struct EvaluatedPlace {
  Span<const EvaluatedName> names;
  /// By what the program around calls the global that a name means there; empty: there is none. `data` is its first argument.
  Symbol (*global)(const void* data, Symbol name);
  const void* data;
  Span<const Symbol> module;  // as ast::Environment::module
  Span<const KnownEnum> enums;
};
/// Analyses one form that runs in `place`; names that mean nothing there are built-ins. The result's main function captures
/// scope objects (Scope::id is the number of one) and perhaps self.
ast::Module analyzeEvaluated(const Form* form, const EvaluatedPlace& place, ir::Program& program,
                             const LanguageOptions& options, DiagnosticEngine& diagnostics);

}  // namespace gene
