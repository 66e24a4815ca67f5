#pragma once
// A program in parts, each of which becomes a module and an object of its own (docs/building.md). How it is cut depends on the
// program alone, and a change of one function changes few of the cuts: a part is what is compiled anew.
//
//   clusters  functions that LLVM may inline into each other: those that call each other, and what only one function calls
//   parts     clusters in the order of the program, cut where the name of the next one says so
//
// A function and what the tables have of it are known to other parts by names (symbolName, …) that do not depend on numbers.

#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/image/ImageWriter.h"
#include "codegen/ir/Ir.h"
#include "codegen/llvm/Facts.h"

namespace gene::native {

struct Parts {
  /// Parts of about `size` instructions of the IR, 0: the usual size; one of everything where it would be few parts.
  Parts(const ir::Program& program, size_t size);

  std::vector<std::vector<const ir::Function*>> functions;  // by part; in the order of the program
  std::vector<uint32_t> partOf;                             // by function
  std::vector<std::string> symbols;                         // by function: the name of its code
  std::vector<std::string> globals;                         // by global: the name of its slot
  std::unordered_map<const void*, std::string> data;        // by constant or form: likewise
  Facts facts;
  std::vector<bool> isShared;  // functions that the tables or another part refer to
  [[nodiscard]] size_t count() const { return functions.size(); }
};

/// What the code of a part refers to and the tables define. All of it lies in the program: pointers are valid in each process
/// that has a copy of it.
struct References {
  std::vector<const ir::Global*> globals;
  std::vector<const ir::Constant*> constants;
  std::vector<Symbol> symbols;
  std::vector<const Form*> forms;
  std::vector<const ir::Function*> infos;
  std::vector<ImageTables::SiteRequest> sites;  // by the number that the part has for them
};

/// The references as bytes, and what takes them off the beginning of such bytes again. Pointers stay what they are.
std::string bytesOf(const References& references);
References takeReferences(std::string& bytes);

/// The names of all functions' code and of all globals' slots.
std::vector<std::string> functionNames(const ir::Program& program);
std::vector<std::string> globalNames(const ir::Program& program);
/// The names of the slots of all constants and quoted forms, by what they are; of equal ones, which programs can tell apart, with a
/// number.
std::unordered_map<const void*, std::string> dataNames(const ir::Program& program);
/// The name of a symbol's slot.
std::string slotName(Symbol symbol);
/// The name of the description of the function whose code has this name, and that of the number of a part's first site.
std::string infoName(const std::string& symbol);
std::string sitesName(const std::string& firstSymbol);

}  // namespace gene::native
