// Warnings: what is allowed, and hardly meant. Names that nothing defines, what is never used or reached, calls that are
// going to raise. Nothing is said where the program may know more: where it evaluates code, uses the module's namespace
// as a value, or assigns the name anywhere.

#include <algorithm>
#include <utility>

#include "frontend/analysis/Checks.h"
#include "frontend/analysis/Import.h"
#include "frontend/analysis/Operators.h"
#include "frontend/analysis/Parameters.h"
#include "frontend/analysis/SpecialForms.h"
#include "frontend/syntax/Suggest.h"

namespace gene {
namespace {

bool isSpecialForm(std::string_view name) {
  const SpecialFormRow* row = specialFormRow(name);
  return row && row->isForm;
}
std::vector<std::string_view> specialFormNames() {
  std::vector<std::string_view> names;
  for (const SpecialFormRow& row : specialFormRows())
    if (row.isForm) names.push_back(row.name);
  return names;
}

void mentions(const Form* root, std::unordered_set<Symbol>& names) {
  std::vector<const Form*> work{root};
  auto add = [&](std::string_view text) {
    // Names stand in annotations, spreads, selectors and computed segments as well.
    while (!text.empty()) {
      const size_t start = text.find_first_not_of("^.@<>:!/");
      if (start == std::string_view::npos) return;
      text.remove_prefix(start);
      const size_t end = std::min(text.find_first_of("@<>:/"), text.size());
      std::string_view word = text.substr(0, end);
      names.insert(Symbol::of(word));
      if (word.ends_with("...")) names.insert(Symbol::of(word.substr(0, word.size() - 3)));
      text.remove_prefix(end);
    }
  };
  while (!work.empty()) {
    const Form* f = work.back();
    work.pop_back();
    switch (f->kind) {
      case FormKind::Symbol:
        names.insert(symbolOf(f));
        add(symbolOf(f).text());
        break;
      case FormKind::Path:
        for (const Symbol part : as<PathForm>(*f).parts) add(part.text());
        break;
      default: forEachPart(*f, [&](const Form* part) { work.push_back(part); });
    }
  }
}

}  // namespace

// --- names -------------------------------------------------------------------------------------------------------------

std::vector<std::string_view> Checks::visibleNames() const {
  std::vector<std::string_view> names;
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer) {
    for (const auto& [name, binding] : s->names) names.push_back(name.text());
    for (const auto& [name, binding] : s->later) names.push_back(name.text());
  }
  for (const auto& [name, global] : names_.globals) names.push_back(name.text());
  for (const auto& [name, count] : facts_.definitions) names.push_back(name.text());
  for (const Symbol name : facts_.topLevelVars) names.push_back(name.text());
  for (const auto& [name, owners] : names_.variants) names.push_back(name.text());
  // The order of tables must not decide which of two names is nearest.
  for (const std::string_view word :
       {"nil", "true", "false", "void", "self", "else", "elif", "then", "when", "catch", "finally"})
    names.push_back(word);
  std::sort(names.begin(), names.end());
  std::vector<std::string_view> builtins = known_->names(known_->data);
  std::sort(builtins.begin(), builtins.end());
  names.insert(names.end(), builtins.begin(), builtins.end());
  return names;
}

void Checks::hintNear(Diagnostic& diagnostic, Symbol name, Span<const Symbol> candidates) {
  std::vector<std::string_view> names;
  for (const Symbol candidate : candidates) names.push_back(candidate.text());
  std::sort(names.begin(), names.end());
  const std::string_view near = nearest(name.text(), names);
  if (!near.empty()) diagnostic.hint(Diag::HintNear, {near});
}

bool Checks::checksNames() const { return known_ && !facts_.reifies && !facts_.usesNamespace; }

/// Is there nothing of this name? Only while checksNames().
bool Checks::isUnknown(Symbol name) const {
  return !scopes_.find(name) && !names_.globals.contains(name) &&
         !facts_.topLevelVars.contains(name) && !facts_.definitions.contains(name) &&
         !known_->isDefined(known_->data, name);
}

void Checks::checkDefined(Symbol symbol, Location loc) {
  const std::string_view text = symbol.text();
  if (quiet_ != 0 || foreignNames_.contains(symbol)) return;
  if (!checksNames() || !diagnostics_.wants(Diag::UndefinedName) || text.starts_with('$') ||
      facts_.assignedNames.contains(symbol) || names_.later.contains(symbol))
    return;
  const KnownNames& known = *known_;
  if (known.isDefined(known.data, symbol)) return;
  Diagnostic& d = diagnostics_.report(loc, Diag::UndefinedName, {text});
  const size_t dot = text.find('.');
  bool inMethod = false;
  for (const Scopes::Function* f = scopes_.function(); f; f = f->outer) inMethod |= f->hasSelf;
  if (const std::string_view wanted = wantsType_ ? nearestType(text) : ""; !wanted.empty()) {
    d.hint(Diag::HintNear, {wanted});
  } else if (hintHabit(d, text)) {
  } else if (inMethod && facts_.assignedFields.contains(symbol)) {
    d.hint(Diag::HintField, {text});
  } else if (const std::vector<Symbol> owners = names_.ownersOf(symbol, scopes_);
             owners.size() == 1) {
    d.hint(Diag::HintVariant, {owners[0].text(), text});
  } else if (isAnyMethod(symbol)) {
    d.hint(inMethod ? Diag::HintOwnMethod : Diag::HintIsMethod, {text});
  } else if (const std::string_view foreign = foreignWord(text); !foreign.empty()) {
    d.hint(Diag::HintText, {foreign});
  } else if (dot != std::string_view::npos && dot + 1 < text.size() && text[dot + 1] != '.' &&
             !(text[dot + 1] >= '0' && text[dot + 1] <= '9')) {
    d.hint(Diag::HintMember, {dot == 0 ? "value" : text.substr(0, dot), text.substr(dot + 1)});
  } else if (text == "if") {
    d.hint(Diag::HintElif);
  } else if (isSpecialForm(text)) {
    d.hint(Diag::HintIsForm, {text});
  } else if (const std::string_view type = foreignType(text); !type.empty()) {
    d.hint(Diag::HintNear, {type});
  } else if (const std::string_view near = nearest(text, visibleNames()); !near.empty()) {
    d.hint(Diag::HintNear, {near});
  } else if (const std::string_view form = nearest(text, specialFormNames()); !form.empty()) {
    d.hint(Diag::HintNear, {form});
  } else if (known.isMethod(known.data, text)) {
    d.hint(Diag::HintIsMethod, {text});
  }
}

/// The type that a name could stand for; empty: none.
std::string_view Checks::nearestType(std::string_view text) const {
  if (const std::string_view type = foreignType(text); !type.empty()) return type;
  std::vector<std::string_view> types = visibleNames();
  std::erase_if(types, [](std::string_view name) { return name[0] < 'A' || name[0] > 'Z'; });
  return nearest(text, types);
}

void Checks::checkTypeName(Symbol name, Location loc) {
  const std::string_view type = foreignType(name.text());
  if (type.empty() || !checksNames() || isShadowed(name) || names_.globals.contains(name) ||
      facts_.definitions.contains(name) || facts_.topLevelVars.contains(name) ||
      known_->isDefined(known_->data, name))
    return;
  diagnostics_.report(loc, Diag::UndefinedType, {name.text()}).hint(Diag::HintNear, {type});
}

void Checks::checkOneValue(const GeneForm& form) {
  if (isEvaluated() || form.children.size() < 2) return;
  const std::string_view name = symbolOf(form.head).text();
  Diagnostic& d = diagnostics_.report(form.children[1]->loc, Diag::SurplusValue, {name});
  if (isOperator(form.children[1]))
    d.hint(Diag::HintBrackets, {name});
  else if (name == "throw")
    d.hint(Diag::HintThrown);
}

bool Checks::isForeign(const GeneForm& call) {
  const Symbol head = symbolOf(call.head);
  if (checkBlock(call)) return true;
  if (!checksNames() || head.empty() || call.children.empty() || isShadowed(head) ||
      names_.globals.contains(head) || foreignWord(head.text()).empty() ||
      known_->isDefined(known_->data, head))
    return false;
  if (const Symbol name = symbolOf(call.children[0]); !name.empty()) foreignNames_.insert(name);
  return true;
}

void Checks::checkElse(Span<Form* const> forms) {
  if (forms.empty() || !isSymbol(forms[0], "if")) return;
  checkDefined(symbolOf(forms[0]), forms[0]->loc);
}

void Checks::checkAssigned(Symbol symbol, Location loc, bool isUpdate) {
  const std::string_view text = symbol.text();
  if (!checksNames() || text.starts_with('$') || names_.globals.contains(symbol) ||
      scopes_.find(symbol) || facts_.topLevelVars.contains(symbol) ||
      facts_.published.contains(symbol))
    return;
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer)
    if (s->published.contains(symbol)) return;
  // (count += 1) reads it first, which fails: of a field's name that is what there is to say.
  const bool isField = scopes_.enclosingClass() && facts_.assignedFields.contains(symbol);
  Diagnostic& d = diagnostics_.report(
      loc, isField && isUpdate ? Diag::UndefinedName : Diag::UndeclaredAssignment, {text});
  if (hintHabit(d, text)) return;
  const size_t dot = text.find('.');
  if (isField)
    d.hint(Diag::HintField, {text});
  else if (dot != std::string_view::npos && dot > 0 && dot + 1 < text.size())
    d.hint(Diag::HintMember, {text.substr(0, dot), text.substr(dot + 1)});
  else if (const std::string_view near = nearest(text, visibleNames()); !near.empty())
    d.hint(Diag::HintNear, {near});
  else
    d.hint(Diag::HintDeclare, {text});
}

void Checks::warnUnused(Span<Form* const> forms) {
  if (!checksNames()) return;
  for (const ast::Binding* b : scopes_.bindings())
    if (b->isVariable && !b->isRead && !b->name.text().starts_with('_'))
      diagnostics_.report(b->loc, Diag::UnusedVariable, {b->name.text()});
  // What a module imports it publishes, too: nobody knows who uses it. A program has more than definitions.
  if (code_ != Code::Main || names_.imported.empty() || names_.hasExports ||
      std::ranges::all_of(forms, isDefinition))
    return;
  std::unordered_set<Symbol> used;
  for (const Form* form : forms)
    if (form->kind != FormKind::Gene || symbolOf(as<GeneForm>(*form).head).text() != "import")
      mentions(form, used);
  for (const Form* form : forms) {
    if (form->kind != FormKind::Gene || symbolOf(as<GeneForm>(*form).head).text() != "import")
      continue;
    Import import;
    if (!readImport(as<GeneForm>(*form), &import).empty()) continue;
    // To name a library of genex/ loads it: that may be all that is wanted, its functions are global.
    const auto loadsLibrary = [](const Import::Item& item) {
      return !item.path.empty() && item.path.front().text() == "genex";
    };
    for (const Import::Item& item : import.items)
      if (item.name != sym::Star && !loadsLibrary(item) && !used.contains(item.local))
        diagnostics_.report(item.loc, Diag::UnusedImport, {item.local.text()});
  }
}

void Checks::checkShadowing(Symbol symbol, Location loc) {
  if (!diagnostics_.wants(Diag::Shadowing) || symbol.text().starts_with('_')) return;
  for (const Scopes::Scope* s = scopes_.scope()->outer; s; s = s->outer) {
    auto found = s->names.find(symbol);
    if (found == s->names.end()) continue;
    diagnostics_.report(loc, Diag::Shadowing, {symbol.text()})
        .note(found->second->loc, Diag::NoteFirst);
    return;
  }
}

// --- control -----------------------------------------------------------------------------------------------------------

void Checks::checkCondition(const Form* condition) {
  if (condition->kind != FormKind::Gene || isEvaluated()) return;
  const auto& g = as<GeneForm>(*condition);
  if (g.children.size() == 2 && isSymbol(g.children[0], "=") && g.head->kind == FormKind::Symbol)
    diagnostics_.report(g.children[0]->loc, Diag::AssignmentInCondition).hint(Diag::HintEqual);
}

void Checks::checkReached(const Form* form, const Form* next) {
  if (form->kind != FormKind::Gene || isEvaluated()) return;
  const Symbol head = symbolOf(as<GeneForm>(*form).head);
  const std::string_view text = head.text();
  const auto& children = as<GeneForm>(*form).children;
  const bool isInfix = !children.empty() &&
                       (isOperator(children[0]) || symbolOf(children[0]).text().starts_with('.'));
  if ((text != "return" && text != "throw" && text != "break" && text != "continue") || isInfix)
    return;
  if (!symbolOf(next).empty() && !foreignWord(symbolOf(next).text()).empty())
    return checkDefined(symbolOf(next), next->loc);
  diagnostics_.report(next->loc, Diag::UnreachableCode);
}

void Checks::checkExhaustive(const GeneForm& form, Span<const Form* const> tests) {
  const Symbol target = symbolOf(form.children[0]);
  if (target.empty() || !options_.typeCheck) return;
  const Form* type = nullptr;
  if (const ast::Binding* binding = scopes_.find(target))
    type = binding->declaredType;
  else if (auto it = names_.types.find(target); it != names_.types.end())
    type = it->second;
  if (!type) return;
  const Symbol owner =
      names_.nameOfType(type->kind == FormKind::Gene ? as<GeneForm>(*type).head : type);
  auto known = names_.enums.find(owner);
  if (known == names_.enums.end()) return;
  std::vector<Symbol> missing = known->second;
  for (const Form* test : tests) {
    const Form* head = test->kind == FormKind::Gene ? as<GeneForm>(*test).head : test;
    if (symbolOf(head) == sym::Underscore) return;
    const Symbol variant =
        head->kind == FormKind::Path ? as<PathForm>(*head).parts.back() : symbolOf(head);
    std::erase(missing, variant);
  }
  if (missing.empty()) return;
  std::string names;
  for (const Symbol variant : missing)
    names += (names.empty() ? "" : ", ") + std::string(variant.text());
  diagnostics_.report(form.range(), Diag::NonExhaustive, {owner.text(), names});
}

void Checks::checkYield(const GeneForm& form) {
  Scopes::Function* const function = scopes_.function();
  if (checksNames() && quiet_ == 0 && !function->function->isGenerator &&
      !std::exchange(function->yieldIsRefused, true))
    diagnostics_.report(form.range(), Diag::YieldOutside);
}

// --- members ---------------------------------------------------------------------------------------------------------

void Checks::checkVariant(const PathForm& form) {
  if (isEvaluated() || form.parts.size() < 2 || isShadowed(form.parts[0])) return;
  auto known = names_.enums.find(form.parts[0]);
  const std::string_view name = form.parts[1].text();
  if (known == names_.enums.end() || name.empty() || name[0] == '.' || name[0] == '<' ||
      name[0] == '!' || facts_.topLevelVars.contains(form.parts[0]) ||
      facts_.assignedFields.contains(form.parts[1]) ||
      std::ranges::find(known->second, form.parts[1]) != known->second.end())
    return;
  Diagnostic& d = diagnostics_.report(form.loc, Diag::UnknownVariant, {form.parts[0].text(), name});
  std::string all;
  for (const Symbol variant : known->second)
    all += (all.empty() ? "" : ", ") + std::string(variant.text());
  const size_t before = d.hints.size();
  hintNear(d, form.parts[1], known->second);
  if (d.hints.size() == before) d.hint(Diag::HintAvailable, {all});
}

void Checks::checkMember(const PathForm& form) {
  if (!checksNames() || form.parts.size() < 2 || isShadowed(form.parts[0]) ||
      names_.globals.contains(form.parts[0]) || facts_.assignedFields.contains(form.parts[1]))
    return;
  const std::string_view name = form.parts[1].text();
  if (name.empty() || name[0] == '.' || name[0] == '<' || name[0] == '!') return;
  const std::string_view ns = form.parts[0].text();
  // gene and genex load what they have when it is asked for.
  if (ns.starts_with("gene") || ns == "system" || ns == "global") return;
  const std::vector<std::string_view> members = known_->members(known_->data, ns);
  if (members.empty() || std::ranges::find(members, name) != members.end()) return;
  const std::string whole = std::string(ns) + "/" + std::string(name);
  Diagnostic& d = diagnostics_.report(form.loc, Diag::UndefinedName, {whole});
  if (const std::string_view near = nearest(name, members); !near.empty())
    d.hint(Diag::HintNear, {std::string(ns) + "/" + std::string(near)});
}

// --- what stands where --------------------------------------------------------------------------------------------------

/// (f x)/name: a path directly behind brackets
void Checks::checkGluedPath(const Form& form) {
  const std::string text =
      symbolOf(&form).empty() && form.kind != FormKind::Path ? std::string() : printForm(form);
  if (text.size() < 2 || text[0] != '/' || !form.loc.valid()) return;
  const std::string_view source = diagnostics_.sources().text(form.loc);
  const size_t offset = form.loc.offset - diagnostics_.sources().start(form.loc).offset;
  if (offset == 0 || source[offset] != '/' ||
      (source[offset - 1] != ')' && source[offset - 1] != ']'))
    return;
  diagnostics_.report(form.loc, Diag::GluedPath, {text}).hint(Diag::HintPath, {text});
}

/// name(…), name[…]: brackets directly behind a name
void Checks::checkGlued(Span<Form* const> forms, bool isDefinition) {
  if (isEvaluated()) return;
  for (const Form* form : forms) checkGluedPath(*form);
  for (size_t i = 1; i < forms.size(); i++) {
    const Symbol name = symbolOf(forms[i - 1]);
    const Location at = forms[i]->loc;
    const bool isArray = forms[i]->kind == FormKind::Array;
    const bool isString = forms[i]->kind == FormKind::String;
    if (name.empty() || (forms[i]->kind != FormKind::Gene && !isArray && !isString) || !at.valid())
      continue;
    const std::string_view text = diagnostics_.sources().text(at);
    const size_t offset = at.offset - diagnostics_.sources().start(at).offset;
    if (offset == 0 || text[offset] != (isArray ? '[' : isString ? '"' : '(')) continue;
    const char before = text[offset - 1];
    const bool isLetter = (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') ||
                          (before >= '0' && before <= '9') || before == '_';
    if (!isLetter) continue;
    if (isString) {
      Diagnostic& d = diagnostics_.report(forms[i - 1]->loc, Diag::GluedString, {name.text()});
      if (name.text() == "f" || name.text() == "s") d.hint(Diag::HintHoles);
      continue;
    }
    if (isArray) {
      const Span<Form* const> items = as<ArrayForm>(*forms[i]).items;
      if (!isDefinition && items.size() == 1)
        diagnostics_.report(forms[i - 1]->loc, Diag::GluedIndex, {name.text()})
            .hint(Diag::HintItem, {name.text(), printForm(*items[0])});
      continue;
    }
    diagnostics_.report(forms[i - 1]->loc, Diag::GluedCall, {name.text()})
        .hint(Diag::HintCall, {name.text()});
  }
}

void Checks::checkAllGlued(Span<Form* const> forms) {
  if (isEvaluated()) return;
  checkGlued(forms, false);
  std::vector<const Form*> work(forms.begin(), forms.end());
  while (!work.empty()) {
    const Form* form = work.back();
    work.pop_back();
    if (form->kind == FormKind::Gene) {
      const auto& g = as<GeneForm>(*form);
      checkSetItem(g);
      const std::string_view head = calledName(g.head);
      const bool isFunction = hasTrait(head, form_trait::Inner) || head.ends_with("!") ||
                              (!g.children.empty() && symbolOf(g.children[0]).text() == "->");
      checkGlued(g.children, isFunction);
    }
    forEachPart(*form, [&](const Form* part) { work.push_back(part); });
  }
}

void Checks::checkUseless(Span<Form* const> forms) {
  if (isEvaluated()) return;
  for (size_t i = 0; i + 1 < forms.size(); i++) {
    const std::string_view name = symbolOf(forms[i]).text();
    const bool isName =
        !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'));
    if (!isName || name.ends_with("...")) continue;
    const bool isBuiltin = known_ && known_->isDefined(known_->data, symbolOf(forms[i]));
    if (!isBuiltin && !facts_.definitions.contains(symbolOf(forms[i]))) continue;
    diagnostics_.report(forms[i]->loc, Diag::UnusedValue).hint(Diag::HintCall, {name});
  }
}

}  // namespace gene
