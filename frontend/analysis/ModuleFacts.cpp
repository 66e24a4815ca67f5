#include "frontend/analysis/ModuleFacts.h"

#include <algorithm>

#include "frontend/analysis/SpecialForms.h"
#include "frontend/syntax/Suggest.h"

namespace gene {
namespace {

std::string_view headText(const Form* form) {
  return form->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*form).head).text()
                                      : std::string_view{};
}

/// x: or x: T give x; xs... gives xs.
Symbol plainName(Symbol name) {
  std::string_view text = name.text();
  if (text.ends_with("...")) text.remove_suffix(3);
  if (const size_t colon = text.find(':'); colon != std::string_view::npos && colon > 0)
    text = text.substr(0, colon);
  return text.size() == name.text().size() ? name : Symbol::of(text);
}

/// name:T without the type variables.
Symbol ownName(Symbol name) {
  const size_t colon = name.text().find(':');
  return colon == std::string_view::npos || colon == 0 ? name
                                                       : Symbol::of(name.text().substr(0, colon));
}

/// Collects the fields that forms assign to self, in the order of the text.
class AssignedFields {
 public:
  std::vector<Symbol> names;

  void walk(const Form* form) {
    if (form->kind == FormKind::Array) {
      for (const Form* item : as<ArrayForm>(*form).items) field(item);
      return;
    }
    if (form->kind != FormKind::Gene) return;
    const auto& g = as<GeneForm>(*form);
    const std::string_view second =
        g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
    if (second == "=") field(g.head);
    if (symbolOf(g.head).text() == "field" && !second.empty())
      add(Symbol::of(second.substr(0, second.find_last_not_of(':') + 1)));
    for (const Form* child : g.children) walk(child);
  }

 private:
  void field(const Form* form) {
    if (form->kind != FormKind::Path) return;
    const auto& p = as<PathForm>(*form);
    if (p.parts.size() == 2 && (p.parts[0].empty() || p.parts[0] == sym::Self)) add(p.parts[1]);
  }
  void add(Symbol name) {
    if (seen_.insert(name).second) names.push_back(name);
  }
  std::unordered_set<Symbol> seen_;
};

class FactCollector {
 public:
  FactCollector(ModuleFacts& facts, DiagnosticEngine& diagnostics)
      : facts_(facts), diagnostics_(diagnostics) {}
  void collect(Span<Form* const> forms);

 private:
  void inner(const Form* root);
  void assignments(const GeneForm& g, std::string_view head, std::string_view second);
  void variables(const Form* root);
  void pattern(const Form* what, bool constant);
  void definition(const GeneForm& g, std::string_view head, Symbol name);
  void members(ClassInfo& info, Span<Form* const> forms);
  void classFacts(const GeneForm& form);

  ModuleFacts& facts_;
  DiagnosticEngine& diagnostics_;
};

}  // namespace

bool isDefinition(const Form* form) { return hasTrait(headText(form), form_trait::Hoisted); }

bool isUnion(const GeneForm& form) {
  return form.children.size() >= 2 && form.children.size() % 2 == 0 &&
         isSymbol(form.children[0], "|");
}

bool isInitForm(const Form* form) {
  if (headText(form) != "fn") return false;
  const auto& g = as<GeneForm>(*form);
  return g.children.size() >= 2 && symbolOf(g.children[0]) == sym::Init;
}

const Form* property(const GeneForm& form, std::string_view key) {
  for (const Property& p : form.properties)
    if (p.key.text() == key) return p.value;
  return nullptr;
}

bool isInterceptor(std::string_view head) {
  return head == "interceptor" || head == "fn-interceptor";
}

bool isOuterMember(const Form* form, bool rooted, Symbol* name) {
  if (form->kind != FormKind::Path) return false;
  const Span<Symbol> parts = as<PathForm>(*form).parts;
  if (parts.size() != 2) return false;
  const std::string_view head = parts[0].text();
  if (head != "$ns" && !(rooted && (head.empty() || head == "self"))) return false;
  std::string_view text = parts[1].text();
  if (text.size() > 1 && text.ends_with(':')) text.remove_suffix(1);
  if (text.empty() || text[0] == '<' || text[0] == '.' || text[0] == '!') return false;
  *name = Symbol::of(text.substr(0, text.find(':')));
  return true;
}

/// The names that `forms`, a module or the body of a namespace or class, publish by (var /x …), (fn /f …), (/x = …). Of
/// a module also what $ns/x assigns, wherever it stands.
void collectPublished(Span<Form* const> forms, bool isModule, std::unordered_set<Symbol>& names) {
  struct Visit {
    const Form* form;
    bool rooted;
  };
  std::vector<Visit> work;
  for (const Form* form : forms) work.push_back({form, true});
  while (!work.empty()) {
    const auto [form, rooted] = work.back();
    work.pop_back();
    if (form->kind != FormKind::Gene) continue;
    const auto& g = as<GeneForm>(*form);
    const std::string_view head = symbolOf(g.head).text();
    const std::string_view second =
        g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
    Symbol name;
    constexpr std::string_view definitions[] = {"var",  "let",    "fn",        "class", "ns",
                                                "enum", "object", "interface", "type"};
    const bool defines =
        std::find(std::begin(definitions), std::end(definitions), head) != std::end(definitions);
    const bool assigns = second.size() <= 2 && second.ends_with('=') && second != "==" &&
                         second != "!=" && second != "<=" && second != ">=";
    const Form* target = defines && !g.children.empty() ? g.children[0]
                         : assigns                      ? g.head
                                                        : nullptr;
    if (target && isOuterMember(target, rooted, &name) &&
        (isModule || as<PathForm>(*target).parts[0].empty()))
      names.insert(name);
    constexpr std::string_view bodies[] = {"fn",        "class", "ns",     "object", "interface",
                                           "implement", "block", "method", "ctor"};
    const bool hasBody = second == "->" || head == "->" ||
                         std::find(std::begin(bodies), std::end(bodies), head) != std::end(bodies);
    if (isInterceptor(head) && !isModule && rooted && !second.empty())
      names.insert(symbolOf(g.children[0]));
    if (hasBody && !isModule) continue;
    for (const Form* child : g.children) work.push_back({child, rooted && !hasBody});
    work.push_back({g.head, rooted && !hasBody});
  }
}

std::vector<Symbol> assignedFields(Span<Form* const> forms) {
  AssignedFields fields;
  for (const bool constructors : {true, false})
    for (const Form* form : forms) {
      const bool isGene = form->kind == FormKind::Gene;
      if ((isGene && symbolOf(as<GeneForm>(*form).head).text() == "ctor") == constructors)
        fields.walk(form);
    }
  return fields.names;
}

namespace {

/// What the static checks have to know of a form: paths that are assigned, names whose types are asked for.
void FactCollector::assignments(const GeneForm& g, std::string_view head, std::string_view second) {
  const bool assigns = hasTrait(second, form_trait::Assigns);
  const bool declares = (head == "var" || head == "$set") && !g.children.empty();
  if (assigns && g.head->kind == FormKind::Path) {
    if (as<PathForm>(*g.head).parts.back().text().starts_with('<'))
      facts_.assignsComputedFields = true;
    facts_.assignedFields.insert(as<PathForm>(*g.head).parts.back());
  }
  for (const Form* child : g.children)
    if (declares && child->kind == FormKind::Path)
      facts_.assignedFields.insert(as<PathForm>(*child).parts.back());
    else if (head == "$set" && symbolOf(child).text().starts_with('@'))
      facts_.assignedFields.insert(Symbol::of(symbolOf(child).text().substr(1)));
  if (isInterceptor(head) && !second.empty()) {
    facts_.interceptors.insert(symbolOf(g.children[0]));
    facts_.assignedNames.insert(symbolOf(g.children[0]));
  }
  if (second == "is" || second == ".is") facts_.narrowed.insert(symbolOf(g.head));
  if ((head == "is" || head == "typeof") && !g.children.empty())
    facts_.narrowed.insert(symbolOf(g.children[0]));
}

/// Records names that stand inside functions, and names that are assigned anywhere.
void FactCollector::inner(const Form* root) {
  struct Visit {
    const Form* form;
    bool inFunction;
  };
  std::vector<Visit> work{{root, false}};
  while (!work.empty()) {
    const auto [form, inside] = work.back();
    work.pop_back();
    auto all = [&, in = inside](Span<Form* const> items, bool functions) {
      for (const Form* item : items) work.push_back({item, in || functions});
    };
    auto values = [&, in = inside](Span<const Property> properties, bool functions) {
      for (const Property& p : properties) work.push_back({p.value, in || functions});
    };
    switch (form->kind) {
      case FormKind::Symbol:
        if (inside) facts_.usedInFunctions.insert(plainName(as<SymbolForm>(*form).symbol));
        facts_.usesNamespace |= as<SymbolForm>(*form).symbol.text() == "$ns";
        break;
      case FormKind::Path:
        facts_.usesNamespace |= as<PathForm>(*form).parts[0].text() == "$ns" &&
                                as<PathForm>(*form).parts[1].text().starts_with('.');
        if (inside)
          for (Symbol part : as<PathForm>(*form).parts) {
            std::string_view text = part.text();
            if (text.starts_with(".")) text.remove_prefix(1);
            if (text.starts_with("<") && text.ends_with(">")) {
              text = text.substr(1, text.size() - 2);
              text = text.substr(0, text.find('/'));
            }
            facts_.usedInFunctions.insert(plainName(Symbol::of(text)));
          }
        break;
      case FormKind::Array:
        for (const Form* item : as<ArrayForm>(*form).items)
          if (item->kind == FormKind::Path)
            facts_.assignedFields.insert(as<PathForm>(*item).parts.back());
        all(as<ArrayForm>(*form).items, false);
        break;
      case FormKind::HashMap: all(as<HashMapForm>(*form).items, false); break;
      case FormKind::Map: values(as<MapForm>(*form).properties, false); break;
      case FormKind::Quote:
      case FormKind::Unquote: work.push_back({as<QuoteForm>(*form).value, inside}); break;
      case FormKind::Gene: {
        const auto& g = as<GeneForm>(*form);
        const std::string_view head = calledName(g.head);
        const std::string_view second =
            g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
        if (g.children.size() >= 2 && hasTrait(second, form_trait::Assigns))
          facts_.assignedNames.insert(symbolOf(g.head));
        assignments(g, head, second);
        facts_.reifies |= (head.size() > 1 && head.ends_with('!')) || head == "eval" ||
                          head == "$repl" || head == "$caller_eval";
        const bool functions =
            hasTrait(head, form_trait::Inner) || second == "->" || head.ends_with("!");
        work.push_back({g.head, inside || functions});
        all(g.children, functions);
        values(g.properties, functions);
        break;
      }
      default: break;
    }
  }
}

/// The names the module's body introduces, also inside forms that are no scopes.
void FactCollector::collect(Span<Form* const> forms) {
  collectPublished(forms, true, facts_.published);
  for (const Form* form : forms) {
    inner(form);
    const std::string_view head = headText(form);
    if (hasTrait(head, form_trait::Named)) {
      const auto& g = as<GeneForm>(*form);
      if (g.children.empty()) continue;
      Symbol name;
      if (g.children[0]->kind == FormKind::String)
        name = Symbol::of(as<StringForm>(*g.children[0]).text);
      else if (g.children[0]->kind == FormKind::Symbol)
        name = plainName(symbolOf(g.children[0]));
      if (isInitForm(form)) {
        for (const Form* statement : g.children.subspan(2)) variables(statement);
        continue;
      }
      if (!name.empty()) {
        facts_.definitions[name]++;
        definition(g, head, name);
      }
      if (head == "class") classFacts(g);
      if (head == "type" && !name.empty() && g.children.size() > 1)
        facts_.types[name] = g.children[1];
      if (head == "fn" && name.text().size() > 1 && name.text().ends_with('!'))
        facts_.macros[symbolOf(g.children[0])] = macroFacts(g);
      continue;
    }
    variables(form);
  }
}

/// The variables that `root` declares in the scope it stands in: those of its parts, but for forms with scopes of their own.
void FactCollector::variables(const Form* root) {
  std::vector<const Form*> work{root};
  auto all = [&](Span<Form* const> forms) { work.insert(work.end(), forms.begin(), forms.end()); };
  auto values = [&](Span<const Property> properties) {
    for (const Property& p : properties) work.push_back(p.value);
  };
  while (!work.empty()) {
    const Form* f = work.back();
    work.pop_back();
    switch (f->kind) {
      case FormKind::Array: all(as<ArrayForm>(*f).items); continue;
      case FormKind::HashMap: all(as<HashMapForm>(*f).items); continue;
      case FormKind::Map: values(as<MapForm>(*f).properties); continue;
      case FormKind::Gene: break;
      default: continue;
    }
    const auto& g = as<GeneForm>(*f);
    const std::string_view word = symbolOf(g.head).text();
    const std::string_view second =
        g.children.empty() ? std::string_view{} : symbolOf(g.children[0]).text();
    if (hasTrait(word, form_trait::Variable) && !g.children.empty()) {
      pattern(g.children[0], word == "let");
      const Form* last = g.children[0];  // x: and /x: are followed by a type
      const Symbol name =
          last->kind == FormKind::Path ? as<PathForm>(*last).parts.back() : symbolOf(last);
      if (name.text().size() > 1 && name.text().ends_with(':') && g.children.size() > 1)
        facts_.annotations.push_back({plainName(name), g.children[1]});
    }
    const bool hasScope = hasTrait(word, form_trait::Scope) || second == "->" ||
                          (word.size() > 1 && word.ends_with('!'));
    if (hasScope) continue;
    work.push_back(g.head);
    values(g.properties);
    bool isClause = false;  // a catch clause is a scope
    for (const Form* child : g.children) {
      const std::string_view text = symbolOf(child).text();
      if (word == "try" && (text == "catch" || text == "finally")) isClause = text == "catch";
      if (!isClause) work.push_back(child);
    }
  }
}

/// The variables of a `var` at the module's level.
void FactCollector::pattern(const Form* what, bool constant) {
  switch (what->kind) {
    case FormKind::Symbol: {
      Symbol name = plainName(symbolOf(what));
      if (name.text().starts_with("^")) name = Symbol::of(name.text().substr(1));
      if (!name.text().starts_with("$")) {
        facts_.topLevelVars.insert(name);
        facts_.variableCounts[name]++;
        if (constant) facts_.constantCounts[name]++;
      }
      break;
    }
    case FormKind::Array:
      for (const Form* item : as<ArrayForm>(*what).items) pattern(item, constant);
      break;
    case FormKind::Map:
      for (const Property& item : as<MapForm>(*what).properties) pattern(item.value, constant);
      break;
    default: break;
  }
}

void FactCollector::members(ClassInfo& info, Span<Form* const> forms) {
  for (const Form* member : forms) {
    const std::string_view head = headText(member);
    if (head.empty()) continue;
    const auto& g = as<GeneForm>(*member);
    if (head == "on_method_missing") info.hasMissing = true;
    if (head == "implement" && g.children.size() >= 1 &&
        (g.children.size() < 2 || symbolOf(g.children[1]).text() != "for"))
      members(info, g.children.subspan(1));
    if (head == "ctor" && !g.children.empty() && g.children[0]->kind == FormKind::Array)
      info.ctor = &as<ArrayForm>(*g.children[0]);
    if (g.children.empty()) continue;
    if (head == "field" || head == "prop") {
      std::string_view text = symbolOf(g.children[0]).text();
      if (text.ends_with(':')) text.remove_suffix(1);
      info.fields[Symbol::of(text)] = g.children.size() > 1 ? g.children[1] : nullptr;
    }
    if (definesFunction(head)) info.functions.insert(symbolOf(g.children[0]));
    if (head == "method" && (g.children.size() < 2 || g.children[1]->kind != FormKind::Array))
      info.incomplete = true;
    if (head == "method" && g.children.size() >= 2 && g.children[1]->kind == FormKind::Array) {
      const Symbol name = g.children[0]->kind == FormKind::String
                              ? Symbol::of(as<StringForm>(*g.children[0]).text)
                              : ownName(symbolOf(g.children[0]));
      const bool hasResult = g.children.size() >= 4 && symbolOf(g.children[2]).text() == "->";
      const auto [first, isNew] = info.methods.try_emplace(name);
      if (!isNew)
        diagnostics_.report(g.children[0]->loc, Diag::DuplicateDefinition, {name.text()})
            .note(first->second.loc, Diag::NoteFirst);
      first->second = {&as<ArrayForm>(*g.children[1]), hasResult ? g.children[3] : nullptr,
                       g.children[0]->loc, &g};
    }
  }
}

void FactCollector::classFacts(const GeneForm& form) {
  if (form.children.empty()) return;
  const Symbol name = ownName(symbolOf(form.children[0]));
  if (name.empty()) return;
  ClassInfo info;
  Span<Form* const> rest = form.children.subspan(1);
  if (rest.size() >= 2 && symbolOf(rest[0]).text() == "<") {
    info.parent = rest[1];
    rest = rest.subspan(2);
  }
  if (const Form* fields = property(form, "fields"); fields && fields->kind == FormKind::Map)
    for (const Property& p : as<MapForm>(*fields).properties) info.fields[p.key] = p.value;
  members(info, rest);
  info.assigned = assignedFields(rest);
  facts_.classes[name] = std::move(info);
}

/// A definition at the module's level.
void FactCollector::definition(const GeneForm& g, std::string_view head, Symbol name) {
  if (name == sym::Init) return;
  const auto [first, isNew] = facts_.named.try_emplace(name, &g);
  if (isNew || head == "ns" || head == "implement") return;
  diagnostics_.report(g.children[0]->loc, Diag::DuplicateDefinition, {name.text()})
      .note(first->second->children[0]->loc, Diag::NoteFirst);
}

}  // namespace

ModuleFacts collectModuleFacts(Span<Form* const> forms, DiagnosticEngine& diagnostics) {
  ModuleFacts facts;
  FactCollector(facts, diagnostics).collect(forms);
  return facts;
}

std::vector<Symbol> exportedNames(const GeneForm& form) {
  std::vector<Symbol> names;
  const auto add = [&](const Form* item) {
    names.push_back(item->kind == FormKind::String ? Symbol::of(as<StringForm>(*item).text)
                                                   : symbolOf(item));
  };
  for (const Form* child : form.children)
    if (child->kind == FormKind::Array)
      std::ranges::for_each(as<ArrayForm>(*child).items, add);
    else
      add(child);
  return names;
}

}  // namespace gene
