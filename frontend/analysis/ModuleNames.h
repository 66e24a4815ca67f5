#pragma once
// What the names of a module mean, as far as the analysis has come: data that Analyzer adds to and Checks reads. What the forms say
// before is in ModuleFacts.h, variables within functions and blocks are those of Scopes.h.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontend/syntax/Form.h"

namespace gene {

class Scopes;
namespace ir {
struct Global;
}

/// What an interface asks of the classes that implement it.
struct InterfaceInfo {
  struct Method {
    Symbol name;
    const ArrayForm* parameters = nullptr;  // null: not said
    const Form* resultType = nullptr;
  };
  struct Field {
    Symbol name;
    const Form* type = nullptr;
  };
  std::vector<Method> methods;
  std::vector<Field> fields;
};

/// What calls of a function are checked by.
struct CalledFunction {
  size_t positional = 0;
  bool hasRest = false;
  const GeneForm* form = nullptr;  // its definition, as far as its body
};

struct ModuleNames {
  /// The name that the module has for the type that an annotation says, an identity; empty without one.
  [[nodiscard]] Symbol nameOfType(const Form* type) const;
  /// The enums of which `variant` is one, as far as their names are seen in `scopes`.
  [[nodiscard]] std::vector<Symbol> ownersOf(Symbol variant, const Scopes& scopes) const;

  std::unordered_map<Symbol, ir::Global*> globals;  // variables and definitions that functions use
  std::unordered_map<Symbol, const Form*> types;    // annotations of module variables
  std::unordered_set<Symbol> later;                 // defined further down in a `do` or loop
  std::unordered_map<Symbol, CalledFunction> functions;      // definitions
  std::unordered_map<Symbol, Symbol> classes;                // variables initialised with (new C …)
  std::unordered_map<Symbol, std::vector<Symbol>> enums;     // the variants of each
  std::unordered_map<Symbol, std::vector<Symbol>> variants;  // the enums that have one of that name
  std::unordered_set<Symbol>
      outerEnums;  // of these, those that the module's own forms do not declare
  std::unordered_map<Symbol, InterfaceInfo> interfaces;
  std::unordered_map<Symbol, Symbol> identities;  // of the module's types, by name or path
  std::unordered_set<Symbol> imported;
  bool hasExports = false;  // (export …): nothing else is published
};

}  // namespace gene
