// Macro calls (05 §7), $caller_eval, eval, and code that is analysed at run time.
//
// A call of a macro that the module defines once is expanded here if the macro does nothing with its parameters but
// ($caller_eval parameter) and ($caller_eval ($render `template)), with `%parameter` in the template: its body is analysed in
// the caller's place, in a scope of its own inside the module's, and each $caller_eval analyses the argument, or the template
// with the arguments in it, in the scope of the call. Every other call passes its arguments as data and
// an Environment, which makes all visible variables live in Scope objects; the evaluator finds them there by name.

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

constexpr int DeepestExpansion = 20;

std::string_view textOf(const Form* form) { return symbolOf(form).text(); }

/// An argument must not leave the code it is evaluated by.
bool staysInside(const Form* form) {
  if (hasTrait(textOf(form), form_trait::Leaves)) return false;
  if (textOf(form).ends_with("...")) return false;
  bool ok = true;
  forEachPart(*form, [&](const Form* part) { ok = ok && staysInside(part); });
  return ok;
}

}  // namespace

/// The macro that a call of `name` reaches for certain, or null.
const Macro* Analyzer::knownMacro(Symbol name) {
  auto it = facts_.macros.find(name);
  if (it == facts_.macros.end() || scopes_.lookup(name)) return nullptr;
  auto global = names_.globals.find(name);
  return global != names_.globals.end() && global->second->constant ? &it->second : nullptr;
}

Analyzer::Node* Analyzer::macroCall(const GeneForm& form) {
  const bool isImported = builtinImports_.contains(symbolOf(form.head));
  if (isImported && &wrapTest(form) != &form) return call(form);
  const Macro* macro = knownMacro(symbolOf(form.head));
  if (macro && macro->expandable && form.properties.empty() &&
      form.children.size() == macro->parameters.size() && expansionDepth_ < DeepestExpansion &&
      std::all_of(form.children.begin(), form.children.end(), staysInside))
    return expand(form, *macro);
  auto* node = make<ast::MacroCall>(form.loc);
  node->callee = name(symbolOf(form.head), form.head->loc);
  node->isMacro = macro != nullptr;
  std::vector<ast::MacroCall::Argument> raw;
  for (const Property& p : form.properties)
    raw.push_back({p.isSpread() ? ArgKind::KeywordSpread : ArgKind::Keyword,
                   p.isSpread() ? Symbol{} : p.key, p.value});
  for (const Form* child : form.children) raw.push_back({ArgKind::Positional, {}, child});
  node->forms = copy(raw);
  if (!macro) {
    const GeneForm& wrapped = wrapTest(form);
    node->arguments = arguments(wrapped, wrapped.children);
  }
  node->environment = environment(form.loc);
  return node;
}

Analyzer::Node* Analyzer::expand(const GeneForm& form, const Macro& macro) {
  ScopeState* const caller = scopes_.scope();
  scopes_.goTo(scopes_.outermost());
  ast::Scope* scope = scopes_.push();
  ScopeState* const inside = scopes_.scope();
  Expansion expansion{&macro, form.children, caller};
  inside->expansion = &expansion;
  expansionDepth_++;
  Node* body = sequence(macro.body, form.loc);
  expansionDepth_--;
  inside->expansion = nullptr;
  scopes_.goTo(caller);
  return make<ast::ScopeBlock>(form.loc, scope, body);
}

/// The form that a macro's parameter stands for in a call that is expanded.
Form* Analyzer::argumentOf(const Expansion& e, Symbol parameter) {
  const auto& names = e.macro->parameters;
  const auto index = std::find(names.begin(), names.end(), parameter) - names.begin();
  Form* argument = e.arguments[static_cast<size_t>(index)];
  return argument->kind == FormKind::Quote ? as<QuoteForm>(*argument).value : argument;
}

/// A template with the arguments of the call in the place of its parameters.
Form* Analyzer::rendered(Form* form, const Expansion& e) {
  const auto all = [&](Span<Form* const> forms) {
    std::vector<Form*> made;
    for (Form* part : forms) made.push_back(rendered(part, e));
    return copy(made);
  };
  const auto values = [&](Span<const Property> properties) {
    std::vector<Property> made(properties.begin(), properties.end());
    for (Property& p : made) p.value = rendered(p.value, e);
    return copy(made);
  };
  if (form->kind == FormKind::Unquote) return argumentOf(e, symbolOf(as<QuoteForm>(*form).value));
  if (form->kind == FormKind::Array)
    return make<ArrayForm>(form->loc, all(as<ArrayForm>(*form).items));
  if (form->kind == FormKind::Map)
    return make<MapForm>(form->loc, values(as<MapForm>(*form).properties));
  if (form->kind != FormKind::Gene) return form;
  const auto& gene = as<GeneForm>(*form);
  return make<GeneForm>(form->loc, rendered(gene.head, e), values(gene.properties),
                        all(gene.children));
}

Analyzer::Node* Analyzer::callerEvalForm(const GeneForm& form) {
  if (form.children.size() != 1) return error(form.range(), Diag::NotExactlyOne, {"$caller_eval"});
  const Symbol parameter = symbolOf(form.children[0]);
  const Form* code = templateOf(form.children[0]);
  ScopeState* const here = scopes_.scope();
  for (ScopeState* s = scopes_.scope(); s && (code || !parameter.empty()); s = s->outer) {
    if (!s->expansion) continue;
    const Expansion& e = *s->expansion;
    const Form* evaluated = code ? rendered(const_cast<Form*>(code), e) : argumentOf(e, parameter);
    scopes_.goTo(e.caller);
    Node* node = inScope(form.loc, [&] { return expression(evaluated); });
    scopes_.goTo(here);
    return node;
  }
  return runtime(form.loc, ir::Op::CallerEval, {expression(form.children[0])});
}

Analyzer::Node* Analyzer::evalForm(const GeneForm& form) {
  const Symbol eval = symbolOf(form.head);
  if (scopes_.lookup(eval) || names_.globals.contains(eval) || !form.properties.empty())
    return call(form);
  std::vector<Node*> operands{environment(form.loc)};
  for (const Form* child : form.children) operands.push_back(expression(child));
  return make<ast::Runtime>(form.loc, ir::Op::Eval, copy(operands));
}

/// ($repl): asks the evaluator for `$repl`, which whoever runs the program knows.
Analyzer::Node* Analyzer::replForm(const GeneForm& form) {
  Node* name = make<ast::Quote>(form.loc, make<SymbolForm>(form.loc, Symbol::of("$repl")));
  Node* operands[] = {environment(form.loc), name};
  return make<ast::Runtime>(form.loc, ir::Op::Eval,
                            copy(std::vector<Node*>(operands, operands + 2)));
}

/// All variables that code here sees, for code that is known at run time only: they live in Scope objects from now on.
ast::Environment* Analyzer::environment(Location loc) {
  makesEnvironments_ = true;
  auto* node = make<ast::Environment>(loc);
  std::vector<ast::Binding*> visible;
  std::unordered_set<Symbol> seen;
  for (ScopeState* s = scopes_.scope(); s; s = s->outer) {
    std::vector<ast::Binding*> here;
    for (const auto& [name, binding] : s->names)
      if (seen.insert(name).second) here.push_back(binding);
    std::sort(here.begin(), here.end(), [](const ast::Binding* a, const ast::Binding* b) {
      return a->name.text() < b->name.text();
    });
    for (ast::Binding* binding : here) {
      scopes_.capture(binding, true);
      visible.push_back(binding);
    }
  }
  node->bindings = copy(visible);
  node->self = self(loc);
  if (environmentModule_.empty()) environmentModule_ = copy(namesOfModule());
  node->module = environmentModule_;
  return node;
}

/// The file of the module, and of each name that it has from another one: the name, what it is there, the other's file.
std::vector<Symbol> Analyzer::namesOfModule() const {
  std::vector<std::pair<Symbol, const ir::Global*>> imported;
  for (const auto& [name, global] : names_.globals)
    if (!global->from.empty()) imported.emplace_back(name, global);
  std::ranges::sort(imported, {}, [](const auto& entry) { return entry.first.text(); });
  std::vector<Symbol> names{Symbol::of(program_.mainFile)};
  for (const auto& [name, global] : imported)
    names.insert(names.end(), {name, global->exported, global->from});
  return names;
}

/// A debugger may stop here: all that is visible lives in Scope objects.
Analyzer::Node* Analyzer::debugPoint(Location loc) {
  ast::Environment* const here = environment(loc);
  if (debugged_ && std::ranges::equal(debugged_->bindings, here->bindings))
    here->bindings = debugged_->bindings;  // its table serves again
  debugged_ = here;
  return make<ast::DebugPoint>(loc, here);
}

ast::Module Analyzer::runEvaluated(const Form* form, const EvaluatedPlace& place) {
  place_ = &place;
  environmentModule_ = place.module;
  knowEnums(place.enums);
  // What encloses the code: a method whose variables are in the scope objects of the environment.
  auto* around = make<ast::Function>(form->loc);
  around->isMethod = true;
  scopes_.enter(around, true);
  std::unordered_map<uint32_t, ast::Scope*> scopes;
  for (const EvaluatedName& n : place.names) {
    ast::Scope*& scope = scopes[n.scope];
    if (!scope) {
      scope = make<ast::Scope>();
      scope->function = around;
      scope->id = n.scope;
    }
    auto* binding = make<ast::Binding>();
    binding->name = n.name;
    binding->function = around;
    binding->scope = scope;
    binding->storage = ast::Storage::InScope;
    binding->slot = n.slot;
    binding->constant = n.constant;
    scopes_.scope()->names.try_emplace(n.name, binding);
  }
  auto* main = make<ast::Function>(form->loc);
  main->name = Symbol::of("<eval>");
  {
    const Inside inside(*this, main);
    main->body = expression(form);
  }
  decideStorage();
  return {main};
}

ast::Module analyzeEvaluated(const Form* form, const EvaluatedPlace& place, ir::Program& program,
                             const LanguageOptions& options, DiagnosticEngine& diagnostics) {
  return Analyzer(program, options, diagnostics).runEvaluated(form, place);
}

}  // namespace gene
