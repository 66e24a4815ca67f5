// Calls of functions and methods, and their arguments (05).

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {

/// Keywords first, in source order, then the positional arguments.
ast::Arguments Analyzer::arguments(const GeneForm& form, Span<Form* const> positional) {
  std::vector<ast::Argument> result;
  for (const Property& p : form.properties)
    result.push_back({p.isSpread() ? ArgKind::KeywordSpread : ArgKind::Keyword,
                      p.isSpread() ? Symbol{} : p.key, expression(p.value)});
  for (const ast::Item& item : items(positional))
    result.push_back({item.spread ? ArgKind::Spread : ArgKind::Positional, {}, item.node});
  return copy(result);
}

/// write_tree and read_tree take selectors as they are written (15 §4): their arrays are quoted.
const GeneForm& Analyzer::quoteSelectors(const GeneForm& form) {
  std::string_view name = symbolOf(form.head).text();
  if (form.head->kind == FormKind::Path) {
    const auto parts = as<PathForm>(*form.head).parts;
    if (parts.size() >= 2 && parts[parts.size() - 2].text() == "serdes") name = parts.back().text();
  } else if (!names_.imported.contains(symbolOf(form.head))) {
    return form;
  }
  if ((name != "write_tree" && name != "read_tree") || form.properties.empty()) return form;
  const Span<Property> properties = arena_.copy(form.properties);
  for (Property& p : properties)
    if ((p.key.text() == "separate" || p.key.text() == "lazy") && p.value->kind == FormKind::Array)
      p.value = make<QuoteForm>(FormKind::Quote, p.value->loc, p.value);
  auto* quoted = make<GeneForm>(form.loc, form.head, properties, form.children);
  quoted->end = form.end;
  return *quoted;
}

/// What the head of a call names of the built-in namespaces: genex/test/check, or an imported name of it; else empty.
std::string Analyzer::builtinPath(const Form* head) const {
  const bool isPath = head->kind == FormKind::Path;
  const Symbol first = isPath ? as<PathForm>(*head).parts[0] : symbolOf(head);
  if (checks_.isShadowed(first) || facts_.topLevelVars.contains(first) ||
      facts_.definitions.contains(first))
    return {};
  const auto imported = builtinImports_.find(first);
  std::string path(imported != builtinImports_.end() ? imported->second : first.text());
  if (isPath)
    for (const Symbol part : as<PathForm>(*head).parts.subspan(1))
      path += "/" + std::string(part.text());
  return path;
}

/// (test! name body...) and (suite! name body...) of genex/test take their body as it is written (14 system §14.8): here it
/// becomes a function. In a dialog an earlier entry may have imported them.
const GeneForm& Analyzer::wrapTest(const GeneForm& form) {
  const bool isPath = form.head->kind == FormKind::Path;
  const std::string_view last =
      isPath ? as<PathForm>(*form.head).parts.back().text() : symbolOf(form.head).text();
  if ((last != "test!" && last != "suite!" && builtinImports_.empty()) || !last.ends_with('!') ||
      form.children.size() < 2)
    return form;
  std::string path = builtinPath(form.head);
  if (isSession() && !isPath && !path.empty() && path == last) path = "genex/test/" + path;
  if (path != "genex/test/test!" && path != "genex/test/suite!") return form;
  const Location loc = form.children[1]->loc;
  std::vector<Form*> function{make<ArrayForm>(loc, Span<Form*>())};
  function.insert(function.end(), form.children.begin() + 1, form.children.end());
  Form* body = make<GeneForm>(loc, make<SymbolForm>(loc, Symbol::of("fn")), Span<Property>(),
                              copy(function));
  return *make<GeneForm>(form.loc, form.head, form.properties,
                         copy(std::vector{form.children[0], body}));
}

Analyzer::Node* Analyzer::call(const GeneForm& written) {
  const GeneForm& form = wrapTest(quoteSelectors(written));
  if (form.head->kind == FormKind::Path) {
    const auto& p = as<PathForm>(*form.head);
    const std::string_view last = p.parts.back().text();
    // (a/.m x) is (a .m x).
    if (p.parts.size() >= 2 && last.size() > 1 && last[0] == '.' && last[1] != '<') {
      Node* receiver = pathPrefix(p, p.parts.size() - 1);
      const ast::Arguments args = arguments(form, form.children);
      if (p.parts.size() == 2) {
        const SymbolForm variable(form.loc, p.parts[0]);
        const SymbolForm method(form.head->loc, p.parts[1]);
        checks_.checkMethodCall(&variable, Symbol::of(last.substr(1)), args, *form.head, form.loc);
        checks_.checkBuiltinMethod(&variable, &method, form, form.children);
      }
      return make<ast::MethodCall>(form.loc, receiver, Symbol::of(last.substr(1)), args);
    }
  }
  Node* callee = expression(form.head);
  ast::Arguments args;
  {
    const Checks::Quiet quiet(checks_, checks_.isForeign(form));
    args = arguments(form, form.children);
  }
  checks_.checkSemicolon(form);
  checks_.checkArity(args, form);
  checks_.checkCallee(form);
  checks_.checkArguments(form);
  checks_.checkBuiltinCall(form);
  return make<ast::Call>(form.loc, callee, args);
}

/// (receiver .name args…), (receiver .@path), (receiver .@ segments…)
Analyzer::Node* Analyzer::methodCall(Node* receiver, const Form* method, const GeneForm& form,
                                     Span<Form* const> args) {
  if (method->kind == FormKind::Path) {
    const auto& p = as<PathForm>(*method);
    const std::string_view first = p.parts[0].text();
    if (first.starts_with(".@")) {
      std::vector<Symbol> parts(p.parts.begin(), p.parts.end());
      parts[0] = Symbol::of(first.substr(2));
      Node* selector = selectorFromParts(parts, method->loc);
      ast::Argument target[] = {{ArgKind::Positional, {}, receiver}};
      return make<ast::Call>(form.loc, selector, arena_.copy(Span<ast::Argument>(target)));
    }
    // (obj .a/b): the method, then the rest of the path on its result.
    Node* value = make<ast::MethodCall>(form.loc, receiver, Symbol::of(first.substr(1)),
                                        arguments(form, args));
    std::vector<ast::Segment> segments;
    for (Symbol part : p.parts.subspan(1)) {
      ast::Segment s{};
      if (!segment(part.text(), method->loc, &s)) return nil(form.loc);
      segments.push_back(s);
    }
    return make<ast::Path>(form.loc, value, copy(segments));
  }
  const std::string_view text = symbolOf(method).text().substr(1);
  if (text.starts_with('@')) {
    Node* selector = nullptr;
    if (text.size() > 1) {
      const Symbol part[] = {Symbol::of(text.substr(1))};
      selector = selectorFromParts(part, method->loc);
    } else {
      std::vector<Node*> segments;
      for (const Form* f : args) segments.push_back(expression(f));
      if (segments.empty()) return error(form.range(), Diag::SelectorArguments);
      selector = make<ast::Runtime>(form.loc, ir::Op::SelectorNew, copy(segments));
    }
    ast::Argument target[] = {{ArgKind::Positional, {}, receiver}};
    return make<ast::Call>(form.loc, selector, arena_.copy(Span<ast::Argument>(target)));
  }
  if (text.starts_with('<') && text.ends_with('>')) {
    Node* methodName = dynamicKey(text.substr(1, text.size() - 2), method->loc);
    return make<ast::DynamicMethodCall>(form.loc, receiver, methodName, arguments(form, args));
  }
  const Checks::Quiet quiet(checks_, checks_.checkRubyBlock(args));
  if (form.head != method) checks_.checkBuiltinMethod(form.head, method, form, args);
  const ast::Arguments analyzed = arguments(form, args);
  if (form.head != method)
    checks_.checkMethodCall(form.head, Symbol::of(text), analyzed, *method, form.loc);
  return make<ast::MethodCall>(form.loc, receiver, Symbol::of(text), analyzed);
}

}  // namespace gene
