#pragma once
// What a module is to those that import it: the names it publishes, the signatures of functions, the variants of enums, what
// interfaces ask for, what its types are called. An import takes nothing else of a module, so that one can be compiled alone
// (Separate.h): the interface is text then, in Gene's syntax, and a module that has the same text again changes nothing for
// others. What classes look like inside is not in it: nothing that is made before modules are linked depends on that.
//
//   (interface "lib/b.gene" ^format 1 ^options 0)
//   (name "add" ^^constant ^result Int)
//   (function "add" 2 (fn add [a: Int b: Int] -> Int))

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/ModuleNames.h"
#include "runtime/support/Expected.h"

namespace gene {

struct ModuleInterface {
  struct Published {
    Symbol name;
    ir::Global* global =
        nullptr;  // of the module's program; a declaration where it has it from another module
  };
  std::vector<Published> published;  // by text
  bool hasExports = false;           // (export …): nothing else is published
  std::unordered_map<Symbol, CalledFunction> functions;
  std::unordered_map<Symbol, std::vector<Symbol>> enums;  // the variants of each
  std::unordered_map<Symbol, InterfaceInfo> interfaces;
  std::unordered_map<Symbol, const Form*> types;  // what aliases stand for, without further aliases
  std::unordered_map<Symbol, Symbol> identities;  // of types, by name or path
  std::unordered_set<Symbol> variables;  // of the module alone: for hints, and not in the text

  [[nodiscard]] ir::Global* find(Symbol name) const;  // null: it publishes nothing of that name
  /// What an import of all takes: the internal names are left out.
  [[nodiscard]] std::vector<Symbol> names() const;
  /// Leaves out what is said of names that are not published.
  void keepPublished();
};

/// The text of an interface: of the module `name`, compiled with these options.
std::string printInterface(const ModuleInterface& interface, std::string_view name,
                           const LanguageOptions& options);
/// The hash of what the text says of these names, and of the module itself; "*" is all. Who has taken no others of a module does
/// not depend on the rest.
uint64_t hashOfNames(std::string_view text, const std::vector<std::string>& names);
/// Whose interface a text is; empty when it is none.
std::string moduleOfInterface(std::string_view text);
/// Reads the text at `start`. The globals become those of `program`, which stands for the module. Fails with what is wrong.
Expected<ModuleInterface> readInterface(SourceManager& sources, Location start,
                                        ir::Program& program, const LanguageOptions& options);

}  // namespace gene
