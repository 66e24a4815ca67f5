#pragma once
// Built-in functions and methods: one file per class or namespace, each ending in a table. A row says everything that
// anybody asks: where it belongs, its name, the C++ function, how many arguments it takes, and one line of
// documentation. The tables feed registration (defineBuiltins) and docs/language/builtins.md; functions say themselves
// which arguments are missing.

#include <span>
#include <string>
#include <vector>

#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/String.h"

namespace gene {

enum BuiltinFlags : uint8_t {
  NoFlags = 0,
  Constructor = 1,  // (new Class …) is what it gives; keyword arguments are in Context::keywords
  Initializer = 2,  // (new Class …) of a class whose objects are instances: a method of the new one
};

struct BuiltinRow {
  const char* names;  // aliases are blank-separated
  Builtin function;
  int8_t minArgs;  // without the receiver; the function says what is missing
  int8_t maxArgs;  // -1: any number; surplus ones are ignored
  uint8_t flags;
  const char* documentation;
};

struct BuiltinTable {
  const char*
      owner;  // the path of a class or namespace (math, gene/json), or "" for global functions
  bool
      methods;  // of a class: args[0] is the receiver; else functions, of a class its static members
  std::span<const BuiltinRow> rows;
};

/// All tables, in the order of the reference, and those that were added.
std::vector<const BuiltinTable*> builtinTables();
/// Defines the tables of a library that not every program has (runtime/async). Global functions and classes are visible
/// in the namespace `gene`, too.
void addBuiltinTables(Context& context, std::span<const BuiltinTable* const> added);
/// The tables that addBuiltinTables was given so far.
std::vector<const BuiltinTable*> addedTables();
/// docs/language/builtins.md.
std::string builtinsReference();
/// Whoever calls it has all of Libraries.def linked; how many there are.
size_t linkAllLibraries();

// --- for the files of Libraries.def ------------------------------------------------------------------------------------

/// Publishes the rows of a table.
void defineTable(Context& context, const BuiltinTable& table);
/// The namespace `a/b`, made where it does not exist.
NamespaceObject* namespaceAt(Context& context, std::string_view path);
/// A new class `a/b` below Object.
ClassObject* defineClass(Context& context, std::string_view path);

/// Calls f(name) for each blank-separated name.
template <class F>
void forEachName(std::string_view names, F&& f) {
  while (!names.empty()) {
    const size_t blank = names.find(' ');
    f(names.substr(0, blank));
    names = blank == std::string_view::npos ? std::string_view{} : names.substr(blank + 1);
  }
}

// --- what the files of special classes and namespaces add to their tables ---------------------------------------------

void defineMath(Context& context);  // math/PI; the functions that are global, too
/// What `$pkg` is outside of packages, and the `$app` that belongs to a package.
Value defaultPackage(Context& context);
Value newApplication(Context& context, Value pkg);
/// The `^intent` of a function's definition, or "".
Value functionIntent(Context& context, Value function);
Value exitWith(Context& context, const Value* args, uint32_t count);
Value cwd(Context& context, const Value* args, uint32_t count);
Value squareRoot(Context& context, const Value* args, uint32_t count);
Value freeze(Context& context, const Value* args, uint32_t count);

// --- what several files use --------------------------------------------------------------------------------------------

/// The argument, or nil where it was not given.
inline Value argument(const Value* args, uint32_t count, uint32_t index) {
  return index < count ? args[index] : Value::nil();
}
inline Value raiseArgument(Context& context, std::string_view message) {
  return raise(context, ErrorClass::Argument, message);
}
inline Value raiseType(Context& context, std::string_view message) {
  return raise(context, ErrorClass::Type, message);
}
/// The name a String or Symbol key stands for; false for other kinds.
inline bool keyName(Value key, Symbol* name) {
  if (key.isSymbol())
    *name = key.symbol();
  else if (isString(key))
    *name = symbolOfString(key);
  else
    return false;
  return true;
}
/// The key that `method` has as its first argument; raises when there are fewer than `needed` arguments (the receiver
/// counts; `missing` says what is asked for) or it is no name.
bool keyArgument(Context& context, const Value* args, uint32_t count, uint32_t needed,
                 const char* method, const char* missing, Symbol* key);
/// A symbol key as a String, which is how map methods hand keys to callbacks.
Value keyString(Context& context, Value key);
/// Refuses a change of a sealed or frozen object by a method, which does `operation`: raises and returns false.
bool checkMutable(Context& context, Value object, const char* method, const char* operation);

}  // namespace gene
