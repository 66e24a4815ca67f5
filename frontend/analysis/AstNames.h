#pragma once
// The names of the resolved tree: variables, the scopes that declare them, and how closures get at them.

#include "frontend/syntax/Form.h"

namespace gene::ast {

struct Function;
struct Scope;

/// A local variable or parameter. Where it lives follows from how it is used (decided when its function is analysed):
///   Register  no closure captures it
///   Copied    captured, has its final value before any closure that captures it is made: copied into the closure
///   InScope   captured and assigned afterwards (or captured before it has a value, or declared in a `while`/`loop`
///             body that runs again): a slot of its Scope's heap object
enum class Storage : uint8_t { Register, Copied, InScope };
struct Binding {
  Symbol name;
  Location loc;
  Function* function = nullptr;  // that declares it
  Scope* scope = nullptr;        // that declares it
  Storage storage = Storage::Register;
  uint32_t slot = 0;      // InScope: in the scope's heap object
  bool constant = false;  // let
  bool captured = false, assigned = false;
  bool reassigned = false;  // by something else than its definition
  bool isRead = false,
       isVariable = false;             // isVariable: of a var or let, inside of a function or block
  const Form* type = nullptr;          // annotation: checked at every assignment
  const Form* resultType = nullptr;    // of a function that its definition has put here
  const Form* declaredType = nullptr;  // the same, also of parameters: what warnings go by
  Symbol staticClass;                  // initialised with (new C …): C; with a literal: its class
  Symbol identity;                     // of a class, enum or interface: what annotations call it
  uint32_t variable = 0;               // for lower: ir::Variable + 1, 0 until it is declared there
};

/// A lexical scope (04 §8). On entry a heap object with `heapSlots` slots is made when there are any.
struct Scope {
  Function* function = nullptr;
  uint32_t heapSlots = 0;
  uint32_t id = 0;  // in Function::scopes
};

/// How a function gets at a variable of an enclosing function: a value in its closure.
struct Capture {
  enum Kind : uint8_t { Variable, ScopeObject, SelfValue } kind;
  Binding* binding = nullptr;  // Variable: a Copied binding
  Scope* scope = nullptr;      // ScopeObject: of InScope bindings
                               // SelfValue: `self` of the enclosing method
};

}  // namespace gene::ast
