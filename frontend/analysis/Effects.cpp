// Declared effects (02 §5): a function calls only functions whose effects are among its own, (fn f [] -> T ! [io] …); the
// module's level has none. A function without a name has those of the one around it, unless it declares some. Nothing of
// this is left at run time.

#include <algorithm>

#include "frontend/analysis/Checks.h"

namespace gene {
namespace {

/// What stands behind the first `!` of `forms`.
Span<Form* const> effectsAmong(Span<Form* const> forms) {
  if (forms.size() < 2 || !isSymbol(forms[0], "!") || forms[1]->kind != FormKind::Array) return {};
  return as<ArrayForm>(*forms[1]).items;
}

/// [parameters] [-> type] [! effects]
Span<Form* const> effectsBehind(Span<Form* const> forms) {
  if (!forms.empty() && forms[0]->kind == FormKind::Array) forms = forms.subspan(1);
  if (forms.size() >= 2 && isSymbol(forms[0], "->")) forms = forms.subspan(2);
  return effectsAmong(forms);
}

/// Of a definition (fn name …), (method name …), (fn […] …).
Span<Form* const> effectsOf(const GeneForm& definition) {
  Span<Form* const> rest = definition.children;
  if (!rest.empty() && rest[0]->kind != FormKind::Array) rest = rest.subspan(1);
  return effectsBehind(rest);
}

/// Are all members of the union built-in types whose values cannot be called?
bool isNeverCallable(const GeneForm& type) {
  constexpr std::string_view plain[] = {"Array", "Bool",  "Bytes", "Char",    "Date",   "DateTime",
                                        "Float", "Gene",  "Int",   "HashMap", "Map",    "HashSet",
                                        "Nil",   "Range", "Regex", "String",  "Symbol", "Time"};
  auto isPlain = [&](const Form* member) {
    const Form* head = member->kind == FormKind::Gene ? as<GeneForm>(*member).head : member;
    return head->kind == FormKind::Nil ||
           std::ranges::find(plain, symbolOf(head).text()) != std::end(plain);
  };
  if (!isPlain(type.head)) return false;
  for (size_t i = 1; i < type.children.size(); i += 2)
    if (!isPlain(type.children[i])) return false;
  return true;
}

}  // namespace

/// The definition of the function that a call of `name` certainly reaches; null when that is not sure.
const GeneForm* Checks::definitionOf(Symbol name) const {
  if (name.empty() || isShadowed(name) || facts_.assignedNames.contains(name) ||
      facts_.topLevelVars.contains(name))
    return nullptr;
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer)
    if (s->published.contains(name)) return nullptr;
  auto own = facts_.named.find(name);
  if (own != facts_.named.end())
    return isSymbol(own->second->head, "fn") && facts_.definitions.at(name) == 1 ? own->second
                                                                                 : nullptr;
  auto imported = names_.functions.find(name);
  return imported == names_.functions.end() ? nullptr : imported->second.form;
}

/// What the code here may do.
Span<Form* const> Checks::allowedEffects() const {
  for (const Scopes::Function* f = scopes_.function(); f; f = f->outer) {
    const GeneForm* form = f->function->form;
    if (!form) continue;
    const Span<Form* const> own = effectsOf(*form);
    if (!own.empty() || !f->function->name.empty()) return own;
  }
  return {};
}

void Checks::checkEffects(Span<Form* const> effects, Location loc) {
  const Span<Form* const> allowed = allowedEffects();
  for (const Form* effect : effects) {
    const bool isAllowed = std::ranges::any_of(
        allowed, [&](const Form* own) { return symbolOf(own) == symbolOf(effect); });
    if (isAllowed) continue;
    diagnostics_.report(loc, Diag::EffectNotAllowed, {printForm(*effect)});
    return;
  }
}

void Checks::checkCallee(const GeneForm& call) {
  const Symbol name = symbolOf(call.head);
  if (!options_.typeCheck || name.empty()) return;
  if (const GeneForm* definition = definitionOf(name)) {
    checkEffects(effectsOf(*definition), call.loc);
    return;
  }
  const Form* type = nullptr;
  for (const Scopes::Scope* s = scopes_.scope(); s && !type; s = s->outer)
    if (auto found = s->names.find(name); found != s->names.end()) {
      type = found->second->declaredType;
      break;
    }
  if (!type || type->kind != FormKind::Gene || facts_.assignedNames.contains(name) ||
      facts_.narrowed.contains(name))
    return;
  const auto& g = as<GeneForm>(*type);
  if (isSymbol(g.head, "Fn")) return checkEffects(effectsBehind(g.children), call.loc);
  if (isUnion(g) && g.properties.empty() && isNeverCallable(g))
    diagnostics_.report(call.range(), Diag::NotAFunction);
}

/// The same for (receiver .method …).
void Checks::checkMethodEffects(const GeneForm& method, Location loc) {
  if (options_.typeCheck) checkEffects(effectsOf(method), loc);
}

}  // namespace gene
