#pragma once
// What the forms of a module say before anything is analysed, found by their spelling alone: which names it defines, assigns and
// mentions inside of functions, what its classes and macros look like. Data for the scopes and the checks, which know what
// the names mean.

#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "frontend/syntax/Diagnostics.h"
#include "frontend/syntax/Form.h"

namespace gene {

/// A macro of the module (fn name! …).
struct Macro {
  std::vector<Symbol> parameters;
  Span<Form* const> body;
  bool expandable = false;
};
struct MethodInfo {
  const ArrayForm* parameters;
  const Form* resultType;
  Location loc;
  const GeneForm* form;
};
/// What the forms of a class at the module's level declare.
struct ClassInfo {
  const Form* parent = nullptr;
  const ArrayForm* ctor = nullptr;
  std::unordered_map<Symbol, MethodInfo> methods;
  std::unordered_map<Symbol, const Form*> fields;  // declared ones, with their types
  std::vector<Symbol> assigned;                    // what its methods assign
  std::unordered_set<Symbol> functions;            // in its body, which are no methods
  bool hasMissing = false;                         // on_method_missing
  bool incomplete = false;                         // a method of it is reported
};

/// What (fn name! …) says; it can be expanded when its parameters are plain and used as code only.
Macro macroFacts(const GeneForm& form);
/// The template of ($render `template); null if it is something else.
const Form* templateOf(const Form* form);

struct ModuleFacts {
  std::unordered_set<Symbol>
      usedInFunctions;  // mentioned inside of one, or of a class or namespace
  std::unordered_set<Symbol> assignedNames;
  std::unordered_set<Symbol> topLevelVars;
  std::unordered_map<Symbol, const GeneForm*> named;  // the first definition of each name
  std::unordered_map<Symbol, uint32_t> definitions;  // how often a name is defined at the top level
  std::unordered_map<Symbol, ClassInfo> classes;
  std::vector<std::pair<Symbol, const Form*>> annotations;  // (var x: T …) at the top level
  std::unordered_map<Symbol, unsigned> variableCounts;  // how often the top level declares a name
  std::unordered_map<Symbol, unsigned> constantCounts;  // and how often by `let`
  std::unordered_set<Symbol> narrowed;                  // names whose type the program asks for
  std::unordered_set<Symbol> assignedFields;            // last names of the paths it assigns
  bool assignsComputedFields = false;                   // a/<k> = v
  std::unordered_map<Symbol, Macro> macros;
  std::unordered_map<Symbol, const Form*> types;  // (type Name Expression) at the top level
  std::unordered_set<Symbol> published;           // (var /x …), ($ns/x = …)
  std::unordered_set<Symbol> interceptors;        // made anywhere in the module
  bool reifies = false;  // some code may ask for an environment: top-level variables are globals
  bool usesNamespace = false;  // as a value: definitions are put into it, too
};

/// The facts of a module's forms. Reports what is defined twice.
ModuleFacts collectModuleFacts(Span<Form* const> forms, DiagnosticEngine& diagnostics);

/// The names that `forms`, a module or the body of a namespace or class, publish by (var /x …), (fn /f …), (/x = …) are added
/// to `names`. Of a module also what $ns/x assigns, wherever it stands.
void collectPublished(Span<Form* const> forms, bool isModule, std::unordered_set<Symbol>& names);
/// What (export a b), (export [a "b"]) names, in order; the empty symbol for what is no name.
std::vector<Symbol> exportedNames(const GeneForm& form);
/// The fields that the methods of a class body assign: first those of the constructor, which runs first.
std::vector<Symbol> assignedFields(Span<Form* const> forms);
/// The value of a property; null without it.
const Form* property(const GeneForm& form, std::string_view key);
/// A form that the module's level hoists (00 §4).
bool isDefinition(const Form* form);
/// A type expression (A | B | …), perhaps with properties.
bool isUnion(const GeneForm& form);
/// (fn __init__ [] …): the start of the module's body.
bool isInitForm(const Form* form);
bool isInterceptor(std::string_view head);
/// The text of a head that is a symbol; "eval" for gene/eval, which is the same.
inline std::string_view calledName(const Form* head) {
  if (head->kind != FormKind::Path) return symbolOf(head).text();
  const Span<Symbol> parts = as<PathForm>(*head).parts;
  const bool same = parts.size() == 2 && parts[0].text() == "gene" && parts[1].text() == "eval";
  return same ? "eval" : std::string_view{};
}

}  // namespace gene
