// Classes, namespaces, and `self` replaced for a while.

#include "frontend/lower/Lowering.h"

namespace gene {

Lowering::Value* Lowering::classForm(ast::Class& node) {
  Value* parent = node.parent ? expression(node.parent) : builder_.absent();
  builder_.setLocation(node.loc);
  std::vector<Form*> fields;
  for (Symbol field : node.fields) fields.push_back(arena().make<SymbolForm>(node.loc, field));
  const Form* layout = arena().make<ArrayForm>(node.loc, arena().copy(Span<Form*>(fields)));
  Value* cls = node.isImplementation
                   ? builder_.emit(Op::ImplementationNew, {}, {ir::Builder::imm(node.name)})
                   : builder_.emit(Op::ClassNew, {parent},
                                   {ir::Builder::imm(node.name), ir::Builder::imm(layout),
                                    ir::Builder::imm(int64_t{0})});
  enterScope(node.scope);
  if (node.cls) writeBinding(node.cls, cls);
  for (ast::Class::Member& member : node.members) {
    switch (member.kind) {
      case ast::Class::Member::Method:
        builder_.emit(Op::ClassMethod, {cls, closure(*member.function)},
                      {ir::Builder::imm(member.name)});
        break;
      case ast::Class::Member::OnMissing:
        builder_.emit(Op::ClassMethod, {cls, closure(*member.function)},
                      {ir::Builder::imm(sym::OnMethodMissing)});
        break;
      case ast::Class::Member::Ctor:
        builder_.emit(Op::ClassCtor, {cls, closure(*member.function)});
        break;
      case ast::Class::Member::Field: {
        Value* type = member.type ? quoted(member.type) : builder_.nil();
        Value* readonly =
            program().constant(member.readonly ? ir::ConstantKind::True : ir::ConstantKind::False);
        builder_.emit(Op::ClassField, {cls, type, readonly}, {ir::Builder::imm(member.name)});
        break;
      }
      case ast::Class::Member::Statement: expression(member.node); break;
    }
  }
  builder_.setLocation(node.loc);
  for (const ast::Class::Implemented& implemented : node.interfaces)
    builder_.emit(Op::ClassImplements, {cls, expression(implemented.interface)},
                  {ir::Builder::imm(implemented.name)});
  return cls;
}

Lowering::Value* Lowering::namespaceForm(ast::Namespace& node) {
  builder_.setLocation(node.loc);
  Value* ns = builder_.emit(Op::NamespaceNew, {}, {ir::Builder::imm(node.name)});
  enterScope(node.scope);
  if (node.ns) writeBinding(node.ns, ns);
  expressionOrNil(node.body);
  return ns;
}

Lowering::Value* Lowering::withSelf(ast::WithSelf& node) {
  Value* value = expression(node.value);
  writeBinding(node.self, value);
  Value* result = expressionOrNil(node.body);
  return node.tap ? value : result;
}

}  // namespace gene
