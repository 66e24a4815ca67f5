#pragma once
// One function of the resolved tree on its way to IR. The methods are spread over files by topic: Functions.cpp
// (prologue, closures, variables), Expressions.cpp, Control.cpp (branches and loops), Calls.cpp, Exceptions.cpp
// (try and every way out of it), Classes.cpp. Used by Lower.cpp only.
//
// Leaving a function or a loop may have to pass regions that want a say: `finally` runs, `$ex` is given back. The
// regions around the current point form a list; leave() walks it outwards.

#include <unordered_map>
#include <vector>

#include "codegen/ir/Builder.h"
#include "frontend/lower/Lower.h"
#include "runtime/support/CheckRules.h"

namespace gene {

class Lowering {
 public:
  Lowering(ir::Function& target, ast::Function& source, const LanguageOptions& options);
  /// Lowers the whole function, nested ones included.
  void run();

 private:
  using Value = ir::Value;
  using Block = ir::Block;
  using Op = ir::Op;

  // --- Functions.cpp --------------------------------------------------------------------------------------------------
  void bindParameters();
  void checkConditions(Span<ast::Condition> conditions, const char* what, Value* result);
  /// Checks the result type and the postconditions and returns.
  void returnValue(Value* value, Location explicitReturn);
  Value* closure(ast::Function& function);
  bool isOfOtherModule(const ast::Function& function);
  const Form* signature(const ast::Function& function);
  Value* makeGenerator(ast::MakeGenerator& node);
  Value* yield(ast::Yield& node);
  Value* captured(const ast::Capture& capture);
  Value* capture(size_t index);
  Value* self(Location loc);
  /// Is `self` not that of the module?
  [[nodiscard]] bool hasOwnSelf() const;

  ir::Variable variableOf(ast::Binding* binding);
  Value* readBinding(ast::Binding* binding);
  /// The first value of a binding, or a new one: no type check.
  void writeBinding(ast::Binding* binding, Value* value);
  Value* scopeObject(ast::Scope* scope);
  void enterScope(ast::Scope* scope);
  /// `value` after the check of an annotation; the text stands after `in`.
  Value* checked(Value* value, const Form* type, std::string_view context, CheckRules rules = {});
  std::string at(Location loc) const;

  // --- Expressions.cpp ------------------------------------------------------------------------------------------------
  Value* expression(ast::Node* node);
  Value* expressionOrNil(ast::Node* node) { return node ? expression(node) : builder_.nil(); }
  Value* orDefault(Value* value, ast::Node* fallback);
  Value* quoted(const Form* form);
  Value* runtime(ast::Runtime& node);
  /// So many items of a literal are held at once: a back end's time for one instruction may grow faster than its operands do.
  static constexpr size_t MostAtOnce = 64;
  Value* arrayOf(Span<const ast::Item> items, Location loc);
  Value* textOf(Op op, ast::Nodes parts, Location loc);
  Value* array(ast::Array& node);
  Value* map(ast::Map& node);
  Value* hashMap(ast::HashMap& node);
  Value* gene(ast::Gene& node);
  Value* path(ast::Path& node);
  Value* segment(Value* object, ast::Segment& segment);
  Value* pathAssign(ast::PathAssign& node);
  Value* pathUpdate(ast::PathUpdate& node);
  Value* setMember(Value* container, const ast::Segment& last, Value* key, Value* value);
  Value* select(ast::Select& node);
  Value* render(ast::Render& node);
  Value* declareLocal(ast::DeclareLocal& node);
  Value* assignLocal(ast::AssignLocal& node);
  Value* assignGlobal(ast::AssignGlobal& node);
  Value* global(ast::Global& node);
  void destructure(ast::Destructure& node, Value* value);

  // --- Control.cpp ----------------------------------------------------------------------------------------------------
  /// The value of `node` as the result of the function: calls there become tail calls. `explicitReturn` as of returnValue.
  void tail(ast::Node* node, Location explicitReturn);
  /// Control flow on the truth of `node`, without making a boolean.
  void condition(ast::Node* node, Block* ifTrue, Block* ifFalse);
  Value* sequence(ast::Nodes nodes);
  Value* conditional(ast::If& node);
  /// `amongBits`: as an operand of a bit operation.
  Value* logical(ast::Logical& node, bool amongBits = false);
  Value* chain(ast::Chain& node);
  void chainCondition(ast::Chain& node, Block* ifTrue, Block* ifFalse);
  template <class Branch>
  void caseOf(ast::Case& node, Branch&& branch);
  Value* caseOf(ast::Case& node);
  Value* question(ast::Question& node);
  Value* whileLoop(ast::While& node);
  Value* loop(ast::Loop& node);
  Value* forLoop(ast::For& node);
  void forRange(ast::For& node, ast::Runtime& range);
  Value* repeat(ast::Repeat& node);
  void forRound(ast::For& node, Value* key, Value* value);
  /// Runs `body` as the round of a counting loop over from..to (both Ints, inclusive): body(counter).
  template <class Body>
  void count(ast::LoopBase& loop, Value* from, Value* to, Body&& body);

  // --- Exceptions.cpp -------------------------------------------------------------------------------------------------
  enum class ExitKind : uint8_t { Return, Break, Continue };
  /// What a `finally` goes on to when it has run because of an exit.
  struct Exit {
    ExitKind kind;
    ast::LoopBase* loop;  // Break, Continue
    friend bool operator==(const Exit&, const Exit&) = default;
  };
  struct Region {
    enum Kind : uint8_t { Loop, Finally, Catching } kind;
    Region* outer = nullptr;
    Block* handler = nullptr;       // the one in force outside this region
    ast::LoopBase* loop = nullptr;  // Loop
    Block *breakTo = nullptr, *continueTo = nullptr;
    ir::Variable result = 0;    // Loop: the value of `break`
    ir::Variable previous = 0;  // Catching: `$ex` before
    Block* finally = nullptr;   // Finally
    ir::Variable completion = 0, pendingValue = 0;
    std::vector<Exit> exits = {};
  };
  /// Leaves the regions from `from` outwards as `exit` says; `value` is that of return or break.
  void leave(Exit exit, Value* value, Region* from, Location loc);
  Value* tryForm(ast::Try& node);
  Value* async(ast::Async& node);
  Value* tryCatch(ast::Try& node);
  void catchClauses(ast::Try& node, Value* exception, ir::Variable result, Block* done);
  void breakOrContinue(Location loc, Exit exit, ast::Node* value, std::string_view word);
  Value* throwValue(ast::Throw& node);
  Value* returnValue(ast::Return& node);
  /// Raises a built-in exception with a fixed message.
  void raiseError(std::string_view errorClass, std::string_view message);
  void rethrow(Value* exception);
  [[nodiscard]] bool mayTailCall() const;
  [[nodiscard]] bool checksResult() const { return options_.typeCheck && source_.resultType; }
  [[nodiscard]] bool givesOwnType(const ast::Node* call) const;
  [[nodiscard]] bool mayEndInOwnType(const ast::Node* node) const;

  // --- Calls.cpp ------------------------------------------------------------------------------------------------------
  Value* call(ast::Call& node);
  Value* methodCall(ast::MethodCall& node);
  Value* dynamicMethodCall(ast::DynamicMethodCall& node);
  Value* superCall(ast::SuperCall& node);
  Value* newObject(ast::New& node);
  Value* macroCall(ast::MacroCall& node);
  const Form* namesOf(const ast::Environment& node, std::vector<ast::Scope*>& scopes);
  Value* environment(ast::Environment& node);
  Value* debugPoint(ast::DebugPoint& node);
  /// Appends the arguments' values; null if all are positional, else what they are.
  ir::CallShape* arguments(ast::Arguments arguments, std::vector<Value*>& values);
  ir::CallShape* shapeOf(ast::Arguments arguments);

  // --- Classes.cpp ----------------------------------------------------------------------------------------------------
  Value* classForm(ast::Class& node);
  Value* namespaceForm(ast::Namespace& node);
  Value* withSelf(ast::WithSelf& node);

  ir::Program& program() { return builder_.program(); }
  Arena& arena() { return program().arena; }
  const Form* text(std::string_view text);

  ast::Function& source_;
  const LanguageOptions& options_;
  ir::Builder builder_;
  Region* region_ = nullptr;
  Block* outermost_ = nullptr;  // the handler around all of an async function
  std::unordered_map<const ast::Scope*, ir::Variable> scopeVariables_;
  // For the debugger: what the closure captured, read once; and the table of the last debug.point.
  std::vector<Value*> captures_;
  const void* tableOf_ = nullptr;
  const Form* table_ = nullptr;
  std::vector<ast::Scope*> scopesOfTable_;
};

}  // namespace gene
