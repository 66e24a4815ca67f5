// Loops: their rounds, their values, ranges that are counted without an iterator.

#include "frontend/lower/Lowering.h"

namespace gene {
namespace {

/// Small enough, and without variables or functions of its own, to be written twice. Uses up `budget`.
bool isDuplicable(const ast::Node* node, int& budget) {
  if (!node || --budget < 0) return false;
  switch (node->kind) {
    case ast::NodeKind::Literal:
    case ast::NodeKind::Local:
    case ast::NodeKind::Global:
    case ast::NodeKind::Self: return true;
    case ast::NodeKind::Logical: {
      auto* logical = static_cast<const ast::Logical*>(node);
      return isDuplicable(logical->lhs, budget) && isDuplicable(logical->rhs, budget);
    }
    case ast::NodeKind::Runtime:
      for (const ast::Node* operand : static_cast<const ast::Runtime*>(node)->operands)
        if (!isDuplicable(operand, budget)) return false;
      return true;
    case ast::NodeKind::Chain:
      for (const ast::Node* operand : static_cast<const ast::Chain*>(node)->operands)
        if (!isDuplicable(operand, budget)) return false;
      return true;
    case ast::NodeKind::Path: {
      auto* path = static_cast<const ast::Path*>(node);
      for (const ast::Segment& s : path->segments)
        if (s.value && !isDuplicable(s.value, budget)) return false;
      return isDuplicable(path->head, budget);
    }
    case ast::NodeKind::Call: {
      auto* call = static_cast<const ast::Call*>(node);
      for (const ast::Argument& a : call->arguments)
        if (!isDuplicable(a.node, budget)) return false;
      return isDuplicable(call->callee, budget);
    }
    case ast::NodeKind::MethodCall: {
      auto* call = static_cast<const ast::MethodCall*>(node);
      for (const ast::Argument& a : call->arguments)
        if (!isDuplicable(a.node, budget)) return false;
      return isDuplicable(call->receiver, budget);
    }
    default: return false;
  }
}

}  // namespace

/// A small condition is written twice, before the loop and at its end, so that a round takes one branch.
Lowering::Value* Lowering::whileLoop(ast::While& node) {
  Block* body = builder_.newBlock("while");
  Block* test = builder_.newBlock("test");
  Block* done = builder_.newBlock("endwhile");
  Region region{
      .kind = Region::Loop, .outer = region_, .handler = builder_.handler(), .loop = &node};
  region.breakTo = done;
  region.continueTo = test;
  region.result = builder_.newVariable();
  region_ = &region;
  int budget = 12;
  const bool twice = isDuplicable(node.condition, budget);
  if (twice) {
    condition(node.condition, body, done);
    builder_.setBlock(body);
    expressionOrNil(node.body);
    builder_.jump(test);
    builder_.seal(test);
    builder_.setBlock(test);
    condition(node.condition, body, done);
    builder_.seal(body);
  } else {
    builder_.jump(test);
    builder_.setBlock(test);
    condition(node.condition, body, done);
    builder_.seal(body);
    builder_.setBlock(body);
    expressionOrNil(node.body);
    builder_.jump(test);
    builder_.seal(test);
  }
  region_ = region.outer;
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.nil();
}

Lowering::Value* Lowering::loop(ast::Loop& node) {
  Block* body = builder_.newBlock("loop");
  Block* done = builder_.newBlock("endloop");
  Region region{
      .kind = Region::Loop, .outer = region_, .handler = builder_.handler(), .loop = &node};
  region.breakTo = done;
  region.continueTo = body;
  region.result = builder_.newVariable();
  region_ = &region;
  builder_.jump(body);
  builder_.setBlock(body);
  expressionOrNil(node.body);
  builder_.jump(body);
  builder_.seal(body);
  region_ = region.outer;
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(region.result);
}

/// The increment stands behind the comparison with the end, so that counting to the largest Int does not overflow.
template <class Body>
void Lowering::count(ast::LoopBase& loop, Value* from, Value* to, Body&& body) {
  Block* round = builder_.newBlock("round");
  Block* next = builder_.newBlock("next");
  Block* step = builder_.newBlock("step");
  Block* done = builder_.newBlock("endfor");
  const ir::Variable counter = builder_.newVariable();
  Region region{
      .kind = Region::Loop, .outer = region_, .handler = builder_.handler(), .loop = &loop};
  region.breakTo = done;
  region.continueTo = next;
  region.result = builder_.newVariable();
  region_ = &region;
  builder_.write(counter, from);
  builder_.branch(builder_.emit(Op::Le, {from, to}), round, done);
  builder_.setBlock(round);
  body(builder_.read(counter));
  builder_.jump(next);
  builder_.seal(next);
  builder_.setBlock(next);
  builder_.setLocation(loop.loc);
  builder_.branch(builder_.emit(Op::Lt, {builder_.read(counter), to}), step, done);
  builder_.seal(step);
  builder_.setBlock(step);
  builder_.write(counter, builder_.emit(Op::Add, {builder_.read(counter), program().integer(1)}));
  builder_.jump(round);
  builder_.seal(round);
  region_ = region.outer;
  builder_.seal(done);
  builder_.setBlock(done);
}

void Lowering::forRound(ast::For& node, Value* key, Value* value) {
  enterScope(node.scope);
  if (node.key) writeBinding(node.key, key);
  if (node.value) writeBinding(node.value, value);
  if (node.pattern) destructure(*node.pattern, value);
  expressionOrNil(node.body);
}

void Lowering::forRange(ast::For& node, ast::Runtime& range) {
  auto bound = [&](ast::Node* operand) {
    Value* value = expression(operand);
    if (value->type == ir::Type::Int()) return value;
    builder_.setLocation(range.loc);
    return value;
  };
  Value* from = bound(range.operands[0]);
  Value* to = bound(range.operands[1]);
  // Both ends are evaluated before either is found not to be an Int.
  if (from->type != ir::Type::Int()) from = builder_.emit(Op::RangeBound, {from});
  if (to->type != ir::Type::Int()) to = builder_.emit(Op::RangeBound, {to});
  count(node, from, to, [&](Value* counter) { forRound(node, nullptr, counter); });
}

Lowering::Value* Lowering::forLoop(ast::For& node) {
  if (node.collection->kind == ast::NodeKind::Runtime && !node.pairs) {
    auto& range = *static_cast<ast::Runtime*>(node.collection);
    if (range.op == Op::RangeNew && (range.operands.size() < 3 || !range.operands[2])) {
      forRange(node, range);
      return builder_.nil();
    }
  }
  Value* collection = expression(node.collection);
  builder_.setLocation(node.collection->loc);
  Value* iterator = builder_.emit(Op::IterNew, {collection});
  Block* next = builder_.newBlock("next");
  Block* round = builder_.newBlock("round");
  Block* done = builder_.newBlock("endfor");
  Region region{
      .kind = Region::Loop, .outer = region_, .handler = builder_.handler(), .loop = &node};
  region.breakTo = done;
  region.continueTo = next;
  region.result = builder_.newVariable();
  region_ = &region;
  builder_.jump(next);
  builder_.setBlock(next);
  builder_.setLocation(node.collection->loc);
  Value* item = builder_.emit(node.pairs ? Op::IterNextPair : Op::IterNext, {iterator});
  Value* ended = builder_.emit(Op::Same, {item, program().constant(ir::ConstantKind::NotFound)});
  builder_.branch(ended, done, round);
  builder_.seal(round);
  builder_.setBlock(round);
  Value* key = nullptr;
  if (node.pairs) {
    key = builder_.emit(Op::IndexGet, {item}, {ir::Builder::imm(int64_t{0})});
    item = builder_.emit(Op::IndexGet, {item}, {ir::Builder::imm(int64_t{1})});
  }
  forRound(node, key, item);
  builder_.jump(next);
  builder_.seal(next);
  region_ = region.outer;
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.nil();
}

Lowering::Value* Lowering::repeat(ast::Repeat& node) {
  Value* times = builder_.emit(Op::RepeatCount, {expression(node.count)});
  count(node, program().integer(1), times, [&](Value*) {
    enterScope(node.scope);
    expressionOrNil(node.body);
  });
  return builder_.nil();
}

}  // namespace gene
