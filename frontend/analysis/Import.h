#pragma once
// An import form (08 §2), read: which names it wants, and where from.

#include <string>
#include <vector>

#include "frontend/syntax/Form.h"

namespace gene {

struct Import {
  struct Item {
    std::vector<Symbol> path;  // in front of the name
    Symbol name, local;
    Location loc;
  };
  std::vector<Item> items;
  bool hasFrom = false;
  bool isNative = false;  // ^^native: of a shared library
  std::string from, package, packagePath;
  Location fromLoc;
};
/// Reads the parts of an import form; the text of a mistake, or empty.
std::string readImport(const GeneForm& form, Import* result);

}  // namespace gene
