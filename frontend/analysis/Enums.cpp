// Enum declarations, enum patterns of `case`, and `?` (02 §6, 12 §5).

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"
#include "frontend/analysis/Operators.h"

namespace gene {
namespace {

std::string_view textOf(const Form* form) { return symbolOf(form).text(); }

bool isCapitalised(std::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z';
}

/// a/b with two names.
bool isTwoPartPath(const Form* form) {
  if (form->kind != FormKind::Path) return false;
  const auto& parts = as<PathForm>(*form).parts;
  auto isName = [](Symbol part) {
    const char c = part.empty() ? '.' : part.text()[0];
    return c != '.' && c != '<' && c != '!' && c != '-' && (c < '0' || c > '9');
  };
  return parts.size() == 2 && isName(parts[0]) && isName(parts[1]);
}

constexpr std::string_view standardVariants[] = {"Ok", "Err", "Some", "None"};
bool isStandardVariant(std::string_view text) {
  return std::find(std::begin(standardVariants), std::end(standardVariants), text) !=
         std::end(standardVariants);
}

}  // namespace

// --- declarations ------------------------------------------------------------------------------------------------------

/// Tree:T:U: the name, and type variables, which accept everything.
bool Analyzer::enumHead(const Form* form, Symbol* name, std::vector<Symbol>& variables) {
  const std::string_view text =
      form->kind == FormKind::Path ? as<PathForm>(*form).parts.back().text() : textOf(form);
  if (text.empty()) {
    error(form->range(), Diag::EnumName);
    return false;
  }
  size_t colon = text.find(':');
  *name = Symbol::of(text.substr(0, colon));
  while (colon != std::string_view::npos) {
    const size_t next = text.find(':', colon + 1);
    const std::string_view variable = text.substr(colon + 1, next - colon - 1);
    if (!isCapitalised(variable)) {
      error(form->range(), Diag::EnumGenericSyntax, {text});
      return false;
    }
    if (std::find(variables.begin(), variables.end(), Symbol::of(variable)) != variables.end()) {
      error(form->range(), Diag::EnumDuplicateGeneric, {name->text(), variable});
      return false;
    }
    variables.push_back(Symbol::of(variable));
    colon = next;
  }
  if (*name != sym::Self && name->text() != "Self") return true;
  error(form->range(), Diag::ReservedTypeName, {"enum"});
  return false;
}

/// (Variant a b: T …): appends [Variant [a b] [_ T]] to `declaration`.
bool Analyzer::enumVariant(const Form* member, Symbol owner, Span<const Symbol> variables,
                           bool valuesOnly, std::vector<Form*>& declaration) {
  const bool isUnit = member->kind == FormKind::Symbol;
  Symbol name = symbolOf(member);
  std::vector<Form*> fields, types;
  if (!isUnit) {
    if (!valuesOnly && member->kind == FormKind::Gene) name = symbolOf(as<GeneForm>(*member).head);
    if (name.empty()) {
      error(member->range(), valuesOnly ? Diag::EnumValuesMember : Diag::EnumMember);
      return false;
    }
    const auto& g = as<GeneForm>(*member);
    const std::string where = std::string(owner.text()) + "/" + std::string(name.text());
    if (!g.properties.empty()) {
      error(member->range(), Diag::EnumFieldProperty, {where});
      return false;
    }
    for (size_t i = 0; i < g.children.size(); i++) {
      std::string_view field = textOf(g.children[i]);
      if (field.empty()) {
        error(g.children[i]->range(), Diag::EnumField, {where});
        return false;
      }
      const bool typed = field.size() > 1 && field.ends_with(':');
      if (typed) field.remove_suffix(1);
      const Symbol symbol = Symbol::of(field);
      if (std::any_of(fields.begin(), fields.end(),
                      [&](const Form* f) { return symbolOf(f) == symbol; })) {
        error(g.children[i]->range(), Diag::EnumDuplicateField, {where, field});
        return false;
      }
      if (typed && i + 1 == g.children.size()) {
        error(g.children[i]->range(), Diag::EnumFieldType, {where, field});
        return false;
      }
      fields.push_back(make<SymbolForm>(g.children[i]->loc, symbol));
      Form* type = typed ? g.children[++i] : nullptr;
      const bool isVariable =
          type && std::find(variables.begin(), variables.end(), symbolOf(type)) != variables.end();
      const Form* checked = type && !isVariable && options_.typeCheck ? annotation(type) : nullptr;
      types.push_back(checked ? const_cast<Form*>(checked)
                              : make<Form>(FormKind::Nil, member->loc));
    }
  }
  for (const Form* other : declaration) {
    if (other->kind != FormKind::Array || symbolOf(as<ArrayForm>(*other).items[0]) != name)
      continue;
    error(member->range(), Diag::EnumDuplicateVariant, {owner.text(), name.text()});
    return false;
  }
  auto array = [&](const std::vector<Form*>& items) -> Form* {
    return make<ArrayForm>(member->loc, copy(items));
  };
  declaration.push_back(array({make<SymbolForm>(member->loc, name), array(fields), array(types)}));
  return true;
}

Analyzer::Node* Analyzer::enumForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::EnumMissingName);
  Symbol name;
  std::vector<Symbol> variables;
  if (!enumHead(form.children[0], &name, variables)) return nil(form.loc);
  const Form* nameForm = plainNameForm(form.children[0], &name);
  std::vector<Form*> declaration{make<SymbolForm>(form.loc, identityOf(form, name))};
  if (const Form* values = property(form, "values")) {
    if (values->kind != FormKind::Array) return error(values->range(), Diag::EnumValues);
    for (const Form* member : as<ArrayForm>(*values).items)
      if (!enumVariant(member, name, variables, true, declaration)) return nil(form.loc);
  }
  for (const Form* member : form.children.subspan(1))
    if (!enumVariant(member, name, variables, false, declaration)) return nil(form.loc);
  std::vector<Symbol>& known = names_.enums[name];
  for (const Form* variant : Span<Form*>(declaration).subspan(1)) {
    const Symbol symbol = symbolOf(as<ArrayForm>(*variant).items[0]);
    known.push_back(symbol);
    names_.variants[symbol].push_back(name);
  }
  ir::Immediate immediate;
  immediate.form = make<ArrayForm>(form.loc, copy(declaration));
  Node* node = runtime(form.loc, ir::Op::EnumNew, {}, {immediate});
  return bindDefinition(nameForm, name, node, form.loc);
}

// --- patterns ----------------------------------------------------------------------------------------------------------

/// What enums there are besides those of the module's own text.
void Analyzer::knowEnums(Span<const KnownEnum> enums) {
  for (const KnownEnum& known : enums) {
    names_.outerEnums.insert(known.name);
    names_.enums[known.name] = known.variants;
    for (const Symbol variant : known.variants) names_.variants[variant].push_back(known.name);
  }
}

/// The variant that `head` names in a pattern, or null when the clause is about a value.
Analyzer::Node* Analyzer::variantHead(const Form* head) {
  if (isTwoPartPath(head)) return expression(head);
  const Symbol symbol = symbolOf(head);
  if (isStandardVariant(symbol.text()))
    return make<ast::Global>(head->loc, program_.externalGlobal(symbol), true);
  const std::vector<Symbol> owners = names_.ownersOf(symbol, scopes_);
  if (owners.size() == 1) {
    const Symbol parts[] = {owners[0], symbol};
    return expression(make<PathForm>(head->loc, arena_.copy(Span<const Symbol>(parts))));
  }
  if (isCapitalised(symbol.text()) && (scopes_.lookup(symbol) || names_.globals.contains(symbol)))
    return name(symbol, head->loc);
  if (owners.empty()) return nullptr;
  std::string choices;
  for (const Symbol owner : owners)
    choices += (choices.empty() ? "" : " or ") + std::string(owner.text()) + "/" +
               std::string(symbol.text());
  return raiseNode(head->loc, "Exception",
                   "variant " + std::string(symbol.text()) +
                       " is ambiguous; use a qualified pattern such as " + choices);
}

/// Makes `clause` a pattern (variant binders…) if `form` is one; the binders become variables of the current scope.
bool Analyzer::variantClause(const Form* form, ast::Case::Clause& clause) {
  if (form->kind != FormKind::Gene) {
    clause.variant = variantHead(form);
    clause.binders = ast::Case::ValueOrVariant;
    return clause.variant;
  }
  const auto& g = as<GeneForm>(*form);
  const bool isInfix = !g.children.empty() && isOperator(g.children[0]);
  if (!g.properties.empty() || isInfix) return false;
  if (g.head->kind != FormKind::Symbol && g.head->kind != FormKind::Path) return false;
  clause.variant = variantHead(g.head);
  if (!clause.variant) return false;
  std::vector<ast::Binding*> variables;
  for (const Form* child : g.children) {
    const Symbol symbol = symbolOf(child);
    if (symbol.empty()) {
      error(child->range(), Diag::EnumBinding, {printForm(*g.head)});
      return true;
    }
    variables.push_back(symbol == sym::Underscore ? nullptr : declare(symbol, child->loc));
  }
  clause.binders = static_cast<int>(variables.size());
  clause.variables = copy(variables);
  return true;
}

// --- ? -----------------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::question(const GeneForm& form) {
  return make<ast::Question>(form.loc, expression(form.head));
}

}  // namespace gene
