// min, max and abs of numbers: in place where ints or floats are expected, else behind the call.

#include <algorithm>

#include "codegen/ir/Builtins.h"
#include "codegen/llvm/EmitFunction.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

namespace {

constexpr size_t MostInline = 4;  // arguments

}  // namespace

/// The first argument, replaced by each later one that is beyond it; a NaN is beyond nothing.
llvm::Value* FunctionEmitter::extreme(const std::vector<llvm::Value*>& numbers,
                                      llvm::CmpInst::Predicate beyond) {
  llvm::Value* best = numbers[0];
  for (size_t i = 1; i < numbers.size(); i++)
    best = b_.CreateSelect(b_.CreateCmp(beyond, numbers[i], best), numbers[i], best);
  return best;
}

/// Where the types of the arguments are known; else false.
bool FunctionEmitter::emitOfKnownNumbers(const ir::Instruction& inst, NumberFunction function) {
  const Span<ir::Value* const> args = inst.operands.subspan(1);
  const bool ints = std::ranges::all_of(args, isInt), floats = std::ranges::all_of(args, isFloat);
  const bool isMin = function == NumberFunction::Min;
  if (function == NumberFunction::Abs) {
    if (!floats) return false;
    defineAs(inst, b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, useDouble(args[0])), Rep::F64);
    return true;
  }
  if (!ints && !floats) return false;
  std::vector<llvm::Value*> numbers;
  for (const ir::Value* arg : args) numbers.push_back(ints ? use(arg, Rep::I64) : useDouble(arg));
  using llvm::CmpInst;
  const auto beyond = ints ? (isMin ? CmpInst::ICMP_SLT : CmpInst::ICMP_SGT)
                           : (isMin ? CmpInst::FCMP_OLT : CmpInst::FCMP_OGT);
  defineAs(inst, extreme(numbers, beyond), ints ? Rep::I64 : Rep::F64);
  return true;
}

/// Of what turn out to be small ints, the words have their order. False if it is no call of one of these functions.
bool FunctionEmitter::emitNumberFunction(const ir::Instruction& inst) {
  const ir::BuiltinFacts* const facts = ir::builtinCallee(inst);
  if (!facts || inst.tail || inst.rep != Rep::Boxed) return false;
  if (inst.operands.size() - 1 > MostInline) return false;
  const NumberFunction function = facts->operation.number;
  if (function != NumberFunction::Abs && function != NumberFunction::Min &&
      function != NumberFunction::Max)
    return false;
  if (emitOfKnownNumbers(inst, function)) return true;
  if (cold_ || function == NumberFunction::Abs) return false;
  const std::vector<llvm::Value*> args = words(inst.operands.subspan(1));
  llvm::Value* all = args[0];
  for (size_t i = 1; i < args.size(); i++) all = b_.CreateAnd(all, args[i]);
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const fast = extreme(
      args, function == NumberFunction::Min ? llvm::CmpInst::ICMP_ULT : llvm::CmpInst::ICMP_UGT);
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(bits_.isSmallInt(all), done, slow, likely());
  b_.SetInsertPoint(slow);
  callValue(inst);
  llvm::Value* const result = held_[inst.number].value;
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(from, fast, slowBlock, result, done), Rep::Boxed);
  return true;
}

}  // namespace gene::native
