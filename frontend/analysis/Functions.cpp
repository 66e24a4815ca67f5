// Functions and their parameters (05).

#include <algorithm>
#include <utility>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

constexpr size_t MostParameters = 10000;

bool endsWith(Symbol s, char c) {
  return !s.empty() && s.text().size() > 1 && s.text().ends_with(c);
}

}  // namespace

// --- definitions -------------------------------------------------------------------------------------------------------

/// [name] [parameters] [-> type] body
bool Analyzer::signature(const GeneForm& form, Signature* result) {
  Span<Form* const> rest = form.children;
  if (rest.empty()) {
    error(form.range(), Diag::FnNoArguments);
    return false;
  }
  if (rest[0]->kind != FormKind::Array) {
    result->nameForm = rest[0];
    if (rest[0]->kind == FormKind::String)
      result->name = Symbol::of(as<StringForm>(*rest[0]).text);
    else if (rest[0]->kind == FormKind::Path)
      result->name = as<PathForm>(*rest[0]).parts.back();
    else
      result->name = symbolOf(rest[0]);
    if (result->name.empty()) {
      error(rest[0]->range(), Diag::FnArgumentArray);
      return false;
    }
    // name:T:U declares type variables.
    if (const size_t colon = result->name.text().find(':');
        colon != std::string_view::npos && colon > 0) {
      std::string_view variables = result->name.text().substr(colon);
      result->nameForm = plainNameForm(rest[0], &result->name);
      while (variables.starts_with(':')) {
        variables.remove_prefix(1);
        const std::string_view one = variables.substr(0, variables.find(':'));
        result->typeVariables.push_back(Symbol::of(one));
        variables.remove_prefix(one.size());
      }
    }
    rest = rest.subspan(1);
    if (rest.empty()) {
      error(form.range(), Diag::FnArguments);
      return false;
    }
    if (rest[0]->kind != FormKind::Array) {
      error(rest[0]->range(), Diag::FnArgumentArray);
      return false;
    }
  }
  result->parameters = &as<ArrayForm>(*rest[0]);
  rest = rest.subspan(1);
  if (rest.size() >= 2 && symbolOf(rest[0]).text() == "->") {
    result->resultType = rest[1];
    rest = rest.subspan(2);
  }
  if (rest.size() >= 2 && symbolOf(rest[0]).text() == "!" && rest[1]->kind == FormKind::Array)
    rest = rest.subspan(2);
  result->body = rest;
  return true;
}

Analyzer::Node* Analyzer::fnForm(const GeneForm& form) {
  Signature s;
  if (!signature(form, &s)) return nil(form.loc);
  if (s.name == sym::Self) return error(form.range(), Diag::ReservedName, {"function"});
  if (!s.nameForm) return function(form, s, Role::Plain);
  if (s.nameForm->kind == FormKind::Path)
    return assignPath(as<PathForm>(*s.nameForm), function(form, s, Role::Plain), form.loc);
  const bool isModule = scopes_.isOutermost();
  if (!isModule) {
    ast::Binding* binding = predeclared(s.name, form.loc);
    ast::Function* node = function(form, s, Role::Plain);
    scopes_.bind(binding);
    if (!node->isMacro) binding->resultType = node->resultType;
    return make<ast::DeclareLocal>(form.loc, binding, node);
  }
  ir::Global* global = moduleGlobal(s.name, form.loc);  // first: the function may call itself
  names_.later.erase(s.name);
  ast::Function* node = function(form, s, Role::Plain);
  CalledFunction& called = names_.functions[s.name] = {.form = node->form};
  for (const ast::Parameter& p : node->parameters) {
    called.hasRest |= p.spec.kind == SlotKind::Rest;
    called.positional += p.spec.kind == SlotKind::Positional;
  }
  if (!node->isMacro && !node->isAsync) global->resultType = node->resultType;
  return published(s.name, make<ast::AssignGlobal>(form.loc, global, node));
}

/// The bindings of what `forms` define, so that functions above the definitions can use them. The variables of a class
/// or namespace are visible in all its functions, too (07 §1, 08 §4).
void Analyzer::predeclare(Span<Form* const> forms) {
  for (const Form* form : forms) {
    if (form->kind != FormKind::Gene) continue;
    const auto& g = as<GeneForm>(*form);
    const std::string_view head = symbolOf(g.head).text();
    const bool isVariable =
        scopes_.scope()->self && scopes_.scope()->outer && hasTrait(head, form_trait::Variable);
    if (!isVariable && !hasTrait(head, form_trait::Named)) continue;
    if (g.children.empty() || g.children[0]->kind != FormKind::Symbol) continue;
    std::string_view text = symbolOf(g.children[0]).text();
    if (const size_t colon = text.find(':'); colon != 0) text = text.substr(0, colon);
    const Symbol name = Symbol::of(text);
    if (name == sym::Self || text.starts_with('$')) continue;
    if (scopes_.isOutermost()) {
      // In `do`, `try` and loops of the module's level: a global, as when it stands outside of them.
      if (!names_.globals.contains(name)) names_.later.insert(name);
      moduleGlobal(name, form->loc);
    } else if (!scopes_.scope()->later.contains(name)) {
      ast::Binding* binding = scopes_.scope()->later[name] = newBinding(name, form->loc);
      if (hasTrait(head, form_trait::Typed)) binding->identity = identityOf(g, name);
    }
  }
}

/// The binding that `predeclare` made for the name, or a new one.
ast::Binding* Analyzer::predeclared(Symbol name, Location loc) {
  auto later = scopes_.scope()->later.find(name);
  if (later == scopes_.scope()->later.end()) return newBinding(name, loc);
  ast::Binding* const binding = later->second;
  scopes_.scope()->later.erase(later);
  return binding;
}

Analyzer::Node* Analyzer::macroMethodForm(const GeneForm& form) {
  return error(form.range(), Diag::MacroMethod);
}

Analyzer::Node* Analyzer::fnxForm(const GeneForm& form) {
  return error(form.range(), Diag::RemovedForm, {"fnx", "(fn [args] ...)"});
}
Analyzer::Node* Analyzer::fnxMacroForm(const GeneForm& form) {
  return error(form.range(), Diag::RemovedForm, {"fnx!", "(fn name! [args] ...)"});
}
Analyzer::Node* Analyzer::fnxxForm(const GeneForm& form) {
  return error(form.range(), Diag::RemovedForm, {"fnxx", "(fn [args] ...)"});
}

Analyzer::Node* Analyzer::blockSpecialForm(const GeneForm& form) {
  if (form.children.empty() || form.children[0]->kind != FormKind::Array)
    return error(form.range(), Diag::FnArgumentArray);
  return blockForm(form.children[0], form.children.subspan(1), form);
}

/// (x -> body…), ([a b] -> body…), (-> body…)
Analyzer::Node* Analyzer::blockForm(const Form* params, Span<Form* const> body,
                                    const GeneForm& form) {
  Signature s;
  std::vector<Form*> items;
  if (params && params->kind == FormKind::Symbol)
    items.push_back(make<SymbolForm>(params->loc, symbolOf(params)));
  else if (params && params->kind != FormKind::Array)
    return error(params->range(), Diag::FnArgumentArray);
  s.parameters = params && params->kind == FormKind::Array
                     ? &as<ArrayForm>(*params)
                     : make<ArrayForm>(form.loc, arena_.copy(Span<Form*>(items)));
  s.body = body;
  return function(form, s, Role::Block);
}

Span<ast::Condition> Analyzer::conditions(const GeneForm& form, std::string_view key) {
  const Form* value = property(form, key);
  if (!value) return {};
  std::vector<ast::Condition> result;
  if (value->kind == FormKind::Array) {
    for (const Form* f : as<ArrayForm>(*value).items) result.push_back({expression(f), f});
  } else {
    result.push_back({expression(value), value});
  }
  return copy(result);
}

namespace {

/// Is the property there, and neither false nor nil?
bool isSet(const Form* value) {
  return value && value->kind != FormKind::False && value->kind != FormKind::Nil;
}

/// [[args] -> value  [args] throws Class …]
bool areExamples(const Form& form) {
  if (form.kind != FormKind::Array) return false;
  const Span<Form* const> items = as<ArrayForm>(form).items;
  if (items.size() % 3 != 0) return false;
  for (size_t i = 0; i < items.size(); i += 3) {
    const std::string_view word = symbolOf(items[i + 1]).text();
    const FormKind kind = items[i + 2]->kind;
    const bool isClass = kind == FormKind::Symbol || kind == FormKind::Path;
    if (items[i]->kind != FormKind::Array || !(word == "->" || (word == "throws" && isClass)))
      return false;
  }
  return true;
}

}  // namespace

ast::Function* Analyzer::function(const GeneForm& form, const Signature& s, Role role) {
  auto* f = make<ast::Function>(form.loc);
  f->name = s.name;
  f->isMethod = role == Role::Method || role == Role::Ctor;
  f->isCtor = role == Role::Ctor;
  f->isBlock = role == Role::Block;
  f->isMacro = role == Role::Plain && endsWith(s.name, '!');
  f->isAsync = (role == Role::Plain || role == Role::Method) && isSet(property(form, "async"));
  f->form = &form;
  std::vector<Symbol> ownVariables;  // those that no function around declares
  for (const Symbol variable : s.typeVariables)
    if (typeVariables_.insert(variable).second) ownVariables.push_back(variable);
  f->resultType = s.resultType ? annotation(s.resultType) : nullptr;
  if (f->resultType && !s.body.empty())
    checks_.checkValueType(
        s.body.back(), f->resultType,
        "the result of '" + std::string(s.name.empty() ? "fn" : s.name.text()) + "'");
  f->parent = scopes_.function()->function;
  if (const Form* intent = property(form, "intent");
      intent && intent->kind != FormKind::String && role != Role::Block)
    error(intent->range(), Diag::InvalidIntent, {s.name.empty() ? "<unnamed>" : s.name.text()});
  if (const Form* examples = property(form, "examples");
      examples && role != Role::Block && !areExamples(*examples))
    error(examples->range(), Diag::InvalidExamples, {s.name.empty() ? "<unnamed>" : s.name.text()});

  const ScopeState* const outerScope = scopes_.scope();
  const Inside inside(*this, f);
  if (role == Role::Plain && s.nameForm && s.nameForm->kind != FormKind::Path &&
      outerScope->outer != nullptr) {
    // A named function inside another sees itself under its name without a variable of the enclosing scope.
    f->selfName = newBinding(s.name, form.loc);
    if (!f->isMacro) f->selfName->resultType = f->resultType;
    scopes_.scope()->names[s.name] = f->selfName;
  }
  parameters(*f, *s.parameters, role);
  f->pre = conditions(form, "pre");
  if (property(form, "post")) {
    ScopeState* before = scopes_.scope();
    scopes_.push();
    f->result = declare(Symbol::of("result"), form.loc);
    f->post = conditions(form, "post");
    scopes_.goTo(before);
  }
  const bool generator =
      (endsWith(s.name, '*') && s.name.text() != "**") || property(form, "generator");
  f->body = generator ? generatorOf(s, form) : sequence(s.body, form.loc);
  for (const Symbol variable : ownVariables) typeVariables_.erase(variable);
  return f;
}

/// The body of a generator function: a function of its own inside the one that binds the arguments.
Analyzer::Node* Analyzer::generatorOf(const Signature& s, const GeneForm& form) {
  auto* body = make<ast::Function>(form.loc);
  body->name = s.name;
  body->form = &form;
  body->parent = scopes_.function()->function;
  body->isGenerator = true;
  ast::Parameter frame;
  frame.spec.name = sym::Underscore;
  body->parameters = arena_.copy(Span<ast::Parameter>(&frame, 1));
  const Inside inside(*this, body);
  body->body = sequence(s.body, form.loc);
  return make<ast::MakeGenerator>(form.loc, body);
}

Analyzer::Node* Analyzer::yieldForm(const GeneForm& form) {
  if (form.children.size() > 1)
    return raiseNode(form.loc, "Exception", "yield expects 0 or 1 argument");
  checks_.checkYield(form);
  return make<ast::Yield>(form.loc, form.children.empty() ? nullptr : expression(form.children[0]));
}

Analyzer::Inside::Inside(Analyzer& analyzer, ast::Function* function)
    : analyzer_(analyzer),
      outerFunction_(analyzer.scopes_.function()),
      outerScope_(analyzer.scopes_.scope()),
      atTopLevel_(analyzer.atTopLevel_) {
  analyzer.scopes_.enter(function, function->isMethod);
  analyzer.atTopLevel_ = false;
}

Analyzer::Inside::~Inside() {
  analyzer_.scopes_.leave(outerFunction_, outerScope_);
  analyzer_.atTopLevel_ = atTopLevel_;
}

// --- parameters --------------------------------------------------------------------------------------------------------

void Analyzer::parameters(ast::Function& f, const ArrayForm& form, Role role) {
  std::vector<ast::Parameter> result;
  if (role == Role::Method || role == Role::Ctor) {
    ast::Parameter self;
    self.spec = {sym::Self, SlotKind::Self, false};
    result.push_back(self);
  }
  bool hasRest = false;
  const Span<Form* const> items = form.items;
  for (size_t i = 0; i < items.size(); i++) {
    const Form* item = items[i];
    ast::Parameter p;
    if (item->kind == FormKind::Array) {
      p.spec.name = sym::Underscore;
      p.pattern = pattern(item, nullptr, false);
      result.push_back(p);
      continue;
    }
    std::string_view text;
    const bool isField = item->kind == FormKind::Path &&  // /x: assigned to the field of that name
                         as<PathForm>(*item).parts.size() == 2 &&
                         as<PathForm>(*item).parts[0].empty();
    if (isField) {
      text = as<PathForm>(*item).parts[1].text();
    } else if (item->kind == FormKind::Symbol) {
      text = symbolOf(item).text();
    } else {
      Diagnostic& d = diagnostics_.report(item->range(), Diag::UnsupportedPattern);
      if (i > 0 && !symbolOf(items[i - 1]).empty())
        d.hint(Diag::HintDefault, {symbolOf(items[i - 1]).text(), printForm(*item)});
      continue;
    }
    const bool keyword = text.starts_with('^') && text.size() > 1;
    if (keyword) text.remove_prefix(1);
    const bool typed = text.size() > 1 && text.ends_with(':');
    if (typed) text.remove_suffix(1);
    bool rest = text.size() > 3 && text.ends_with("...");
    if (rest) text.remove_suffix(3);
    if (text == "...") {
      error(item->range(), Diag::RestWithoutName);
      continue;
    }
    if (!rest && i + 1 < items.size() && symbolOf(items[i + 1]) == sym::Ellipsis) {
      rest = true;
      i++;
    }
    p.spec.name = Symbol::of(text);
    if (!typed) checks_.checkParameterName(p.spec.name, item->loc);
    if (isField) p.field = p.spec.name;
    if (p.spec.name == sym::Self) error(item->range(), Diag::ReservedName, {"parameter"});
    p.spec.kind = keyword ? (rest ? SlotKind::KeywordRest : SlotKind::Keyword)
                          : (rest ? SlotKind::Rest : SlotKind::Positional);
    if (rest && !keyword) {
      if (hasRest) error(item->range(), Diag::TwoRests);
      hasRest = true;
    }
    if (typed && i + 1 < items.size()) p.type = annotation(items[++i]);
    if (i + 2 < items.size() && symbolOf(items[i + 1]).text() == "=") {
      p.spec.optional = true;
      // Defaults see the parameters before them.
      p.fallback = expression(items[i + 2]);
      i += 2;
    }
    if (p.spec.name != sym::Underscore) {
      if (auto same = scopes_.scope()->names.find(p.spec.name);
          same != scopes_.scope()->names.end() && same->second != f.selfName)
        diagnostics_.report(item->range(), Diag::DuplicateParameter, {p.spec.name.text()})
            .note(same->second->loc, Diag::NoteFirst);
      p.binding = declare(p.spec.name, item->loc);
      p.binding->declaredType = p.type;
    }
    result.push_back(p);
  }
  if (result.size() > MostParameters)
    error(form.range(), Diag::TooManyParameters,
          {std::to_string(MostParameters), std::to_string(result.size())});
  f.parameters = copy(result);
}

}  // namespace gene
