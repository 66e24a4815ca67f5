// Calls: plain positional ones have instructions of their own, all others carry a CallShape.

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
    plain &= a.kind == ir::ArgKind::Positional;
    values.push_back(expression(a.node));
  }
  return plain ? nullptr : shapeOf(arguments);
}

Lowering::Value* Lowering::call(ast::Call& node) {
  std::vector<Value*> operands{expression(node.callee)};
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

Lowering::Value* Lowering::newObject(ast::New& node) {
  std::vector<Value*> operands{expression(node.cls)};
  ir::CallShape* shape = arguments(node.arguments, operands);
  builder_.setLocation(node.loc);
  if (!shape) return builder_.emit(Op::New, operands);
  return builder_.emit(Op::NewShaped, operands, {ir::Builder::imm(shape)});
}

}  // namespace gene
