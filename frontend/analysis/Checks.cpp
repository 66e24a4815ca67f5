// What the static checker refuses before anything runs (02 §5): surplus arguments of methods and constructors, methods and
// fields that a known class lacks, interfaces that are not implemented. It goes by names that mean one class in the whole
// module and by variables that are declared once and never assigned again; everything else is left to run time.

#include <algorithm>
#include <string>

#include "frontend/analysis/Checks.h"
#include "frontend/analysis/Parameters.h"
#include "frontend/syntax/Suggest.h"

namespace gene {
namespace {

std::string_view headOf(const Form* form) {
  return form->kind == FormKind::Gene ? symbolOf(as<GeneForm>(*form).head).text()
                                      : std::string_view{};
}

bool sameType(const Form* a, const Form* b) { return !a || !b || printForm(*a) == printForm(*b); }

constexpr std::string_view objectMethods[] = {"class", "is", "to", "to_s", "@"};
bool isObjectMethod(Symbol name) {
  return std::find(std::begin(objectMethods), std::end(objectMethods), name.text()) !=
         std::end(objectMethods);
}

}  // namespace

bool Checks::isShadowed(Symbol name) const {
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer)
    if (s->names.contains(name) || s->later.contains(name)) return true;
  return false;
}

const ClassInfo* Checks::classNamed(Symbol name) const {
  if (!options_.typeCheck || name.empty() || isShadowed(name)) return nullptr;
  auto found = facts_.classes.find(name);
  auto defined = facts_.definitions.find(name);
  if (found == facts_.classes.end() || defined == facts_.definitions.end() ||
      defined->second != 1 || facts_.assignedNames.contains(name) ||
      facts_.topLevelVars.contains(name))
    return nullptr;
  return &found->second;
}

/// Calls `visit` for the class and its ancestors until it returns true. False: none did, and there are no others.
/// Where an ancestor is not known, the answer is `unknown`.
template <class F>
bool Checks::anyInChain(const ClassInfo* info, bool unknown, F&& visit) const {
  for (int depth = 0; info && depth < 100; depth++) {
    if (visit(*info)) return true;
    if (!info->parent) return false;
    const Symbol parent = symbolOf(info->parent);
    const ClassInfo* next = classNamed(parent);
    if (!next) {
      if (parent.text() == "Object" && !isShadowed(parent)) return false;
      return unknown;
    }
    info = next;
  }
  return unknown;
}

// --- static types ------------------------------------------------------------------------------------------------------

Symbol Checks::staticClass(const Form* form, int depth) const {
  if (const std::string_view cls = builtinClassOf(form, depth); !cls.empty())
    return Symbol::of(cls);
  if (headOf(form) == "new") {
    const auto& g = as<GeneForm>(*form);
    const Symbol name = g.children.empty() ? Symbol{} : symbolOf(g.children[0]);
    return classNamed(name) ? name : Symbol{};
  }
  const Symbol name = symbolOf(form);
  if (name.empty() || facts_.assignedNames.contains(name) || facts_.narrowed.contains(name))
    return {};
  const auto isOneClass = [&](Symbol cls) {
    return classNamed(cls) || isBuiltinClass(cls) ? cls : Symbol{};
  };
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer) {
    if (s->later.contains(name)) return {};
    auto found = s->names.find(name);
    if (found == s->names.end()) continue;
    const ast::Binding& binding = *found->second;
    if (!binding.staticClass.empty()) return isOneClass(binding.staticClass);
    const Symbol type = binding.declaredType ? names_.nameOfType(binding.declaredType) : Symbol{};
    return classNamed(type) ? type : Symbol{};
  }
  auto global = names_.classes.find(name);
  if (global == names_.classes.end() || facts_.variableCounts.at(name) != 1) return {};
  return isOneClass(global->second);
}

// --- checks ------------------------------------------------------------------------------------------------------------

void Checks::checkPositionals(const ArrayForm& form, const ast::Arguments& args,
                              const std::string& place) {
  const Parameters parameters = parametersOf(form);
  if (parameters.hasRest) return;
  const size_t slots = parameters.positional.size();
  size_t given = 0;
  const ast::Node* surplus = nullptr;  // the first one
  for (const ast::Argument& a : args) {
    if (a.kind == ArgKind::Spread) return;
    if (a.kind == ArgKind::Positional && given++ == slots) surplus = a.node;
  }
  if (surplus && !hasMistake(form))
    diagnostics_.report(surplus->range(), Diag::TooManyArguments,
                        {place, std::to_string(slots), std::to_string(given)});
}

void Checks::checkMethodCall(const Form* receiver, Symbol name, const ast::Arguments& args,
                             const Form& method, Location loc) {
  const Symbol cls = staticClass(receiver);
  const ClassInfo* info = classNamed(cls);
  if (!info || name.empty()) return;
  const bool plain = args.empty();
  const MethodInfo* known = nullptr;
  const bool found = anyInChain(info, true, [&](const ClassInfo& c) {
    if (auto it = c.methods.find(name); it != c.methods.end()) known = &it->second;
    return known || c.hasMissing || (plain && c.fields.contains(name));
  });
  if (known) {
    checkPositionals(*known->parameters, args, "method " + std::string(name.text()));
    checkMethodEffects(*known->form, loc);
    return;
  }
  // The name may be that of a field, which is reported where the call runs.
  const bool mayBeField =
      facts_.assignedFields.contains(name) || (plain && facts_.assignsComputedFields);
  const bool incomplete = anyInChain(info, false, [](const ClassInfo& c) { return c.incomplete; });
  if (found || isObjectMethod(name) || mayBeField || incomplete) return;
  std::vector<Symbol> methods;
  anyInChain(info, true, [&](const ClassInfo& c) {
    for (const auto& entry : c.methods) methods.push_back(entry.first);
    return false;
  });
  Diagnostic& unknown =
      diagnostics_.report(method.range(), Diag::UnknownMethod, {name.text(), cls.text()});
  if (anyInChain(info, false, [&](const ClassInfo& c) { return c.functions.contains(name); }))
    unknown.hint(Diag::HintMethod, {name.text()});
  else
    hintNear(unknown, name, methods);
}

void Checks::checkNew(const Form* cls, const ast::Arguments& args) {
  const ArrayForm* ctor = nullptr;
  anyInChain(classNamed(symbolOf(cls)), true, [&](const ClassInfo& c) { return (ctor = c.ctor); });
  if (ctor) checkPositionals(*ctor, args, "new");
}

void Checks::checkNoConstructor(const GeneForm& form) {
  if (!checksNames() || form.children.size() < 2) return;
  const Symbol cls = symbolOf(form.children[0]);
  if (symbolOf(form.children[1]).text().ends_with("...")) return;
  const auto isException = [&](Symbol name) {
    return name.text().ends_with("Exception") && isBuiltinName(name) &&
           known_->isDefined(known_->data, name);
  };
  const auto report = [&]() -> Diagnostic& {
    return diagnostics_.report(form.children[1]->range(), Diag::NoConstructor, {cls.text()});
  };
  const ClassInfo* info = classNamed(cls);
  if (!info) {
    if (isException(cls)) report().hint(Diag::HintThrown);
    return;
  }
  bool thrown = false, initialised = false;
  const bool mayTake = anyInChain(info, true, [&](const ClassInfo& c) {
    for (const std::string_view name : {"init", "initialize", "__init__", "constructor", "new"})
      initialised |= c.methods.contains(Symbol::of(name));
    thrown |= c.parent && isException(symbolOf(c.parent));
    return c.ctor != nullptr;
  });
  if ((mayTake && !thrown) || anyInChain(info, false, [](const ClassInfo& c) { return c.ctor; }))
    return;
  report().hint(thrown && !initialised ? Diag::HintThrown : Diag::HintConstructor);
}

void Checks::checkSuper(Symbol cls, Symbol name, const ast::Arguments& args) {
  const ClassInfo* info = classNamed(cls);
  if (!info || !info->parent) return;
  const ClassInfo* parent = classNamed(symbolOf(info->parent));
  const ArrayForm* parameters = nullptr;
  anyInChain(parent, true, [&](const ClassInfo& c) {
    if (name == sym::Ctor) return (parameters = c.ctor) != nullptr;
    auto it = c.methods.find(name);
    if (it == c.methods.end()) return false;
    parameters = it->second.parameters;
    return true;
  });
  if (parameters) checkPositionals(*parameters, args, "super " + std::string(name.text()));
}

void Checks::checkField(const PathForm& form) {
  if (form.parts.size() < 2 || form.parts[0].empty()) return;
  const std::string_view field = form.parts[1].text();
  if (field.empty() || field[0] == '.' || field[0] == '<' || field[0] == '!' || field[0] == '-' ||
      (field[0] >= '0' && field[0] <= '9'))
    return;
  const SymbolForm receiver(form.loc, form.parts[0]);
  const Symbol cls = staticClass(&receiver);
  const ClassInfo* info = classNamed(cls);
  if (!info) return;
  bool declares = false;
  const bool found = anyInChain(info, true, [&](const ClassInfo& c) {
    declares |= !c.fields.empty();
    return c.fields.contains(form.parts[1]);
  });
  // An ancestor that is not known may have the field.
  const bool isKnownElsewhere = anyInChain(info, true, [](const ClassInfo&) { return false; });
  if (found) return;
  const Symbol name = form.parts[1];
  std::vector<Symbol> fields;
  bool isMethod = false;
  anyInChain(info, true, [&](const ClassInfo& c) {
    for (const auto& entry : c.fields) fields.push_back(entry.first);
    fields.insert(fields.end(), c.assigned.begin(), c.assigned.end());
    isMethod |= c.methods.contains(name) || c.hasMissing;
    return false;
  });
  if (declares) {
    Diagnostic& unknown = diagnostics_.report(form.loc, Diag::UnknownField, {field, cls.text()});
    hintNear(unknown, name, fields);
    return;
  }
  // Without declarations, what the program assigns anywhere may be a field.
  // Parameters such as /x: and /x... assign fields, too.
  for (const char* suffix : {":", "..."})
    if (facts_.assignedFields.contains(Symbol::of(std::string(field) + suffix))) return;
  if (isMethod || facts_.assignsComputedFields || facts_.assignedFields.contains(name) ||
      facts_.reifies || isKnownElsewhere)
    return;
  Diagnostic& unset = diagnostics_.report(form.loc, Diag::UnsetField, {field, cls.text()});
  hintNear(unset, name, fields);
}

void Checks::checkImplements(Symbol cls, Symbol interface, Location loc) {
  const ClassInfo* info = classNamed(cls);
  auto known = names_.interfaces.find(interface);
  if (!info || known == names_.interfaces.end()) return;
  for (const InterfaceInfo::Method& wanted : known->second.methods) {
    const MethodInfo* method = nullptr;
    const bool found = anyInChain(info, true, [&](const ClassInfo& c) {
      auto it = c.methods.find(wanted.name);
      if (it != c.methods.end()) method = &it->second;
      return method != nullptr;
    });
    if (!found) {
      std::vector<std::string_view> methods;
      for (const auto& entry : info->methods) methods.push_back(entry.first.text());
      Diagnostic& missing = diagnostics_.report(loc, Diag::MissingMethod,
                                                {cls.text(), wanted.name.text(), interface.text()});
      if (const std::string_view near = nearest(wanted.name.text(), methods); !near.empty())
        missing.hint(Diag::HintAvailable, {"'" + std::string(near) + "'"});
    }
    if (!method || !wanted.parameters) continue;
    const Parameters has = parametersOf(*method->parameters);
    const Parameters wants = parametersOf(*wanted.parameters);
    bool compatible =
        has.required <= wants.positional.size() &&
        (has.hasRest || (has.positional.size() >= wants.positional.size() && !wants.hasRest)) &&
        sameType(method->resultType, wanted.resultType);
    for (size_t i = 0; i < std::min(has.positional.size(), wants.positional.size()); i++)
      compatible &= sameType(has.positional[i].type, wants.positional[i].type);
    for (const Symbol keyword : wants.keywords)
      compatible &= has.hasKeywordRest || std::find(has.keywords.begin(), has.keywords.end(),
                                                    keyword) != has.keywords.end();
    if (!compatible)
      diagnostics_
          .report(loc, Diag::IncompatibleMethod, {wanted.name.text(), cls.text(), interface.text()})
          .hint(Diag::HintDeclared,
                {interface.text(), wanted.name.text(), printForm(*wanted.parameters),
                 wanted.resultType ? " -> " + printForm(*wanted.resultType) : ""});
  }
  for (const InterfaceInfo::Field& wanted : known->second.fields) {
    const Form* type = nullptr;
    // What the class assigns without declaring it is a field as well.
    const bool found = anyInChain(info, true, [&](const ClassInfo& c) {
      auto it = c.fields.find(wanted.name);
      if (it != c.fields.end()) type = it->second;
      return it != c.fields.end() || std::ranges::count(c.assigned, wanted.name) != 0;
    });
    if (!found)
      diagnostics_.report(loc, Diag::MissingField,
                          {cls.text(), wanted.name.text(), interface.text()});
    else if (!sameType(type, wanted.type))
      diagnostics_.report(loc, Diag::IncompatibleField,
                          {wanted.name.text(), cls.text(), interface.text()});
  }
}

}  // namespace gene
