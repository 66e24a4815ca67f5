#pragma once
// Environments: what code given as data is evaluated in (05 §7, 01 §9).

#include "runtime/support/Span.h"

#include "runtime/Context.h"

namespace gene {

/// `names`: an Array (see EnvironmentObject), at its end another one with the symbols of ast::Environment::module where the code
/// belongs to a module. The environment of the running macro, if any, becomes its caller.
EnvironmentObject* newEnvironment(Context& context, Value names, Value self, const Value* scopes,
                                  uint32_t count);
/// An environment of these variables only; `pairs` symbols and values, in turn.
EnvironmentObject* environmentOf(Context& context, const Value* variables, uint32_t pairs);
/// The variable, or absent.
Value environmentGet(const EnvironmentObject* environment, Symbol name);
/// The global of the running program of this name, which may be one of globalNamed; null: there is none.
Value* moduleVariable(const Context& context, Symbol global);
/// By what moduleVariable finds the global that `name` means in the environment's module: a name that several modules have is
/// told apart by the module's. Empty: there is no such global, and no variable of a REPL.
Symbol globalNamed(const Context& context, const EnvironmentObject* environment, Symbol name);
/// The name in what globalNamed gave.
Symbol plainName(Symbol global);
/// The symbols of ast::Environment::module; none where the code belongs to no module.
Span<const Slot> moduleOf(const EnvironmentObject* environment);

/// The REPL of a context, as far as compiled code has to know it.
struct SessionState : ContextPart {
  static constexpr Name Part = Session;
  NamespaceObject* variables = nullptr;  // what its entries define; null: there is no REPL
  EnvironmentObject* scope =
      nullptr;  // of ($repl) in a program: the variables around it; else null
  /// ($repl); null: there is nobody to talk to.
  Value (*repl)(Context& context, EnvironmentObject* environment) = nullptr;
  bool isRoot = false;  // the heap knows the two
};
/// That of this thread's context.
SessionState& session();

/// What `name` means to code that is compiled while the program runs: a variable of the REPL and of the scope it stands in,
/// a global of the program; absent if it is none of these.
Value namedValue(const Context& context, Symbol global);
/// Assigns it, a new one of the REPL if there is none. False without a REPL that could take it.
bool setNamedValue(Context& context, Symbol global, Value value);

/// What `value`, as code, means in the environment: symbols, paths, genes, arrays and maps are evaluated, other values
/// are themselves. 0 when it raised.
Value evaluate(Context& context, Value value, EnvironmentObject* environment);

}  // namespace gene
