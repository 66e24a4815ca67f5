// Arithmetic. Small ints are handled in place; doubles and everything else behind one call that keeps the caller's
// registers (Fastpath.def). Unboxed operands need no tests but those for overflow.

#include <algorithm>

#include "codegen/llvm/EmitFunction.h"

#include "runtime/value/Value.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

llvm::CallInst* FunctionEmitter::callSlow(const char* name, llvm::ArrayRef<llvm::Value*> args) {
  return call((module_.optimising() ? "gene_slow_" : "gene_") + std::string(name), args);
}

llvm::Value* FunctionEmitter::merge(BasicBlock* fastBlock, llvm::Value* fast, BasicBlock* slowBlock,
                                    llvm::Value* slow, BasicBlock* done) {
  b_.SetInsertPoint(done);
  llvm::PHINode* const phi = b_.CreatePHI(fast->getType(), 2);
  phi->addIncoming(fast, fastBlock);
  phi->addIncoming(slow, slowBlock);
  return phi;
}

// --- unboxed ---------------------------------------------------------------------------------------------------------------

/// On ints of 64 bits; overflow raises.
llvm::Value* FunctionEmitter::checkedArithmetic(const ir::Instruction& inst, Operation operation,
                                                llvm::Value* a, llvm::Value* b) {
  if (inst.nowrap) {
    switch (operation) {
      case Operation::Add: return b_.CreateNSWAdd(a, b);
      case Operation::Sub: return b_.CreateNSWSub(a, b);
      case Operation::Mul: return b_.CreateNSWMul(a, b);
    }
  }
  static constexpr llvm::Intrinsic::ID intrinsics[] = {llvm::Intrinsic::sadd_with_overflow,
                                                       llvm::Intrinsic::ssub_with_overflow,
                                                       llvm::Intrinsic::smul_with_overflow};
  llvm::Value* const both = b_.CreateBinaryIntrinsic(intrinsics[static_cast<int>(operation)], a, b);
  raiseOverflow(b_.CreateExtractValue(both, 1), static_cast<uint64_t>(operation));
  return b_.CreateExtractValue(both, 0);
}

void FunctionEmitter::raiseOverflow(llvm::Value* overflowed, uint64_t operation) {
  BasicBlock* const overflow = newBlock("overflow");
  BasicBlock* const next = newBlock("ok");
  b_.CreateCondBr(overflowed, overflow, next, unlikely());
  b_.SetInsertPoint(overflow);
  call("gene_overflow", {context_, b_.getInt64(operation)});
  raiseAlways();
  b_.SetInsertPoint(next);
}

llvm::Value* FunctionEmitter::floatArithmetic(Operation operation, llvm::Value* a, llvm::Value* b) {
  switch (operation) {
    case Operation::Add: return b_.CreateFAdd(a, b);
    case Operation::Sub: return b_.CreateFSub(a, b);
    case Operation::Mul: return b_.CreateFMul(a, b);
  }
  GENE_UNREACHABLE("operation");
}

bool FunctionEmitter::isInt(const ir::Value* value) {
  return value->rep == Rep::I64 || value->type.is(ir::Type::Int());
}

bool FunctionEmitter::isFloat(const ir::Value* value) {
  return value->rep == Rep::F64 || value->type.is(ir::Type::Float());
}

/// An operand that is known to be a number, as a double.
llvm::Value* FunctionEmitter::useDouble(const ir::Value* value) {
  if (isFloat(value)) return use(value, Rep::F64);
  if (value->kind == ir::ValueKind::Constant)
    return constant(*static_cast<const ir::Constant*>(value), Rep::F64);
  return b_.CreateSIToFP(use(value, Rep::I64), b_.getDoubleTy());
}

/// Does an operand or the result have a representation of its own?
bool FunctionEmitter::anyUnboxed(const ir::Instruction& inst) {
  return inst.rep != Rep::Boxed || std::ranges::any_of(inst.operands, [](const ir::Value* operand) {
           return operand->rep != Rep::Boxed;
         });
}

/// Defines the result of an instruction in its representation.
void FunctionEmitter::defineAs(const ir::Instruction& inst, llvm::Value* value, Rep rep) {
  if (rep == Rep::I64 && inst.rep == Rep::Boxed && inst.small)
    return define(inst, bits_.fromSmallInt(value));
  define(inst, convert(value, rep, inst.rep));
}

// --- floats and unknown operands --------------------------------------------------------------------------------------------

std::pair<llvm::Value*, llvm::Value*> FunctionEmitter::doublesOr(const ir::Instruction& inst,
                                                                 BasicBlock* slow) {
  const auto operand = [&](const ir::Value* value) {
    if (isFloat(value) || isInt(value)) return useDouble(value);
    llvm::Value* const word = use(value);
    require(bits_.isFloat(word), slow);
    return bits_.floating(word);
  };
  llvm::Value* const lhs = operand(inst.operands[0]);
  return {lhs, operand(inst.operands[1])};
}

llvm::Value* FunctionEmitter::numberToDouble(llvm::Value* word, ir::Type type) {
  if (type.within(ir::Type::Float())) return bits_.floating(word);
  BasicBlock *const integer = newBlock("integer"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  llvm::Value* const floating = bits_.floating(word);
  b_.CreateCondBr(bits_.isFloat(word), done, integer);
  b_.SetInsertPoint(integer);
  llvm::Value* const converted =
      b_.CreateSIToFP(call("gene_fast_unbox_int", {word}), b_.getDoubleTy());
  BasicBlock* const integerBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  return merge(from, floating, integerBlock, converted, done);
}

void FunctionEmitter::emitFloatResult(
    const ir::Instruction& inst, const char* name, ir::Type slowResult,
    llvm::function_ref<llvm::Value*(llvm::Value*, llvm::Value*)> operation) {
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  const auto [lhs, rhs] = doublesOr(inst, slow);
  llvm::Value* const fast = operation(lhs, rhs);
  defineFastOrSlow(inst, fast, slow, done, Rep::F64, [&] {
    llvm::Value* const boxed =
        callSlow(name, {context_, use(inst.operands[0]), use(inst.operands[1])});
    raiseIfPending(boxed);
    llvm::Value* const result = numberToDouble(boxed, slowResult);
    return result;
  });
}

// --- arithmetic ------------------------------------------------------------------------------------------------------------

void FunctionEmitter::emitArithmetic(const ir::Instruction& inst, Operation operation,
                                     const char* name) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  const bool floats =
      (isFloat(lhs) && (isFloat(rhs) || isInt(rhs))) || (isInt(lhs) && isFloat(rhs));
  if (floats)
    return defineAs(inst, floatArithmetic(operation, useDouble(lhs), useDouble(rhs)), Rep::F64);
  if (isInt(lhs) && isInt(rhs) && anyUnboxed(inst))
    return defineAs(
        inst, checkedArithmetic(inst, operation, use(lhs, Rep::I64), use(rhs, Rep::I64)), Rep::I64);

  if (inst.rep == Rep::F64)
    return emitFloatResult(
        inst, name,
        isFloat(lhs) || isFloat(rhs) ? ir::Type::Float() : ir::Type::Int() | ir::Type::Float(),
        [&](llvm::Value* x, llvm::Value* y) { return floatArithmetic(operation, x, y); });
  llvm::Value *const a = use(lhs), *const b = use(rhs);
  if (cold_) return emitEntry(inst, std::string("gene_") + name, {context_, a, b});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const fast = smallArithmetic(operation, a, b, slow);
  defineFastOrSlow(inst, fast, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result = callSlow(name, {context_, a, b});
    raiseIfPending(result);
    return result;
  });
}

/// The encoding is biased at the top of the word, so that leaving it on either side gives a word below the tag.
/// Constants save a test.
llvm::Value* FunctionEmitter::smallArithmetic(Operation operation, llvm::Value* a, llvm::Value* b,
                                              BasicBlock* slow) {
  const auto require = [&](llvm::Value* condition) {
    BasicBlock* const next = newBlock("fast");
    b_.CreateCondBr(condition, next, slow, likely());
    b_.SetInsertPoint(next);
  };
  if (operation == Operation::Add && llvm::isa<llvm::ConstantInt>(a)) std::swap(a, b);
  if (const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(b);
      constant && constant->getZExtValue() >= gene::Value::IntTag && operation != Operation::Mul) {
    int64_t k = gene::Value{constant->getZExtValue()}.smallInt();
    if (operation == Operation::Sub) k = -k;
    if (k >= 0) {
      llvm::Value* const sum = b_.CreateAdd(a, b_.getInt64(k));
      require(b_.CreateICmpUGE(
          sum, b_.getInt64(static_cast<int64_t>(gene::Value::IntTag + static_cast<uint64_t>(k)))));
      return sum;
    }
    require(b_.CreateICmpUGE(
        a, b_.getInt64(static_cast<int64_t>(gene::Value::IntTag + static_cast<uint64_t>(-k)))));
    return b_.CreateAdd(a, b_.getInt64(k));
  }
  require(bits_.bothSmallInts(a, b));
  llvm::Value* result = nullptr;
  switch (operation) {
    case Operation::Add: result = b_.CreateAdd(a, bits_.smallInt(b)); break;
    case Operation::Sub:
      result = b_.CreateAdd(b_.CreateSub(a, b), bits_.constant(gene::Value::smallInt(0)));
      break;
    case Operation::Mul: {
      // One factor shifted up, so that leaving 48 bits is leaving 64; the product is shifted down again.
      llvm::Value* const shifted = b_.CreateShl(bits_.smallInt(a), 16);
      llvm::Value* const both =
          b_.CreateBinaryIntrinsic(llvm::Intrinsic::smul_with_overflow, shifted, bits_.smallInt(b));
      require(b_.CreateNot(b_.CreateExtractValue(both, 1)));
      return bits_.fromSmallInt(b_.CreateAShr(b_.CreateExtractValue(both, 0), 16));
    }
  }
  require(bits_.isSmallInt(result));
  return result;
}

void FunctionEmitter::emitAdd(const ir::Instruction& inst) {
  emitArithmetic(inst, Operation::Add, "add");
}
void FunctionEmitter::emitSub(const ir::Instruction& inst) {
  emitArithmetic(inst, Operation::Sub, "sub");
}
void FunctionEmitter::emitMul(const ir::Instruction& inst) {
  emitArithmetic(inst, Operation::Mul, "mul");
}

/// `/` gives a float, also of ints; only numbers are known to do so without a call.
void FunctionEmitter::emitDiv(const ir::Instruction& inst) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  if ((isFloat(lhs) || isInt(lhs)) && (isFloat(rhs) || isInt(rhs)))
    return defineAs(inst, b_.CreateFDiv(useDouble(lhs), useDouble(rhs)), Rep::F64);
  if (inst.rep == Rep::F64)
    return emitFloatResult(inst, "div", ir::Type::Float(),
                           [&](llvm::Value* x, llvm::Value* y) { return b_.CreateFDiv(x, y); });
  emitEntry(inst, module_.optimising() ? "gene_slow_div" : "gene_div",
            {context_, use(lhs), use(rhs)});
}

/// The remainder has the sign of the dividend. A divisor of 0 raises, in the entry.
void FunctionEmitter::emitMod(const ir::Instruction& inst) {
  const ir::Value *lhs = inst.operands[0], *rhs = inst.operands[1];
  if ((isFloat(lhs) && (isFloat(rhs) || isInt(rhs))) || (isInt(lhs) && isFloat(rhs)))
    return defineAs(inst, call("gene_float_mod", {useDouble(lhs), useDouble(rhs)}), Rep::F64);
  if (isInt(lhs) && isInt(rhs) && anyUnboxed(inst)) {
    llvm::Value *const x = use(lhs, Rep::I64), *const y = use(rhs, Rep::I64);
    return defineAs(inst, remainder(inst, x, y), Rep::I64);
  }
  llvm::Value *const a = use(lhs), *const b = use(rhs);
  if (cold_) return emitEntry(inst, "gene_mod", {context_, a, b});
  BasicBlock *const fast = newBlock("fast"), *const slow = newBlock("slow"),
                    *const done = newBlock("done");
  llvm::Value* const nonZero = b_.CreateICmpNE(b, bits_.constant(gene::Value::smallInt(0)));
  b_.CreateCondBr(b_.CreateAnd(bits_.bothSmallInts(a, b), nonZero), fast, slow, likely());
  b_.SetInsertPoint(slow);
  llvm::Value* const result = call("gene_mod", {context_, a, b});
  raiseIfPending(result);
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(fast);
  llvm::Value* const boxed =
      bits_.fromSmallInt(quickRemainder(bits_.smallInt(a), bits_.smallInt(b)));
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(fastBlock, boxed, slowBlock, result, done), Rep::Boxed);
}

/// On ints of 64 bits.
llvm::Value* FunctionEmitter::remainder(const ir::Instruction& inst, llvm::Value* x,
                                        llvm::Value* y) {
  if (inst.nowrap && inst.nonnegative && llvm::isa<llvm::ConstantInt>(y))
    return b_.CreateURem(x, y);
  if (inst.nowrap) return quickRemainder(x, y);
  if (const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(y);
      constant && constant->getSExtValue() > 0)
    return b_.CreateSRem(x, y);
  // 0 raises; -1 would trap with the smallest int, and leaves nothing of any number.
  BasicBlock *const divide = newBlock("divide"), *const special = newBlock("special"),
                    *const done = newBlock("done");
  b_.CreateCondBr(b_.CreateICmpULE(b_.CreateAdd(y, b_.getInt64(1)), b_.getInt64(1)), special,
                  divide, unlikely());
  b_.SetInsertPoint(special);
  BasicBlock *const zero = newBlock("zero"), *const minusOne = newBlock("minus.one");
  b_.CreateCondBr(b_.CreateICmpEQ(y, b_.getInt64(0)), zero, minusOne);
  b_.SetInsertPoint(zero);
  call("gene_mod", {context_, bits_.constant(gene::Value::smallInt(0)),
                    bits_.constant(gene::Value::smallInt(0))});
  raiseAlways();
  b_.SetInsertPoint(minusOne);
  b_.CreateBr(done);
  b_.SetInsertPoint(divide);
  llvm::Value* const result = quickRemainder(x, y);
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateBr(done);
  return merge(from, result, minusOne, b_.getInt64(0), done);
}

/// Division of 64 bits takes several times as long as of 32, and most numbers are small.
llvm::Value* FunctionEmitter::quickRemainder(llvm::Value* x, llvm::Value* y) {
  if (llvm::isa<llvm::ConstantInt>(y)) return b_.CreateSRem(x, y);
  BasicBlock *const narrow = newBlock("narrow"), *const wide = newBlock("wide"),
                    *const done = newBlock("done");
  b_.CreateCondBr(b_.CreateICmpEQ(b_.CreateLShr(b_.CreateOr(x, y), 32), b_.getInt64(0)), narrow,
                  wide, likely());
  b_.SetInsertPoint(narrow);
  llvm::Value* const small =
      b_.CreateURem(b_.CreateTrunc(x, b_.getInt32Ty()), b_.CreateTrunc(y, b_.getInt32Ty()));
  llvm::Value* const extended = b_.CreateZExt(small, b_.getInt64Ty());
  b_.CreateBr(done);
  b_.SetInsertPoint(wide);
  llvm::Value* const large = b_.CreateSRem(x, y);
  b_.CreateBr(done);
  return merge(narrow, extended, wide, large, done);
}

/// The square root of a number. False for other instructions and operands.
bool FunctionEmitter::emitOperation(const ir::Instruction& inst) {
  if (inst.op != ir::Op::Sqrt || !(isFloat(inst.operands[0]) || isInt(inst.operands[0])))
    return false;
  llvm::Value* const value = useDouble(inst.operands[0]);
  defineAs(inst, b_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, value), Rep::F64);
  return true;
}

/// On unboxed numbers: truncate, quotient. False for other instructions and representations.
bool FunctionEmitter::emitConversion(const ir::Instruction& inst) {
  if (inst.op == ir::Op::Truncate && isFloat(inst.operands[0]) && anyUnboxed(inst)) {
    llvm::Value* const value = useDouble(inst.operands[0]);
    // Also false for a NaN.
    llvm::Value* const fits =
        b_.CreateFCmpOLT(b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, value),
                         llvm::ConstantFP::get(b_.getDoubleTy(), 9223372036854775808.0));
    BasicBlock *const other = newBlock("other"), *const next = newBlock("ok");
    BasicBlock* const done = newBlock("done");
    b_.CreateCondBr(fits, next, other, likely());
    b_.SetInsertPoint(other);
    llvm::Value* const result = call("gene_truncate", {context_, bits_.fromFloating(value)});
    raiseIfPending(result);
    llvm::Value* const smallest = convert(result, Rep::Boxed, Rep::I64);
    BasicBlock* const otherEnd = b_.GetInsertBlock();
    b_.CreateBr(done);
    b_.SetInsertPoint(next);
    llvm::Value* const number = b_.CreateFPToSI(value, b_.getInt64Ty());
    b_.CreateBr(done);
    defineAs(inst, merge(next, number, otherEnd, smallest, done), Rep::I64);
    return true;
  }
  if (inst.op != ir::Op::Quotient || !anyUnboxed(inst)) return false;
  llvm::Value *const a = use(inst.operands[0], Rep::I64), *const b =
                                                              use(inst.operands[1], Rep::I64);
  const auto divide = [&] { return inst.nonnegative ? b_.CreateUDiv(a, b) : b_.CreateSDiv(a, b); };
  if (inst.nowrap) {
    defineAs(inst, divide(), Rep::I64);
    return true;
  }
  // Quotients of doubles, rounded toward zero, are those of the ints up to 2^52.
  const auto isExact = [&](llvm::Value* value) -> llvm::Value* {
    return b_.CreateICmpULE(b_.CreateAdd(value, b_.getInt64(int64_t{1} << 52)),
                            b_.getInt64(int64_t{1} << 53));
  };
  const auto* divisor = llvm::dyn_cast<llvm::ConstantInt>(b);
  llvm::Value* exact = b_.CreateAnd(isExact(a), isExact(b));
  if (!divisor || divisor->isZero())
    exact = b_.CreateAnd(exact, b_.CreateICmpNE(b, b_.getInt64(0)));
  BasicBlock *const fast = newBlock("fast"), *const slow = newBlock("slow"),
                    *const done = newBlock("done");
  b_.CreateCondBr(exact, fast, slow, likely());
  b_.SetInsertPoint(slow);
  llvm::Value* const boxed = call("gene_quotient", {context_, convert(a, Rep::I64, Rep::Boxed),
                                                    convert(b, Rep::I64, Rep::Boxed)});
  raiseIfPending(boxed);
  llvm::Value* const slowResult = convert(boxed, Rep::Boxed, Rep::I64);
  BasicBlock* const slowEnd = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(fast);
  llvm::Value* const result = divide();
  b_.CreateBr(done);
  defineAs(inst, merge(fast, result, slowEnd, slowResult, done), Rep::I64);
  return true;
}

void FunctionEmitter::emitNeg(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  if (isFloat(operand)) return defineAs(inst, b_.CreateFNeg(use(operand, Rep::F64)), Rep::F64);
  if (isInt(operand) && anyUnboxed(inst)) {
    llvm::Value* const value = use(operand, Rep::I64);
    if (inst.nowrap) return defineAs(inst, b_.CreateNSWNeg(value), Rep::I64);
    llvm::Value* const both =
        b_.CreateBinaryIntrinsic(llvm::Intrinsic::ssub_with_overflow, b_.getInt64(0), value);
    raiseOverflow(b_.CreateExtractValue(both, 1), 3);
    return defineAs(inst, b_.CreateExtractValue(both, 0), Rep::I64);
  }
  emitEntry(inst, "gene_neg", {context_, use(operand)});
}

void FunctionEmitter::emitConvert(const ir::Instruction& inst) {
  define(inst, use(inst.operands[0], inst.rep));
}

}  // namespace gene::native
