// Type expressions: aliases (02 §4), type variables, and their normal form.

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Modules.h"
#include "runtime/support/TypeNames.h"

namespace gene {
namespace {

bool isFunctionType(const GeneForm& form) { return symbolOf(form.head).text() == "Fn"; }

constexpr std::string_view builtinNames[] = {
    "Any",      "Array",     "Bool",    "Bytes",     "Char",  "Class",    "Collection",
    "Date",     "DateTime",  "Enum",    "Exception", "Float", "Function", "Future",
    "Gene",     "Generator", "HashMap", "HashSet",   "Int",   "Map",      "Namespace",
    "Nil",      "Numeric",   "Object",  "Option",    "Range", "Regex",    "Result",
    "Selector", "Self",      "String",  "Symbol",    "Time",  "Void"};

bool isBuiltin(std::string_view name) {
  return std::ranges::find(builtinNames, canonicalTypeName(name)) != std::end(builtinNames);
}

/// Names before applied types before function types, built-in names before others, each by text.
int rank(const Form* form) {
  if (form->kind == FormKind::Gene) return isFunctionType(as<GeneForm>(*form)) ? 3 : 2;
  return isBuiltin(symbolOf(form).text()) ? 0 : 1;
}

}  // namespace

// --- identities --------------------------------------------------------------------------------------------------------

/// name:T:U and a/name:T without the type variables; `name` is the last part.
const Form* Analyzer::plainNameForm(const Form* nameForm, Symbol* name) {
  const bool isPath = nameForm->kind == FormKind::Path;
  *name = isPath ? as<PathForm>(*nameForm).parts.back() : symbolOf(nameForm);
  const size_t colon = name->text().find(':');
  if (colon == std::string_view::npos || colon == 0) return nameForm;
  *name = Symbol::of(name->text().substr(0, colon));
  if (!isPath) return make<SymbolForm>(nameForm->loc, *name);
  std::vector<Symbol> parts(as<PathForm>(*nameForm).parts.begin(),
                            as<PathForm>(*nameForm).parts.end());
  parts.back() = *name;
  return make<PathForm>(nameForm->loc, copy(parts));
}

/// What annotations call the class, enum or interface that the form defines.
Symbol Analyzer::identityOf(const GeneForm& form, Symbol name) {
  Symbol& identity = formIdentities_[&form];
  if (identity.empty()) {
    identity = modules_ ? modules_->identify(name, isBuiltin(name.text())) : name;
  }
  return identity;
}

/// The identities of the types that `forms` define: of a module, or what the body of a namespace or class publishes; those
/// of namespaces in them by paths.
void Analyzer::collectIdentities(Span<Form* const> forms,
                                 std::unordered_map<Symbol, Symbol>& identities) {
  struct Body {
    Span<Form* const> forms;
    std::string prefix;
    bool publishes;  // only what has a slash
  };
  std::vector<Body> work{{forms, "", &identities != &names_.identities}};
  while (!work.empty()) {
    const Body body = work.back();
    work.pop_back();
    for (const Form* form : body.forms) {
      if (form->kind != FormKind::Gene) continue;
      const auto& g = as<GeneForm>(*form);
      const std::string_view head = symbolOf(g.head).text();
      const bool isType =
          head == "class" || head == "enum" || head == "interface" || head == "object";
      if (g.children.empty() || (!isType && head != "ns")) continue;
      Symbol name;
      const Form* nameForm = plainNameForm(g.children[0], &name);
      if (name.empty()) continue;
      std::string path = body.prefix + std::string(name.text());
      if (nameForm->kind == FormKind::Path) {
        const bool rooted = as<PathForm>(*nameForm).parts[0].empty();
        path = body.prefix + printForm(*nameForm).substr(rooted ? 1 : 0);
      } else if (body.publishes) {
        continue;
      }
      if (head == "object") {
        const bool isClass = name.text().ends_with("Class");
        if (!isClass) name = Symbol::of(std::string(name.text()) + "Class");
        if (!isClass) path += "Class";
      }
      if (isType) {
        // A name that is defined twice in one place means one of the two.
        const auto [known, isNew] = identities.try_emplace(Symbol::of(path));
        if (isNew)
          known->second = identityOf(g, name);
        else
          formIdentities_[&g] = known->second;
      }
      if (head == "ns" || head == "class")
        work.push_back({g.children.subspan(1), path + "/", true});
    }
  }
}

/// The name or path of a type, by its identity; other names as they are.
const Form* Analyzer::identified(const Form* type) {
  const bool isPath = type->kind == FormKind::Path;
  const Symbol name = isPath ? Symbol::of(printForm(*type)) : symbolOf(type);
  Symbol identity;
  auto find = [&](const std::unordered_map<Symbol, Symbol>& known) {
    auto found = known.find(name);
    if (found != known.end()) identity = found->second;
    return found != known.end();
  };
  for (const ScopeState* s = scopes_.scope(); s; s = s->outer) {
    if (s->cls && s->cls->name == name) identity = s->cls->identity;
    if (!identity.empty() || find(s->identities)) break;
    if (isPath) continue;
    auto binding = s->names.find(name);
    if (binding == s->names.end()) {
      binding = s->later.find(name);
      if (binding == s->later.end()) continue;
    }
    if (binding->second->identity.empty()) return type;
    identity = binding->second->identity;
    break;
  }
  if (identity.empty()) find(names_.identities);
  return identity.empty() || (!isPath && identity == name) ? type
                                                           : make<SymbolForm>(type->loc, identity);
}

// --- expressions -------------------------------------------------------------------------------------------------------

/// The expression that the name stands for where it is used; null when it is no alias.
const Form* Analyzer::aliasOf(Symbol name) {
  for (const ScopeState* s = scopes_.scope(); s; s = s->outer)
    if (auto it = s->types.find(name); it != s->types.end()) return it->second;
  auto it = facts_.types.find(name);
  return it == facts_.types.end() ? nullptr : it->second;
}

/// `type` with aliases replaced by what they stand for; unions are flat and in order.
const Form* Analyzer::expandType(const Form* type) {
  if (const Symbol name = symbolOf(type); !name.empty()) {
    if (name.text() == "Self" && !inInterface_ && !scopes_.enclosingClass())
      error(type->range(), Diag::ContextualSelf);
    const Form* meaning = typeVariables_.contains(name) ? nullptr : aliasOf(name);
    if (!meaning && typeVariables_.contains(name)) return type;
    if (!meaning) {
      const Form* known = identified(type);
      if (known == type) checks_.checkTypeName(name, type->loc);
      return known;
    }
    if (std::find(expanding_.begin(), expanding_.end(), name) != expanding_.end()) {
      if (recursiveTypes_.insert(name).second)
        error(type->range(), Diag::RecursiveType, {name.text()});
      return make<SymbolForm>(type->loc, Symbol::of("Any"));
    }
    expanding_.push_back(name);
    const Form* expanded = expandType(meaning);
    expanding_.pop_back();
    return expanded;
  }
  if (type->kind == FormKind::Array) {  // the parameters of a function type
    std::vector<Form*> items;
    for (const Form* item : as<ArrayForm>(*type).items)
      items.push_back(
          const_cast<Form*>(symbolOf(item).text().starts_with('^') ? item : expandType(item)));
    return make<ArrayForm>(type->loc, copy(items));
  }
  if (type->kind == FormKind::Path) return identified(type);
  if (type->kind == FormKind::Nil) return type;
  if (type->kind == FormKind::Void) return make<SymbolForm>(type->loc, Symbol::of("void"));
  if (type->kind != FormKind::Gene) {
    error(type->range(), Diag::InvalidAnnotation, {printForm(*type)});
    return type;
  }
  const auto& g = as<GeneForm>(*type);
  if (isFunctionType(g)) return expandFunctionType(g);
  if (!isUnion(g)) {
    std::vector<Form*> children;
    for (const Form* child : g.children) children.push_back(const_cast<Form*>(expandType(child)));
    return make<GeneForm>(type->loc, const_cast<Form*>(expandType(g.head)), g.properties,
                          copy(children));
  }
  std::vector<const Form*> members;
  auto add = [&](const Form* member) {
    const Form* expanded = expandType(member);
    std::vector<const Form*> parts{expanded};
    if (expanded->kind == FormKind::Gene && isUnion(as<GeneForm>(*expanded))) {
      const auto& inner = as<GeneForm>(*expanded);
      parts = {inner.head};
      for (size_t i = 1; i < inner.children.size(); i += 2) parts.push_back(inner.children[i]);
    }
    for (const Form* part : parts)
      if (std::none_of(members.begin(), members.end(),
                       [&](const Form* m) { return printForm(*m) == printForm(*part); }))
        members.push_back(part);
  };
  add(g.head);
  for (size_t i = 1; i < g.children.size(); i += 2) add(g.children[i]);
  std::sort(members.begin(), members.end(), [](const Form* a, const Form* b) {
    const int first = rank(a), second = rank(b);
    return first != second ? first < second : printForm(*a) < printForm(*b);
  });
  if (members.size() == 1) return members[0];
  std::vector<Form*> children;
  for (size_t i = 1; i < members.size(); i++) {
    children.push_back(make<SymbolForm>(type->loc, Symbol::of("|")));
    children.push_back(const_cast<Form*>(members[i]));
  }
  return make<GeneForm>(type->loc, const_cast<Form*>(members[0]), Span<Property>{}, copy(children));
}

/// (Fn [P…] R) and (Fn [P…] -> R): the second way, without empty parameters.
const Form* Analyzer::expandFunctionType(const GeneForm& type) {
  program_.checksFunctionTypes = true;
  std::vector<Form*> children;
  Span<Form* const> rest = type.children;
  const bool hasParameters = !rest.empty() && rest[0]->kind == FormKind::Array;
  if (!hasParameters && (rest.empty() || symbolOf(rest[0]).text() != "->"))
    error(type.range(), Diag::InvalidFunctionType, {"parameters must be an array"});
  if (hasParameters) {
    if (!as<ArrayForm>(*rest[0]).items.empty())
      children.push_back(const_cast<Form*>(expandType(rest[0])));
    rest = rest.subspan(1);
  }
  if (!rest.empty() && symbolOf(rest[0]).text() == "->") rest = rest.subspan(1);
  children.push_back(make<SymbolForm>(type.loc, Symbol::of("->")));
  const bool hasResult = !rest.empty() && symbolOf(rest[0]).text() != "!";
  children.push_back(hasResult ? const_cast<Form*>(expandType(rest[0]))
                               : make<SymbolForm>(type.loc, Symbol::of("Any")));
  for (Form* effect : hasResult ? rest.subspan(1) : rest) children.push_back(effect);
  return make<GeneForm>(type.loc, type.head, type.properties, copy(children));
}

/// An annotation as it is checked at run time; null where everything is accepted: type variables, and unions with one.
const Form* Analyzer::annotation(const Form* type) {
  if (typeVariables_.contains(symbolOf(type))) return nullptr;
  const Form* expanded = expandType(type);
  if (expanded->kind == FormKind::Gene && isUnion(as<GeneForm>(*expanded))) {
    const auto& g = as<GeneForm>(*expanded);
    bool open = typeVariables_.contains(symbolOf(g.head));
    for (const Form* child : g.children) open |= typeVariables_.contains(symbolOf(child));
    if (open) return nullptr;
  }
  return expanded;
}

/// (type Name Expression)
Analyzer::Node* Analyzer::typeForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::MissingParts, {"type", "a name"});
  const Form* head = form.children[0];
  if (head->kind != FormKind::Symbol && head->kind != FormKind::Path) {
    const Symbol name =
        head->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*head).head) : Symbol{};
    const std::string text = name.empty() ? printForm(*head) : std::string(name.text());
    return error(head->range(), Diag::LegacyType, {text});
  }
  const Symbol name =
      head->kind == FormKind::Path ? as<PathForm>(*head).parts.back() : symbolOf(head);
  if (name.text() == "Self") return error(head->range(), Diag::ReservedTypeName, {"type alias"});
  if (name == sym::Self) return error(head->range(), Diag::ReservedName, {"type alias"});
  if (form.children.size() < 2) return nil(form.loc);
  scopes_.scope()->types[name] = form.children[1];
  Node* value = typeValue(make<SymbolForm>(head->loc, name));
  return bindDefinition(head, name, value, form.loc);
}

Analyzer::Node* Analyzer::typeValue(const Form* type) {
  ir::Immediate expression;
  expression.form = expandType(type);
  return runtime(type->loc, ir::Op::TypeNew, {}, {expression});
}

}  // namespace gene
