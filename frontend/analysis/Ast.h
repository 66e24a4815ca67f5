#pragma once
// The resolved tree between forms and IR: special forms recognised, names bound, infix split, captures known.
// frontend/analysis makes it from forms and reports every compile-time error; frontend/lower turns it into IR without
// looking at forms again. Nodes live in an Arena.

#include <vector>

#include "codegen/ir/Declarations.h"
#include "frontend/analysis/AstNames.h"
#include "frontend/syntax/Form.h"
#include "runtime/support/Arena.h"
#include "runtime/support/Span.h"

namespace gene::ast {

struct Node;

enum class NodeKind : uint8_t {
  Literal,
  Quote,
  Interpolate,
  Render,
  Local,
  Global,
  Self,
  CurrentException,
  DeclareLocal,
  AssignLocal,
  AssignGlobal,
  Destructure,
  Sequence,
  ScopeBlock,
  If,
  While,
  Loop,
  For,
  Repeat,
  Break,
  Continue,
  Return,
  Try,
  Throw,
  Case,
  Question,
  Logical,
  Chain,
  Runtime,
  Array,
  Map,
  HashMap,
  Gene,
  Path,
  PathAssign,
  PathUpdate,
  Select,
  Call,
  MethodCall,
  DynamicMethodCall,
  SuperCall,
  New,
  MacroCall,
  Environment,
  DebugPoint,
  Function,
  MakeGenerator,
  Yield,
  Async,
  Class,
  Namespace,
  WithSelf,
};

struct Node {
  NodeKind kind;
  Location loc;
  Location end;  // behind the form it was made of; nowhere if it stands for a part of one
  Node(NodeKind kind, Location loc) : kind(kind), loc(loc) {}
  [[nodiscard]] SourceRange range() const { return {loc, end}; }
};
using Nodes = Span<Node*>;

/// nil, numbers, strings, chars, symbols (of a quote), regexes, dates: the same immutable value every time.
struct Literal : Node {
  const Form* form;
  Literal(Location loc, const Form* form) : Node(NodeKind::Literal, loc), form(form) {}
};
/// Quoted data: a fresh copy of the container or gene every time.
struct Quote : Node {
  const Form* form;
  Quote(Location loc, const Form* form) : Node(NodeKind::Quote, loc), form(form) {}
};
struct Interpolate : Node {  // #"…"
  Nodes parts;
  Interpolate(Location loc, Nodes parts) : Node(NodeKind::Interpolate, loc), parts(parts) {}
};
/// ($render template): the template's value with unquoted symbols replaced by visible variables.
struct Render : Node {
  struct Variable {
    Symbol name;
    Node* value;
  };
  Node* pattern;
  Span<Variable> variables;  // of all names that the template could mention
  Render(Location loc, Node* pattern, Span<Variable> variables)
      : Node(NodeKind::Render, loc), pattern(pattern), variables(variables) {}
};
struct Local : Node {
  Binding* binding;
  Local(Location loc, Binding* binding) : Node(NodeKind::Local, loc), binding(binding) {}
};
/// A module variable, a built-in or an unknown name.
struct Global : Node {
  ir::Global* global;
  bool
      checked;  // raises "NAME is not defined" while it has no value: externals, and uses before the `var` ran
  Global(Location loc, ir::Global* global, bool checked)
      : Node(NodeKind::Global, loc), global(global), checked(checked) {}
};
struct DeclareLocal : Node {  // value: the new value
  Binding* binding;
  Node* value;  // null: nil
  DeclareLocal(Location loc, Binding* binding, Node* value)
      : Node(NodeKind::DeclareLocal, loc), binding(binding), value(value) {}
};
struct AssignLocal : Node {  // compound assignments are written out
  Binding* binding;
  Node* value;
  AssignLocal(Location loc, Binding* binding, Node* value)
      : Node(NodeKind::AssignLocal, loc), binding(binding), value(value) {}
};
struct AssignGlobal
    : Node {  // `var` and `=` at module level, and assignment to names nobody declares
  ir::Global* global;
  Node* value;
  const Form* type = nullptr;
  AssignGlobal(Location loc, ir::Global* global, Node* value)
      : Node(NodeKind::AssignGlobal, loc), global(global), value(value) {}
};
/// (var [a b] v) and (var {^k a} v). Array patterns: the runtime binds by `pattern` (the ArrayForm) and gives an array
/// with one value per target, in order of appearance; `absent` for a default that is needed: then `defaults[i]`.
struct Destructure : Node {
  struct Target {
    Binding* local = nullptr;      // or
    ir::Global* global = nullptr;  // or neither: ignored
    Symbol key;                    // map patterns: the member read
    Node* fallback = nullptr;      // = default
  };
  const Form* pattern;  // ArrayForm or MapForm
  Node* value;
  Span<Target> targets;
  Destructure(Location loc, const Form* pattern, Node* value, Span<Target> targets)
      : Node(NodeKind::Destructure, loc), pattern(pattern), value(value), targets(targets) {}
};

struct Sequence : Node {  // value of the last; nil when empty
  Nodes nodes;
  Sequence(Location loc, Nodes nodes) : Node(NodeKind::Sequence, loc), nodes(nodes) {}
};
struct ScopeBlock : Node {  // a scope around a body
  Scope* scope;
  Node* body;
  ScopeBlock(Location loc, Scope* scope, Node* body)
      : Node(NodeKind::ScopeBlock, loc), scope(scope), body(body) {}
};
struct If : Node {
  Node *condition, *then, *otherwise;  // otherwise may be null: nil
  If(Location loc, Node* condition, Node* then, Node* otherwise)
      : Node(NodeKind::If, loc), condition(condition), then(then), otherwise(otherwise) {}
};
/// The loops; Break and Continue point at theirs.
struct LoopBase : Node {
  using Node::Node;
};
struct While : LoopBase {
  Node *condition = nullptr, *body = nullptr;
  While(Location loc) : LoopBase(NodeKind::While, loc) {}
};
struct Loop : LoopBase {
  Node* body = nullptr;
  Loop(Location loc) : LoopBase(NodeKind::Loop, loc) {}
};
struct For : LoopBase {
  Scope* scope = nullptr;          // new every round
  Binding* key = nullptr;          // (for k x in …), null without or for `_`
  bool pairs = false;              // two-variable form: next_pair
  Binding* value = nullptr;        // null for `_` or a pattern
  Destructure* pattern = nullptr;  // its `value` is null: the element is destructured
  Node* collection = nullptr;      // a Runtime node RangeNew for (a .. b): lower may count directly
  Node* body = nullptr;
  For(Location loc) : LoopBase(NodeKind::For, loc) {}
};
struct Repeat : LoopBase {
  Scope* scope = nullptr;
  Node *count = nullptr, *body = nullptr;
  Repeat(Location loc) : LoopBase(NodeKind::Repeat, loc) {}
};
struct Break : Node {
  LoopBase* loop;  // null: raises "break used outside of a loop" when reached
  Node* value;     // may be null
  Break(Location loc, LoopBase* loop, Node* value)
      : Node(NodeKind::Break, loc), loop(loop), value(value) {}
};
struct Continue : Node {
  LoopBase* loop;  // null: raises
  Continue(Location loc, LoopBase* loop) : Node(NodeKind::Continue, loc), loop(loop) {}
};
struct Return : Node {
  Node* value;  // may be null
  Return(Location loc, Node* value) : Node(NodeKind::Return, loc), value(value) {}
};
struct Try : Node {
  struct Catch {
    Node* cls = nullptr;  // tested with catch.matches; null: matches everything
    Scope* scope = nullptr;
    Binding* binding = nullptr;      // catch e
    Destructure* pattern = nullptr;  // its `value` is null
    Node* body = nullptr;
  };
  Node* body;
  Span<Catch> catches;
  Node* finally;  // may be null
  Try(Location loc, Node* body, Span<Catch> catches, Node* finally)
      : Node(NodeKind::Try, loc), body(body), catches(catches), finally(finally) {}
};
struct Throw : Node {
  Node* value;  // null: (throw)
  Throw(Location loc, Node* value) : Node(NodeKind::Throw, loc), value(value) {}
};
/// case: clauses on values (target == test) and on variants of enums. Neither: `_`.
struct Case : Node {
  static constexpr int ValueOrVariant = -1;
  struct Clause {
    Node* test = nullptr;
    Node* variant = nullptr;
    int binders =
        0;  // of `variant`; ValueOrVariant: a name alone, which may hold another value to compare with
    Span<Binding*> variables;  // one for each binder, null for `_`
    Scope* scope = nullptr;
    Node* body = nullptr;
  };
  Node* target;
  Span<Clause> clauses;
  Node* otherwise;  // may be null
  Case(Location loc, Node* target, Span<Clause> clauses, Node* otherwise)
      : Node(NodeKind::Case, loc), target(target), clauses(clauses), otherwise(otherwise) {}
};

struct Question : Node {  // (value ?): returns from the function when it is an Err or None
  Node* value;
  Question(Location loc, Node* value) : Node(NodeKind::Question, loc), value(value) {}
};
struct Logical : Node {  // && and ||: short-circuit unless lhs is an Int or Bytes (03 §6)
  bool isAnd;
  Node *lhs, *rhs;
  Logical(Location loc, bool isAnd, Node* lhs, Node* rhs)
      : Node(NodeKind::Logical, loc), isAnd(isAnd), lhs(lhs), rhs(rhs) {}
};
struct Chain : Node {  // a < b <= c: each operand evaluated once, stops at the first false
  Nodes operands;
  Span<ir::Op> ops;
  Chain(Location loc, Nodes operands, Span<ir::Op> ops)
      : Node(NodeKind::Chain, loc), operands(operands), ops(ops) {}
};
/// An IR instruction applied to values, evaluated left to right: arithmetic, typeof, is, ranges … A null operand
/// stands for `absent`.
struct Runtime : Node {
  ir::Op op;
  Nodes operands;
  Span<ir::Immediate> immediates;
  Runtime(Location loc, ir::Op op, Nodes operands, Span<ir::Immediate> immediates = {})
      : Node(NodeKind::Runtime, loc), op(op), operands(operands), immediates(immediates) {}
};

struct Item {
  Node* node;
  bool spread = false;
};
struct Entry {
  Symbol key;
  Node* node;
  bool spread = false;
};
struct Array : Node {
  Span<Item> items;
  bool frozen = false;
  Array(Location loc, Span<Item> items) : Node(NodeKind::Array, loc), items(items) {}
};
struct Map : Node {
  Span<Entry> entries;
  bool frozen = false;
  Map(Location loc, Span<Entry> entries) : Node(NodeKind::Map, loc), entries(entries) {}
};
struct HashMap : Node {
  Nodes items;  // key value key value
  bool frozen = false;
  HashMap(Location loc, Nodes items) : Node(NodeKind::HashMap, loc), items(items) {}
};
struct Gene : Node {  // (`head ^k v child…) from evaluated parts
  Node* head;
  Span<Entry> properties;
  Span<Item> children;
  bool frozen = false;
  Gene(Location loc, Node* head, Span<Entry> properties, Span<Item> children)
      : Node(NodeKind::Gene, loc), head(head), properties(properties), children(children) {}
};

/// One step of a path (01 §8, 17 §1).
struct Segment {
  enum Kind : uint8_t { Member, Index, Dynamic, Method, DynamicMethod, Assert } kind;
  Symbol name;            // Member, Method
  int64_t index = 0;      // Index
  Node* value = nullptr;  // Dynamic, DynamicMethod
};
struct Path : Node {
  Node* head;
  Span<Segment> segments;
  Path(Location loc, Node* head, Span<Segment> segments)
      : Node(NodeKind::Path, loc), head(head), segments(segments) {}
};
struct PathAssign : Node {  // container first, then value; value of the form: the value
  Node* container;
  Segment last;  // Member, Index or Dynamic
  Node* value;
  PathAssign(Location loc, Node* container, Segment last, Node* value)
      : Node(NodeKind::PathAssign, loc), container(container), last(last), value(value) {}
};
struct PathUpdate : Node {  // (a/b += v): container and dynamic key once
  Node* container;
  Segment last;
  ir::Op op;  // Add Sub Mul Div Mod
  Node* value;
  PathUpdate(Location loc, Node* container, Segment last, ir::Op op, Node* value)
      : Node(NodeKind::PathUpdate, loc), container(container), last(last), op(op), value(value) {}
};
struct Select : Node {            // (v ./ key default): default replaces void
  Node *target, *key, *fallback;  // fallback may be null
  Select(Location loc, Node* target, Node* key, Node* fallback)
      : Node(NodeKind::Select, loc), target(target), key(key), fallback(fallback) {}
};

/// Arguments in evaluation order: keywords first, then positional (03 §1).
struct Argument {
  ArgKind kind;
  Symbol keyword;
  Node* node;
};
using Arguments = Span<Argument>;
struct Call : Node {
  Node* callee;
  Arguments arguments;
  Call(Location loc, Node* callee, Arguments arguments)
      : Node(NodeKind::Call, loc), callee(callee), arguments(arguments) {}
};
/// The variables that are visible here, for code known only at run time.
struct Environment : Node {
  Span<Binding*> bindings;  // all InScope
  Node* self = nullptr;
  /// The file of the module, and of each name that it has from another one: the name, what it is there, the other's file.
  Span<const Symbol> module;
  Environment(Location loc) : Node(NodeKind::Environment, loc) {}
};
/// A statement begins, in a program that is compiled for the debugger.
struct DebugPoint : Node {
  Environment* environment;
  DebugPoint(Location loc, Environment* environment)
      : Node(NodeKind::DebugPoint, loc), environment(environment) {}
};
/// (name! …): a macro gets the forms, another function the values.
struct MacroCall : Node {
  struct Argument {
    ArgKind kind;
    Symbol keyword;
    const Form* form;
  };
  Node* callee = nullptr;
  Span<Argument> forms;
  bool isMacro = false;  // known to be one: `arguments` are not needed
  Arguments arguments;
  Node* environment = nullptr;
  MacroCall(Location loc) : Node(NodeKind::MacroCall, loc) {}
};
struct MethodCall : Node {
  Node* receiver;
  Symbol name;
  Arguments arguments;
  MethodCall(Location loc, Node* receiver, Symbol name, Arguments arguments)
      : Node(NodeKind::MethodCall, loc), receiver(receiver), name(name), arguments(arguments) {}
};
struct DynamicMethodCall : Node {
  Node *receiver, *name;
  Arguments arguments;
  DynamicMethodCall(Location loc, Node* receiver, Node* name, Arguments arguments)
      : Node(NodeKind::DynamicMethodCall, loc),
        receiver(receiver),
        name(name),
        arguments(arguments) {}
};
struct SuperCall : Node {  // name `ctor`: the constructor
  Node* cls;               // the class that defines the running method
  Node* self;
  Symbol name;
  Arguments arguments;
  SuperCall(Location loc, Node* cls, Node* self, Symbol name, Arguments arguments)
      : Node(NodeKind::SuperCall, loc), cls(cls), self(self), name(name), arguments(arguments) {}
};
struct New : Node {
  Node* cls;
  Arguments arguments;
  New(Location loc, Node* cls, Arguments arguments)
      : Node(NodeKind::New, loc), cls(cls), arguments(arguments) {}
};

/// One analysed program: the functions that run the main module and those it imports, which are lowered to programs of their own
/// (ir::Program::modules of the main one, in the same order).
struct Module {
  Function* main = nullptr;
  std::vector<Function*> imported = {};
};

}  // namespace gene::ast

#include "frontend/analysis/AstDefinitions.h"
