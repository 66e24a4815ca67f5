#pragma once
// The state of one analysis, and its methods by topic: Analyze.cpp (the module, what is hoisted), Names.cpp (scopes,
// lookup, captures), Expressions.cpp (the dispatch of 03 §1, operators, literals), Control.cpp, Functions.cpp,
// Classes.cpp, Patterns.cpp, Paths.cpp. Everything made lies in the program's arena. What the forms say before that is
// in ModuleFacts.h, what the module's names mean in ModuleNames.h, variables and scopes are those of Scopes.h; what is said about
// all this, beyond the errors of forms, is Checks.h.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontend/analysis/Analyze.h"
#include "frontend/analysis/Checks.h"
#include "frontend/analysis/Import.h"
#include "frontend/analysis/ModuleFacts.h"
#include "frontend/analysis/Scopes.h"

namespace gene {

class Modules;
struct LoadedModule;
struct ModuleInterface;
struct Package;

class Analyzer {
 public:
  Analyzer(ir::Program& program, const LanguageOptions& options, DiagnosticEngine& diagnostics,
           Modules* modules = nullptr, const LoadedModule* module = nullptr, bool isMain = true);
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  ast::Module run(Span<Form*> forms);
  /// What others may take of the module that was analysed.
  ModuleInterface interface();
  ast::Module runEvaluated(const Form* form, const EvaluatedPlace& place);

 private:
  using Node = ast::Node;
  using FunctionState = Scopes::Function;
  using ScopeState = Scopes::Scope;
  using LoopState = Scopes::Loop;
  using Expansion = Scopes::Expansion;

  // --- Analyze.cpp ----------------------------------------------------------------------------------------------------
  /// A form of the module's level that is no definition.
  void statement(Form* form, std::vector<Node*>& nodes);
  Form* withoutSlash(Form* form);
  void dropExpandedMacros(std::vector<Node*>& nodes);

  // --- Names.cpp ------------------------------------------------------------------------------------------------------
  template <class F>
  Node* inScope(Location loc, F&& body) {
    ast::Scope* scope = scopes_.push();
    Node* node = body();
    scopes_.pop();
    return make<ast::ScopeBlock>(loc, scope, node);
  }
  /// A new binding of the current scope that lookup finds from now on.
  ast::Binding* declare(Symbol name, Location loc);
  ast::Binding* newBinding(Symbol name, Location loc);
  void declaredModuleVariable(Symbol name);
  [[nodiscard]] Index* index() const;
  [[nodiscard]] bool isSession() const;
  void noteUse(Location loc, Symbol name, const ast::Binding* binding, bool isAssigned) const;
  [[nodiscard]] Symbol placeGlobal(Symbol name) const;
  Node* byName(Symbol name, Location loc);
  Node* name(Symbol symbol, Location loc);
  Node* local(ast::Binding* binding, Location loc);
  Node* self(Location loc);
  Node* assign(Symbol name, Location loc, Node* value);
  /// The global of a module-level definition or variable.
  ir::Global* moduleGlobal(Symbol name, Location loc);
  const Form* annotationOf(Symbol variable) const;
  void decideStorage();

  // --- Expressions.cpp ------------------------------------------------------------------------------------------------
  /// The node of any form.
  Node* expression(const Form* form);
  Node* resolve(const Form* form);
  Node* geneForm(const GeneForm& form);
  Node* interpolation(const GeneForm& form);
  Node* infix(const GeneForm& form);
  Node* binary(ir::Op op, Node* lhs, Node* rhs, Location loc);
  Node* operate(std::string_view op, Node* lhs, Node* rhs, Location loc);
  Node* prefix(std::string_view op, const GeneForm& form);
  Node* buildGene(const GeneForm& form);
  Node* arrayLiteral(const ArrayForm& form);
  Node* mapLiteral(const MapForm& form);
  Node* hashMapLiteral(const HashMapForm& form);
  Node* assignment(const GeneForm& form, std::string_view op);
  Node* typeTest(Node* value, const Form* type, Location loc);
  Node* render(const GeneForm& form);
  Node* range(const GeneForm& form, Span<Form* const> parts);
  Span<ast::Item> items(Span<Form* const> forms);
  Span<ast::Entry> entries(Span<const Property> properties);

  // --- special forms: (name …) → node; the table is SpecialForms.def --------------------------------------------------
  Node* withSelf(const GeneForm& form, std::string_view name, bool keepsValue);
  void hide(const Scopes::DeclarationLog& log, bool hidden);
#define SPECIAL(name, handler, traits, shape, text) Node* handler(const GeneForm& form);
#include "frontend/analysis/SpecialForms.def"

  // --- Control.cpp ----------------------------------------------------------------------------------------------------
  Node* sequence(Span<Form* const> forms, Location loc);
  /// A condition at forms[0], or `not` and a value; moves behind it.
  Node* conditionAt(Span<Form* const>& forms, std::string_view who, Location loc);
  Node* branches(Span<Form* const> forms, std::string_view who, Location loc);
  template <class F>
  void inLoop(ast::LoopBase* loop, const GeneForm& form, F&& body);
  Node* exit(const GeneForm& form, bool isBreak);
  ast::Binding* loopVariable(const Form* form);

  // --- Functions.cpp --------------------------------------------------------------------------------------------------
  struct Signature {
    Symbol name;
    const Form* nameForm = nullptr;
    const ArrayForm* parameters = nullptr;
    const Form* resultType = nullptr;
    std::vector<Symbol> typeVariables;  // name:T:U
    Span<Form* const> body;
  };
  /// While it lives, forms are analysed as the parts of `function`, in a scope of its own.
  class Inside {
   public:
    Inside(Analyzer& analyzer, ast::Function* function);
    ~Inside();
    Inside(const Inside&) = delete;

   private:
    Analyzer& analyzer_;
    FunctionState* const outerFunction_;
    ScopeState* const outerScope_;
    const bool atTopLevel_;
  };
  Node* generatorOf(const Signature& signature, const GeneForm& form);
  enum class Role : uint8_t { Plain, Method, Ctor, Block };
  ast::Function* function(const GeneForm& form, const Signature& signature, Role role);
  void parameters(ast::Function& function, const ArrayForm& form, Role role);
  Span<ast::Condition> conditions(const GeneForm& form, std::string_view key);
  bool signature(const GeneForm& form, Signature* result);
  // --- TypeExpressions.cpp --------------------------------------------------------------------------------------------
  const Form* plainNameForm(const Form* nameForm, Symbol* name);
  Symbol identityOf(const GeneForm& form, Symbol name);
  void collectIdentities(Span<Form* const> forms, std::unordered_map<Symbol, Symbol>& identities);
  const Form* identified(const Form* type);
  const Form* aliasOf(Symbol name);
  const Form* expandType(const Form* type);
  const Form* expandFunctionType(const GeneForm& type);
  const Form* annotation(const Form* type);
  Node* typeValue(const Form* type);

  // --- Functions.cpp --------------------------------------------------------------------------------------------------
  Node* bindDefinition(const Form* nameForm, Symbol name, Node* value, Location loc);
  Node* blockForm(const Form* params, Span<Form* const> body, const GeneForm& form);
  void predeclare(Span<Form* const> forms);
  ast::Binding* predeclared(Symbol name, Location loc);

  // --- calls (Functions.cpp) ------------------------------------------------------------------------------------------
  ast::Arguments arguments(const GeneForm& form, Span<Form* const> positional);
  const GeneForm& quoteSelectors(const GeneForm& form);
  [[nodiscard]] std::string builtinPath(const Form* head) const;
  const GeneForm& wrapTest(const GeneForm& form);
  Node* call(const GeneForm& written);
  Node* methodCall(Node* receiver, const Form* method, const GeneForm& form,
                   Span<Form* const> args);

  // --- Classes.cpp ----------------------------------------------------------------------------------------------------
  Node* classNode(const GeneForm& form, Symbol name, Span<Form* const> rest);
  void member(ast::Class& cls, const Form* form, std::vector<ast::Class::Member>& members);

  // --- Imports.cpp ----------------------------------------------------------------------------------------------------
  ir::Global* moduleMember(const PathForm& form);
  ir::Global* memberGlobal(Symbol name, Location loc);
  void declaredMember(Symbol name);
  Node* publishedName(Symbol name, Location loc, ast::Binding** container);
  ir::Global* externalGlobal(Symbol name);
  Node* packageValue(Symbol name, Location loc);
  Node* makePackage(const Package& package, Location loc);
  Node* callBuiltin(std::string_view name, Span<Node* const> values, Location loc);
  void makePackages(Location loc, std::vector<Node*>& nodes);
  Node* moduleNamespace(Location loc);
  Node* published(Symbol name, ast::AssignGlobal* assignment);
  Node* nativeImport(const GeneForm& form, const Import& import);
  [[nodiscard]] ir::Global* publishedGlobal(Symbol name) const;
  [[nodiscard]] std::vector<Symbol> publishedNames() const;
  ir::Global* importedGlobal(const LoadedModule& other, Symbol name);
  void bindImport(Symbol local, ir::Global* direct, Node* value, Location loc,
                  std::vector<Node*>& nodes);
  void importFacts(const ModuleInterface& from, Symbol name, Symbol local);
  void bindUnknown(const Import& import);
  void bindUnknown(const Import::Item& item);
  Node* libraryImport(const GeneForm& form, const Import& import);
  void importItem(const Import::Item& item, const LoadedModule& module, Location loc,
                  std::vector<Node*>& nodes);
  Node* moduleImport(const GeneForm& form);
  void importBuiltins(const Import::Item& item, Location loc, std::vector<Node*>& nodes);
  Node* dependency(const GeneForm& form);
  Node* checkNamespace(ir::Global* value, std::string_view name, Location loc);
  void bindMember(Symbol local, Node* container, std::string_view containerName,
                  Span<const Symbol> path, std::string_view text, Location loc,
                  std::vector<Node*>& nodes);

  // --- Interfaces.cpp -------------------------------------------------------------------------------------------------
  bool interfaceMethod(const GeneForm& form, InterfaceInfo& info);
  Node* interfaceNamed(const Form* form);
  void implementsClause(ast::Class& cls, Span<Form* const>& rest);
  void addInterface(ast::Class& cls, const Form* form);
  void inlineImplementation(ast::Class& cls, const GeneForm& form,
                            std::vector<ast::Class::Member>& members);

  // --- Interceptors.cpp -----------------------------------------------------------------------------------------------
  static std::string interceptorMistake(const GeneForm& form, const std::string& head);
  static std::string adviceMistake(const Form* form, const std::string& head,
                                   Span<Form* const> parameters,
                                   std::unordered_set<Symbol>& around);
  Node* adviceFunction(const GeneForm& form, bool* isCallable);

  // --- Patterns.cpp ---------------------------------------------------------------------------------------------------
  ast::Destructure* pattern(const Form* form, Node* value, bool constant);
  void arrayTargets(const ArrayForm& form, std::vector<ast::Destructure::Target>& targets,
                    bool constant);
  ast::Destructure::Target target(Symbol name, Location loc, bool constant);
  Node* declareVariable(const GeneForm& form, bool constant);
  Node* declareMember(const PathForm& path, const GeneForm& form);

  // --- Enums.cpp ------------------------------------------------------------------------------------------------------
  bool enumHead(const Form* form, Symbol* name, std::vector<Symbol>& variables);
  bool enumVariant(const Form* member, Symbol owner, Span<const Symbol> variables, bool valuesOnly,
                   std::vector<Form*>& declaration);
  void knowEnums(Span<const KnownEnum> enums);
  Node* variantHead(const Form* head);
  bool variantClause(const Form* form, ast::Case::Clause& clause);
  Node* question(const GeneForm& form);

  // --- Macros.cpp -----------------------------------------------------------------------------------------------------
  const Macro* knownMacro(Symbol name);
  Node* macroCall(const GeneForm& form);
  Node* expand(const GeneForm& form, const Macro& macro);
  Form* argumentOf(const Expansion& e, Symbol parameter);
  Form* rendered(Form* form, const Expansion& e);
  ast::Environment* environment(Location loc);
  [[nodiscard]] std::vector<Symbol> namesOfModule() const;
  Node* debugPoint(Location loc);

  // --- Paths.cpp ------------------------------------------------------------------------------------------------------
  Node* path(const PathForm& form);
  /// The node of the first `count` parts.
  Node* pathPrefix(const PathForm& form, size_t count);
  bool segment(std::string_view text, Location loc, ast::Segment* result);
  Node* dynamicKey(std::string_view text, Location loc);
  Node* selectorFromParts(Span<const Symbol> parts, Location loc);
  Node* selectorCall(const GeneForm& form);
  Node* selectForm(Node* target, const Form* key, Span<Form* const> rest, Location loc);
  Node* gluedSelect(Node* target, Span<const Symbol> parts, Span<Form* const> rest, Location loc);
  Node* assignPath(const PathForm& form, Node* value, Location loc);
  Node* updatePath(const PathForm& form, ir::Op op, Node* value, Location loc);

  // --- helpers --------------------------------------------------------------------------------------------------------
  template <class T, class... Args>
  T* make(Args&&... args) {
    return arena_.make<T>(std::forward<Args>(args)...);
  }
  template <class T>
  Span<T> copy(const std::vector<T>& items) {
    return arena_.copy(Span<const T>(items.data(), items.size()));
  }
  Node* runtime(Location loc, ir::Op op, std::initializer_list<Node*> operands,
                std::initializer_list<ir::Immediate> immediates = {});
  Node* nil(Location loc);
  Node* literal(const Form* form) { return make<ast::Literal>(form->loc, form); }
  Node* raiseNode(Location loc, std::string_view errorClass, std::string_view message);
  Node* error(SourceRange at, Diag id, std::initializer_list<std::string_view> args = {}) {
    diagnostics_.report(at, id, args);
    return nil(at.begin);
  }

  ir::Program& program_;
  Arena& arena_;
  const LanguageOptions& options_;
  DiagnosticEngine& diagnostics_;
  Modules* const modules_;  // null: evaluated code
  const LoadedModule* const module_;
  const bool isMain_;

  Scopes scopes_;
  int depth_ = 0;

  ModuleFacts facts_;  // what its forms say; imports add to it
  ModuleNames names_;  // what its names mean
  Checks checks_;
  std::unordered_set<Symbol> declaredVars_;         // `var` statements that were passed
  std::unordered_set<Symbol> constantGlobals_;      // let
  std::vector<Symbol> expanding_;                   // the aliases that are being replaced
  std::unordered_set<Symbol> recursiveTypes_;       // reported
  std::unordered_set<Symbol> typeVariables_;        // (fn name:T:U …)
  std::unordered_set<Symbol> usedMacros_;           // as values or by calls that were not expanded
  const EvaluatedPlace* place_ = nullptr;           // runEvaluated
  Span<const Symbol> environmentModule_;            // ast::Environment::module, when there is one
  std::unordered_map<const Form*, Node*> imports_;  // what the import forms do
  std::unordered_map<Symbol, std::string> builtinImports_;  // names of what is built in: its path
  std::unordered_map<Symbol, ir::Global*> exports_;         // (export …)
  std::unordered_map<Symbol, ir::Global*> hidden_;          // published names that variables hide
  std::unordered_map<const GeneForm*, Symbol> formIdentities_;
  std::unordered_map<Symbol, ir::Global*> externals_;  // of other modules than the main one
  ir::Global* namespace_ = nullptr;                    // likewise: $ns
  ir::Global* package_ = nullptr;                      // likewise: $pkg
  ir::Global* application_ = nullptr;                  // likewise: $app
  bool inInterface_ = false;
  ast::Environment* debugged_ = nullptr;  // of the last DebugPoint
  bool makesEnvironments_ = false;        // some code did
  int expansionDepth_ = 0;
  bool atTopLevel_ = false;  // in the module's body, outside of functions
};

}  // namespace gene
