// What asks for everything: docs/language/builtins.md, and programs that may name any built-in. Executables of other
// programs do not link this file.

#include <vector>

#include "runtime/builtins/Builtins.h"

namespace gene {

#define TABLE(name) extern const BuiltinTable name;
#define CALENDAR_TABLE(name) extern const BuiltinTable name;
#define GENEX_TABLE(name) extern const BuiltinTable name;
#define HANDLES_TABLE(name) extern const BuiltinTable name;
#define REGEX_TABLE(name) extern const BuiltinTable name;
#define SERDES_TABLE(name) extern const BuiltinTable name;
#define SYSTEM_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
#define LIBRARY(name, words) extern "C" void gene_library_##name(Context&);
#include "runtime/builtins/Libraries.def"

namespace {

constexpr const BuiltinTable* tables[] = {
#define TABLE(name) &name,
#define CALENDAR_TABLE(name) &name,
#define GENEX_TABLE(name) &name,
#define HANDLES_TABLE(name) &name,
#define REGEX_TABLE(name) &name,
#define SERDES_TABLE(name) &name,
#define SYSTEM_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
};

/// Referring to them is all that is wanted.
[[gnu::used]] void (*const libraries[])(Context&) = {
#define LIBRARY(name, words) gene_library_##name,
#include "runtime/builtins/Libraries.def"
};

}  // namespace

std::vector<const BuiltinTable*> builtinTables() {
  std::vector<const BuiltinTable*> all(std::begin(tables), std::end(tables));
  const std::vector<const BuiltinTable*> added = addedTables();
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

size_t linkAllLibraries() { return std::size(libraries); }

std::string builtinsReference() {
  std::string out =
      "# Built-in functions and methods\n\nGenerated from the tables in `runtime/builtins/`: do "
      "not edit. A number is "
      "how many arguments are needed; `..` says that more are taken. `new` "
      "stands for `(new Class …)`.\n";
  std::string_view last;
  for (const BuiltinTable* table : builtinTables()) {
    const std::string_view owner = *table->owner ? table->owner : "Global functions";
    if (owner != last)
      out.append("\n## ").append(owner).append("\n\n| name | arguments | |\n|---|---|---|\n");
    last = owner;
    for (const BuiltinRow& row : table->rows) {
      std::string names;
      forEachName(row.names, [&](std::string_view name) {
        if (!names.empty()) names += ", ";
        names += "`" + std::string(name) + "`";
      });
      std::string count = std::to_string(row.minArgs);
      if (row.maxArgs < 0)
        count += "..";
      else if (row.maxArgs != row.minArgs)
        count += ".." + std::to_string(row.maxArgs);
      out += "| " + names + " | " + count + " | " + row.documentation + " |\n";
    }
  }
  return out;
}

}  // namespace gene
