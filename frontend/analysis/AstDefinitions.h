#pragma once
// The nodes of what has a body of its own: functions, generators, classes, namespaces. Part of Ast.h.

#include "runtime/support/Span.h"

namespace gene::ast {

struct Parameter {
  ir::ParamSpec spec;
  Binding* binding = nullptr;  // null for `_`
  Node* fallback =
      nullptr;  // the default, evaluated in the function's scope when the slot is absent
  const Form* type = nullptr;      // annotation
  Symbol field;                    // [/x]: assigned to this field of self before the body
  Destructure* pattern = nullptr;  // nested pattern; its `value` is null
};
struct Condition {  // ^pre, ^post
  Node* test;
  const Form* form;  // for the message
};
/// A function, method or constructor. Evaluates to a closure.
struct Function : Node {
  Symbol name;  // empty for lambdas
  bool isMacro = false, isMethod = false, isCtor = false, isBlock = false;
  bool isAsync = false;  // ^^async: a call gives a finished future of the result or the exception
  bool isGenerator =
      false;  // what a MakeGenerator node runs: the part of a generator function that yields
  uint32_t frameSlots = 0;     // isGenerator: for lower
  Function* parent = nullptr;  // the enclosing function
  Span<Parameter> parameters;  // self first for methods and constructors
  const Form* resultType = nullptr;
  Span<Condition> pre, post;
  Binding* result = nullptr;  // `result` of postconditions
  Binding* selfName =
      nullptr;  // a named function expression sees itself by this binding: lower reads `callee`
  Scope* scope = nullptr;  // parameters and body
  Node* body = nullptr;
  ArenaVector<Capture> captures;
  ArenaVector<Scope*> scopes;
  bool usesSelf = false;  // a nested function that uses the method's self has a SelfValue capture
  const GeneForm* form = nullptr;
  ir::Function* lowered = nullptr;
  Function(Location loc) : Node(NodeKind::Function, loc) {}
};

/// A call of a generator function ends here: the generator of `body`, whose only parameter is the frame.
struct MakeGenerator : Node {
  Function* body;
  MakeGenerator(Location loc, Function* body) : Node(NodeKind::MakeGenerator, loc), body(body) {}
};
struct Yield : Node {
  Node* value;  // null: nil
  Yield(Location loc, Node* value) : Node(NodeKind::Yield, loc), value(value) {}
};

struct Async
    : Node {  // (async value): a finished future of the value, or of the exception it raised
  Node* value;
  Async(Location loc, Node* value) : Node(NodeKind::Async, loc), value(value) {}
};

/// (class Name < Parent body…): evaluates to the class. Members run in order with self = the class.
struct Class : Node {
  struct Member {
    enum Kind : uint8_t { Method, Ctor, Field, Statement, OnMissing } kind;
    Symbol name;
    Function* function = nullptr;  // Method, Ctor, OnMissing
    const Form* type = nullptr;    // Field
    bool readonly = false;
    Node* node = nullptr;  // Statement
  };
  Symbol name;
  Node* parent = nullptr;
  Scope* scope = nullptr;  // of the body
  Binding* cls = nullptr;  // the class itself, for super and `self` in the body
  struct Implemented {
    Symbol name;  // as it is written
    Node* interface;
  };
  ArenaVector<Implemented> interfaces;
  bool isImplementation = false;  // the methods of adapters: `self` is none of its instances
  Span<Member> members;
  Span<Symbol> fields;  // that the constructor and then the methods assign, in order
  Class(Location loc) : Node(NodeKind::Class, loc) {}
};
struct Namespace : Node {  // (ns name body…): evaluates to the namespace
  Symbol name;
  Scope* scope = nullptr;
  Binding* ns = nullptr;
  Node* body = nullptr;
  Namespace(Location loc) : Node(NodeKind::Namespace, loc) {}
};
/// ($with v …): runs the body with `self` bound to another value; the binding is read by Self nodes inside as a Local.
struct WithSelf : Node {
  Binding* self;
  Node* value;
  Node* body;
  bool tap;  // $tap: value is v
  WithSelf(Location loc, Binding* self, Node* value, Node* body, bool tap)
      : Node(NodeKind::WithSelf, loc), self(self), value(value), body(body), tap(tap) {}
};

}  // namespace gene::ast
