// What asks for everything: docs/language/builtins.md, and programs that may name any built-in. Executables of other
// programs do not link this file.

#include <vector>

#include "runtime/builtins/Builtins.h"

namespace gene {

#define EVERY_TABLE(name) extern const BuiltinDescription name##Description;
#include "runtime/builtins/Tables.def"
#define LIBRARY(name, words) extern "C" void gene_library_##name(Context&);
#include "runtime/builtins/Libraries.def"

namespace {

constexpr const BuiltinDescription* descriptions[] = {
#define EVERY_TABLE(name) &name##Description,
#include "runtime/builtins/Tables.def"
};

/// Referring to them is all that is wanted.
[[gnu::used]] void (*const libraries[])(Context&) = {
#define LIBRARY(name, words) gene_library_##name,
#include "runtime/builtins/Libraries.def"
};

}  // namespace

/// Of runtime/async, where it is linked.
[[gnu::weak]] Span<const BuiltinDescription* const> asyncDescriptions();

Span<const BuiltinDescription* const> builtinDescriptions() {
  static const std::vector<const BuiltinDescription*> all = [] {
    std::vector<const BuiltinDescription*> result(std::begin(descriptions), std::end(descriptions));
    if (asyncDescriptions) {
      const auto added = asyncDescriptions();
      result.insert(result.end(), added.begin(), added.end());
    }
    return result;
  }();
  return all;
}

size_t linkAllLibraries() { return std::size(libraries); }

/// What has to be granted in a sandbox.
std::string grantsText(uint8_t needs) {
  std::string text;
#define PERMISSION(name, letter, option, value, what, help) \
  if (needs >> static_cast<int>(Permission::name) & 1)      \
    text += std::string(text.empty() ? "" : " ") +          \
            (*option ? "`--" option "`" : "never in a sandbox");
#include "runtime/support/Permissions.def"
  return text.empty() ? text : " · " + text;
}

std::string builtinsReference() {
  std::string out =
      "# Built-in functions and methods\n\nGenerated from the tables in `runtime/builtins/`: do "
      "not edit. An argument with `?` may be left out, of one with `...` there may be any number; "
      "`^` begins a keyword. Behind the arrow stands what comes out. `new` "
      "stands for `(new Class …)`. Behind `·` stands what a program in a sandbox has to be granted "
      "(docs/book/sandbox.md).\n";
  std::string_view last;
  for (const BuiltinDescription* table : builtinDescriptions()) {
    const std::string_view owner = *table->owner ? table->owner : "Global functions";
    if (owner != last)
      out.append("\n## ").append(owner).append("\n\n| name | arguments | |\n|---|---|---|\n");
    last = owner;
    for (const BuiltinRow& row : table->rows) {
      std::string names;
      forEachName(row.function.names, [&](std::string_view name) {
        if (!names.empty()) names += ", ";
        names += "`" + std::string(name) + "`";
      });
      std::string signature = row.function.signature;
      for (size_t at = 0; (at = signature.find('|', at)) != std::string::npos; at += 2)
        signature.insert(at, 1, '\\');
      out += "| " + names + " | `" + signature + "` | " + row.documentation +
             grantsText(row.function.needs) + " |\n";
    }
  }
  return out;
}

}  // namespace gene
