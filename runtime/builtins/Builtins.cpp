#include "runtime/builtins/Builtins.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/Runtime.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {

#define TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"

namespace {

constexpr const BuiltinTable* tables[] = {
#define TABLE(name) &name,
#include "runtime/builtins/Tables.def"
};

/// Calls f(name) for each blank-separated name.
template <class F>
void forEachName(std::string_view names, F&& f) {
  while (!names.empty()) {
    const size_t blank = names.find(' ');
    f(names.substr(0, blank));
    names = blank == std::string_view::npos ? std::string_view{} : names.substr(blank + 1);
  }
}

/// The namespace `a/b`, made where it does not exist.
NamespaceObject* namespaceAt(Context& context, std::string_view path) {
  NamespaceObject* ns = context.globals;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const Symbol name = Symbol::of(path.substr(0, slash));
    Value next = namespaceGet(ns, name);
    if (next.isAbsent()) {
      next = Value::object(newNamespace(context, name));
      namespaceSet(context, ns, name, next);
    }
    ns = as<NamespaceObject>(next);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return ns;
}

FunctionObject* functionFor(Context& context, const BuiltinRow& row, bool method, Symbol name) {
  auto* info = new FunctionInfo{};  // immortal, like the function
  info->builtin = row.function;
  info->name = name;
  info->isMethod = method;
  info->minArgs = 0;
  info->maxArgs = -1;
  initializeEntries(*info);
  FunctionObject* function = newFunction(context, info, 0);
  makeImmortal(Value::object(function));
  return function;
}

void defineTable(Context& context, const BuiltinTable& table) {
  ClassObject* cls = nullptr;
  NamespaceObject* ns = nullptr;
  const bool isClass =
      table.methods || (!table.rows.empty() && (table.rows[0].flags & Constructor));
  if (isClass)
    cls = as<ClassObject>(namespaceGet(context.globals, Symbol::of(table.owner)));
  else
    ns = namespaceAt(context, table.owner);
  for (const BuiltinRow& row : table.rows) {
    FunctionObject* function = nullptr;
    forEachName(row.names, [&](std::string_view text) {
      const Symbol name = Symbol::of(text);
      if (!function) function = functionFor(context, row, table.methods, name);
      const Value value = Value::object(function);
      if (row.flags & Constructor)
        cls->builtinConstructor = row.function;
      else if (cls)
        defineMethod(context, cls, name, value);
      else
        namespaceSet(context, ns, name, value);
    });
  }
}

}  // namespace

namespace {
std::vector<const BuiltinTable*>& allTables() {
  static std::vector<const BuiltinTable*> all(std::begin(tables), std::end(tables));
  return all;
}
}  // namespace

std::span<const BuiltinTable* const> builtinTables() { return allTables(); }

void addBuiltinTables(Context& context, std::span<const BuiltinTable* const> added) {
  auto* gene = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("gene")));
  for (const BuiltinTable* table : added) {
    std::vector<const BuiltinTable*>& all = allTables();
    if (std::ranges::find(all, table) == all.end()) all.push_back(table);
    defineTable(context, *table);
    if (table->methods || *table->owner) continue;
    for (const BuiltinRow& row : table->rows)
      forEachName(row.names, [&](std::string_view text) {
        const Symbol name = Symbol::of(text);
        namespaceSet(context, gene, name, namespaceGet(context.globals, name));
      });
  }
}

void defineStandardClasses(Context& context);
void defineStandardValues(Context& context);

void defineBuiltins(Context& context) {
  defineStandardClasses(context);
  for (const BuiltinTable* table : tables) defineTable(context, *table);
  defineStandardValues(context);
}

std::string builtinsReference() {
  std::string out =
      "# Built-in functions and methods\n\nGenerated from the tables in `runtime/builtins/`: do "
      "not edit. A number is "
      "how many arguments are needed; `..` says that more are taken. `new` "
      "stands for `(new Class …)`.\n";
  std::string_view last;
  for (const BuiltinTable* table : allTables()) {
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

// --- helpers -----------------------------------------------------------------------------------------------------------

bool keyArgument(Context& context, const Value* args, uint32_t count, uint32_t needed,
                 const char* method, const char* missing, Symbol* key) {
  if (count < needed) {
    raiseArgument(context, std::string(method) + " requires " + missing);
    return false;
  }
  if (keyName(args[1], key)) return true;
  raiseType(context, std::string(method) + " key must be a string or symbol");
  return false;
}

Value keyString(Context& context, Value key) {
  return key.isSymbol() ? newString(context, key.symbol().text()) : key;
}

bool checkMutable(Context& context, Value object, const char* method, const char* operation) {
  const uint32_t flags = object.object()->countAndFlags;
  if (GENE_LIKELY(!(flags & (Object::Sealed | Object::Frozen)))) return true;
  const bool sealed = (flags & Object::Sealed) != 0;
  const char* kind = isKind(object, Kind::Array)     ? "array"
                     : isKind(object, Kind::Map)     ? "map"
                     : isKind(object, Kind::HashMap) ? "hash map"
                                                     : "gene";
  if (sealed)
    raise(context, ErrorClass::Exception, std::string("Cannot ") + operation + " sealed " + kind);
  else
    raise(context, ErrorClass::Exception,
          "cannot mutate frozen " + kindName(context, object) + " via " + method);
  return false;
}

}  // namespace gene
