#pragma once
// Built-in functions and methods: one file per class or namespace, each ending in a table. A row (Signature.h) says
// everything that anybody asks: where it belongs, its name, the C++ function, which arguments and keywords it takes, what it
// gives, what it may do, and one line of documentation. What a program needs of it while it runs is a BuiltinTable:
// classes are made from it (defineBuiltins) and calls are checked by it (callChecked). All the rest is a BuiltinDescription,
// which is linked only where somebody asks for it: the compiler (types and effects of calls), `gene builtins`, editors.

#include <array>
#include <string>
#include <vector>

#include "runtime/builtins/Signature.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/String.h"
#include "runtime/support/Span.h"

namespace gene {

/// Whose the rows of a table are.
enum class BuiltinMembers : bool {
  Functions,  // of a namespace, or static ones of a class
  Methods,    // of a class: args[0] is the receiver
};
using enum BuiltinMembers;

struct BuiltinTable {
  const char*
      owner;  // the path of a class or namespace (math, gene/json), or "" for global functions
  BuiltinMembers members;
  Span<const BuiltinFunction> functions;
};
struct BuiltinDescription {
  const char* owner;
  BuiltinMembers members;
  Span<const BuiltinRow> rows;
};

/// What a program needs of rows while it runs.
template <const auto& Rows, BuiltinMembers Members>
inline constexpr auto functionsOf = [] {
  std::array<BuiltinFunction, std::size(Rows)> functions{};
  for (size_t i = 0; i < functions.size(); i++) {
    functions[i] = Rows[i].function;
    const uint8_t flags = functions[i].flags;
    if ((Members == Methods && !(flags & Constructor)) || (flags & Initializer))
      functions[i].flags = flags | TakesReceiver;
  }
  return functions;
}();
/// `count` rows from number `from` on, for a class that has some of another one's methods.
template <size_t From, size_t Count>
consteval auto someOf(const auto& rows) {
  return [&]<size_t... I>(std::index_sequence<I...>) {
    return std::array<BuiltinRow, Count>{rows[From + I]...};
  }(std::make_index_sequence<Count>());
}

/// Ends a file: the table `name` and its description, of a constexpr array of rows.
#define BUILTIN_TABLE(name, owner, members, rows)                                \
  extern const BuiltinTable name;                                                \
  constinit const BuiltinTable name{owner, BuiltinMembers::members,              \
                                    functionsOf<rows, BuiltinMembers::members>}; \
  extern const BuiltinDescription name##Description;                             \
  constinit const BuiltinDescription name##Description{owner, BuiltinMembers::members, rows};

/// What all tables describe, in the order of the reference; those of runtime/async last, where it is linked.
Span<const BuiltinDescription* const> builtinDescriptions();
/// Defines the tables of a library that not every program has (runtime/async). Global functions and classes are visible
/// in the namespace `gene`, too.
void addBuiltinTables(Context& context, Span<const BuiltinTable* const> added);
/// docs/language/builtins.md.
std::string builtinsReference();
/// Whoever calls it has all of Libraries.def linked; how many there are.
size_t linkAllLibraries();

// --- for the files of Libraries.def ------------------------------------------------------------------------------------

/// Begins the function that publishes a part of Libraries.def: GENE_LIBRARY(name) { … context … }
#define GENE_LIBRARY(name)                               \
  extern "C" void gene_library_##name(Context& context); \
  extern "C" void gene_library_##name([[maybe_unused]] Context& context)

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
/// Is the function of this name of a namespace a global one as well?
bool isGlobalToo(std::string_view owner, std::string_view name);
/// What `$pkg` is outside of packages, and the `$app` that belongs to a package.
Value defaultPackage(Context& context);
Value newApplication(Context& context, Value pkg);
/// The `^intent` of a function's definition, or "".
Value functionIntent(Context& context, Value function);
Value exitWith(Context& context, Arguments args);
Value cwd(Context& context, Arguments args);
Value squareRoot(Context& context, Arguments args);
Value freeze(Context& context, Arguments args);

// --- what several files use --------------------------------------------------------------------------------------------

/// The argument, or nil where it was not given.
inline Value argument(Arguments args, uint32_t index) {
  return index < args.count ? args[index] : Value::nil();
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
/// The key that args[1] is; raises where it is no name.
bool keyArgument(Context& context, Arguments args, const char* method, Symbol* key);
/// A symbol key as a String, which is how map methods hand keys to callbacks.
Value keyString(Context& context, Value key);
/// Raises that the object, which is sealed or frozen, is not to be changed by a method, which does `operation`.
[[gnu::cold]] void refuseChange(Context& context, Value object, const char* method,
                                const char* operation);
/// Refuses a change of a sealed or frozen object: raises and returns false.
inline bool checkMutable(Context& context, Value object, const char* method,
                         const char* operation) {
  if (GENE_LIKELY(!object.object()->sealed())) return true;
  refuseChange(context, object, method, operation);
  return false;
}

}  // namespace gene
