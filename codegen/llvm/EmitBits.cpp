// Bit operations: && || &|& << >>. Ints that need no box are handled in place, everything else behind one call that keeps the
// caller's registers (Fastpath.def). Unboxed operands need no tests but of the amount that is shifted by.

#include "codegen/llvm/EmitFunction.h"

#include "runtime/value/Value.h"

namespace gene::native {

using ir::Op;
using ir::Rep;
using llvm::BasicBlock;

/// On ints of 64 bits. An amount is from 0 to 63.
llvm::Value* FunctionEmitter::bitOperation(Op op, llvm::Value* a, llvm::Value* b) {
  if (op == Op::BitAnd) return b_.CreateAnd(a, b);
  if (op == Op::BitOr) return b_.CreateOr(a, b);
  if (op == Op::BitXor) return b_.CreateXor(a, b);
  return op == Op::Shl ? b_.CreateShl(a, b) : b_.CreateAShr(a, b);
}

/// Goes on only with an amount from 0 to 63.
void FunctionEmitter::requireAmount(const ir::Instruction& inst, llvm::Value* amount) {
  if (inst.nowrap) return;
  if (const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(amount);
      constant && constant->getZExtValue() < 64)
    return;
  BasicBlock *const invalid = newBlock("invalid"), *const next = newBlock("ok");
  b_.CreateCondBr(b_.CreateICmpULT(amount, b_.getInt64(64)), next, invalid, likely());
  b_.SetInsertPoint(invalid);
  call(inst.op == Op::Shl ? "gene_shl" : "gene_shr",
       {context_, bits_.constant(gene::Value::smallInt(0)),
        bits_.constant(gene::Value::smallInt(-1))});
  raiseAlways();
  b_.SetInsertPoint(next);
}

/// On two words that hold ints; others go to `slow`. What a shift to the left gives may need a box.
llvm::Value* FunctionEmitter::smallBits(Op op, llvm::Value* a, llvm::Value* b, BasicBlock* slow) {
  require(bits_.bothSmallInts(a, b), slow);
  llvm::Value* const amount = bits_.smallInt(b);
  const bool shifts = op == Op::Shl || op == Op::Shr;
  if (shifts && !llvm::isa<llvm::ConstantInt>(amount))
    require(b_.CreateICmpULT(amount, b_.getInt64(64)), slow);
  llvm::Value* const number = bitOperation(op, bits_.smallInt(a), amount);
  llvm::Value* const result = bits_.fromSmallInt(number);
  if (op == Op::Shl) require(bits_.isSmallInt(result), slow);
  return result;
}

void FunctionEmitter::emitBits(const ir::Instruction& inst, const char* name) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  if (isInt(lhs) && isInt(rhs) && anyUnboxed(inst)) {
    llvm::Value *const a = use(lhs, Rep::I64), *const b = use(rhs, Rep::I64);
    if (inst.is<Op::Shl, Op::Shr>()) requireAmount(inst, b);
    return defineAs(inst, bitOperation(inst.op, a, b), Rep::I64);
  }
  // Of what has no bits && and || give one of the operands.
  const ir::Type both = lhs->type & rhs->type;
  if (inst.is<Op::BitAnd, Op::BitOr>() && !both.overlaps(ir::Type::Int() | ir::Type::Bytes())) {
    llvm::Value* const truth = useCondition(lhs);
    llvm::Value *const a = use(lhs), *const b = use(rhs);
    const bool isAnd = inst.op == Op::BitAnd;
    return defineAs(inst, b_.CreateSelect(truth, isAnd ? b : a, isAnd ? a : b), Rep::Boxed);
  }
  llvm::Value *const a = use(lhs), *const b = use(rhs);
  const auto* amount = llvm::dyn_cast<llvm::ConstantInt>(b);
  const bool isInvalid =
      amount && inst.is<Op::Shl, Op::Shr>() && amount->getZExtValue() - gene::Value::IntBias >= 64;
  if (cold_ || isInvalid) return emitEntry(inst, std::string("gene_") + name, {context_, a, b});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const fast = smallBits(inst.op, a, b, slow);
  defineFastOrSlow(inst, fast, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result = callSlow(name, {context_, a, b});
    raiseIfPending(result);
    return result;
  });
}

void FunctionEmitter::emitBitAnd(const ir::Instruction& inst) { emitBits(inst, "bit_and"); }
void FunctionEmitter::emitBitOr(const ir::Instruction& inst) { emitBits(inst, "bit_or"); }
void FunctionEmitter::emitBitXor(const ir::Instruction& inst) { emitBits(inst, "bit_xor"); }
void FunctionEmitter::emitShl(const ir::Instruction& inst) { emitBits(inst, "shl"); }
void FunctionEmitter::emitShr(const ir::Instruction& inst) { emitBits(inst, "shr"); }

}  // namespace gene::native
