// Calls: of functions known, of values, of methods, of the runtime. A tail call between functions is `musttail`; one
// that the runtime makes for us is a call whose result is returned.

#include "codegen/llvm/EmitFunction.h"

#include "runtime/Context.h"

namespace gene::native {

using llvm::BasicBlock;

llvm::CallInst* FunctionEmitter::call(llvm::Function* callee, llvm::ArrayRef<llvm::Value*> args) {
  llvm::CallInst* const result = b_.CreateCall(callee, args);
  result->setCallingConv(callee->getCallingConv());
  return result;
}

// --- arguments -------------------------------------------------------------------------------------------------------------

/// Where `count` arguments of a call go that does not take them in registers.
llvm::Value* FunctionEmitter::argumentBuffer(size_t count) {
  if (count > AlwaysBufferedArguments)
    return call("gene_argument_buffer", {context_, b_.getInt64(count)});
  return bits_.load(b_.getPtrTy(), context_, layout::Context_arguments);
}

void FunctionEmitter::storeArguments(llvm::Value* buffer, llvm::ArrayRef<llvm::Value*> values) {
  for (size_t i = 0; i < values.size(); i++) {
    llvm::Value* const value = values[i];
    const bool narrow = value->getType()->isIntegerTy(1);
    b_.CreateStore(narrow ? b_.CreateZExt(value, b_.getInt64Ty()) : value,
                   bits_.address(buffer, i * 8));
  }
}

llvm::Value* FunctionEmitter::spill(const ir::Instruction& inst, size_t first) {
  if (first == inst.operands.size()) return llvm::ConstantPointerNull::get(b_.getPtrTy());
  storeArguments(buffer_, words(inst.operands.subspan(first)));
  return buffer_;
}

std::vector<llvm::Value*> FunctionEmitter::words(Span<ir::Value* const> values) {
  std::vector<llvm::Value*> result;
  for (const ir::Value* value : values) result.push_back(use(value));
  return result;
}

// --- calls of code ---------------------------------------------------------------------------------------------------------

void FunctionEmitter::callCode(const ir::Instruction& inst, llvm::FunctionCallee callee,
                               llvm::Value* closure, llvm::ArrayRef<llvm::Value*> args,
                               TailCall tail) {
  llvm::SmallVector<llvm::Value*, 6> all{context_, closure};
  all.append(args.begin(), args.end());
  while (all.size() < 6) all.push_back(llvm::PoisonValue::get(b_.getInt64Ty()));
  finishCall(inst, b_.CreateCall(callee, all), ir::Rep::Boxed, tail);
}

void FunctionEmitter::finishCall(const ir::Instruction& inst, llvm::CallInst* result, ir::Rep rep,
                                 TailCall tail) {
  const bool direct = function_.isDirect && result->getCallingConv() == llvm::CallingConv::Tail &&
                      code_->getCallingConv() == llvm::CallingConv::Tail &&
                      result->getType() == code_->getReturnType();
  if (inst.tail && tail == TailCall::Allowed &&
      (direct || result->getFunctionType() == code_->getFunctionType())) {
    result->setTailCallKind(llvm::CallInst::TCK_MustTail);
    b_.CreateRet(result);
    return;
  }
  deepCalls_.push_back(result);
  if (rep == ir::Rep::Boxed)
    raiseIfPending(result);
  else
    raiseIfException();
  defineAs(inst, result, rep);
}

/// A direct function takes its slots as they are represented.
void FunctionEmitter::callDirect(const ir::Instruction& inst, const ir::Function& callee) {
  llvm::SmallVector<llvm::Value*, 8> args{context_}, excess;
  const std::vector<bool> buffered = module_.buffered(callee);
  const auto& params = callee.entry()->params;
  for (size_t i = 0; i < params.size(); i++)
    (buffered[i] ? excess : args).push_back(use(inst.operands[i + 1], params[i]->rep));
  if (!excess.empty()) storeArguments(argumentBuffer(excess.size()), excess);
  finishCall(inst, call(module_.body(&callee), args), callee.result);
}

void FunctionEmitter::emitCallKnown(const ir::Instruction& inst) {
  const ir::Function* callee = inst.as<ir::Op::CallKnown>().function();
  if (callee->isDirect) return callDirect(inst, *callee);
  // A function that captures nothing and does not name itself never looks at its closure.
  const bool closureUnused =
      isConstant(inst.operands[0], ir::ConstantKind::Absent) && !module_.usesCallee(callee);
  llvm::Value* const closure =
      closureUnused ? llvm::PoisonValue::get(b_.getInt64Ty()) : use(inst.operands[0]);
  const std::vector<llvm::Value*> slots = words(inst.operands.subspan(1));
  if (slots.size() <= RegisterArguments)
    return callCode(inst, module_.body(callee), closure, slots);
  storeArguments(argumentBuffer(slots.size()), slots);
  callCode(inst, module_.body(callee), closure, {});
}

/// The code to call for `count` positional arguments: the entry of a function object, or a routine of the runtime for
/// everything else. One indirect call serves both, so it can be a tail call.
llvm::Value* FunctionEmitter::calleeEntry(llvm::Value* callee, size_t count) {
  llvm::Value* const otherwise = module_.runtime("gene_call_object_" + std::to_string(count));
  if (cold_) return otherwise;
  BasicBlock *const object = newBlock("object"), *const function = newBlock("function"),
                    *const ready = newBlock("call");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(bits_.isObject(callee), object, ready, likely());
  b_.SetInsertPoint(object);
  b_.CreateCondBr(bits_.hasKind(callee, Kind::Function), function, ready, likely());
  b_.SetInsertPoint(function);
  llvm::Value* const info =
      bits_.load(b_.getPtrTy(), bits_.pointer(callee), layout::FunctionObject_info);
  llvm::Value* const entry =
      bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_entry + count * 8);
  b_.CreateBr(ready);
  b_.SetInsertPoint(ready);
  llvm::PHINode* const phi = b_.CreatePHI(b_.getPtrTy(), 3);
  phi->addIncoming(otherwise, from);
  phi->addIncoming(otherwise, object);
  phi->addIncoming(entry, function);
  return phi;
}

// --- tail calls of what is not known ---------------------------------------------------------------------------------------
// The frame goes when the callee is found and its slots are bound: an error of either names the place of the call. What
// is built in is called like in any other position, for the same reason; it returns soon.

/// A tail call of a function object that takes exactly these arguments. Else goes to `other`.
void FunctionEmitter::tailCallExactly(const ir::Instruction& inst, llvm::Value* info,
                                      llvm::Value* function, llvm::ArrayRef<llvm::Value*> args,
                                      BasicBlock* other) {
  BasicBlock* const gene = newBlock("tail");
  llvm::Value* const entry =
      bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_entry + args.size() * 8);
  llvm::Value* const body = bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_body);
  b_.CreateCondBr(b_.CreateICmpEQ(entry, body), gene, other, likely());
  b_.SetInsertPoint(gene);
  callCode(inst, {module_.codeType(), body}, function, args);
}

/// A tail call of the function that the runtime has bound the arguments for; goes on where it found none.
void FunctionEmitter::tailCallBound(const ir::Instruction& inst, llvm::Value* function) {
  raiseIfPending(function);
  BasicBlock *const bound = newBlock("bound"), *const other = newBlock("other");
  b_.CreateCondBr(b_.CreateICmpEQ(function, bits_.constant(gene::Value::absent())), other, bound);
  b_.SetInsertPoint(bound);
  llvm::Value* const slots = argumentBuffer(RegisterArguments);
  llvm::SmallVector<llvm::Value*, RegisterArguments> words;
  for (uint64_t i = 0; i < RegisterArguments; i++) words.push_back(bits_.loadWord(slots, i * 8));
  llvm::Value* const info =
      bits_.load(b_.getPtrTy(), bits_.pointer(function), layout::FunctionObject_info);
  llvm::Value* const body = bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_body);
  callCode(inst, {module_.codeType(), body}, function, words);
  b_.SetInsertPoint(other);
}

/// A tail call of any value with these arguments, which `shape` describes; goes on where it has to be a call.
void FunctionEmitter::tailCallValue(const ir::Instruction& inst, llvm::Value* callee,
                                    llvm::ArrayRef<llvm::Value*> args, const ir::CallShape* shape) {
  storeArguments(argumentBuffer(args.size()), args);
  llvm::Value* const none = llvm::ConstantPointerNull::get(b_.getPtrTy());
  tailCallBound(inst, call("gene_tail_call", {context_, callee, b_.getInt64(args.size()),
                                              shape ? callShape(shape) : none}));
}

void FunctionEmitter::tailCall(const ir::Instruction& inst, llvm::Value* callee,
                               llvm::ArrayRef<llvm::Value*> args) {
  if (args.size() <= RegisterArguments) {
    BasicBlock* const other = newBlock("other");
    require(bits_.isObject(callee), other);
    require(bits_.hasKind(callee, Kind::Function), other);
    llvm::Value* const info =
        bits_.load(b_.getPtrTy(), bits_.pointer(callee), layout::FunctionObject_info);
    tailCallExactly(inst, info, callee, args, other);
    b_.SetInsertPoint(other);
  }
  tailCallValue(inst, callee, args, nullptr);
}

void FunctionEmitter::emitCall(const ir::Instruction& inst) {
  if (!module_.optimising() || !emitNumberFunction(inst)) callValue(inst);
}

/// Of whatever the callee is.
void FunctionEmitter::callValue(const ir::Instruction& inst) {
  llvm::Value* const callee = use(inst.operands[0]);
  const std::vector<llvm::Value*> args = words(inst.operands.subspan(1));
  const bool isTail = inst.tail;
  if (isTail) tailCall(inst, callee, args);
  if (args.size() > RegisterArguments) {
    storeArguments(argumentBuffer(args.size()), args);
    return finishCall(inst, call("gene_call_buffer", {context_, callee, b_.getInt64(args.size())}));
  }
  llvm::Value* const code = isTail ? static_cast<llvm::Value*>(module_.runtime(
                                         "gene_call_object_" + std::to_string(args.size())))
                                   : calleeEntry(callee, args.size());
  callCode(inst, {module_.codeType(), code}, callee, args,
           isTail ? TailCall::Refused : TailCall::Allowed);
}

/// The method of the receiver: the one that the cache knows for its shape, or what the runtime finds.
llvm::Value* FunctionEmitter::methodTarget(const ir::Instruction& inst, Symbol name,
                                           llvm::Value* receiver) {
  llvm::Value* const cache = module_.newCache();
  BasicBlock *const miss = newBlock("miss"), *const done = newBlock("method");
  llvm::Value* const index = cachedIndex(receiver, cache, miss);
  llvm::Value* const targets = bits_.load(b_.getPtrTy(), context_, layout::Context_methodTargets);
  llvm::Value* const known =
      b_.CreateLoad(b_.getInt64Ty(), b_.CreateInBoundsGEP(b_.getInt64Ty(), targets, index));
  BasicBlock* const hit = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(miss);
  llvm::Value* const found = call("gene_method_target", {context_, receiver, symbol(name), cache,
                                                         b_.getInt64(inst.operands.size())});
  raiseIfPending(found);
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateBr(done);
  return merge(hit, known, from, found, done);
}

/// A call of what the receiver's class has, through the inline cache.
void FunctionEmitter::callOtherMethod(const ir::Instruction& inst) {
  const Symbol name = inst.as<ir::Op::CallMethod>().name();
  std::vector<llvm::Value*> args = words(inst.operands);
  llvm::Value* const function = methodTarget(inst, name, args[0]);
  llvm::Value* const info =
      bits_.load(b_.getPtrTy(), bits_.pointer(function), layout::FunctionObject_info);
  const bool isBuffered = args.size() > RegisterArguments;
  if (inst.tail) {
    BasicBlock* const builtin = newBlock("builtin");
    if (!isBuffered) {
      BasicBlock* const other = newBlock("other");
      tailCallExactly(inst, info, function, args, other);
      b_.SetInsertPoint(other);
    }
    if (name != sym::Call) {
      llvm::Value* const implementation =
          bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_builtin);
      require(b_.CreateIsNull(implementation), builtin);
    }
    tailCallValue(inst, function, args, nullptr);
    b_.CreateBr(builtin);
    b_.SetInsertPoint(builtin);
  }
  llvm::Value* const code = bits_.load(
      b_.getPtrTy(), info,
      isBuffered ? layout::FunctionInfo_generic : layout::FunctionInfo_entry + args.size() * 8);
  if (isBuffered) {
    storeArguments(argumentBuffer(args.size()), args);
    args = {b_.getInt64(args.size()), b_.getInt64(0)};
  }
  callCode(inst, {module_.codeType(), code}, function, args, TailCall::Refused);
}

/// The end of a method that is done here, whose ways lead to `done`: what came to `other` is for `rest`, which defines the
/// result or leaves.
void FunctionEmitter::finishMethod(const ir::Instruction& inst, MethodResults& results,
                                   BasicBlock* other, BasicBlock* done,
                                   llvm::function_ref<void()> rest) {
  if (other->hasNPredecessorsOrMore(1)) {
    b_.SetInsertPoint(other);
    rest();
    if (!b_.GetInsertBlock()->getTerminator()) {
      results.push_back({held_[inst.number].value, b_.GetInsertBlock()});
      b_.CreateBr(done);
    }
  } else {
    other->eraseFromParent();
  }
  b_.SetInsertPoint(done);
  llvm::PHINode* const phi = b_.CreatePHI(typeOf(inst.rep), static_cast<unsigned>(results.size()));
  for (const auto& [value, block] : results) phi->addIncoming(value, block);
  define(inst, phi);
}

void FunctionEmitter::emitCallMethod(const ir::Instruction& inst) {
  if (cold_ && !inst.tail) {
    llvm::Value* const args = spill(inst, 0);
    return finishCall(inst, call("gene_call_method",
                                 {context_, symbol(inst.as<ir::Op::CallMethod>().name()),
                                  module_.newCache(), args, b_.getInt64(inst.operands.size())}));
  }
  if (!emitArrayMethod(inst) && !emitTableMethod(inst) && !emitStringMethod(inst))
    callOtherMethod(inst);
}

/// The instance is the result whatever the constructor returns, so this is never a tail call.
void FunctionEmitter::emitNew(const ir::Instruction& inst) {
  llvm::Value* const cls = use(inst.operands[0]);
  llvm::Value* const cache = module_.newCache();
  std::vector<llvm::Value*> args = words(inst.operands.subspan(1));
  if (cold_ || args.size() >= RegisterArguments) {
    llvm::Value* const buffer = spill(inst, 1);
    llvm::CallInst* const result =
        call("gene_new", {context_, cache, cls, buffer, b_.getInt64(args.size())});
    deepCalls_.push_back(result);
    raiseIfPending(result);
    return defineAs(inst, result, ir::Rep::Boxed);
  }
  BasicBlock *const fast = newBlock("fast"), *const slow = newBlock("slow"),
                    *const done = newBlock("done");
  // Read once: other threads may write the cache.
  llvm::Value* const known = b_.CreateLoad(b_.getInt64Ty(), cache);
  llvm::Value* const instance = call("gene_fast_instance", {context_, known, cls});
  b_.CreateCondBr(b_.CreateICmpEQ(instance, b_.getInt64(0)), slow, fast, unlikely());

  b_.SetInsertPoint(fast);
  llvm::Value* const targets = bits_.load(b_.getPtrTy(), context_, layout::Context_methodTargets);
  llvm::Value* const index = b_.CreateLShr(known, 32);
  llvm::Value* const ctor =
      b_.CreateLoad(b_.getInt64Ty(), b_.CreateInBoundsGEP(b_.getInt64Ty(), targets, index));
  llvm::Value* const info =
      bits_.load(b_.getPtrTy(), bits_.pointer(ctor), layout::FunctionObject_info);
  llvm::Value* const code =
      bits_.load(b_.getPtrTy(), info, layout::FunctionInfo_entry + (args.size() + 1) * 8);
  llvm::SmallVector<llvm::Value*, 6> all{context_, ctor, instance};
  all.append(args.begin(), args.end());
  while (all.size() < 6) all.push_back(llvm::PoisonValue::get(b_.getInt64Ty()));
  llvm::CallInst* const constructed = b_.CreateCall({module_.codeType(), code}, all);
  deepCalls_.push_back(constructed);
  raiseIfPending(constructed);
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);

  b_.SetInsertPoint(slow);
  llvm::Value* const buffer = spill(inst, 1);
  llvm::CallInst* const result =
      call("gene_new", {context_, cache, cls, buffer, b_.getInt64(args.size())});
  deepCalls_.push_back(result);
  raiseIfPending(result);
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(fastBlock, instance, slowBlock, result, done), ir::Rep::Boxed);
}

// --- the runtime -------------------------------------------------------------------------------------------------------------

/// The loader makes the shapes, so they are reached through the program.
llvm::Value* FunctionEmitter::callShape(const ir::CallShape* shape) {
  llvm::Value* const program =
      bits_.load(b_.getPtrTy(), module_.functionInfo(&function_), layout::FunctionInfo_program);
  llvm::Value* const shapes = bits_.load(b_.getPtrTy(), program, layout::Program_shapes);
  return bits_.address(shapes, uint64_t{shape->index} * layout::sizeOfCallShape);
}

/// The tail calls among the instructions that the runtime does: goes on where it has to be a call.
void FunctionEmitter::tailCallOther(const ir::Instruction& inst) {
  if (inst.op == ir::Op::CallShaped)
    return tailCallValue(inst, use(inst.operands[0]), words(inst.operands.subspan(1)),
                         inst.as<ir::Op::CallShaped>().shape());
  if (const auto method = inst.tryAs<ir::Op::CallMethodShaped>()) {
    const std::vector<llvm::Value*> args = words(inst.operands);
    return tailCallValue(inst, methodTarget(inst, method.name(), args[0]), args, method.shape());
  }
  const auto dynamic = inst.tryAs<ir::Op::CallMethodDynamic>();
  const auto super = inst.tryAs<ir::Op::CallSuper>();
  if (!dynamic && !super) return;
  // The receiver, then what the shape describes; the name, or the class, comes apart.
  std::vector<llvm::Value*> args = words(inst.operands);
  const size_t apart = dynamic ? 1 : 0;
  llvm::Value* const other = args[apart];
  args.erase(args.begin() + static_cast<ptrdiff_t>(apart));
  storeArguments(argumentBuffer(args.size()), args);
  llvm::Value* const count = b_.getInt64(args.size());
  tailCallBound(inst, dynamic ? call("gene_tail_method",
                                     {context_, args[0], other, count, callShape(dynamic.shape())})
                              : call("gene_tail_super", {context_, symbol(super.name()), other,
                                                         count, callShape(super.shape())}));
}

/// Context, immediates, operands; a variable number of operands by address and count.
void FunctionEmitter::emitRuntime(const ir::Instruction& inst, std::string_view entry) {
  if (emitOperation(inst) || emitConversion(inst)) return;
  if (inst.op == ir::Op::IndexSet) return emitIndexSet(inst);
  if (const auto field = inst.tryAs<ir::Op::VariantField>(); field && !cold_)
    return defineAs(
        inst, call("gene_fast_variant_field", {b_.getInt64(field.index()), use(field.value())}),
        ir::Rep::Boxed);
  if (inst.tail) tailCallOther(inst);
  const ir::InstInfo& row = inst.info();
  std::vector<llvm::Value*> args{context_};
  for (size_t i = 0; i < row.immediateCount; i++) {
    switch (row.immediates[i]) {
      case ir::ImmKind::Int: args.push_back(b_.getInt64(inst.immediates[i].integer)); break;
      case ir::ImmKind::Symbol: args.push_back(symbol(inst.immediates[i].symbol)); break;
      case ir::ImmKind::Function: args.push_back(closureInfo(*inst.immediates[i].function)); break;
      case ir::ImmKind::Shape: args.push_back(callShape(inst.immediates[i].shape)); break;
      case ir::ImmKind::Form:
        args.push_back(loadConstant(module_.form(inst.immediates[i].form)));
        break;
      case ir::ImmKind::Cache: args.push_back(module_.newCache()); break;
      case ir::ImmKind::Global: args.push_back(globalSlot(inst.immediates[i].global)); break;
    }
  }
  for (size_t i = 0; i < row.fixedOperands; i++) args.push_back(use(inst.operands[i]));
  if (row.variadic) {
    args.push_back(spill(inst, row.fixedOperands));
    args.push_back(b_.getInt64(inst.operands.size() - row.fixedOperands));
  }
  llvm::CallInst* const result = call(entry, args);
  if (row.runsCode) deepCalls_.push_back(result);
  if (alwaysRaises(inst)) return raiseAlways();
  if (row.mayRaise) raiseIfPending(result);
  if (row.allocates && !row.mayRaise && !cold_) leaveIfOutOfMemory();
  if (row.hasResult) defineAs(inst, result, ir::Rep::Boxed);
}

/// Such an instruction is followed by `unreachable`, or in `try` by a jump that is never taken.
bool FunctionEmitter::alwaysRaises(const ir::Instruction& inst) {
  return inst.info().mayRaise && !inst.info().hasResult &&
         inst.block->terminator()->op == ir::Op::Unreachable;
}

}  // namespace gene::native
