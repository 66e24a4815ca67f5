// Calls: plain positional ones have instructions of their own, all others carry a CallShape.

#include <algorithm>

#include "frontend/lower/Lowering.h"

namespace gene {

ir::CallShape* Lowering::shapeOf(ast::Arguments arguments) {
  std::vector<ir::CallShape::Arg> args;
  for (const ast::Argument& a : arguments) args.push_back({a.kind, a.keyword});
  return program().shape(args);
}

ir::CallShape* Lowering::arguments(ast::Arguments arguments, std::vector<Value*>& values) {
  bool plain = true;
  for (const ast::Argument& a : arguments) {
    plain &= a.kind == ArgKind::Positional;
    values.push_back(expression(a.node));
  }
  return plain ? nullptr : shapeOf(arguments);
}

Lowering::Value* Lowering::call(ast::Call& node) {
  // The body of a module that is imported stands elsewhere: what calls it has the place of the import.
  builder_.setLocation(node.loc);
  const bool isBody = node.callee->kind == ast::NodeKind::Function &&
                      isOfOtherModule(static_cast<const ast::Function&>(*node.callee));
  std::vector<Value*> operands{isBody ? closure(static_cast<ast::Function&>(*node.callee))
                                      : expression(node.callee)};
  ir::CallShape* shape = arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  if (!shape) return builder_.emit(Op::Call, operands);
  return builder_.emit(Op::CallShaped, operands, {ir::Builder::imm(shape)});
}

Lowering::Value* Lowering::methodCall(ast::MethodCall& node) {
  std::vector<Value*> operands{expression(node.receiver)};
  ir::CallShape* shape = arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  if (!shape) return builder_.emit(Op::CallMethod, operands, {ir::Builder::imm(node.name)});
  return builder_.emit(Op::CallMethodShaped, operands,
                       {ir::Builder::imm(node.name), ir::Builder::imm(shape)});
}

Lowering::Value* Lowering::dynamicMethodCall(ast::DynamicMethodCall& node) {
  std::vector<Value*> operands{expression(node.receiver), expression(node.name)};
  arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  return builder_.emit(Op::CallMethodDynamic, operands,
                       {ir::Builder::imm(shapeOf(node.arguments))});
}

Lowering::Value* Lowering::superCall(ast::SuperCall& node) {
  std::vector<Value*> operands{expression(node.cls), expression(node.self)};
  arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  return builder_.emit(Op::CallSuper, operands,
                       {ir::Builder::imm(node.name), ir::Builder::imm(shapeOf(node.arguments))});
}

/// [name scope slot constant … [module]] of the variables, and the scope objects that they live in.
const Form* Lowering::namesOf(const ast::Environment& node, std::vector<ast::Scope*>& scopes) {
  std::vector<Form*> names;
  auto number = [&](size_t value) {
    names.push_back(arena().make<IntForm>(node.loc, static_cast<int64_t>(value)));
  };
  for (const ast::Binding* binding : node.bindings) {
    const auto found = std::find(scopes.begin(), scopes.end(), binding->scope);
    names.push_back(arena().make<SymbolForm>(node.loc, binding->name));
    number(static_cast<size_t>(found - scopes.begin()));
    number(binding->slot);
    number(binding->constant);
    if (found == scopes.end()) scopes.push_back(binding->scope);
  }
  std::vector<Form*> module;
  for (const Symbol symbol : node.module)
    module.push_back(arena().make<SymbolForm>(node.loc, symbol));
  names.push_back(arena().make<ArrayForm>(node.loc, arena().copy(Span<Form*>(module))));
  return arena().make<ArrayForm>(node.loc, arena().copy(Span<Form*>(names)));
}

Lowering::Value* Lowering::environment(ast::Environment& node) {
  std::vector<ast::Scope*> scopes;
  const Form* names = namesOf(node, scopes);
  std::vector<Value*> operands{expression(node.self)};
  for (ast::Scope* scope : scopes) operands.push_back(scopeObject(scope));
  return builder_.emit(Op::EnvironmentNew, operands, {ir::Builder::imm(names)});
}

/// The `self` of a module is known without it.
Lowering::Value* Lowering::debugPoint(ast::DebugPoint& node) {
  ast::Environment& here = *node.environment;
  if (tableOf_ != here.bindings.data() || !table_) {
    tableOf_ = here.bindings.data();
    scopesOfTable_.clear();
    table_ = namesOf(here, scopesOfTable_);
  }
  std::vector<Value*> operands;
  const bool hasSelf = here.self->kind == ast::NodeKind::Local || hasOwnSelf();
  if (hasSelf) operands.push_back(expression(here.self));
  for (ast::Scope* scope : scopesOfTable_) operands.push_back(scopeObject(scope));
  builder_.setLocation(node.loc);
  builder_.emit(Op::DebugPoint, operands,
                {ir::Builder::imm(table_), ir::Builder::imm(int64_t{hasSelf})});
  return builder_.nil();
}

Lowering::Value* Lowering::macroCall(ast::MacroCall& node) {
  const ir::Variable result = builder_.newVariable();
  Value* callee = expression(node.callee);
  Block* done = nullptr;
  if (!node.isMacro) {
    Block* macro = builder_.newBlock("macro");
    Block* function = builder_.newBlock("function");
    done = builder_.newBlock("called");
    builder_.branch(builder_.emit(Op::IsMacro, {callee}), macro, function);
    builder_.seal(macro);
    builder_.seal(function);
    builder_.setBlock(function);
    std::vector<Value*> operands{callee};
    arguments(node.arguments, operands);
    builder_.setLocation(node.loc);
    builder_.write(result, builder_.emit(Op::CallShaped, operands,
                                         {ir::Builder::imm(shapeOf(node.arguments))}));
    builder_.jump(done);
    builder_.setBlock(macro);
  }
  std::vector<Value*> operands{callee, expression(node.environment)};
  std::vector<ir::CallShape::Arg> shape;
  for (const ast::MacroCall::Argument& a : node.forms) {
    const bool isQuote = a.form->kind == FormKind::Quote;
    operands.push_back(quoted(isQuote ? as<QuoteForm>(*a.form).value : a.form));
    shape.push_back({a.kind, a.keyword});
  }
  builder_.setLocation(node.loc);
  Value* value = builder_.emit(Op::CallMacro, operands, {ir::Builder::imm(program().shape(shape))});
  if (!done) return value;
  builder_.write(result, value);
  builder_.jump(done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

Lowering::Value* Lowering::newObject(ast::New& node) {
  std::vector<Value*> operands{expression(node.cls)};
  ir::CallShape* shape = arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  if (!shape) return builder_.emit(Op::New, operands);
  return builder_.emit(Op::NewShaped, operands, {ir::Builder::imm(shape)});
}

}  // namespace gene
