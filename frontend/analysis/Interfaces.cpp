// Interfaces and their implementations (07 §6).

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {
namespace {

bool isTrue(const Form* form) {
  return form && form->kind != FormKind::False && form->kind != FormKind::Nil;
}

/// x: without the colon.
Symbol declaredName(const Form* form, bool* typed) {
  std::string_view text = symbolOf(form).text();
  *typed = text.size() > 1 && text.ends_with(':');
  if (*typed) text.remove_suffix(1);
  return Symbol::of(text);
}

}  // namespace

/// (method name), (method name [args]), (method name [args] -> T): no body.
bool Analyzer::interfaceMethod(const GeneForm& form, InterfaceInfo& info) {
  if (form.children.empty() || symbolOf(form.children[0]).empty()) {
    error(form.range(), Diag::InterfaceMember);
    return false;
  }
  std::string_view text = symbolOf(form.children[0]).text();
  if (const size_t colon = text.find(':'); colon != std::string_view::npos && colon > 0) {
    text = text.substr(0, colon);
  }
  InterfaceInfo::Method method;
  method.name = Symbol::of(text);
  Span<Form* const> rest = form.children.subspan(1);
  if (!rest.empty()) {
    if (rest[0]->kind != FormKind::Array) {
      error(rest[0]->range(), Diag::MethodArguments);
      return false;
    }
    method.parameters = &as<ArrayForm>(*rest[0]);
    rest = rest.subspan(1);
    if (rest.size() >= 2 && symbolOf(rest[0]).text() == "->") {
      method.resultType = rest[1];
      rest = rest.subspan(2);
    }
    if (rest.size() >= 2 && symbolOf(rest[0]).text() == "!" && rest[1]->kind == FormKind::Array)
      rest = rest.subspan(2);
    if (!rest.empty()) {
      error(rest[0]->range(), Diag::InterfaceBody);
      return false;
    }
  }
  info.methods.push_back(method);
  return true;
}

Analyzer::Node* Analyzer::interfaceForm(const GeneForm& form) {
  if (form.children.empty())
    return error(form.range(), Diag::MissingParts, {"interface", "a name"});
  const Form* nameForm = form.children[0];
  Symbol name =
      nameForm->kind == FormKind::Path ? as<PathForm>(*nameForm).parts.back() : symbolOf(nameForm);
  if (name.empty()) return error(nameForm->range(), Diag::MissingParts, {"interface", "a name"});
  nameForm = plainNameForm(nameForm, &name);
  if (name == sym::Self) return error(nameForm->range(), Diag::ReservedName, {"interface"});
  if (name.text() == "Self") return error(nameForm->range(), Diag::ReservedTypeName, {"interface"});
  InterfaceInfo info;
  std::vector<Form*> methods, fields;
  for (const Form* member : form.children.subspan(1)) {
    const GeneForm* g = member->kind == FormKind::Gene ? &as<GeneForm>(*member) : nullptr;
    const std::string_view head = g ? symbolOf(g->head).text() : std::string_view{};
    if (head == "method") {
      if (!interfaceMethod(*g, info)) return nil(form.loc);
      methods.push_back(make<SymbolForm>(member->loc, info.methods.back().name));
      continue;
    }
    const bool isField = (head == "field" || head == "prop") && !g->children.empty() &&
                         !symbolOf(g->children[0]).empty();
    if (!isField) return error(member->range(), Diag::InterfaceMember);
    bool typed;
    InterfaceInfo::Field field;
    field.name = declaredName(g->children[0], &typed);
    field.type = g->children.size() > 1 ? g->children[1] : nullptr;
    info.fields.push_back(field);
    inInterface_ = true;
    const Form* type = field.type && options_.typeCheck ? annotation(field.type) : nullptr;
    inInterface_ = false;
    fields.push_back(make<SymbolForm>(member->loc, field.name));
    fields.push_back(type ? const_cast<Form*>(type) : make<Form>(FormKind::Nil, member->loc));
    fields.push_back(make<Form>(isTrue(property(*g, "readonly")) ? FormKind::True : FormKind::False,
                                member->loc));
  }
  names_.interfaces[name] = std::move(info);
  Form* parts[] = {make<SymbolForm>(form.loc, identityOf(form, name)),
                   make<ArrayForm>(form.loc, copy(methods)),
                   make<ArrayForm>(form.loc, copy(fields))};
  ir::Immediate declaration;
  declaration.form = make<ArrayForm>(form.loc, arena_.copy(Span<Form*>(parts)));
  Node* node = runtime(form.loc, ir::Op::InterfaceNew, {}, {declaration});
  return bindDefinition(nameForm, name, node, form.loc);
}

/// The value of an interface's name; compile-time names that nothing defines are errors of the class that uses them.
Analyzer::Node* Analyzer::interfaceNamed(const Form* form) {
  const Symbol symbol = symbolOf(form);
  const bool known = symbol.empty() || names_.interfaces.contains(symbol) ||
                     scopes_.lookup(symbol) || !placeGlobal(symbol).empty() ||
                     names_.globals.contains(symbol) || facts_.topLevelVars.contains(symbol);
  if (known) return expression(form);
  return nullptr;
}

/// (implement I for C members…)
Analyzer::Node* Analyzer::implementForm(const GeneForm& form) {
  const bool isExternal = form.children.size() >= 3 && symbolOf(form.children[1]).text() == "for";
  if (!isExternal) return error(form.range(), Diag::ImplementForm);
  const std::string spelled = printForm(*form.children[0]);
  Node* interface = interfaceNamed(form.children[0]);
  if (!interface) return raiseNode(form.loc, "Exception", "Interface not found: " + spelled);
  Node* target = expression(form.children[2]);
  const Symbol name = Symbol::of(spelled);
  for (const Form* member : form.children.subspan(3)) {
    const std::string_view head = member->kind == FormKind::Gene
                                      ? symbolOf(as<GeneForm>(*member).head).text()
                                      : std::string_view{};
    if (head != "method" && head != "ctor") return error(member->range(), Diag::ImplementMember);
  }
  checks_.checkAdapter(form, name);
  auto* members = static_cast<ast::Class*>(classNode(form, name, form.children.subspan(3)));
  members->isImplementation = true;
  // Unlike others, constructors of adapters count the receiver (05 §2).
  for (const ast::Class::Member& m : members->members)
    if (m.kind == ast::Class::Member::Ctor) m.function->isCtor = false;
  ir::Immediate immediate;
  immediate.symbol = name;
  return runtime(form.loc, ir::Op::Implement, {interface, target, members}, {immediate});
}

/// `implements I` and `implements [I J]` at the head of a class; moves behind them.
void Analyzer::implementsClause(ast::Class& cls, Span<Form* const>& rest) {
  while (rest.size() >= 2 && symbolOf(rest[0]).text() == "implements") {
    if (rest[1]->kind == FormKind::Array)
      for (const Form* item : as<ArrayForm>(*rest[1]).items) addInterface(cls, item);
    else
      addInterface(cls, rest[1]);
    rest = rest.subspan(2);
  }
}

/// (implement I members…) in a class body: `implements I`, and the members are the class's own.
void Analyzer::inlineImplementation(ast::Class& cls, const GeneForm& form,
                                    std::vector<ast::Class::Member>& members) {
  if (form.children.empty()) {
    error(form.range(), Diag::ImplementForm);
    return;
  }
  addInterface(cls, form.children[0]);
  for (const Form* m : form.children.subspan(1)) member(cls, m, members);
}

void Analyzer::addInterface(ast::Class& cls, const Form* form) {
  Node* interface = interfaceNamed(form);
  if (!interface) {
    std::vector<Symbol> names;
    for (const auto& entry : names_.interfaces) names.push_back(entry.first);
    Checks::hintNear(diagnostics_.report(form->range(), Diag::UnknownInterface, {printForm(*form)}),
                     symbolOf(form), names);
    return;
  }
  cls.interfaces.push_back(arena_, {Symbol::of(printForm(*form)), interface});
}

}  // namespace gene
