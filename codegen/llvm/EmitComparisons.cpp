// Comparison and truth; as in EmitArithmetic.cpp, only doubles and what is no number are compared behind a call.

#include "codegen/llvm/EmitFunction.h"

#include "runtime/value/Value.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;
using llvm::CmpInst;

// --- comparison ------------------------------------------------------------------------------------------------------------

/// An int with a float, exactly: a large int is not rounded to a double first.
llvm::Value* FunctionEmitter::compareMixed(const ir::Value* lhs, const ir::Value* rhs,
                                           CmpInst::Predicate floats) {
  const ir::Value* integer = isInt(lhs) ? lhs : rhs;
  if (integer->kind == ir::ValueKind::Constant &&
      gene::Value::fitsSmallInt(static_cast<const ir::Constant*>(integer)->integer))
    return b_.CreateFCmp(floats, useDouble(lhs), useDouble(rhs));
  // -1, 0, 1: the int is below, equal, above; 2 with a NaN.
  if (integer == rhs) floats = CmpInst::getSwappedPredicate(floats);
  llvm::Value* const order =
      call("gene_order_int_float", {use(integer, Rep::I64), useDouble(integer == lhs ? rhs : lhs)});
  switch (floats) {
    case CmpInst::FCMP_OLT: return b_.CreateICmpSLT(order, b_.getInt64(0));
    case CmpInst::FCMP_OLE: return b_.CreateICmpSLE(order, b_.getInt64(0));
    case CmpInst::FCMP_OGT: return b_.CreateICmpEQ(order, b_.getInt64(1));
    case CmpInst::FCMP_OGE: return b_.CreateICmpULE(order, b_.getInt64(1));
    case CmpInst::FCMP_OEQ: return b_.CreateICmpEQ(order, b_.getInt64(0));
    default: return b_.CreateICmpNE(order, b_.getInt64(0));
  }
}

void FunctionEmitter::emitFloatComparison(const ir::Instruction& inst, CmpInst::Predicate floats,
                                          const char* name) {
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  const auto [lhs, rhs] = doublesOr(inst, slow);
  llvm::Value* const fast = b_.CreateFCmp(floats, lhs, rhs);
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  llvm::Value* const result =
      callSlow(name, {context_, use(inst.operands[0]), use(inst.operands[1])});
  raiseIfPending(result);
  llvm::Value* const condition = b_.CreateICmpEQ(result, bits_.constant(gene::Value::true_()));
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineCondition(inst, merge(fastBlock, fast, slowBlock, condition, done));
}

/// An unboxed int with what may be a small int: the int needs no box.
void FunctionEmitter::emitIntComparison(const ir::Instruction& inst, CmpInst::Predicate ints,
                                        const char* name) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  const auto number = [&](const ir::Value* value) {
    if (value->rep == Rep::I64) return use(value, Rep::I64);
    require(bits_.isSmallInt(use(value)), slow);
    return bits_.smallInt(use(value));
  };
  llvm::Value* const x = number(lhs);
  llvm::Value* const fast = b_.CreateICmp(ints, x, number(rhs));
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  llvm::Value* const result = callSlow(name, {context_, use(lhs), use(rhs)});
  raiseIfPending(result);
  llvm::Value* const condition = b_.CreateICmpEQ(result, bits_.constant(gene::Value::true_()));
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineCondition(inst, merge(fastBlock, fast, slowBlock, condition, done));
}

void FunctionEmitter::emitComparison(const ir::Instruction& inst, CmpInst::Predicate words,
                                     CmpInst::Predicate ints, CmpInst::Predicate floats,
                                     const char* name) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  if (lhs->rep == Rep::I1 && rhs->rep == Rep::I1)
    return defineCondition(inst, b_.CreateICmp(words, use(lhs, Rep::I1), use(rhs, Rep::I1)));
  const bool unboxed = lhs->rep == Rep::I64 || rhs->rep == Rep::I64;
  if (unboxed && isInt(lhs) && isInt(rhs))
    return defineCondition(inst, b_.CreateICmp(ints, use(lhs, Rep::I64), use(rhs, Rep::I64)));
  if (isFloat(lhs) && isFloat(rhs))
    return defineCondition(inst, b_.CreateFCmp(floats, useDouble(lhs), useDouble(rhs)));
  if ((isFloat(lhs) && isInt(rhs)) || (isInt(lhs) && isFloat(rhs)))
    return defineCondition(inst, compareMixed(lhs, rhs, floats));

  const auto isUnknown = [](const ir::Value* v) { return v->kind != ir::ValueKind::Constant; };
  if (!cold_ && ((isFloat(lhs) && isUnknown(rhs)) || (isFloat(rhs) && isUnknown(lhs))))
    return emitFloatComparison(inst, floats, name);
  if (!cold_ &&
      ((lhs->rep == Rep::I64 && isUnknown(rhs)) || (rhs->rep == Rep::I64 && isUnknown(lhs))))
    return emitIntComparison(inst, ints, name);
  if (!cold_ && module_.optimising() && (inst.op == ir::Op::Eq || inst.op == ir::Op::Ne)) {
    if (isConstant(rhs, ir::ConstantKind::String))
      return emitTextComparison(inst, lhs, *static_cast<const ir::Constant*>(rhs));
    if (isConstant(lhs, ir::ConstantKind::String))
      return emitTextComparison(inst, rhs, *static_cast<const ir::Constant*>(lhs));
  }
  llvm::Value *const a = use(lhs), *const b = use(rhs);
  if (cold_) return emitEntry(inst, std::string("gene_") + name, {context_, a, b});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  llvm::Value* const fast = b_.CreateICmp(words, a, b);
  b_.CreateCondBr(comparableWords(inst, a, b), done, slow, likely());
  b_.SetInsertPoint(slow);
  llvm::Value* const result = callSlow(name, {context_, a, b});
  raiseIfPending(result);
  llvm::Value* const condition = b_.CreateICmpEQ(result, bits_.constant(gene::Value::true_()));
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineCondition(inst, merge(fastBlock, fast, slowBlock, condition, done));
}

/// Does the order of the words say all? Of two small ints; for equality also when one side is an immediate that equals
/// nothing but itself (nil, a boolean, a symbol, a character), unless the left one is an object and some class
/// defines ==.
llvm::Value* FunctionEmitter::comparableWords(const ir::Instruction& inst, llvm::Value* a,
                                              llvm::Value* b) {
  if (inst.op == ir::Op::Eq || inst.op == ir::Op::Ne) {
    const auto immediate = [](const ir::Value* operand, llvm::Value* v) {
      if (isConstant(operand, ir::ConstantKind::Symbol)) return true;
      const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(v);
      if (!constant) return false;
      const gene::Value value{constant->getZExtValue()};
      return !value.isObject() && !value.isFloat() && !value.isSmallInt();
    };
    if (immediate(inst.operands[0], a)) return b_.getTrue();
    if (immediate(inst.operands[1], b)) {
      llvm::Value* const custom =
          bits_.load(b_.getInt8Ty(), context_, layout::Context_customEquality);
      return b_.CreateOr(b_.CreateIsNull(custom), b_.CreateNot(bits_.isObject(a)));
    }
  }
  return bits_.bothSmallInts(a, b);
}

void FunctionEmitter::emitLt(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_ULT, CmpInst::ICMP_SLT, CmpInst::FCMP_OLT, "lt");
}
void FunctionEmitter::emitLe(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_ULE, CmpInst::ICMP_SLE, CmpInst::FCMP_OLE, "le");
}
void FunctionEmitter::emitGt(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_UGT, CmpInst::ICMP_SGT, CmpInst::FCMP_OGT, "gt");
}
void FunctionEmitter::emitGe(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_UGE, CmpInst::ICMP_SGE, CmpInst::FCMP_OGE, "ge");
}
void FunctionEmitter::emitEq(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_EQ, CmpInst::ICMP_EQ, CmpInst::FCMP_OEQ, "eq");
}
void FunctionEmitter::emitNe(const ir::Instruction& inst) {
  emitComparison(inst, CmpInst::ICMP_NE, CmpInst::ICMP_NE, CmpInst::FCMP_UNE, "ne");
}

// --- truth -----------------------------------------------------------------------------------------------------------------

/// The complement of an Int or Bytes, else the opposite of the truth.
void FunctionEmitter::emitNot(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  if (isInt(operand) && anyUnboxed(inst))
    return defineAs(inst, b_.CreateNot(use(operand, Rep::I64)), Rep::I64);
  const ir::Type complemented = ir::Type::Int() | ir::Type::Bytes();
  if (operand->rep == Rep::I1 || (!operand->type.isNone() && !operand->type.overlaps(complemented)))
    return defineCondition(inst, b_.CreateNot(useCondition(operand)));
  llvm::Value* const value = use(operand);
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  llvm::Value* const fast = bits_.fromBoolean(b_.CreateNot(bits_.isTruthy(value)));
  llvm::Value* const plain =
      b_.CreateAnd(b_.CreateNot(bits_.isObject(value)), b_.CreateNot(bits_.isSmallInt(value)));
  b_.CreateCondBr(plain, done, slow);
  b_.SetInsertPoint(slow);
  llvm::Value* const result = call("gene_not", {context_, value});
  raiseIfPending(result);
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(fastBlock, fast, slowBlock, result, done), Rep::Boxed);
}

void FunctionEmitter::emitIsTrue(const ir::Instruction& inst) {
  defineCondition(inst, useCondition(inst.operands[0]));
}

void FunctionEmitter::emitIsInt(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  if (isInt(operand)) return defineCondition(inst, b_.getTrue());
  if (operand->rep != Rep::Boxed) return defineCondition(inst, b_.getFalse());
  llvm::Value* const value = use(operand);
  BasicBlock *const object = newBlock("object"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  llvm::Value* const small = bits_.isSmallInt(value);
  b_.CreateCondBr(bits_.isObject(value), object, done);
  b_.SetInsertPoint(object);
  llvm::Value* const either =
      b_.CreateOr(bits_.hasKind(value, Kind::BoxedInt), bits_.hasKind(value, Kind::Bytes));
  b_.CreateBr(done);
  defineCondition(inst, merge(from, small, object, either, done));
}

void FunctionEmitter::emitIsSmallInt(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  if (operand->rep == Rep::Boxed || operand->rep == Rep::I64)
    return defineCondition(inst, bits_.isSmallInt(use(operand)));
  defineCondition(inst, b_.getFalse());
}

void FunctionEmitter::emitIsFloat(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  defineCondition(inst, operand->rep == Rep::Boxed ? bits_.isFloat(use(operand))
                                                   : b_.getInt1(operand->rep == Rep::F64));
}

void FunctionEmitter::emitIsAbsent(const ir::Instruction& inst) {
  if (inst.operands[0]->rep != Rep::Boxed) return defineCondition(inst, b_.getFalse());
  defineCondition(inst,
                  b_.CreateICmpEQ(use(inst.operands[0]), bits_.constant(gene::Value::absent())));
}

void FunctionEmitter::emitSame(const ir::Instruction& inst) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  if (lhs->rep == Rep::I64 && rhs->rep == Rep::I64)
    return defineCondition(inst, b_.CreateICmpEQ(use(lhs, Rep::I64), use(rhs, Rep::I64)));
  defineCondition(inst, b_.CreateICmpEQ(use(lhs), use(rhs)));
}

}  // namespace gene::native
