// What is written as other languages write it, where the form tells more than its names: types glued to names, holes in
// plain strings, `=` in declarations, blocks with several parameters, handlers with other words. (Words of other languages:
// frontend/syntax/Suggest.cpp.)

#include <algorithm>
#include <cctype>

#include "frontend/analysis/Checks.h"
#include "frontend/analysis/Operators.h"
#include "frontend/analysis/SpecialForms.h"
#include "frontend/syntax/Suggest.h"

namespace gene {
namespace {

bool isWordLetter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The name that begins `text`.
std::string_view nameAt(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && isWordLetter(text[end])) end++;
  return text.substr(0, end);
}

bool isAtom(FormKind kind) {
  switch (kind) {
#define ATOM(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
    return true;
#define NAME(name) case FormKind::name:
#define TREE(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
    return false;
  }
  return false;
}

bool isName(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         nameAt(text).size() == text.size();
}

}  // namespace

void Checks::checkGluedType(Symbol symbol, Location loc) {
  if (!checksNames()) return;
  const std::string_view text = symbol.text();
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = text.substr(0, colon), type = text.substr(colon + 1);
  if (!isName(name) || !isName(type)) return;
  foreignNames_.insert(Symbol::of(name));
  diagnostics_.report(loc, Diag::GluedType, {text}).hint(Diag::HintType, {name, type});
}

void Checks::checkParameterName(Symbol symbol, Location loc) {
  if (!checksNames()) return;
  const std::string_view text = symbol.text();
  const size_t equals = text.find('=');
  if (equals != std::string_view::npos && isName(text.substr(0, equals))) {
    const std::string_view name = text.substr(0, equals), value = text.substr(equals + 1);
    foreignNames_.insert(Symbol::of(name));
    diagnostics_.report(loc, Diag::GluedType, {text})
        .hint(Diag::HintDefault, {name, value.empty() ? "value" : value});
    return;
  }
  for (const std::string_view mark : {"&", "*", "..."}) {
    if (!text.starts_with(mark) || !isName(text.substr(mark.size()))) continue;
    foreignNames_.insert(Symbol::of(text.substr(mark.size())));
    diagnostics_.report(loc, Diag::GluedType, {text})
        .hint(Diag::HintRest, {text.substr(mark.size())});
    return;
  }
  checkGluedType(symbol, loc);
}

void Checks::refuseInfix(const GeneForm& form, Span<const Form* const> parts) {
  Diagnostic& d = diagnostics_.report(form.range(), Diag::IncompleteInfix);
  if (std::ranges::any_of(parts, [](const Form* part) { return isSymbol(part, "?"); }))
    d.hint(Diag::HintText, {foreignWord("?")});
  for (size_t i = 1; i + 1 < parts.size(); i++) {
    // (n * fact (n - 1))
    if (!isOperator(parts[i - 1]) || symbolOf(parts[i]).empty() || isOperator(parts[i]) ||
        parts[i + 1]->kind != FormKind::Gene)
      continue;
    d.hint(Diag::HintCall, {symbolOf(parts[i]).text()});
    return;
  }
}

void Checks::checkHoles(const Form* string) {
  if (!checksNames() || !string->loc.valid()) return;
  const SourceManager& sources = diagnostics_.sources();
  const std::string_view source = sources.text(string->loc);
  const size_t begin = string->loc.offset - sources.start(string->loc).offset;
  const bool hasHoles = source.substr(begin).starts_with("#\"");
  if (!hasHoles && source[begin] != '"') return;
  const std::string_view text = as<StringForm>(*string).text;
  size_t at = hasHoles ? std::string_view::npos : text.find("#{");
  if (at == std::string_view::npos) at = text.find("${");
  if (at == std::string_view::npos) return;
  const size_t end = text.find('}', at);
  if (end == std::string_view::npos) return;
  const std::string_view hole = text.substr(at, end + 1 - at);
  std::string_view inner = hole.substr(2);
  while (!inner.empty() && (inner[0] == '(' || inner[0] == ' ')) inner.remove_prefix(1);
  const std::string_view word = nameAt(inner);
  if (word.empty() || std::isdigit(static_cast<unsigned char>(word[0]))) return;
  const Symbol name = Symbol::of(word);
  if (!scopes_.find(name) && !names_.globals.contains(name) &&
      !facts_.topLevelVars.contains(name) && !facts_.definitions.contains(name))
    return;
  diagnostics_.report(string->range(), Diag::PlainHole, {hole}).hint(Diag::HintHoles);
}

void Checks::checkInitialiser(const GeneForm& form, Symbol name, const Form* equals) {
  if (!checksNames() || !isSymbol(equals, "=")) return;
  diagnostics_.report(equals->range(), Diag::UndefinedName, {"="})
      .hint(Diag::HintVariable, {symbolOf(form.head).text(), name.text()});
  foreignNames_.insert(symbolOf(equals));
}

bool Checks::hasPairs(const ArrayForm& pattern) {
  const Span<Form* const> items = pattern.items;
  if (items.empty() || items.size() % 2 != 0) return false;
  bool isPattern = true;
  for (size_t i = 0; i < items.size(); i++) {
    const bool named = !symbolOf(items[i]).empty();
    if ((i % 2 == 0 && !named) || isSymbol(items[i], "=")) return false;
    isPattern &= named || items[i]->kind == FormKind::Array || items[i]->kind == FormKind::Map;
  }
  return !isPattern;
}

void Checks::checkAssignment(const GeneForm& form, std::string_view op) {
  if (isEvaluated()) return;
  const Symbol name = symbolOf(form.head);
  if (form.children.size() > 2)
    diagnostics_.report(form.children[2]->range(), Diag::SurplusValue, {op})
        .hint(Diag::HintBrackets, {std::string(name.text()) + " " + std::string(op)});
  else if (op == "=" && symbolOf(form.children[1]) == name)
    diagnostics_.report(form.head->range(), Diag::SelfAssignment, {name.text()})
        .hint(Diag::HintField, {name.text()});
}

/// (items[0] = value)
void Checks::checkSetItem(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  if (!checksNames() || c.size() != 3 || !isSymbol(c[1], "=") || c[0]->kind != FormKind::Array ||
      symbolOf(form.head).empty() || as<ArrayForm>(*c[0]).items.size() != 1)
    return;
  const std::string_view items = symbolOf(form.head).text();
  diagnostics_.report(form.head->loc, Diag::GluedIndex, {items})
      .hint(Diag::HintSetItem,
            {items, printForm(*as<ArrayForm>(*c[0]).items[0]), printForm(*c[2])});
  foreignNames_.insert(symbolOf(c[1]));
}

/// (a b -> body), (x => body): of the names in it only the arrow is reported.
bool Checks::checkBlock(const GeneForm& call) {
  const Symbol head = symbolOf(call.head);
  const auto arrow = std::ranges::find_if(call.children, [](const Form* child) {
    return isSymbol(child, "->") || isSymbol(child, "=>");
  });
  if (!checksNames() || head.empty() || arrow == call.children.end()) return false;
  for (const Form* parameter : Span(call.children.begin(), arrow)) {
    if (symbolOf(parameter).empty()) return false;
    foreignNames_.insert(symbolOf(parameter));
  }
  checkDefined(symbolOf(*arrow), (*arrow)->loc);
  foreignNames_.insert(head);
  return true;
}

void Checks::checkComprehension(Span<Form* const> items) {
  for (size_t i = 0; i + 2 < items.size(); i++) {
    if (!checksNames() || !isSymbol(items[i], "for") || !isSymbol(items[i + 2], "in")) continue;
    foreignNames_.insert(symbolOf(items[i + 1]));
    foreignNames_.insert(symbolOf(items[i + 2]));
    foreignNames_.insert(Symbol::of("if"));
  }
}

bool Checks::checkRubyBlock(Span<Form* const> args) {
  const auto word = std::ranges::find_if(args, [](const Form* arg) { return isSymbol(arg, "do"); });
  if (!checksNames() || word == args.end()) return false;
  checkDefined(symbolOf(*word), (*word)->loc);
  return true;
}

void Checks::checkParent(Symbol name, Span<Form* const> rest) {
  if (!checksNames() || rest.size() < 2 || !isSymbol(rest[0], ":")) return;
  diagnostics_.report(rest[0]->range(), Diag::UndefinedName, {":"})
      .hint(Diag::HintParent, {name.text()});
  foreignNames_.insert(symbolOf(rest[0]));
}

void Checks::checkLaterParent(const GeneForm& form, Symbol name, const Form* parent) {
  const Symbol wanted = symbolOf(parent);
  const auto known = facts_.named.find(wanted);
  const auto count = facts_.definitions.find(wanted);
  // Definitions of the module run in their order, before everything else.
  const auto own = facts_.named.find(name);
  const bool isHoisted =
      facts_.definitions.contains(name) && own != facts_.named.end() && own->second == &form;
  if (isEvaluated() || !scopes_.isOutermost() || !isHoisted || known == facts_.named.end() ||
      count == facts_.definitions.end() || count->second != 1 || names_.imported.contains(wanted) ||
      isShadowed(wanted) || !isSymbol(known->second->head, "class") ||
      known->second->loc.offset <= form.loc.offset)
    return;
  const Position place = diagnostics_.sources().position(known->second->loc);
  Diagnostic& d =
      diagnostics_.report(parent->range(), Diag::LaterParent, {wanted.text(), name.text()});
  d.hint(Diag::HintLaterParent, {wanted.text(), std::to_string(place.line)});
  d.note(known->second->children[0]->range(), Diag::NoteDefined, {wanted.text()});
}

/// Reports paths to fields of `self` that neither the interface nor adapters have.
void Checks::checkAdapterFields(const Form& form, Symbol interface, const InterfaceInfo& info) {
  if (form.kind == FormKind::Gene) {
    // Another self, or none.
    const std::string_view head = symbolOf(as<GeneForm>(form).head).text();
    for (const char* word : {"class", "object", "ns", "$with", "implement"})
      if (head == word) return;
  }
  if (form.kind == FormKind::Quote) return;
  if (form.kind != FormKind::Path)
    return forEachPart(form, [&](const Form* part) { checkAdapterFields(*part, interface, info); });
  const auto& path = as<PathForm>(form);
  const std::string_view head = path.parts[0].text(), field = path.parts[1].text();
  const char first = field.empty() ? '.' : field[0];
  const bool isField =
      first == '_' || (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (!(head.empty() || head == "self") || !isField || field == "_genevalue" ||
      field == "_geneinternal")
    return;
  const auto isIt = [&](const auto& member) { return member.name.text() == field; };
  if (std::ranges::any_of(info.fields, isIt) || std::ranges::any_of(info.methods, isIt)) return;
  diagnostics_.report(form.range(), Diag::AdapterField, {interface.text(), field})
      .hint(Diag::HintAdapter, {field, interface.text()});
}

void Checks::checkAdapter(const GeneForm& form, Symbol interface) {
  const auto known = names_.interfaces.find(interface);
  if (known == names_.interfaces.end() || isShadowed(interface)) return;
  for (const Form* member : form.children.subspan(3))
    checkAdapterFields(*member, interface, known->second);
}

void Checks::checkArrow(Span<Form* const> body) {
  if (!checksNames() || body.size() < 2) return;
  for (const std::string_view word : {"=>", "->", ":"}) {
    if (!isSymbol(body[0], word)) continue;
    diagnostics_.report(body[0]->range(), Diag::UndefinedName, {word})
        .hint(Diag::HintText, {"what is done stands right behind the value: when value body"});
    foreignNames_.insert(symbolOf(body[0]));
  }
}

void Checks::checkSemicolon(const GeneForm& call) {
  const Form& front = *call.head;
  if (isEvaluated() || front.kind != FormKind::Gene || front.loc != call.loc || !front.end.valid())
    return;
  const auto& statement = as<GeneForm>(front);
  const std::string_view word = calledName(statement.head);
  const bool isAssignment = !statement.children.empty() &&
                            hasTrait(symbolOf(statement.children[0]).text(), form_trait::Assigns);
  const bool isStatement =
      hasTrait(word, form_trait::Variable) || isAssignment || word == "println" || word == "print";
  if (!isStatement) return;
  diagnostics_.report(front.end, Diag::SemicolonCalls)
      .hint(Diag::HintText, {"statements have brackets of their own, and nothing between them"});
}

void Checks::checkComments(Span<Form* const> forms) {
  if (!checksNames()) return;
  const auto lineOf = [&](const Form* form) {
    return diagnostics_.sources().position(form->loc).line;
  };
  for (size_t i = 0; i < forms.size(); i++) {
    const std::string_view mark = symbolOf(forms[i]).text();
    if (mark != "//" && mark != "--" && !mark.starts_with('#')) continue;
    const uint32_t line = lineOf(forms[i]);
    for (; i + 1 < forms.size() && lineOf(forms[i + 1]) == line; i++)
      if (const Symbol word = symbolOf(forms[i + 1]); !word.empty()) foreignNames_.insert(word);
  }
}

void Checks::checkHandler(Span<Form* const> forms) {
  for (size_t i = 0; i < forms.size(); i++) {
    const std::string_view word = symbolOf(forms[i]).text();
    if (word != "except" && word != "rescue") continue;
    if (i + 1 < forms.size() && !symbolOf(forms[i + 1]).empty())
      foreignNames_.insert(symbolOf(forms[i + 1]));
  }
}

void Checks::checkBranch(Span<Form* const> forms) {
  if (isEvaluated() || forms.size() != 2) return;
  const Form* value = forms[0];
  const Symbol name = symbolOf(value);
  const bool isVariable = !name.empty() && !facts_.definitions.contains(name) &&
                          (scopes_.find(name) || facts_.topLevelVars.contains(name));
  if (!isVariable && !isAtom(value->kind)) return;
  diagnostics_.report(value->range(), Diag::UnusedValue).hint(Diag::HintElse);
}

void Checks::checkCaughtName(const Form* what) {
  if (!checksNames() || what->kind != FormKind::Gene) return;
  const auto& call = as<GeneForm>(*what);
  if (call.children.size() == 1 && !symbolOf(call.head).empty()) {
    const Form* cls = call.head;
    return checkCaught(cls, call.children);
  }
  const Symbol name = symbolOf(call.head);
  if (!call.children.empty() || !isName(name.text()) || !isUnknown(name)) return;
  diagnostics_.report(call.head->range(), Diag::UndefinedName, {name.text()})
      .hint(Diag::HintCaughtName, {name.text()});
  foreignNames_.insert(name);
}

void Checks::checkMethodWord(const GeneForm& member, std::string_view head) {
  if (!checksNames() || head == "fn" || !definesFunction(head) || member.children.size() < 2)
    return;
  const Symbol word = Symbol::of(head), name = symbolOf(member.children[0]);
  if (name.empty() || !isUnknown(word)) return;
  diagnostics_.report(member.head->range(), Diag::UndefinedName, {head})
      .hint(Diag::HintMethod, {name.text()});
  foreignNames_.insert(word);
}

void Checks::checkCaught(const Form* cls, Span<Form* const> forms) {
  if (!checksNames() || forms.empty()) return;
  const Symbol name = symbolOf(forms[0]);
  if (!isName(name.text()) || !isUnknown(name)) return;
  diagnostics_.report(forms[0]->range(), Diag::UndefinedName, {name.text()})
      .hint(Diag::HintCaught, {printForm(*cls)});
  foreignNames_.insert(name);
}

bool Checks::isAnyMethod(Symbol name) const {
  return std::ranges::any_of(
      facts_.classes, [&](const auto& entry) { return entry.second.methods.contains(name); });
}

/// Hints for names that contain what other languages write between names.
bool Checks::hintHabit(Diagnostic& d, std::string_view name) const {
  const size_t equals = name.find('=');
  const bool isKeyword = equals != std::string_view::npos && isName(name.substr(0, equals)) &&
                         (equals + 1 == name.size() || name[equals + 1] != '=');
  if (isKeyword) {
    d.hint(Diag::HintKeyword, {name.substr(0, equals)});
    return true;
  }
  if (name.starts_with(':') && isName(name.substr(1))) {
    d.hint(Diag::HintColonWord, {name.substr(1)});
    return true;
  }
  // s:upper calls a method elsewhere.
  const size_t colon = name.find(':');
  if (colon != std::string_view::npos && isName(name.substr(0, colon)) &&
      isName(name.substr(colon + 1))) {
    d.hint(Diag::HintMember, {name.substr(0, colon), name.substr(colon + 1)});
    return true;
  }
  if (name.ends_with(".new") && isName(name.substr(0, name.size() - 4))) {
    d.hint(Diag::HintNew, {name.substr(0, name.size() - 4)});
    return true;
  }
  for (const std::string_view object : {"self.", "this.", "@"}) {
    const std::string_view member =
        name.starts_with(object) ? name.substr(object.size()) : std::string_view();
    if (!isName(member) || (object == "@" && !scopes_.enclosingClass())) continue;
    const bool isMethod =
        !facts_.assignedFields.contains(Symbol::of(member)) && isAnyMethod(Symbol::of(member));
    d.hint(isMethod ? Diag::HintOwnMethod : Diag::HintField, {member});
    return true;
  }
  return false;
}

}  // namespace gene
