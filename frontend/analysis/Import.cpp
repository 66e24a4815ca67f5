#include "frontend/analysis/Import.h"

#include "frontend/analysis/ModuleFacts.h"

namespace gene {
namespace {

/// name:local gives both; the default for `local` is the name.
void splitAlias(std::string_view text, Symbol* name, Symbol* local) {
  const size_t colon = text.find(':');
  const bool renamed = colon != std::string_view::npos && colon > 0 && colon + 1 < text.size();
  *name = Symbol::of(renamed ? text.substr(0, colon) : text);
  *local = renamed ? Symbol::of(text.substr(colon + 1)) : *name;
}

}  // namespace

std::string readImport(const GeneForm& form, Import* result) {
  const Span<Form* const> c = form.children;
  for (size_t i = 0; i < c.size(); i++) {
    const std::string_view text = symbolOf(c[i]).text();
    if (text == "from" || text == "of") {
      if (i + 1 == c.size() || c[i + 1]->kind != FormKind::String)
        return "'" + std::string(text) + "' must be followed by a string " +
               (text == "from" ? "module path" : "package name");
      const std::string value(as<StringForm>(*c[++i]).text);
      (text == "from" ? result->from : result->package) = value;
      if (text == "from") result->fromLoc = c[i]->loc;
      result->hasFrom |= text == "from";
      continue;
    }
    Import::Item item;
    item.loc = c[i]->loc;
    if (!text.empty()) {
      splitAlias(text, &item.name, &item.local);
      result->items.push_back(item);
      continue;
    }
    if (c[i]->kind != FormKind::Path) {
      const char* kind = c[i]->kind == FormKind::Int      ? "Int"
                         : c[i]->kind == FormKind::String ? "String"
                         : c[i]->kind == FormKind::Array  ? "Array"
                                                          : "Gene";
      return std::string("Invalid import item type: ") + kind;
    }
    const Span<Symbol> parts = as<PathForm>(*c[i]).parts;
    std::vector<Symbol> prefix(parts.begin(), parts.end() - 1);
    item.path = prefix;
    if (!parts.back().empty()) {
      splitAlias(parts.back().text(), &item.name, &item.local);
      result->items.push_back(item);
      continue;
    }
    // n/[a b:c]
    if (i + 1 == c.size() || c[i + 1]->kind != FormKind::Array)
      return "Invalid import item type: Path";
    for (const Form* inner : as<ArrayForm>(*c[++i]).items) {
      if (symbolOf(inner).empty()) return "Invalid import item type: Gene";
      item.loc = inner->loc;
      splitAlias(symbolOf(inner).text(), &item.name, &item.local);
      result->items.push_back(item);
    }
  }
  if (const Form* native = property(form, "native"))
    result->isNative = native->kind != FormKind::Nil && native->kind != FormKind::False;
  if (const Form* package = property(form, "pkg"); package && package->kind == FormKind::String)
    result->package = as<StringForm>(*package).text;
  if (const Form* path = property(form, "path"); path && path->kind == FormKind::String)
    result->packagePath = as<StringForm>(*path).text;
  return {};
}

}  // namespace gene
