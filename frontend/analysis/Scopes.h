#pragma once
// The names that forms can see: functions within functions, scopes within them, and in a scope what each name means there. Finding
// a name from inside a nested function marks it captured in every function on the way. Where a variable is kept is decided at the
// end (decideStorage), when all assignments are known. The names of the module itself are globals and not here, but for what its
// body declares like a block.

#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "frontend/analysis/Ast.h"
#include "runtime/support/Span.h"

namespace gene {

struct Macro;

class Scopes {
 public:
  struct Scope;
  struct Function;

  /// A call of a macro whose body is being analysed in the caller's place.
  struct Expansion {
    const Macro* macro;
    Span<Form* const> arguments;
    Scope* caller;
  };
  struct Scope {
    ast::Scope* scope;
    Scope* outer;
    Function* function;
    std::unordered_map<Symbol, ast::Binding*> names;
    std::unordered_map<Symbol, ast::Binding*>
        later;                        // definitions further down: seen by nested functions only
    ast::Binding* pending = nullptr;  // a variable whose initialiser is analysed: likewise
    ast::Binding* self = nullptr;     // class and namespace bodies, $with: what `self` is here
    ast::Binding* cls = nullptr;      // class bodies: the class, for super
    const Expansion* expansion = nullptr;           // the scope of an expanded macro
    std::unordered_map<Symbol, const Form*> types;  // (type Name Expression)
    std::unordered_set<Symbol> published;           // class and namespace bodies: (var /x …)
    std::unordered_set<Symbol> declaredMembers;     // those of them that were passed
    std::unordered_map<Symbol, Symbol> identities;  // of the types in such a body, by name or path
    unsigned loops = 0;  // how many loops of the function enclose the scope
  };
  struct Loop {
    ast::LoopBase* loop;
    Symbol label;
  };
  struct Function {
    ast::Function* function;
    Function* outer;
    std::vector<Loop> loops;
    std::vector<ast::Binding*> captured;  // in order of first use
    std::unordered_set<ast::Binding*> capturedSet;
    bool capturesSelf = false;
    bool hasSelf = false;         // a method or constructor
    bool yieldIsRefused = false;  // it was said that it is no generator
  };
  /// What the body of a `try` declares in the scope it stands in: hidden in the clauses.
  struct Declaration {
    Symbol name;
    bool isModuleVariable;
    ast::Binding* before;  // what the name meant, or null
    ast::Binding* binding;
  };
  struct DeclarationLog {
    Scope* scope;
    std::vector<Declaration> entries;
  };

  explicit Scopes(Arena& arena);
  ~Scopes();
  Scopes(const Scopes&) = delete;

  // --- where the analysis is ------------------------------------------------------------------------------------------
  /// The innermost scope and function.
  [[nodiscard]] Scope* scope() const { return scope_; }
  [[nodiscard]] Function* function() const { return function_; }
  /// The outermost scope: the module's, or that of evaluated code.
  [[nodiscard]] Scope* outermost();
  [[nodiscard]] bool isOutermost() const { return scope_->outer == nullptr; }
  /// A new scope of the current function within the current one.
  ast::Scope* push();
  void pop() { scope_ = scope_->outer; }
  /// Goes on in a scope that was met before; it is one of the current function.
  void goTo(Scope* scope) { scope_ = scope; }
  /// A function within the current one, with a scope of its own; `leave` goes back to where it was met.
  void enter(ast::Function* function, bool hasSelf);
  void leave(Function* function, Scope* scope);

  // --- bindings -------------------------------------------------------------------------------------------------------
  /// A variable of the current scope, which nothing finds yet.
  ast::Binding* make(Symbol name, Location loc);
  /// Lookup finds it in the current scope from now on.
  void bind(ast::Binding* binding);
  /// The variable that the name means here, captured if it belongs to a function around; null: none.
  ast::Binding* lookup(Symbol name);
  /// The same for who only asks: nothing is captured.
  [[nodiscard]] const ast::Binding* find(Symbol name) const { return meaning(name).binding; }
  /// Marks `binding` captured by every function between its own and the current one. `early`: it has no value yet.
  void capture(ast::Binding* binding, bool early);
  /// The binding of `self` for this place: of a class or namespace body, or $with. Null: it is that of a method, which is
  /// then marked as used, or the module's (`*isModule`).
  ast::Binding* selfHere(bool* isModule);
  /// Is `self` here the module's namespace?
  [[nodiscard]] bool selfIsModule() const;
  /// The class whose body encloses this place, for super; null outside of classes.
  [[nodiscard]] ast::Binding* enclosingClass() const;
  /// Does the place lie within a function that has `self`?
  [[nodiscard]] bool isInMethod() const;
  /// All variables that were made.
  [[nodiscard]] const std::vector<ast::Binding*>& bindings() const { return bindings_; }

  // --- declarations of a try ------------------------------------------------------------------------------------------
  /// Logs what is declared in the current scope until `endLog`, which adds it to the log that was kept before.
  DeclarationLog* beginLog(DeclarationLog* log);
  void endLog(DeclarationLog* log, DeclarationLog* before);
  /// The log of the current scope; null: nobody keeps one.
  [[nodiscard]] DeclarationLog* log() const {
    return log_ && log_->scope == scope_ ? log_ : nullptr;
  }

  // --- at the end -----------------------------------------------------------------------------------------------------
  /// A captured variable that is assigned apart from its declaration lives in its scope's object, others are copied. The
  /// functions with more captures than an image can say, and how many they have.
  [[nodiscard]] std::vector<std::pair<const ast::Function*, size_t>> decideStorage();
  static constexpr size_t MostCaptures = 65535;  // FunctionInfo::captureCount

 private:
  /// `fromInside`: a function within that of the binding asks. `early`: the binding has no value yet.
  struct Meaning {
    ast::Binding* binding = nullptr;
    bool fromInside = false, early = false;
  };
  [[nodiscard]] Meaning meaning(Symbol name) const;
  static void decide(ast::Binding& binding);
  size_t decideCaptures(Function& function);

  Arena& arena_;
  Function* function_ = nullptr;
  Scope* scope_ = nullptr;
  std::deque<Scope> scopes_;
  std::deque<Function> functions_;
  std::vector<ast::Binding*> bindings_;
  DeclarationLog* log_ = nullptr;
};

}  // namespace gene
