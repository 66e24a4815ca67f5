#pragma once
// What is said about the names, calls and forms of a module: errors of what the static checker refuses (02 §5), and warnings of
// what is allowed and hardly meant. The walk that resolves names (Analyzer) calls the check of each form when it comes to it; a
// check reads what is known there, reports, and changes nothing. Nothing is said where the program may know more: where it
// evaluates code, uses the module's namespace as a value, or assigns the name anywhere; and most is not said of evaluated code.
// By topic: Checks.cpp (classes and interfaces), CallWarnings.cpp (arguments of calls), Effects.cpp, Warnings.cpp (names, what
// is never used or reached), Habits.cpp (what is written as other languages write it).

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "frontend/analysis/Ast.h"
#include "frontend/analysis/KnownNames.h"
#include "frontend/analysis/ModuleFacts.h"
#include "frontend/analysis/ModuleNames.h"
#include "frontend/analysis/Scopes.h"
#include "runtime/support/LanguageOptions.h"
#include "runtime/support/Span.h"

namespace gene {

namespace ir {
struct BuiltinFacts;
}

class Checks {
 public:
  /// Whose code it is: that of the main module, of one that is imported, or evaluated at run time.
  enum class Code : uint8_t { Main, Imported, Evaluated };
  /// `known`: the names that are built in; null: nothing is said about names.
  Checks(const ModuleFacts& facts, const ModuleNames& names, const Scopes& scopes,
         const LanguageOptions& options, DiagnosticEngine& diagnostics, const KnownNames* known,
         Code code)
      : facts_(facts),
        names_(names),
        scopes_(scopes),
        options_(options),
        diagnostics_(diagnostics),
        known_(known),
        code_(code) {}
  Checks(const Checks&) = delete;

  /// While it lives nothing is said about names, if `foreign`: the code is of another language.
  class Quiet {
   public:
    Quiet(Checks& checks, bool foreign) : checks_(checks), foreign_(foreign) {
      checks_.quiet_ += foreign_;
    }
    ~Quiet() { checks_.quiet_ -= foreign_; }
    Quiet(const Quiet&) = delete;

   private:
    Checks& checks_;
    const bool foreign_;
  };
  /// While it lives a name that is not defined is taken for a type's: (x is int).
  class WantsType {
   public:
    explicit WantsType(Checks& checks) : checks_(checks), before_(checks.wantsType_) {
      checks_.wantsType_ = true;
    }
    ~WantsType() { checks_.wantsType_ = before_; }
    WantsType(const WantsType&) = delete;

   private:
    Checks& checks_;
    const bool before_;
  };
  /// From now on nothing is said about names: an import that failed may have meant any of them.
  void beQuiet() { quiet_++; }

  // --- what is asked --------------------------------------------------------------------------------------------------
  /// A name that something nearer than the module gives another meaning.
  [[nodiscard]] bool isShadowed(Symbol name) const;
  /// The class that `name` means wherever it stands; null when that is not sure.
  [[nodiscard]] const ClassInfo* classNamed(Symbol name) const;
  /// The name of the class whose instance `form` certainly is; empty when that is not sure. A class of the module, or a built-in
  /// one (builtinClassOf). `depth`: how far to look into calls.
  [[nodiscard]] Symbol staticClass(const Form* form, int depth = 4) const;
  /// (let [x 5 y 6] …) is no pattern.
  static bool hasPairs(const ArrayForm& pattern);
  /// Adds the one of the names that is nearest to `name`.
  static void hintNear(Diagnostic& diagnostic, Symbol name, Span<const Symbol> candidates);

  // --- the module -----------------------------------------------------------------------------------------------------
  /// Brackets directly behind a name, in all forms and their parts.
  void checkAllGlued(Span<Form* const> forms);
  /// Variables inside of functions and blocks that are never read, imports that the module does not mention.
  void warnUnused(Span<Form* const> forms);

  // --- names ----------------------------------------------------------------------------------------------------------
  /// A name that no definition of the module explains is used.
  void checkDefined(Symbol name, Location loc);
  /// (name = value) where no variable of this name is declared.
  void checkAssigned(Symbol symbol, Location loc, bool isUpdate);
  /// A type as other languages call it, where nothing is called so.
  void checkTypeName(Symbol name, Location loc);
  /// [x:Int], (var x:Int 5)
  void checkGluedType(Symbol name, Location loc);
  /// [b=2], [&rest], [*rest], [...rest], and [x:Int]
  void checkParameterName(Symbol name, Location loc);
  /// A variable named as one of a scope around it is.
  void checkShadowing(Symbol name, Location loc);
  /// variable/field where the variable's class is known and declares its fields
  void checkField(const PathForm& form);
  /// Enum/variant
  void checkVariant(const PathForm& form);
  /// namespace/name, of a built-in namespace
  void checkMember(const PathForm& form);

  // --- control --------------------------------------------------------------------------------------------------------
  /// Names that stand alone in a sequence, other than as its value.
  void checkUseless(Span<Form* const> forms);
  /// `next` stands behind `form` in a sequence.
  void checkReached(const Form* form, const Form* next);
  /// (if (x = 5) …)
  void checkCondition(const Form* condition);
  /// (if condition a b), where the value of a is thrown away.
  void checkBranch(Span<Form* const> forms);
  /// else if …
  void checkElse(Span<Form* const> forms);
  /// (return a + b), (throw Class "message"): the first value is all that counts.
  void checkOneValue(const GeneForm& form);
  /// A `case` without `else` over a target whose annotation is an enum: which variants are left out (12 §5.3)?
  void checkExhaustive(const GeneForm& form, Span<const Form* const> tests);
  /// [(x * 2) for x in items]: of the names in it only the first word is reported.
  void checkComprehension(Span<Form* const> items);
  /// (items .each do |x| … end), likewise: are these the arguments of such a call?
  bool checkRubyBlock(Span<Form* const> args);
  /// (try … except e …): what stands behind the word is no mistake of its own.
  void checkHandler(Span<Form* const> forms);
  /// (case value when 1 => body …)
  void checkArrow(Span<Form* const> body);
  /// Words behind what begins a comment in other languages are no names.
  void checkComments(Span<Form* const> forms);
  /// (a b; c d), which calls what (a b) gives, where that is nothing to call.
  void checkSemicolon(const GeneForm& call);
  /// (try … catch (e) …), (try … catch (Class e) …)
  void checkCaughtName(const Form* what);
  /// (try … catch Class e …)
  void checkCaught(const Form* cls, Span<Form* const> forms);
  /// (yield value) outside of generators, said once of each function.
  void checkYield(const GeneForm& form);

  // --- values ---------------------------------------------------------------------------------------------------------
  /// (var x = 5)
  void checkInitialiser(const GeneForm& form, Symbol name, const Form* equals);
  /// (x = x), where a field is meant; (x = x + 1)
  void checkAssignment(const GeneForm& form, std::string_view op);
  /// A literal where a type is declared that it never has; `what` takes it.
  void checkValueType(const Form* value, const Form* type, std::string_view what);
  /// A string as an operand of `op`.
  void checkOperand(std::string_view op, const ast::Node* operand);
  /// "… #{name} …" without # in front, and ${name}, where something is called so
  void checkHoles(const Form* string);
  /// (a > b ? c : d), and whatever else is no infix expression
  void refuseInfix(const GeneForm& form, Span<const Form* const> parts);

  // --- calls ----------------------------------------------------------------------------------------------------------
  /// Is it the definition of a function or the like in another language? The names in it are no mistakes of their own.
  bool isForeign(const GeneForm& call);
  /// Too many positional arguments for a function known here are an error before anything runs (05 §8).
  void checkArity(const ast::Arguments& args, const GeneForm& call);
  /// (name …): effects of what is called, and values that are certainly no functions.
  void checkCallee(const GeneForm& call);
  /// A call of a function that the module defines once: what is certain to raise.
  void checkArguments(const GeneForm& call);
  /// A call of a built-in function.
  void checkBuiltinCall(const GeneForm& call);
  /// (receiver .name args…): `method` is what the name stands in.
  void checkMethodCall(const Form* receiver, Symbol name, const ast::Arguments& args,
                       const Form& method, Location loc);
  /// (receiver .method args…) where the receiver is certainly of a built-in class.
  void checkBuiltinMethod(const Form* receiver, const Form* method, const GeneForm& call,
                          Span<Form* const> args);
  /// (new cls args…)
  void checkNew(const Form* cls, const ast::Arguments& args);
  /// (new Class arguments) where neither the class nor one above it has a constructor
  void checkNoConstructor(const GeneForm& form);
  /// (super .name args…) in a class body
  void checkSuper(Symbol cls, Symbol name, const ast::Arguments& args);

  // --- classes --------------------------------------------------------------------------------------------------------
  /// (class Name : Parent …)
  void checkParent(Symbol name, Span<Form* const> rest);
  /// (class Name < Parent …) in front of that of the parent.
  void checkLaterParent(const GeneForm& form, Symbol name, const Form* parent);
  /// (implement I for C members…): fields that an adapter does not have.
  void checkAdapter(const GeneForm& form, Symbol interface);
  /// (def name [parameters] …) in a class.
  void checkMethodWord(const GeneForm& member, std::string_view head);
  /// Does the class have what the interface declares?
  void checkImplements(Symbol cls, Symbol interface, Location loc);

 private:
  // --- Checks.cpp -----------------------------------------------------------------------------------------------------
  template <class F>
  bool anyInChain(const ClassInfo* info, bool unknown, F&& visit) const;
  void checkPositionals(const ArrayForm& form, const ast::Arguments& args,
                        const std::string& place);

  // --- CallWarnings.cpp -----------------------------------------------------------------------------------------------
  /// Was something in a parameter list refused? Then nothing is said about calls.
  [[nodiscard]] bool hasMistake(const Form& parameters) const;
  void checkArgumentTypes(const ArrayForm& parameters, Span<Form* const> given, Symbol function,
                          Location definition);
  [[nodiscard]] bool isBuiltinName(Symbol name) const;
  [[nodiscard]] const ir::BuiltinFacts* builtinCalled(const Form* head) const;
  [[nodiscard]] bool isBuiltinClass(Symbol cls) const;
  [[nodiscard]] std::string_view builtinClassOf(const Form* form, int depth) const;
  void checkRow(const ir::BuiltinFacts& row, std::string_view name, std::string_view written,
                const GeneForm& call, Span<Form* const> given);

  // --- Effects.cpp ----------------------------------------------------------------------------------------------------
  [[nodiscard]] const GeneForm* definitionOf(Symbol name) const;
  [[nodiscard]] Span<Form* const> allowedEffects() const;
  void checkEffects(Span<Form* const> effects, Location loc);
  void checkMethodEffects(const GeneForm& method, Location loc);

  // --- Warnings.cpp ---------------------------------------------------------------------------------------------------
  [[nodiscard]] bool checksNames() const;
  [[nodiscard]] bool isUnknown(Symbol name) const;
  [[nodiscard]] std::vector<std::string_view> visibleNames() const;
  [[nodiscard]] std::string_view nearestType(std::string_view text) const;
  void checkGluedPath(const Form& form);
  void checkGlued(Span<Form* const> forms, bool isDefinition);

  // --- Habits.cpp -----------------------------------------------------------------------------------------------------
  /// Does a class of the module have a method of this name?
  [[nodiscard]] bool isAnyMethod(Symbol name) const;
  bool checkBlock(const GeneForm& call);
  void checkSetItem(const GeneForm& form);
  bool hintHabit(Diagnostic& d, std::string_view name) const;
  void checkAdapterFields(const Form& form, Symbol interface, const InterfaceInfo& info);

  [[nodiscard]] bool isEvaluated() const { return code_ == Code::Evaluated; }

  const ModuleFacts& facts_;
  const ModuleNames& names_;
  const Scopes& scopes_;
  const LanguageOptions& options_;
  DiagnosticEngine& diagnostics_;
  const KnownNames* const known_;
  const Code code_;
  int quiet_ = 0;
  bool wantsType_ = false;
  std::unordered_set<Symbol> foreignNames_;  // that code of another language seems to define
};

}  // namespace gene
