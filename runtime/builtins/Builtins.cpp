#include "runtime/builtins/Builtins.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "runtime/Runtime.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {

#define TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
#define LIBRARY(name, words) extern "C" [[gnu::weak]] void gene_library_##name(Context&);
#include "runtime/builtins/Libraries.def"

namespace {

constexpr const BuiltinTable* tables[] = {
#define TABLE(name) &name,
#include "runtime/builtins/Tables.def"
};

/// The namespace or class `a/b`; namespaces are made where they do not exist.
Value ownerAt(Context& context, std::string_view path) {
  Value owner = Value::object(context.globals);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const Symbol name = Symbol::of(path.substr(0, slash));
    auto* ns = as<NamespaceObject>(owner);
    owner = namespaceGet(ns, name);
    if (owner.isAbsent()) {
      owner = Value::object(newNamespace(context, name));
      namespaceSet(context, ns, name, owner);
    }
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return owner;
}

/// What stands in the place of a built-in that the sandbox refuses altogether.
template <Permission permission>
Value refuse(Context& context, Arguments args) {
  const auto* text = std::ranges::find_if(args, isString);
  return raise(context, ErrorClass::IO,
               sandbox::refusal(permission, text == args.end() ? "" : stringView(*text)));
}

/// The row, or one like it that refuses: where the sandbox grants nothing of what it needs.
const BuiltinFunction& permitted(Context& context, const BuiltinFunction& row) {
  if (row.needs == 0 || !sandbox::isOn()) return row;
  Builtin refusing = nullptr;
#define PERMISSION(name, letter, option, value, what, help)    \
  if ((row.needs >> static_cast<int>(Permission::name) & 1) && \
      !sandbox::grantsAny(Permission::name))                   \
    refusing = refuse<Permission::name>;
#include "runtime/support/Permissions.def"
  if (!refusing) return row;
  auto copy = std::make_shared<BuiltinFunction>(row);
  copy->function = refusing;
  context.domain->kept.push_back(copy);
  return *copy;
}

FunctionObject* functionFor(Context& context, FunctionInfo* info, const BuiltinFunction& row,
                            bool method, Symbol name) {
  info->builtin = &row;
  info->name = name;
  info->isMethod = method;
  info->callsReceiver = row.function == callReceiver;
  info->minArgs = row.least + method;
  info->argsRange = row.most == BuiltinFunction::AnyNumber ? UINT32_MAX - info->minArgs
                                                           : uint32_t{row.most} - row.least;
  initializeEntries(*info);
  FunctionObject* function = newFunction(context, info, 0);
  function->countAndFlags |= Object::Immortal;  // it refers to nothing
  return function;
}

}  // namespace

NamespaceObject* namespaceAt(Context& context, std::string_view path) {
  return as<NamespaceObject>(ownerAt(context, path));
}

void defineTable(Context& context, const BuiltinTable& table) {
  const Value owner = ownerAt(context, table.owner);
  ClassObject* const cls = isClass(owner) ? as<ClassObject>(owner) : nullptr;
  auto* infos = new FunctionInfo[table.functions.size()]{};
  context.domain->kept.push_back(std::shared_ptr<FunctionInfo[]>(infos));
  for (const BuiltinFunction& known : table.functions) {
    const BuiltinFunction& row = permitted(context, known);
    FunctionInfo* const info = infos++;
    FunctionObject* function = nullptr;
    const bool isMethod = table.members == Methods || (row.flags & Initializer);
    forEachName(row.names, [&](std::string_view text) {
      const Symbol name = Symbol::of(text);
      if (!function) function = functionFor(context, info, row, isMethod, name);
      const Value value = Value::object(function);
      if (row.flags & Constructor)
        cls->builtinConstructor = &row;
      else if (row.flags & Initializer)
        cls->ctor.set(value);
      else if (!cls)
        namespaceSet(context, as<NamespaceObject>(owner), name, value);
      else if (table.members == Methods)
        defineMethod(context, cls, name, value);
      else
        mapPut(context, as<MapObject>(cls->members.get()), name, value);
    });
  }
}

void addBuiltinTables(Context& context, Span<const BuiltinTable* const> added) {
  auto* gene = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("gene")));
  for (const BuiltinTable* table : added) {
    defineTable(context, *table);
    if (table->members == Methods || *table->owner) continue;
    for (const BuiltinFunction& row : table->functions)
      forEachName(row.names, [&](std::string_view text) {
        const Symbol name = Symbol::of(text);
        namespaceSet(context, gene, name, namespaceGet(context.globals, name));
      });
  }
}

ClassObject* defineClass(Context& context, std::string_view path) {
  const size_t slash = path.rfind('/');
  const Symbol name = Symbol::of(path.substr(slash + 1));
  auto* object = as<ClassObject>(namespaceGet(context.globals, Symbol::of("Object")));
  ClassObject* cls = newClass(context, name, object);
  NamespaceObject* ns =
      namespaceAt(context, slash == std::string_view::npos ? "" : path.substr(0, slash));
  namespaceSet(context, ns, name, Value::object(cls));
  return cls;
}

void defineStandardClasses(Context& context);
void defineStandardValues(Context& context);

void defineBuiltins(Context& context) {
  defineStandardClasses(context);
  for (const BuiltinTable* table : tables) defineTable(context, *table);
#define LIBRARY(name, words) \
  if (gene_library_##name) gene_library_##name(context);
#include "runtime/builtins/Libraries.def"
  defineStandardValues(context);
}

// --- helpers -----------------------------------------------------------------------------------------------------------

bool keyArgument(Context& context, Arguments args, const char* method, Symbol* key) {
  if (keyName(args[1], key)) return true;
  raiseType(context, std::string(method) + " key must be a string or symbol");
  return false;
}

Value keyString(Context& context, Value key) {
  return key.isSymbol() ? newString(context, key.symbol().text()) : key;
}

void refuseChange(Context& context, Value object, const char* method, const char* operation) {
  const bool sealed = (object.object()->countAndFlags & Object::Sealed) != 0;
  const char* kind = isKind(object, Kind::Array)     ? "array"
                     : isKind(object, Kind::Map)     ? "map"
                     : isKind(object, Kind::HashMap) ? "hash map"
                                                     : "gene";
  if (sealed)
    raise(context, ErrorClass::Exception, std::string("Cannot ") + operation + " sealed " + kind);
  else
    raise(context, ErrorClass::Exception,
          "cannot mutate frozen " + kindName(context, object) + " via " + method);
}

}  // namespace gene
