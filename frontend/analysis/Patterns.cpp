// var and let, and destructuring patterns (03 §7, 12).

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {

ast::Destructure::Target Analyzer::target(Symbol name, Location loc, bool constant) {
  ast::Destructure::Target t;
  if (name == sym::Underscore) return t;
  if (name == sym::Self) error(loc, Diag::ReservedName, {"variable"});
  auto global = scopes_.isOutermost() ? names_.globals.find(name) : names_.globals.end();
  if (global != names_.globals.end()) {
    t.global = global->second;
    declaredModuleVariable(name);
    return t;
  }
  t.local = declare(name, loc);
  t.local->constant = constant;
  if (scopes_.isOutermost()) declaredModuleVariable(name);
  return t;
}

/// One target for each name, in order of appearance; names in nested patterns included.
void Analyzer::arrayTargets(const ArrayForm& form, std::vector<ast::Destructure::Target>& targets,
                            bool constant) {
  bool hasRest = false;
  const Span<Form* const> items = form.items;
  for (size_t i = 0; i < items.size(); i++) {
    const Form* item = items[i];
    if (item->kind == FormKind::Array) {
      arrayTargets(as<ArrayForm>(*item), targets, constant);
      continue;
    }
    std::string_view text = symbolOf(item).text();
    if (text.empty()) {
      error(item->range(), Diag::UnsupportedPattern);
      continue;
    }
    const bool keyword = text.starts_with('^') && text.size() > 1;
    if (keyword) text.remove_prefix(1);
    if (text == "...") {
      error(item->range(), Diag::RestWithoutName);
      continue;
    }
    bool rest = text.size() > 3 && text.ends_with("...");
    if (rest) text.remove_suffix(3);
    if (!rest && i + 1 < items.size() && symbolOf(items[i + 1]) == sym::Ellipsis) {
      rest = true;
      i++;
    }
    if (rest && !keyword) {
      if (hasRest) error(item->range(), Diag::TwoRests);
      hasRest = true;
    }
    const Form* fallback = nullptr;
    if (i + 2 < items.size() && symbolOf(items[i + 1]).text() == "=") {
      fallback = items[i + 2];
      i += 2;
    }
    // A default sees the names before it, not its own.
    Node* value = fallback ? expression(fallback) : nullptr;
    ast::Destructure::Target t = target(Symbol::of(text), item->loc, constant);
    t.fallback = value;
    if (t.local || t.global) targets.push_back(t);
  }
}

ast::Destructure* Analyzer::pattern(const Form* form, Node* value, bool constant) {
  std::vector<ast::Destructure::Target> targets;
  if (form->kind == FormKind::Map) {
    for (const Property& p : as<MapForm>(*form).properties) {
      const Symbol name = symbolOf(p.value);
      if (name.empty()) {
        error(p.loc, Diag::UnsupportedMapPattern);
        continue;
      }
      ast::Destructure::Target t = target(name, p.loc, constant);
      t.key = p.key;
      targets.push_back(t);
    }
  } else {
    arrayTargets(as<ArrayForm>(*form), targets, constant);
  }
  return make<ast::Destructure>(form->loc, form, value, copy(targets));
}

Analyzer::Node* Analyzer::varForm(const GeneForm& form) { return declareVariable(form, false); }
Analyzer::Node* Analyzer::letForm(const GeneForm& form) { return declareVariable(form, true); }

/// (var a/b v), (var /x: T v)
Analyzer::Node* Analyzer::declareMember(const PathForm& path, const GeneForm& form) {
  const Span<Form* const> c = form.children;
  std::string_view last = path.parts.back().text();
  if (c.size() < 2 || last.size() < 2 || !last.ends_with(':'))
    return assignPath(path, c.size() > 1 ? expression(c[1]) : nil(form.loc), form.loc);
  last.remove_suffix(1);
  std::vector<Symbol> parts(path.parts.begin(), path.parts.end());
  parts.back() = Symbol::of(last);
  const auto* plain = make<PathForm>(path.loc, arena_.copy(Span<Symbol>(parts)));
  // The value is checked as that of a variable before it becomes a member.
  ast::Binding* binding = newBinding(parts.back(), path.loc);
  binding->type = annotation(c[1]);
  Node* checked =
      make<ast::DeclareLocal>(form.loc, binding, c.size() > 2 ? expression(c[2]) : nil(form.loc));
  Node* member = assignPath(*plain, make<ast::Local>(form.loc, binding), form.loc);
  std::vector<Node*> nodes{checked, member};
  return make<ast::Sequence>(form.loc, copy(nodes));
}

/// (var x), (var x v), (var x: T v), (var a/b v), (var $g v), (var [a b] v), (var {^k a} v)
Analyzer::Node* Analyzer::declareVariable(const GeneForm& form, bool constant) {
  const Span<Form* const> c = form.children;
  if (c.empty())
    return error(form.range(), Diag::MissingParts, {constant ? "let" : "var", "a name"});
  const Form* what = c[0];
  if (what->kind == FormKind::Array || what->kind == FormKind::Map) {
    if (what->kind == FormKind::Array && Checks::hasPairs(as<ArrayForm>(*what))) {
      diagnostics_.report(what->range(), Diag::UnsupportedPattern)
          .hint(Diag::HintOneEach, {symbolOf(form.head).text()});
      return nil(form.loc);
    }
    Node* value = c.size() > 1 ? expression(c[1]) : nil(form.loc);
    return pattern(what, value, constant);
  }
  if (what->kind == FormKind::Path) return declareMember(as<PathForm>(*what), form);
  std::string_view text = symbolOf(what).text();
  if (text.empty()) return error(what->range(), Diag::UnsupportedPattern);
  const bool typed = text.size() > 1 && text.ends_with(':');
  if (typed) text.remove_suffix(1);
  const Symbol name = Symbol::of(text);
  if (!typed) checks_.checkGluedType(name, what->loc);
  const bool hasType = typed && c.size() > 1;
  const Form* type = hasType ? annotation(c[1]) : nullptr;
  const Form* init = c.size() > (hasType ? 2u : 1u) ? c[hasType ? 2 : 1] : nullptr;
  if (init && c.back() != init) checks_.checkInitialiser(form, name, init);
  Symbol instanceOf = init ? checks_.staticClass(init) : Symbol{};
  if (type && !checks_.classNamed(instanceOf)) instanceOf = {};  // numbers are converted
  if (type && init) checks_.checkValueType(init, type, "the variable '" + std::string(text) + "'");
  if (name == sym::Self) return error(what->range(), Diag::ReservedName, {"variable"});
  if (text.starts_with('$')) {
    Node* value = init ? expression(init) : nil(form.loc);
    return make<ast::AssignGlobal>(form.loc, program_.externalGlobal(name), value);
  }
  if (scopes_.isOutermost()) {
    if (auto it = names_.globals.find(name); it != names_.globals.end()) {
      Node* value = init ? expression(init) : nil(form.loc);
      declaredModuleVariable(name);
      if (constant) constantGlobals_.insert(name);
      if (!instanceOf.empty()) names_.classes[name] = instanceOf;
      auto* node = make<ast::AssignGlobal>(form.loc, it->second, value);
      if (type) names_.types[name] = type;
      if (init) node->type = type;
      return node;
    }
  }
  // The initialiser does not see the new name, but functions in it do: they run later.
  ast::Binding* binding =
      scopes_.scope()->self ? predeclared(name, what->loc) : newBinding(name, what->loc);
  binding->constant = constant;
  binding->isVariable = scopes_.scope()->outer && !scopes_.scope()->self;
  if (binding->isVariable) checks_.checkShadowing(name, what->loc);
  binding->staticClass = instanceOf;
  binding->type = binding->declaredType = type;
  ast::Binding* const outer = scopes_.scope()->pending;
  scopes_.scope()->pending = binding;
  Node* value = init ? expression(init) : nullptr;
  scopes_.scope()->pending = outer;
  scopes_.bind(binding);
  if (scopes_.isOutermost()) declaredModuleVariable(name);
  return make<ast::DeclareLocal>(form.loc, binding, value);
}

}  // namespace gene
