// Branches, short-circuit operators, tail positions.

#include <algorithm>

#include "frontend/lower/Lowering.h"

namespace gene {
namespace {

/// Is the node's value true or false whatever its operands are?
bool isBoolean(const ast::Node* node) {
  switch (node->kind) {
    case ast::NodeKind::Chain: return true;
    case ast::NodeKind::Literal: {
      const FormKind kind = static_cast<const ast::Literal*>(node)->form->kind;
      return kind == FormKind::True || kind == FormKind::False;
    }
    case ast::NodeKind::Logical: {
      auto* logical = static_cast<const ast::Logical*>(node);
      return isBoolean(logical->lhs) && isBoolean(logical->rhs);
    }
    case ast::NodeKind::Runtime: {
      auto* runtime = static_cast<const ast::Runtime*>(node);
      if (runtime->op == ir::Op::Not) return isBoolean(runtime->operands[0]);
      return ir::info(runtime->op).result == ir::Type::Bool();
    }
    default: return false;
  }
}

/// A variable or constant: reading it has no effect, whether it is wanted or not.
bool isAtom(const ast::Node* node) {
  if (node->kind == ast::NodeKind::Literal || node->kind == ast::NodeKind::Local) return true;
  return node->kind == ast::NodeKind::Global && !static_cast<const ast::Global*>(node)->checked;
}

bool isIntLiteral(const ast::Node* node) {
  return node->kind == ast::NodeKind::Literal &&
         static_cast<const ast::Literal*>(node)->form->kind == FormKind::Int;
}

/// Is it written as arithmetic with bits? Then && and || of it are most likely bitwise.
bool hasBits(const ast::Node* node) {
  if (node->kind == ast::NodeKind::Logical) {
    auto* logical = static_cast<const ast::Logical*>(node);
    return isIntLiteral(logical->rhs) || hasBits(logical->lhs);
  }
  if (node->kind != ast::NodeKind::Runtime) return false;
  const ir::Group group = ir::info(static_cast<const ast::Runtime*>(node)->op).group;
  return group == ir::Group::Arithmetic || group == ir::Group::Bits;
}

}  // namespace

// --- branches of case ---------------------------------------------------------------------------------------------------

/// `branch` lowers the body of a clause, or of else (null without one), and leaves the block.
template <class Branch>
void Lowering::caseOf(ast::Case& node, Branch&& branch) {
  Value* target = expression(node.target);
  for (ast::Case::Clause& clause : node.clauses) {
    Block* body = builder_.newBlock("when");
    Block* next = builder_.newBlock("next");
    if (ast::Node* test = clause.variant ? clause.variant : clause.test) {
      Value* value = expression(test);
      builder_.setLocation(test->loc);
      Value* matches = clause.variant ? builder_.emit(Op::MatchVariant, {target, value},
                                                      {ir::Builder::imm(int64_t{clause.binders})})
                                      : builder_.emit(Op::Eq, {target, value});
      builder_.branch(matches, body, next);
    } else {
      builder_.jump(body);
    }
    builder_.seal(body);
    builder_.seal(next);
    builder_.setBlock(body);
    enterScope(clause.scope);
    for (size_t i = 0; i < clause.variables.size(); i++)
      if (clause.variables[i])
        writeBinding(clause.variables[i],
                     builder_.emit(Op::VariantField, {target}, {ir::Builder::imm(int64_t(i))}));
    branch(clause.body);
    builder_.setBlock(next);
  }
  branch(node.otherwise);
}

// --- tail positions ----------------------------------------------------------------------------------------------------

bool Lowering::mayTailCall() const {
  if (builder_.handler() || !source_.parent || source_.isCtor || source_.isGenerator) return false;
  if (options_.contracts && !source_.post.empty()) return false;
  for (const Region* r = region_; r; r = r->outer)
    if (r->kind != Region::Loop) return false;
  return true;
}

/// A call of a function whose result has the same annotation: the callee has checked it.
bool Lowering::givesOwnType(const ast::Node* node) const {
  if (node->kind != ast::NodeKind::Call) return false;
  const ast::Node* callee = static_cast<const ast::Call*>(node)->callee;
  const Form* type = nullptr;
  if (callee->kind == ast::NodeKind::Global) {
    const ir::Global* global = static_cast<const ast::Global*>(callee)->global;
    if (global->constant) type = global->resultType;
  } else if (callee->kind == ast::NodeKind::Local) {
    const ast::Binding* binding = static_cast<const ast::Local*>(callee)->binding;
    if (!binding->reassigned) type = binding->resultType;
  }
  return type && printForm(*type) == printForm(*source_.resultType);
}

/// Is there such a call in tail position?
bool Lowering::mayEndInOwnType(const ast::Node* node) const {
  if (!node) return false;
  switch (node->kind) {
    case ast::NodeKind::Sequence: {
      const ast::Nodes nodes = static_cast<const ast::Sequence*>(node)->nodes;
      return !nodes.empty() && mayEndInOwnType(nodes.back());
    }
    case ast::NodeKind::ScopeBlock:
      return mayEndInOwnType(static_cast<const ast::ScopeBlock*>(node)->body);
    case ast::NodeKind::If: {
      const auto* branch = static_cast<const ast::If*>(node);
      return mayEndInOwnType(branch->then) || mayEndInOwnType(branch->otherwise);
    }
    case ast::NodeKind::Case: {
      auto* branches = static_cast<const ast::Case*>(node);
      return mayEndInOwnType(branches->otherwise) ||
             std::ranges::any_of(branches->clauses, [&](const ast::Case::Clause& clause) {
               return mayEndInOwnType(clause.body);
             });
    }
    default: return givesOwnType(node);
  }
}

void Lowering::tail(ast::Node* node, Location explicitReturn) {
  if (!mayTailCall() || (checksResult() && !mayEndInOwnType(node)))
    return returnValue(expression(node), explicitReturn);
  builder_.setLocation(node->loc);
  switch (node->kind) {
    case ast::NodeKind::Sequence: {
      const ast::Nodes nodes = static_cast<ast::Sequence*>(node)->nodes;
      if (nodes.empty()) {
        returnValue(builder_.nil(), explicitReturn);
        return;
      }
      for (ast::Node* n : nodes.first(nodes.size() - 1)) expression(n);
      tail(nodes.back(), explicitReturn);
      return;
    }
    case ast::NodeKind::ScopeBlock: {
      auto* block = static_cast<ast::ScopeBlock*>(node);
      enterScope(block->scope);
      if (block->body)
        tail(block->body, explicitReturn);
      else
        returnValue(builder_.nil(), explicitReturn);
      return;
    }
    case ast::NodeKind::If: {
      auto* branch = static_cast<ast::If*>(node);
      Block* then = builder_.newBlock("then");
      Block* otherwise = builder_.newBlock("else");
      condition(branch->condition, then, otherwise);
      builder_.seal(then);
      builder_.seal(otherwise);
      builder_.setBlock(then);
      tail(branch->then, explicitReturn);
      builder_.setBlock(otherwise);
      if (branch->otherwise)
        tail(branch->otherwise, explicitReturn);
      else
        returnValue(builder_.nil(), explicitReturn);
      return;
    }
    case ast::NodeKind::Case:
      return caseOf(*static_cast<ast::Case*>(node), [&](ast::Node* body) {
        if (body)
          tail(body, explicitReturn);
        else
          returnValue(builder_.nil(), explicitReturn);
      });
    case ast::NodeKind::Call:
    case ast::NodeKind::MethodCall:
    case ast::NodeKind::DynamicMethodCall:
    case ast::NodeKind::SuperCall: builder_.tailReturn(expression(node)); return;
    default: return returnValue(expression(node), explicitReturn);
  }
}

// --- conditions --------------------------------------------------------------------------------------------------------

void Lowering::condition(ast::Node* node, Block* ifTrue, Block* ifFalse) {
  builder_.setLocation(node->loc);
  if (node->kind == ast::NodeKind::Literal) {
    const FormKind kind = static_cast<ast::Literal*>(node)->form->kind;
    const bool isFalse = kind == FormKind::False || kind == FormKind::Nil || kind == FormKind::Void;
    builder_.jump(isFalse ? ifFalse : ifTrue);
    return;
  }
  if (node->kind == ast::NodeKind::Runtime) {
    auto* runtime = static_cast<ast::Runtime*>(node);
    if (runtime->op == Op::Not && isBoolean(runtime->operands[0])) {
      condition(runtime->operands[0], ifFalse, ifTrue);
      return;
    }
  }
  if (node->kind == ast::NodeKind::Chain) {
    chainCondition(*static_cast<ast::Chain*>(node), ifTrue, ifFalse);
    return;
  }
  if (node->kind == ast::NodeKind::Logical) {
    auto* logical = static_cast<ast::Logical*>(node);
    if (isBoolean(logical->lhs)) {
      Block* second = builder_.newBlock(logical->isAnd ? "and" : "or");
      if (logical->isAnd)
        condition(logical->lhs, second, ifFalse);
      else
        condition(logical->lhs, ifTrue, second);
      builder_.seal(second);
      builder_.setBlock(second);
      condition(logical->rhs, ifTrue, ifFalse);
      return;
    }
  }
  builder_.branch(expression(node), ifTrue, ifFalse);
}

void Lowering::chainCondition(ast::Chain& node, Block* ifTrue, Block* ifFalse) {
  Value* left = expression(node.operands[0]);
  for (size_t i = 0; i < node.ops.size(); i++) {
    Value* right = expression(node.operands[i + 1]);
    builder_.setLocation(node.loc);
    Value* holds = builder_.emit(node.ops[i], {left, right});
    const bool isLast = i + 1 == node.ops.size();
    Block* next = isLast ? ifTrue : builder_.newBlock("chain");
    builder_.branch(holds, next, ifFalse);
    if (!isLast) {
      builder_.seal(next);
      builder_.setBlock(next);
    }
    left = right;
  }
}

Lowering::Value* Lowering::chain(ast::Chain& node) {
  const ir::Variable result = builder_.newVariable();
  Block* yes = builder_.newBlock("is-true");
  Block* no = builder_.newBlock("is-false");
  Block* done = builder_.newBlock("done");
  chainCondition(node, yes, no);
  builder_.seal(yes);
  builder_.seal(no);
  builder_.setBlock(yes);
  builder_.write(result, program().constant(ir::ConstantKind::True));
  builder_.jump(done);
  builder_.setBlock(no);
  builder_.write(result, program().constant(ir::ConstantKind::False));
  builder_.jump(done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

/// (a && b): b is evaluated when a is true. Ints and Bytes are true, so the bitwise case lies on that path; of
/// (a || b) it does not, and a true Int or Bytes has b evaluated as well (03 §6). Where b may be evaluated in any case and
/// bits are likely, `bit-and` and `bit-or` do it all: they give one of their operands, if these are neither Ints nor Bytes.
Lowering::Value* Lowering::logical(ast::Logical& node, bool amongBits) {
  if (isIntLiteral(node.rhs) ||
      (isAtom(node.rhs) && (hasBits(node.lhs) || (amongBits && isAtom(node.lhs))))) {
    Value* lhs = node.lhs->kind == ast::NodeKind::Logical
                     ? logical(*static_cast<ast::Logical*>(node.lhs), true)
                     : expression(node.lhs);
    Value* rhs = expression(node.rhs);
    builder_.setLocation(node.loc);
    return builder_.emit(node.isAnd ? Op::BitAnd : Op::BitOr, {lhs, rhs});
  }
  const ir::Variable result = builder_.newVariable();
  const bool plain = isBoolean(node.lhs);
  Value* lhs = expression(node.lhs);
  builder_.setLocation(node.loc);
  builder_.write(result, lhs);
  Block* second = builder_.newBlock(node.isAnd ? "and" : "or");
  Block* done = builder_.newBlock("done");
  if (node.isAnd) {
    builder_.branch(lhs, second, done);
  } else if (plain) {
    builder_.branch(lhs, done, second);
  } else {
    Block* isTrue = builder_.newBlock("is-true");
    builder_.branch(lhs, isTrue, second);
    builder_.seal(isTrue);
    builder_.setBlock(isTrue);
    builder_.branch(builder_.emit(Op::IsInt, {lhs}), second, done);
  }
  builder_.seal(second);
  builder_.setBlock(second);
  Value* rhs = expression(node.rhs);
  builder_.setLocation(node.loc);
  builder_.write(result, rhs);
  if (plain) {
    builder_.jump(done);
  } else {
    Block* bits = builder_.newBlock("bits");
    builder_.branch(builder_.emit(Op::IsInt, {lhs}), bits, done);
    builder_.seal(bits);
    builder_.setBlock(bits);
    builder_.write(result, builder_.emit(node.isAnd ? Op::BitAnd : Op::BitOr, {lhs, rhs}));
    builder_.jump(done);
  }
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

// --- branches ----------------------------------------------------------------------------------------------------------

Lowering::Value* Lowering::sequence(ast::Nodes nodes) {
  Value* value = builder_.nil();
  for (ast::Node* node : nodes) value = expression(node);
  return value;
}

Lowering::Value* Lowering::conditional(ast::If& node) {
  const ir::Variable result = builder_.newVariable();
  Block* then = builder_.newBlock("then");
  Block* otherwise = builder_.newBlock("else");
  Block* done = builder_.newBlock("endif");
  condition(node.condition, then, otherwise);
  builder_.seal(then);
  builder_.seal(otherwise);
  builder_.setBlock(then);
  builder_.write(result, expression(node.then));
  builder_.jump(done);
  builder_.setBlock(otherwise);
  builder_.write(result, expressionOrNil(node.otherwise));
  builder_.jump(done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

Lowering::Value* Lowering::caseOf(ast::Case& node) {
  const ir::Variable result = builder_.newVariable();
  Block* done = builder_.newBlock("endcase");
  caseOf(node, [&](ast::Node* body) {
    builder_.write(result, expressionOrNil(body));
    builder_.jump(done);
  });
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

/// The payload of an Ok or Some, another value as it is; an Err or None is the result of the function.
Lowering::Value* Lowering::question(ast::Question& node) {
  Value* value = expression(node.value);
  builder_.setLocation(node.loc);
  Block* fail = builder_.newBlock("fail");
  Block* succeed = builder_.newBlock("succeed");
  builder_.branch(builder_.emit(Op::UnwrapFails, {value}), fail, succeed);
  builder_.seal(fail);
  builder_.seal(succeed);
  builder_.setBlock(fail);
  leave({ExitKind::Return, nullptr}, value, region_, node.loc);
  builder_.setBlock(succeed);
  return builder_.emit(Op::Unwrap, {value});
}

}  // namespace gene
