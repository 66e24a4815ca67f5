// (interceptor Name [target…] advice…) and (fn-interceptor Name [f] advice…) (18): a definition is a value, made and bound
// where the form stands. Mistakes in it are exceptions, so they are found here and raised there.

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {
namespace {

constexpr std::string_view kinds[] = {"before_filter", "before", "invariant", "around", "after"};

bool isTrue(const Form* form) {
  return form && form->kind != FormKind::False && form->kind != FormKind::Nil;
}

}  // namespace

/// What is wrong with the head of the definition; empty when nothing is.
std::string Analyzer::interceptorMistake(const GeneForm& form, const std::string& head) {
  const Span<Form* const> c = form.children;
  if (c.size() < 2) return head + " requires a name and interceptor parameters";
  if (symbolOf(c[0]).empty()) return head + " name must be a symbol";
  if (c[1]->kind != FormKind::Array) return head + " parameter list must be an array";
  const Span<Form* const> parameters = as<ArrayForm>(*c[1]).items;
  if (std::ranges::any_of(parameters, [](const Form* p) { return symbolOf(p).empty(); }))
    return head + " parameter must be a symbol";
  if (head == "fn-interceptor" && parameters.size() != 1)
    return "fn-interceptor parameter list must contain exactly one symbol";
  return {};
}

/// The same for the advice; `around` says which targets have such advice already.
std::string Analyzer::adviceMistake(const Form* form, const std::string& head,
                                    Span<Form* const> parameters,
                                    std::unordered_set<Symbol>& around) {
  if (form->kind != FormKind::Gene) return head + " advice definition must be a gene expression";
  const auto& g = as<GeneForm>(*form);
  const std::string kind(symbolOf(g.head).text());
  if (kind.empty() || g.children.size() < 2) return head + " advice requires type and target";
  const Symbol target = symbolOf(g.children[0]);
  const bool isKnown = std::ranges::any_of(
      parameters, [&](const Form* p) { return !target.empty() && symbolOf(p) == target; });
  if (!isKnown)
    return head + " advice target '" + printForm(*g.children[0]) +
           "' is not a defined interceptor parameter";
  if (std::ranges::find(kinds, kind) == std::end(kinds))
    return "unknown " + head + " advice type: " + kind;
  if (kind == "around" && !around.insert(target).second)
    return "around advice already defined for '" + std::string(target.text()) + "'";
  if (kind != "after" && property(g, "replace_result"))
    return "replace_result is only allowed for after " + head + " advices";
  return {};
}

/// The function of an advice: the receiver is `self` of one that is written out. `isCallable`: one that is named.
Analyzer::Node* Analyzer::adviceFunction(const GeneForm& form, bool* isCallable) {
  const Span<Form* const> c = form.children;
  *isCallable = c.size() == 2 && c[1]->kind != FormKind::Array;
  if (*isCallable) {
    const Symbol symbol = symbolOf(c[1]);
    const bool isUnknown = !symbol.empty() && symbol != sym::Self && !scopes_.find(symbol) &&
                           !names_.globals.contains(symbol) && placeGlobal(symbol).empty() &&
                           !facts_.topLevelVars.contains(symbol);
    // Absent when it is no built-in either.
    if (isUnknown) return make<ast::Global>(c[1]->loc, externalGlobal(symbol), false);
    return expression(c[1]);
  }
  Signature s;
  s.name = symbolOf(form.head);
  s.body = c.subspan(2);
  if (c[1]->kind == FormKind::Array) {
    s.parameters = &as<ArrayForm>(*c[1]);
  } else {
    const Symbol only = symbolOf(c[1]);
    if (only.empty()) return error(c[1]->range(), Diag::MethodArguments);
    std::vector<Form*> items;
    if (only != sym::Self && only != sym::Underscore)
      items.push_back(make<SymbolForm>(c[1]->loc, only));
    s.parameters = make<ArrayForm>(c[1]->loc, copy(items));
  }
  return function(form, s, Role::Method);
}

Analyzer::Node* Analyzer::interceptorForm(const GeneForm& form) {
  const std::string head(symbolOf(form.head).text());
  auto raise = [&](const std::string& mistake) {
    return raiseNode(form.loc, "Exception", mistake);
  };
  if (const std::string mistake = interceptorMistake(form, head); !mistake.empty())
    return raise(mistake);
  const Span<Form* const> parameters = as<ArrayForm>(*form.children[1]).items;
  auto symbol = [&](Symbol name, Location loc) -> Form* { return make<SymbolForm>(loc, name); };
  auto array = [&](const std::vector<Form*>& items, Location loc) -> Form* {
    return make<ArrayForm>(loc, copy(items));
  };
  std::vector<Form*> declaration{symbol(Symbol::of(head), form.loc), form.children[0],
                                 form.children[1]};
  std::vector<Node*> functions;
  std::unordered_set<Symbol> around;
  for (const Form* advice : form.children.subspan(2)) {
    const std::string mistake = adviceMistake(advice, head, parameters, around);
    if (!mistake.empty()) return raise(mistake);
    const auto& g = as<GeneForm>(*advice);
    bool isCallable;
    functions.push_back(adviceFunction(g, &isCallable));
    const bool replaces = isTrue(property(g, "replace_result"));
    Form* callable = isCallable ? make<StringForm>(FormKind::String, g.loc,
                                                   arena_.copy(printForm(*g.children[1])))
                                : make<Form>(FormKind::Nil, g.loc);
    declaration.push_back(
        array({symbol(symbolOf(g.head), g.loc), symbol(symbolOf(g.children[0]), g.loc),
               make<Form>(replaces ? FormKind::True : FormKind::False, g.loc), callable},
              g.loc));
  }
  ir::Immediate immediate;
  immediate.form = &as<ArrayForm>(*array(declaration, form.loc));
  auto* made = make<ast::Runtime>(form.loc, ir::Op::InterceptorNew, copy(functions),
                                  arena_.copy(Span<const ir::Immediate>(&immediate, 1)));
  const Symbol name = symbolOf(form.children[0]);
  declaredMember(name);
  return assign(name, form.loc, made);
}

Analyzer::Node* Analyzer::fnInterceptorForm(const GeneForm& form) { return interceptorForm(form); }

}  // namespace gene
