// Warnings about calls and values: what is going to raise, or is left out, whatever the program does before. Of functions that
// the module defines once, by their parameters; of built-in functions and methods, by their rows.

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "codegen/ir/Ir.h"
#include "frontend/analysis/Checks.h"
#include "frontend/analysis/Operators.h"
#include "frontend/analysis/Parameters.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/support/TypeNames.h"

namespace gene {
namespace {

/// The class of a literal; empty for other forms.
std::string_view literalClass(const Form* form) {
  switch (form->kind) {
    case FormKind::Int: return "Int";
    case FormKind::Float: return "Float";
    case FormKind::String: return "String";
    case FormKind::Char: return "Char";
    case FormKind::True:
    case FormKind::False: return "Bool";
    case FormKind::Array: return "Array";
    case FormKind::Regex: return "Regex";
    default: return {};
  }
}

/// Can a literal of this class never be of the type? Of plain names of built-in types only.
bool isRefused(const Form* type, std::string_view literal) {
  if (!type) return false;
  const std::string_view name = canonicalTypeName(symbolOf(type).text());
  const bool number = literal == "Int" || literal == "Float";
  if (name == "Int" || name == "Float") return !number;
  if (name == "String" || name == "Char" || name == "Bool" || name == "Array" || name == "Map" ||
      name == "Regex")
    return name != literal;
  return false;
}

std::string articled(std::string_view cls) {
  return (cls == "Int" || cls == "Array" ? "an " : "a ") + std::string(cls);
}

/// The parameter list of a definition (fn name [..] …); null without one.
const ArrayForm* parameterList(const GeneForm& definition) {
  for (const Form* child : definition.children)
    if (child->kind == FormKind::Array) return &as<ArrayForm>(*child);
  return nullptr;
}

std::string signatureText(Symbol name, const ArrayForm& parameters) {
  return std::string(name.text()) + " " + printForm(parameters);
}

/// Do spreads say at run time how many arguments there are?
bool hasSpread(Span<Form* const> given) {
  return std::ranges::any_of(given, [](const Form* form) {
    const std::string_view text = form->kind == FormKind::Path
                                      ? as<PathForm>(*form).parts.back().text()
                                      : symbolOf(form).text();
    return text.ends_with("...");
  });
}

/// An argument of a built-in function, as its row says: `name`, `name?`, `name...`, perhaps with `:Class|Class`.
struct BuiltinArgument {
  std::string_view name, classes;
  bool optional = false;
};
/// "separator:String limit? ^key -> Array": the arguments; the names of keywords go to `keywords`.
std::vector<BuiltinArgument> argumentsOf(std::string_view signature,
                                         std::vector<Symbol>& keywords) {
  std::vector<BuiltinArgument> result;
  for (;;) {
    const std::string_view word = signature.substr(0, signature.find(' '));
    signature.remove_prefix(word.size() + 1);
    if (word == "->") return result;
    if (word.starts_with('^')) {
      keywords.push_back(Symbol::of(word.substr(1)));
      continue;
    }
    const size_t colon = word.find(':');
    BuiltinArgument argument{word.substr(0, colon), {}};
    if (colon != std::string_view::npos) argument.classes = word.substr(colon + 1);
    argument.optional = argument.name.ends_with('?') || argument.name.ends_with("...");
    argument.name = argument.name.substr(0, argument.name.find_first_of("?."));
    result.push_back(argument);
  }
}

/// The built-in class of values of a type that is one kind; empty for others.
std::string_view classOfType(ir::Type type) {
#define TYPE(Name, text) \
  if (type.is(ir::Type::Name())) return #Name;
#include "codegen/ir/Types.def"
  return {};
}
/// The kind that the values of a built-in class are of.
ir::Type typeOfClass(std::string_view cls) {
#define TYPE(Name, text) \
  if (cls == #Name) return ir::Type::Name();
#include "codegen/ir/Types.def"
  return ir::Type::Other();
}

}  // namespace

// --- functions of the module ---------------------------------------------------------------------------------------------

bool Checks::hasMistake(const Form& parameters) const {
  return std::ranges::any_of(diagnostics_.all(), [&](const Diagnostic& d) {
    return d.severity == Severity::Error && d.loc.offset >= parameters.loc.offset &&
           d.loc.offset < parameters.end.offset;
  });
}

void Checks::checkArgumentTypes(const ArrayForm& list, Span<Form* const> given, Symbol function,
                                Location definition) {
  const Parameters parameters = parametersOf(list);
  for (size_t i = 0; i < std::min(given.size(), parameters.positional.size()); i++) {
    if (symbolOf(given[i]).text().ends_with("...")) return;
    const Parameters::Positional& p = parameters.positional[i];
    const std::string_view cls = literalClass(given[i]);
    if (cls.empty() || !isRefused(p.type, cls) || facts_.classes.contains(symbolOf(p.type)))
      continue;
    diagnostics_
        .report(given[i]->loc, Diag::ArgumentType,
                {p.name.text(), symbolOf(p.type).text(), articled(cls)})
        .note(definition, Diag::NoteDefined, {signatureText(function, list)});
  }
}

void Checks::checkArity(const ast::Arguments& args, const GeneForm& call) {
  const Symbol symbol = symbolOf(call.head);
  if (!options_.typeCheck || symbol.empty() || isShadowed(symbol)) return;
  auto global = names_.globals.find(symbol);
  auto known = names_.functions.find(symbol);
  if (global == names_.globals.end() || !global->second->constant ||
      known == names_.functions.end())
    return;
  if (known->second.hasRest) return;
  const size_t slots = known->second.positional;
  size_t given = 0;
  for (const ast::Argument& a : args) {
    if (a.kind == ArgKind::Spread) return;
    given += a.kind == ArgKind::Positional;
  }
  if (given <= slots) return;
  if (known->second.form)
    if (const ArrayForm* list = parameterList(*known->second.form); list && hasMistake(*list))
      return;
  // Positional arguments come behind the others, in the order of the children.
  const GeneForm* definition = known->second.form;
  const SourceRange surplus =
      slots < call.children.size() ? call.children[slots]->range() : call.range();
  Diagnostic& d = diagnostics_.report(surplus, Diag::TooManyArguments,
                                      {"call", std::to_string(slots), std::to_string(given)});
  if (!definition || definition->children.size() < 2) return;
  const bool isNamed = definition->children[0]->kind != FormKind::Array;
  const Form* list = definition->children[isNamed ? 1 : 0];
  if (list->kind == FormKind::Array)
    d.note(isNamed ? definition->children[0]->loc : definition->loc, Diag::NoteDefined,
           {std::string(symbol.text()) + " " + printForm(*list)});
}

void Checks::checkArguments(const GeneForm& call) {
  const Symbol name = symbolOf(call.head);
  auto found = facts_.named.find(name);
  if (isEvaluated() || !options_.typeCheck || found == facts_.named.end() || isShadowed(name) ||
      facts_.definitions.at(name) != 1 || facts_.assignedNames.contains(name) ||
      facts_.topLevelVars.contains(name) || symbolOf(found->second->head).text() != "fn")
    return;
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer)
    if (s->published.contains(name)) return;
  const GeneForm& definition = *found->second;
  const ArrayForm* list = parameterList(definition);
  if (!list || name.text().ends_with('!') || hasMistake(*list)) return;
  const Location place = definition.children[0]->loc;
  const Parameters parameters = parametersOf(*list);
  if (hasSpread(call.children)) return;
  const size_t given = call.children.size();
  bool spreads = false;
  for (const Property& p : call.properties) {
    spreads |= p.isSpread();
    if (p.isSpread() || parameters.hasKeywordRest ||
        std::ranges::find(parameters.keywords, p.key) != parameters.keywords.end())
      continue;
    if (list->items.empty()) continue;  // without parameters a function ignores what it is given
    Diagnostic& d =
        diagnostics_.report(p.loc, Diag::UnexpectedKeyword, {name.text(), p.key.text()});
    hintNear(d, p.key, parameters.keywords);
    d.note(place, Diag::NoteDefined, {signatureText(name, *list)});
    return;
  }
  const std::string signature = signatureText(name, *list);
  if (given < parameters.required) {
    std::string_view missing;
    size_t left = given;
    for (const Parameters::Positional& p : parameters.positional) {
      if (p.optional) continue;
      if (left-- == 0) {
        missing = p.name.text();
        break;
      }
    }
    diagnostics_.report(call.loc, Diag::MissingArgument, {name.text(), missing})
        .note(place, Diag::NoteDefined, {signature});
    return;
  }
  if (!parameters.hasRest && given > parameters.positional.size() && !list->items.empty()) {
    diagnostics_
        .report(call.children[parameters.positional.size()]->loc, Diag::SurplusArgument,
                {name.text(), std::to_string(parameters.positional.size())})
        .note(place, Diag::NoteDefined, {signature});
    return;
  }
  for (const Symbol keyword : parameters.requiredKeywords)
    if (!spreads &&
        std::ranges::find(call.properties, keyword, &Property::key) == call.properties.end()) {
      diagnostics_
          .report(call.loc, Diag::MissingArgument, {name.text(), "^" + std::string(keyword.text())})
          .note(place, Diag::NoteDefined, {signature});
      return;
    }
  checkArgumentTypes(*list, call.children, name, place);
}

// --- built-in functions and methods ----------------------------------------------------------------------------------------

/// Does the name mean the built-in of that name wherever it stands?
bool Checks::isBuiltinName(Symbol name) const {
  if (!checksNames() || name.empty() || isShadowed(name) || names_.globals.contains(name) ||
      facts_.definitions.contains(name) || facts_.topLevelVars.contains(name) ||
      facts_.assignedNames.contains(name) || facts_.published.contains(name) ||
      names_.later.contains(name) || names_.imported.contains(name))
    return false;
  for (const Scopes::Scope* s = scopes_.scope(); s; s = s->outer)
    if (s->published.contains(name)) return false;
  return true;
}

/// The row of the built-in function that a call of `head` calls: name, namespace/name; null where that is not sure.
const ir::BuiltinFacts* Checks::builtinCalled(const Form* head) const {
  if (const Symbol name = symbolOf(head); !name.empty())
    return isBuiltinName(name) ? ir::builtins().function({}, name) : nullptr;
  if (head->kind != FormKind::Path) return nullptr;
  const Span<const Symbol> parts = as<PathForm>(*head).parts;
  const Symbol owner = parts[0];
  if (parts.size() != 2 || !isBuiltinName(owner) || facts_.assignedFields.contains(parts[1]) ||
      facts_.classes.contains(owner))
    return nullptr;
  return ir::builtins().function(owner, parts[1]);
}

/// Is it a built-in class whose methods are all in the table, and which the program has no other of that name of?
bool Checks::isBuiltinClass(Symbol cls) const {
  return checksNames() && !cls.empty() && !facts_.classes.contains(cls) &&
         !facts_.definitions.contains(cls) && names_.interfaces.empty() &&
         !known_->methods(known_->data, cls.text()).empty();
}

/// The built-in class of what the form certainly gives: of literals, and of calls of built-ins; empty for others. `depth`: how
/// far to look into calls.
std::string_view Checks::builtinClassOf(const Form* form, int depth) const {
  if (const std::string_view cls = literalClass(form); !cls.empty()) return cls;
  if (form->kind != FormKind::Gene || form->frozen || depth == 0) return {};
  const auto& call = as<GeneForm>(*form);
  if (std::ranges::any_of(call.children, isOperator)) return {};
  if (const ir::BuiltinFacts* row = builtinCalled(call.head)) return classOfType(row->result);
  const std::string_view method =
      call.children.empty() ? std::string_view{} : symbolOf(call.children[0]).text();
  if (method.size() < 2 || method[0] != '.' || method[1] == '.') return {};
  const Symbol cls = staticClass(call.head, depth - 1);
  if (!isBuiltinClass(cls)) return {};
  const ir::BuiltinFacts* row = ir::builtins().method(cls, Symbol::of(method.substr(1)));
  return row ? classOfType(row->result) : std::string_view{};
}

/// The arguments of a call that the row is certain to refuse, or to leave out. `written`: how a call is written.
void Checks::checkRow(const ir::BuiltinFacts& row, std::string_view name, std::string_view written,
                      const GeneForm& call, Span<Form* const> given) {
  std::vector<Symbol> keywords;
  const std::vector<BuiltinArgument> takes = argumentsOf(row.signature, keywords);
  std::string usage(written);
  if (const size_t arrow = row.signature.find("->"); arrow > 1)
    usage.append(" ").append(row.signature.substr(0, arrow - 1));
  usage += ")";
  const auto report = [&](Location loc, Diag what, DiagArguments words) -> auto& {
    return diagnostics_.report(loc, what, words).hint(Diag::HintUsage, {usage});
  };
  for (const Property& p : call.properties) {
    const auto isKnown = [&](Symbol word) { return word == p.key || word.text() == "..."; };
    if (p.isSpread() || std::ranges::any_of(keywords, isKnown)) continue;
    hintNear(report(p.loc, Diag::UnexpectedKeyword, {name, p.key.text()}), p.key, keywords);
    return;
  }
  if (hasSpread(given)) return;
  if (given.size() < row.least) {
    report(call.loc, Diag::MissingArgument, {name, takes[given.size()].name});
    return;
  }
  if (row.most != ir::BuiltinFacts::AnyNumber && given.size() > row.most) {
    report(given[row.most]->loc, Diag::SurplusArgument, {name, std::to_string(row.most)});
    return;
  }
  for (size_t i = 0; i < std::min({given.size(), takes.size(), row.arguments.size()}); i++) {
    const Symbol cls = staticClass(given[i]);
    if (cls.empty() || takes[i].classes.empty() || classNamed(cls)) continue;
    if (!typeOfClass(cls.text()).overlaps(row.arguments[i]))
      report(given[i]->loc, Diag::ArgumentType,
             {takes[i].name, takes[i].classes, articled(cls.text())});
  }
}

void Checks::checkBuiltinCall(const GeneForm& call) {
  if (quiet_ != 0) return;
  const ir::BuiltinFacts* row = builtinCalled(call.head);
  if (!row) return;
  const bool isPath = call.head->kind == FormKind::Path;
  const std::string name = printForm(*call.head);
  const Symbol last = isPath ? as<PathForm>(*call.head).parts.back() : symbolOf(call.head);
  checkRow(*row, last.text(), "(" + name, call, call.children);
}

void Checks::checkBuiltinMethod(const Form* receiver, const Form* method, const GeneForm& call,
                                Span<Form* const> args) {
  std::string_view name = symbolOf(method).text();
  if (name.size() < 2 || name[1] == '@' || name[1] == '<' || quiet_ != 0) return;
  name.remove_prefix(1);
  const Symbol cls = staticClass(receiver);
  if (!isBuiltinClass(cls)) return;
  if (const ir::BuiltinFacts* row = ir::builtins().method(cls, Symbol::of(name))) {
    checkRow(*row, name, "(value ." + std::string(name), call, args);
    return;
  }
  const std::vector<std::string_view> methods = known_->methods(known_->data, cls.text());
  if (std::ranges::find(methods, name) != methods.end()) return;
  Diagnostic& d = diagnostics_.report(method->loc, Diag::UnknownMethodName, {cls.text(), name});
  // A word of another language is no slip of the pen.
  if (const std::string_view foreign = foreignMethod(name); !foreign.empty())
    d.hint(Diag::HintText, {foreign});
  else if (const std::string_view near = nearestMethod(name, methods); !near.empty())
    d.hint(Diag::HintNear, {near});
}

// --- values ------------------------------------------------------------------------------------------------------------

void Checks::checkValueType(const Form* value, const Form* type, std::string_view what) {
  const std::string_view cls = literalClass(value);
  if (isEvaluated() || !options_.typeCheck || !type || cls.empty() || !isRefused(type, cls) ||
      facts_.classes.contains(symbolOf(type)))
    return;
  diagnostics_.report(value->loc, Diag::ValueType, {what, symbolOf(type).text(), articled(cls)});
}

void Checks::checkOperand(std::string_view op, const ast::Node* operand) {
  if (isEvaluated() || (op != "+" && op != "-" && op != "/")) return;
  const bool isString = operand->kind == ast::NodeKind::Interpolate ||
                        (operand->kind == ast::NodeKind::Literal &&
                         static_cast<const ast::Literal*>(operand)->form->kind == FormKind::String);
  if (!isString) return;
  Diagnostic& d = diagnostics_.report(operand->loc, Diag::StringArithmetic, {op});
  if (op == "+") d.hint(Diag::HintConcat);
}

}  // namespace gene
