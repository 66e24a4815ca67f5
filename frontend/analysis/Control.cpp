// Branches, loops, case, try, return (04, 09).

#include <algorithm>
#include <ranges>
#include <utility>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {
namespace {

bool isWord(const Form* form, std::initializer_list<std::string_view> words) {
  const std::string_view text = symbolOf(form).text();
  return !text.empty() && std::find(words.begin(), words.end(), text) != words.end();
}

/// How many forms come before the next of these words.
size_t until(Span<Form* const> forms, std::initializer_list<std::string_view> words) {
  size_t n = 0;
  while (n < forms.size() && !isWord(forms[n], words)) n++;
  return n;
}

}  // namespace

Analyzer::Node* Analyzer::sequence(Span<Form* const> forms, Location loc) {
  predeclare(forms);
  checks_.checkUseless(forms);
  if (forms.size() == 1 && !program_.debug) return expression(forms[0]);
  std::vector<Node*> nodes;
  if (forms.empty() && program_.debug) nodes.push_back(debugPoint(loc));
  for (size_t i = 0; i < forms.size(); i++) {
    if (program_.debug) nodes.push_back(debugPoint(forms[i]->loc));
    nodes.push_back(expression(forms[i]));
    if (i + 1 < forms.size()) checks_.checkReached(forms[i], forms[i + 1]);
  }
  return make<ast::Sequence>(loc, copy(nodes));
}

Analyzer::Node* Analyzer::doForm(const GeneForm& form) { return sequence(form.children, form.loc); }

Analyzer::Node* Analyzer::conditionAt(Span<Form* const>& forms, std::string_view who,
                                      Location loc) {
  const bool negated = !forms.empty() && isWord(forms[0], {"not"});
  if (negated) forms = forms.subspan(1);
  if (forms.empty()) return error(loc, Diag::IfMissingCondition, {who});
  checks_.checkCondition(forms[0]);
  Node* node = expression(forms[0]);
  if (negated) node = runtime(forms[0]->loc, ir::Op::Not, {node});
  forms = forms.subspan(1);
  return node;
}

/// cond [then] form* { elif … } [ else … ]
Analyzer::Node* Analyzer::branches(Span<Form* const> forms, std::string_view who, Location loc) {
  Node* condition = conditionAt(forms, who, loc);
  const bool hasThen = !forms.empty() && isWord(forms[0], {"then"});
  if (hasThen) forms = forms.subspan(1);
  if (forms.empty() && !hasThen) return error(loc, Diag::IfMissingBody, {who});
  const size_t n = until(forms, {"elif", "else"});
  checks_.checkBranch(forms.first(n));
  Node* then = inScope(loc, [&] { return sequence(forms.first(n), loc); });
  forms = forms.subspan(n);
  Node* otherwise = nullptr;
  if (!forms.empty()) {
    const Location at = forms[0]->loc;
    const bool isElse = isWord(forms[0], {"else"});
    forms = forms.subspan(1);
    if (isElse) checks_.checkElse(forms);
    const bool isForeignIf = isElse && !forms.empty() && isWord(forms[0], {"if"});
    const Checks::Quiet quiet(checks_, isForeignIf);
    otherwise =
        isElse ? inScope(at, [&] { return sequence(forms, at); }) : branches(forms, "elif", at);
  }
  return make<ast::If>(loc, condition, then, otherwise);
}

Analyzer::Node* Analyzer::ifForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::IfMissingCondition, {"if"});
  return inScope(form.loc, [&] { return branches(form.children, "if", form.loc); });
}

Analyzer::Node* Analyzer::ifelForm(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  if (c.empty()) return error(form.range(), Diag::IfMissingCondition, {"ifel"});
  if (c.size() == 1) return error(form.range(), Diag::IfMissingBody, {"ifel"});
  if (c.size() > 3) return error(form.range(), Diag::IfelShape);
  Node* condition = expression(c[0]);
  Node* then = inScope(form.loc, [&] { return expression(c[1]); });
  Node* otherwise = c.size() > 2 ? inScope(form.loc, [&] { return expression(c[2]); }) : nullptr;
  return make<ast::If>(form.loc, condition, then, otherwise);
}

Analyzer::Node* Analyzer::ifNotForm(const GeneForm& form) {
  Span<Form* const> c = form.children;
  if (c.empty()) return error(form.range(), Diag::IfMissingCondition, {"if_not"});
  if (until(c, {"else", "elif"}) != c.size()) return error(form.range(), Diag::IfNotElse);
  Node* condition =
      runtime(form.loc, ir::Op::Not, {runtime(form.loc, ir::Op::IsTrue, {expression(c[0])})});
  c = c.subspan(1);
  if (!c.empty() && isWord(c[0], {"then"})) c = c.subspan(1);
  Node* body = inScope(form.loc, [&] { return sequence(c, form.loc); });
  return make<ast::If>(form.loc, condition, body, nullptr);
}

// --- loops -------------------------------------------------------------------------------------------------------------

template <class F>
void Analyzer::inLoop(ast::LoopBase* loop, const GeneForm& form, F&& body) {
  Symbol label;
  if (const Form* name = property(form, "name"))
    label =
        name->kind == FormKind::String ? Symbol::of(as<StringForm>(*name).text) : symbolOf(name);
  scopes_.function()->loops.push_back({loop, label});
  body();
  scopes_.function()->loops.pop_back();
}

Analyzer::Node* Analyzer::whileForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::WhileCondition);
  auto* node = make<ast::While>(form.loc);
  inLoop(node, form, [&] {
    Span<Form* const> rest = form.children;
    const Location loc = rest[0]->loc;
    node->condition = conditionAt(rest, "while", form.loc);
    if (program_.debug)
      node->condition =
          make<ast::Sequence>(loc, copy(std::vector{debugPoint(loc), node->condition}));
    node->body = sequence(rest, form.loc);
  });
  return node;
}

Analyzer::Node* Analyzer::loopForm(const GeneForm& form) {
  auto* node = make<ast::Loop>(form.loc);
  inLoop(node, form, [&] { node->body = sequence(form.children, form.loc); });
  return node;
}

Analyzer::Node* Analyzer::repeatForm(const GeneForm& form) {
  if (property(form, "index") || property(form, "total"))
    return error(form.range(), Diag::RepeatReserved);
  if (form.children.empty()) return error(form.range(), Diag::RepeatCount);
  auto* node = make<ast::Repeat>(form.loc);
  node->count = expression(form.children[0]);
  inLoop(node, form, [&] {
    node->scope = scopes_.push();
    node->body = sequence(form.children.subspan(1), form.loc);
    scopes_.pop();
  });
  return node;
}

ast::Binding* Analyzer::loopVariable(const Form* form) {
  const Symbol symbol = symbolOf(form);
  if (symbol == sym::Underscore) return nullptr;
  if (symbol == sym::Self) error(form->range(), Diag::ReservedName, {"variable"});
  return declare(symbol, form->loc);
}

Analyzer::Node* Analyzer::forForm(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  if (c.size() < 2) return error(form.range(), Diag::ForArguments);
  const size_t in = until(c, {"in"});
  if (in == 0 || in > 2 || in + 1 >= c.size()) return error(form.range(), Diag::ForIn);
  const Form* value = c[in - 1];
  const bool isPattern = value->kind == FormKind::Array || value->kind == FormKind::Map;
  if ((value->kind != FormKind::Symbol && !isPattern) ||
      (in == 2 && c[0]->kind != FormKind::Symbol))
    return error(value->range(), Diag::ForVariable);
  auto* node = make<ast::For>(form.loc);
  node->pairs = in == 2;
  node->collection = expression(c[in + 1]);
  inLoop(node, form, [&] {
    node->scope = scopes_.push();
    if (in == 2) node->key = loopVariable(c[0]);
    if (isPattern)
      node->pattern = pattern(value, nullptr, false);
    else
      node->value = loopVariable(value);
    node->body = sequence(c.subspan(in + 2), form.loc);
    scopes_.pop();
  });
  return node;
}

Analyzer::Node* Analyzer::exit(const GeneForm& form, bool isBreak) {
  ast::LoopBase* loop =
      scopes_.function()->loops.empty() ? nullptr : scopes_.function()->loops.back().loop;
  if (const Form* from = property(form, "from"); from && loop) {
    const Symbol label =
        from->kind == FormKind::String ? Symbol::of(as<StringForm>(*from).text) : symbolOf(from);
    loop = nullptr;
    for (const LoopState& l : scopes_.function()->loops)
      if (l.label == label) loop = l.loop;
    if (!loop) return error(form.range(), Diag::NoLoopNamed, {label.text()});
  }
  if (!isBreak) return make<ast::Continue>(form.loc, loop);
  return make<ast::Break>(form.loc, loop,
                          form.children.empty() ? nullptr : expression(form.children[0]));
}

Analyzer::Node* Analyzer::breakForm(const GeneForm& form) { return exit(form, true); }
Analyzer::Node* Analyzer::continueForm(const GeneForm& form) { return exit(form, false); }

// --- case, return ------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::caseForm(const GeneForm& form) {
  Span<Form* const> rest = form.children;
  if (rest.empty()) return error(form.range(), Diag::CaseTarget);
  Node* target = expression(rest[0]);
  rest = rest.subspan(1);
  std::vector<ast::Case::Clause> clauses;
  Node* otherwise = nullptr;
  bool hasElse = false;
  std::vector<const Form*> tests;
  while (!rest.empty()) {
    const Location at = rest[0]->loc;
    const bool isElse = isWord(rest[0], {"else"});
    if (!isElse && !isWord(rest[0], {"when"}))
      return error(at, Diag::CaseWhen, {printForm(*rest[0])});
    rest = rest.subspan(1);
    ast::Case::Clause clause;
    clause.scope = scopes_.push();
    if (!isElse) {
      if (rest.empty() || isWord(rest[0], {"when", "else"})) return error(at, Diag::CaseValue);
      tests.push_back(rest[0]);
      if (symbolOf(rest[0]) != sym::Underscore && !variantClause(rest[0], clause))
        clause.test = expression(rest[0]);
      rest = rest.subspan(1);
    }
    const size_t n = until(rest, {"when", "else"});
    checks_.checkArrow(rest.first(n));
    clause.body = sequence(rest.first(n), at);
    scopes_.pop();
    rest = rest.subspan(n);
    hasElse |= isElse;
    if (isElse)
      otherwise = make<ast::ScopeBlock>(at, clause.scope, clause.body);
    else
      clauses.push_back(clause);
  }
  if (!hasElse) checks_.checkExhaustive(form, tests);
  return make<ast::Case>(form.loc, target, copy(clauses), otherwise);
}

Analyzer::Node* Analyzer::returnForm(const GeneForm& form) {
  checks_.checkOneValue(form);
  return make<ast::Return>(form.loc,
                           form.children.empty() ? nullptr : expression(form.children[0]));
}

// --- exceptions --------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::throwForm(const GeneForm& form) {
  checks_.checkOneValue(form);
  return make<ast::Throw>(form.loc, form.children.empty() ? nullptr : expression(form.children[0]));
}

// --- futures -----------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::asyncForm(const GeneForm& form) {
  if (form.children.size() != 1) return error(form.range(), Diag::NotExactlyOne, {"async"});
  return make<ast::Async>(form.loc, expression(form.children[0]));
}

Analyzer::Node* Analyzer::awaitForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::AwaitArguments);
  int64_t timeout = -1;
  if (const Form* given = property(form, "timeout")) {
    constexpr int64_t Longest = int64_t{1} << 53;  // microseconds
    double micros = -1;
    if (given->kind == FormKind::Int)
      micros = static_cast<double>(as<IntForm>(*given).value) * 1e3;
    else if (given->kind == FormKind::Float)
      micros = as<FloatForm>(*given).value * 1e6;
    else
      return error(given->range(), Diag::AwaitTimeout);
    timeout = micros > 0 ? static_cast<int64_t>(std::min(micros, double{Longest})) : 0;
  }
  std::vector<Node*> futures;
  for (const Form* child : form.children) futures.push_back(expression(child));
  ir::Immediate limit;
  limit.integer = timeout;
  return make<ast::Runtime>(form.loc, futures.size() == 1 ? ir::Op::Await : ir::Op::AwaitAll,
                            copy(futures), copy(std::vector{limit}));
}

/// Takes the names of a log out of their scope, or puts them back.
void Analyzer::hide(const Scopes::DeclarationLog& log, bool hidden) {
  auto show = [&](Symbol name, ast::Binding* binding) {
    if (binding)
      log.scope->names[name] = binding;
    else
      log.scope->names.erase(name);
  };
  if (hidden) {
    for (const Scopes::Declaration& d : log.entries | std::views::reverse) {
      if (d.isModuleVariable)
        declaredVars_.erase(d.name);
      else
        show(d.name, d.before);
    }
    return;
  }
  for (const Scopes::Declaration& d : log.entries) {
    if (d.isModuleVariable)
      declaredVars_.insert(d.name);
    else
      show(d.name, d.binding);
  }
}

Analyzer::Node* Analyzer::tryForm(const GeneForm& form) {
  Span<Form* const> rest = form.children;
  size_t n = until(rest, {"catch", "finally"});
  checks_.checkHandler(rest.first(n));
  // The body is no scope, but what it declares is not visible in the clauses.
  Scopes::DeclarationLog declared{};
  Scopes::DeclarationLog* const outerLog = scopes_.beginLog(&declared);
  Node* body = sequence(rest.first(n), form.loc);
  scopes_.endLog(&declared, outerLog);
  rest = rest.subspan(n);
  std::vector<ast::Try::Catch> catches;
  Node* finally = nullptr;
  while (!rest.empty()) {
    const Location at = rest[0]->loc;
    const bool isFinally = isWord(rest[0], {"finally"});
    rest = rest.subspan(1);
    if (isFinally) {
      n = until(rest, {"catch", "finally"});
      finally = sequence(rest.first(n), at);
      rest = rest.subspan(n);
      continue;
    }
    if (rest.empty() || isWord(rest[0], {"catch", "finally"}))
      return error(at, Diag::MissingParts, {"catch", "a pattern"});
    const Form* what = rest[0];
    rest = rest.subspan(1);
    ast::Try::Catch clause;
    hide(declared, true);
    const std::string_view word = symbolOf(what).text();
    const bool everything = word == "*" || word == "_";
    const bool names = !everything && !word.empty() && word[0] >= 'a' && word[0] <= 'z';
    if (!everything && !names && what->kind != FormKind::Map && what->kind != FormKind::Array) {
      checks_.checkCaughtName(what);
      clause.cls = expression(what);
    }
    clause.scope = scopes_.push();
    if (names) clause.binding = declare(symbolOf(what), what->loc);
    if (what->kind == FormKind::Map || what->kind == FormKind::Array)
      clause.pattern = pattern(what, nullptr, false);
    n = until(rest, {"catch", "finally"});
    if (clause.cls) checks_.checkCaught(what, rest.first(n));
    clause.body = n ? sequence(rest.first(n), at) : nullptr;
    scopes_.pop();
    hide(declared, false);
    rest = rest.subspan(n);
    catches.push_back(clause);
  }
  return make<ast::Try>(form.loc, body, copy(catches), finally);
}

// --- self for a while, and forms of the module level -------------------------------------------------------------------

/// $with and $tap are no scopes: `self` and the name of $tap mean something else within them, and that is all.
Analyzer::Node* Analyzer::withSelf(const GeneForm& form, std::string_view name, bool keepsValue) {
  if (form.children.empty()) return error(form.range(), Diag::WithArguments, {name});
  Node* value = expression(form.children[0]);
  Span<Form* const> rest = form.children.subspan(1);
  ast::Binding* binding = newBinding(sym::Self, form.loc);
  ScopeState& scope = *scopes_.scope();
  ast::Binding* const outerSelf = std::exchange(scope.self, binding);
  Symbol alias;
  ast::Binding* outerAlias = nullptr;
  if (keepsValue && !rest.empty() && symbolOf(rest[0]).text().starts_with(':')) {
    alias = Symbol::of(symbolOf(rest[0]).text().substr(1));
    outerAlias = std::exchange(scope.names[alias], binding);
    rest = rest.subspan(1);
  }
  Node* body = sequence(rest, form.loc);
  if (outerAlias)
    scope.names[alias] = outerAlias;
  else if (!alias.empty())
    scope.names.erase(alias);
  scope.self = outerSelf;
  return make<ast::WithSelf>(form.loc, binding, value, body, keepsValue);
}

Analyzer::Node* Analyzer::withForm(const GeneForm& form) { return withSelf(form, "$with", false); }
Analyzer::Node* Analyzer::tapForm(const GeneForm& form) { return withSelf(form, "$tap", true); }

Analyzer::Node* Analyzer::ifMainForm(const GeneForm& form) {
  if (!isMain_) return nil(form.loc);
  return inScope(form.loc, [&] { return sequence(form.children, form.loc); });
}

/// At a module's top level there is none left (Comptime.h); elsewhere it is nothing.
Analyzer::Node* Analyzer::comptimeForm(const GeneForm& form) { return nil(form.loc); }

Analyzer::Node* Analyzer::matchForm(const GeneForm& form) {
  return error(form.range(), Diag::RemovedForm,
               {"match", "(var pattern value) for binding or (case ...) for branching"});
}

}  // namespace gene
