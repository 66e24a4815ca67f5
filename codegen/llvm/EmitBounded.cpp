// Functions of any size: LLVM's time for them, and frames that are larger than what lies below the stack's limit.
//
// A function tests the stack pointer once it has its frame (FunctionEmitter::checkStack): one whose frame is larger than the
// reserve below the limit would be outside of the stack by then. So it has a guard in front, under its name, which tests
// before the frame is there:
//
//   f:           if (stack pointer - gene.frame.f < limit) raise, else go to f.framed
//   gene.frame.f the size of the frame: an estimate here, the real one once code is made of the module (Machine.cpp)

#include "codegen/llvm/EmitFunction.h"
#include "codegen/llvm/Machine.h"

namespace gene::native {

using llvm::BasicBlock;

void FunctionEmitter::emitBounded(ModuleEmitter& module, const ir::Function& function,
                                  llvm::Function* code) {
  const bool isTop = &function == module.program().functions.front();
  bool hasLoops = false;
  uint64_t frame = 0;
  const auto emit = [&](bool isLarge) {
    FunctionEmitter emitter(module, function, code, isLarge);
    emitter.emit();
    hasLoops = emitter.hasLoops_;
    frame = emitter.bufferWords_ + emitter.held_.size();
  };
  emit(false);
  bool isOptimised = module.optimising();
  if (isOptimised && !isTop && sizeOf(*code) >= LargeFunction) {
    const llvm::GlobalValue::LinkageTypes linkage = code->getLinkage();
    code->deleteBody();
    code->setLinkage(linkage);
    emit(true);
  }
  const size_t most = hasLoops ? HugeFunction : isTop ? HugeTopLevel : HugeWithoutLoops;
  if (isOptimised && sizeOf(*code) >= most) {
    code->addFnAttr(llvm::Attribute::OptimizeNone);
    code->addFnAttr(llvm::Attribute::NoInline);
    isOptimised = false;
  }
  // Without optimisation each value of LLVM's may have a place of its own, with it only those that a value of the IR is.
  if (!isOptimised) frame += code->getInstructionCount();
  if (frame * 8 >= LargeFrame) emitGuard(module, function, code, frame * 8);
}

/// In instructions, with what calls of the fast path will become.
size_t FunctionEmitter::sizeOf(const llvm::Function& code) {
  constexpr size_t Inlined = 30;
  size_t size = 0;
  for (const BasicBlock& block : code)
    for (const llvm::Instruction& inst : block) {
      const auto* call = llvm::dyn_cast<llvm::CallInst>(&inst);
      const llvm::Function* callee = call ? call->getCalledFunction() : nullptr;
      size += callee && callee->getName().starts_with("gene_fast_") ? Inlined : 1;
    }
  return size;
}

/// Moves what was emitted to a function of its own, which is not inlined, and makes `code` its guard.
void FunctionEmitter::emitGuard(ModuleEmitter& module, const ir::Function& function,
                                llvm::Function* code, uint64_t estimate) {
  const std::string name = code->getName().str();
  llvm::Function* const framed = llvm::Function::Create(code->getFunctionType(), code->getLinkage(),
                                                        name + ".framed", code->getParent());
  framed->copyAttributesFrom(code);
  framed->setSubprogram(code->getSubprogram());
  framed->splice(framed->begin(), code);
  for (unsigned i = 0; i < code->arg_size(); i++) {
    code->getArg(i)->replaceAllUsesWith(framed->getArg(i));
    framed->getArg(i)->takeName(code->getArg(i));
  }
  framed->addFnAttr(llvm::Attribute::NoInline);
  framed->addFnAttr(FrameSizeAttribute, "0");
  code->removeFnAttr(llvm::Attribute::OptimizeNone);
  code->removeFnAttr(llvm::Attribute::NoInline);

  llvm::Type* const word = llvm::Type::getInt64Ty(module.context());
  auto* const size = new llvm::GlobalVariable(
      *code->getParent(), word, false, llvm::GlobalValue::InternalLinkage,
      llvm::ConstantInt::get(word, estimate), frameSizeName(framed->getName()));
  size->setExternallyInitialized(true);  // nobody may fold the estimate

  FunctionEmitter guard(module, function, code, false);
  module.debugInfo().define(function, code);
  Builder& b = guard.b_;
  b.SetInsertPoint(guard.newBlock("start"));
  b.SetCurrentDebugLocation(module.debugInfo().location(code, function.loc));
  BasicBlock* const fits = guard.newBlock("fits");
  guard.raiseOverflowIf(
      [&](llvm::Value* pointer) { return b.CreateSub(pointer, b.CreateLoad(word, size)); }, fits);
  b.SetInsertPoint(fits);
  std::vector<llvm::Value*> args;
  for (llvm::Argument& arg : code->args()) args.push_back(&arg);
  llvm::CallInst* const call = b.CreateCall(framed, args);
  call->setCallingConv(framed->getCallingConv());
  // Where arguments may come on the stack nobody counts on a tail call.
  call->setTailCallKind(function.isDirect && !module.inTailCall(function)
                            ? llvm::CallInst::TCK_Tail
                            : llvm::CallInst::TCK_MustTail);
  b.CreateRet(call);
  guard.finishExits();
}

}  // namespace gene::native
