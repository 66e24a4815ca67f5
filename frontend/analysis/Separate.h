#pragma once
// A module that is compiled alone, for `gene build -c`: what it is given of the modules it imports, and what has to be known of
// it when modules are linked. Of each module that is imported there is its interface (ModuleInterface.h): read as text, or made
// of its source, which is analysed for that and not compiled. Used by Modules; the objects are codegen/compile/ModuleObject.h.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontend/syntax/Source.h"
#include "runtime/support/Symbol.h"

namespace gene {

struct SeparateModule {
  /// Is it compiled as the program, or as a module that others import? $if_main and the like tell one from the other.
  bool isProgram = false;
  /// Interfaces by the names of their modules: these are not looked for as sources.
  std::map<std::string, Location> interfaces;

  /// What it needs, in the order in which the analysis came to it.
  struct Need {
    enum Kind : uint8_t { Module, File } kind;
    std::string name;
    std::vector<std::string> taken;  // of a module: the names, in order; "*" is all
    uint64_t hash;                   // of what the interface says of them, or of the file's content
  };
  std::vector<Need> needs;
  /// What its types are called until modules are linked, in the order in which they get the names that they have then.
  struct Identity {
    Symbol identity, name;
    bool isBuiltin;  // there is a built-in type of the same name
    bool isInner;    // found behind the imports
  };
  std::vector<Identity> identities;
  std::string interface;            // the text of its own
  std::string package;              // the folder of the package that it lies in, or empty
  bool asksForApplication = false;  // $app, which is taken for that of `package`
};

}  // namespace gene
