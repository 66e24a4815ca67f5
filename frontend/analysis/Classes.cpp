// Classes, objects, namespaces, new, super (07, 08 §4).

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"

namespace gene {

/// Binds what a definition made: a module's global, a member by path, or a local of the scope.
Analyzer::Node* Analyzer::bindDefinition(const Form* nameForm, Symbol name, Node* value,
                                         Location loc) {
  if (nameForm->kind == FormKind::Path) return assignPath(as<PathForm>(*nameForm), value, loc);
  if (scopes_.isOutermost()) {
    names_.later.erase(name);
    return published(name, make<ast::AssignGlobal>(loc, moduleGlobal(name, loc), value));
  }
  ast::Binding* const binding = predeclared(name, loc);
  if (value->kind == ast::NodeKind::Class)
    binding->identity = static_cast<const ast::Class*>(value)->name;
  scopes_.bind(binding);
  return make<ast::DeclareLocal>(loc, binding, value);
}

Analyzer::Node* Analyzer::classForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::ClassName);
  const Form* nameForm = form.children[0];
  Symbol name =
      nameForm->kind == FormKind::Path ? as<PathForm>(*nameForm).parts.back() : symbolOf(nameForm);
  if (name.empty()) return error(nameForm->range(), Diag::ClassName);
  nameForm = plainNameForm(nameForm, &name);
  if (name == sym::Self) return error(nameForm->range(), Diag::ReservedName, {"class"});
  if (name.text() == "Self") return error(nameForm->range(), Diag::ReservedTypeName, {"class"});
  Node* node = classNode(form, name, form.children.subspan(1));
  return bindDefinition(nameForm, name, node, form.loc);
}

Analyzer::Node* Analyzer::classNode(const GeneForm& form, Symbol name, Span<Form* const> rest) {
  auto* cls = make<ast::Class>(form.loc);
  cls->name = isSymbol(form.head, "implement") ? name : identityOf(form, name);
  if (!rest.empty() && symbolOf(rest[0]).text() == "<") {
    if (rest.size() < 2) return error(form.range(), Diag::MissingSuperclass);
    checks_.checkLaterParent(form, name, rest[1]);
    cls->parent = expression(rest[1]);
    rest = rest.subspan(2);
  }
  checks_.checkParent(name, rest);
  implementsClause(*cls, rest);
  cls->fields = copy(assignedFields(rest));
  const bool outerTop = atTopLevel_;
  atTopLevel_ = false;
  cls->scope = scopes_.push();
  cls->cls = newBinding(name, form.loc);
  cls->cls->identity = cls->name;
  scopes_.scope()->self = cls->cls;
  scopes_.scope()->cls = cls->cls;
  collectPublished(rest, false, scopes_.scope()->published);
  collectIdentities(rest, scopes_.scope()->identities);
  predeclare(rest);
  std::vector<ast::Class::Member> members;
  for (const Form* member : rest) this->member(*cls, member, members);
  scopes_.pop();
  atTopLevel_ = outerTop;
  for (const ast::Class::Implemented& i : cls->interfaces)
    checks_.checkImplements(name, i.name, form.loc);
  cls->members = copy(members);
  return cls;
}

void Analyzer::member(ast::Class& cls, const Form* form, std::vector<ast::Class::Member>& members) {
  using Member = ast::Class::Member;
  const GeneForm* g = form->kind == FormKind::Gene ? &as<GeneForm>(*form) : nullptr;
  const std::string_view head = g ? symbolOf(g->head).text() : std::string_view{};
  if (head == "implement" && (g->children.size() < 2 || symbolOf(g->children[1]).text() != "for")) {
    inlineImplementation(cls, *g, members);
    return;
  }
  Member m{};
  m.kind = Member::Statement;
  if (head == "ctor!" || head == "method!" || head == "new!") {
    error(form->range(), Diag::MacroMethod);
    return;
  }
  if (head == "ctor" || head == "on_method_missing") {
    Signature s;
    if (g->children.empty() || g->children[0]->kind != FormKind::Array) {
      error(form->range(), Diag::MethodArguments);
      return;
    }
    if (!signature(*g, &s)) return;
    s.name = Symbol::of(head);
    const bool isCtor = head == "ctor";
    if (isCtor) {
      for (const Member& other : members)
        if (other.kind == Member::Ctor)
          error(form->range(), Diag::SecondConstructor, {withoutIdentity(cls.name.text())});
    }
    m.kind = isCtor ? Member::Ctor : Member::OnMissing;
    m.name = s.name;
    m.function = function(*g, s, isCtor ? Role::Ctor : Role::Method);
  } else if (head == "method") {
    Signature s;
    if (g->children.size() < 2 || g->children[1]->kind != FormKind::Array) {
      error(form->range(), Diag::MethodArguments);
      return;
    }
    if (!signature(*g, &s)) return;
    const std::string_view text = s.name.text();
    if (text.size() > 1 && text.ends_with('!')) {
      error(form->range(), Diag::MacroMethod);
      return;
    }
    m.kind = Member::Method;
    m.name = s.name;
    m.function = function(*g, s, Role::Method);
  } else if (head == "field" || head == "prop") {
    if (g->children.empty() || g->children[0]->kind != FormKind::Symbol) {
      error(form->range(), Diag::MissingParts, {"field", "a name"});
      return;
    }
    std::string_view text = symbolOf(g->children[0]).text();
    if (text.ends_with(':')) text.remove_suffix(1);
    m.kind = Member::Field;
    m.name = Symbol::of(text);
    m.type = g->children.size() > 1 ? annotation(g->children[1]) : nullptr;
    const Form* readonly = property(*g, "readonly");
    m.readonly = readonly && readonly->kind != FormKind::False && readonly->kind != FormKind::Nil;
  } else {
    if (g) checks_.checkMethodWord(*g, head);
    m.node = expression(form);
  }
  members.push_back(m);
}

/// (object Name [< Parent] members…): the class NameClass and one instance of it, bound to Name.
Analyzer::Node* Analyzer::objectForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::ClassName);
  Symbol name;
  const Form* nameForm = plainNameForm(form.children[0], &name);
  if (name.empty()) return error(form.range(), Diag::ClassName);
  const Symbol className =
      name.text().ends_with("Class") ? name : Symbol::of(std::string(name.text()) + "Class");
  Node* cls = classNode(form, className, form.children.subspan(1));
  Node* made = nullptr;
  Node* define = nullptr;
  if (className == name)  // the instance takes the name
    return bindDefinition(nameForm, name, make<ast::New>(form.loc, cls, ast::Arguments{}),
                          form.loc);
  if (scopes_.isOutermost()) {
    ir::Global* global = moduleGlobal(className, form.loc);
    define = make<ast::AssignGlobal>(form.loc, global, cls);
    made = make<ast::New>(form.loc, make<ast::Global>(form.loc, global, false), ast::Arguments{});
  } else {
    ast::Binding* binding = declare(className, form.loc);
    define = make<ast::DeclareLocal>(form.loc, binding, cls);
    made = make<ast::New>(form.loc, make<ast::Local>(form.loc, binding), ast::Arguments{});
  }
  std::vector<Node*> nodes{define, bindDefinition(nameForm, name, made, form.loc)};
  return make<ast::Sequence>(form.loc, copy(nodes));
}

Analyzer::Node* Analyzer::newForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::MissingParts, {"new", "a class"});
  Node* cls = expression(form.children[0]);
  const ast::Arguments args = arguments(form, form.children.subspan(1));
  checks_.checkNew(form.children[0], args);
  checks_.checkNoConstructor(form);
  return make<ast::New>(form.loc, cls, args);
}

Analyzer::Node* Analyzer::superForm(const GeneForm& form) {
  const std::string_view method =
      form.children.empty() ? std::string_view{} : symbolOf(form.children[0]).text();
  if (method.size() < 2 || method[0] != '.') return error(form.range(), Diag::SuperForm);
  if (method.ends_with('!')) return error(form.range(), Diag::MacroMethod);
  ast::Binding* cls = scopes_.enclosingClass();
  if (!cls) return raiseNode(form.loc, "Exception", "super requires an instance context");
  Node* classValue = local(cls, form.loc);
  Node* receiver = self(form.loc);
  const ast::Arguments args = arguments(form, form.children.subspan(1));
  checks_.checkSuper(cls->name, Symbol::of(method.substr(1)), args);
  return make<ast::SuperCall>(form.loc, classValue, receiver, Symbol::of(method.substr(1)), args);
}

Analyzer::Node* Analyzer::nsForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::MissingParts, {"ns", "a name"});
  const Form* nameForm = form.children[0];
  const Symbol name =
      nameForm->kind == FormKind::Path ? as<PathForm>(*nameForm).parts.back() : symbolOf(nameForm);
  if (name.empty()) return error(nameForm->range(), Diag::MissingParts, {"ns", "a name"});
  auto* ns = make<ast::Namespace>(form.loc);
  ns->name = name;
  const bool outerTop = atTopLevel_;
  atTopLevel_ = false;
  ns->scope = scopes_.push();
  ns->ns = newBinding(name, form.loc);
  scopes_.scope()->self = ns->ns;
  collectPublished(form.children.subspan(1), false, scopes_.scope()->published);
  collectIdentities(form.children.subspan(1), scopes_.scope()->identities);
  ns->body = sequence(form.children.subspan(1), form.loc);
  scopes_.pop();
  atTopLevel_ = outerTop;
  return bindDefinition(nameForm, name, ns, form.loc);
}

}  // namespace gene
