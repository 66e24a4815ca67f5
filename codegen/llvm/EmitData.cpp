// Control flow, variables, members, containers: the rows that are neither arithmetic nor calls.

#include "codegen/llvm/EmitFunction.h"

#include "runtime/abi/Caches.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

// --- control -----------------------------------------------------------------------------------------------------------------

void FunctionEmitter::emitJump(const ir::Instruction& inst) {
  b_.CreateBr(edgeTarget(inst.successors[0], false));
}

void FunctionEmitter::emitBranch(const ir::Instruction& inst) {
  llvm::Value* const condition = useCondition(inst.operands[0]);
  const ir::Edge &yes = inst.successors[0], &no = inst.successors[1];
  BasicBlock* const ifTrue = edgeTarget(yes, false);
  BasicBlock* const ifFalse = edgeTarget(no, yes.target == no.target);
  b_.CreateCondBr(condition, ifTrue, ifFalse);
}

void FunctionEmitter::emitSwitch(const ir::Instruction& inst) {
  const ir::Value* operand = inst.operands[0];
  // A word that is no small int has a number beyond every case.
  llvm::Value* const index =
      operand->rep == Rep::I64 ? use(operand, Rep::I64) : bits_.smallInt(use(operand));
  std::vector<BasicBlock*> targets;
  for (size_t i = 0; i < inst.successors.size(); i++) {
    bool shared = false;
    for (size_t j = 0; j < i; j++) shared |= inst.successors[j].target == inst.successors[i].target;
    targets.push_back(edgeTarget(inst.successors[i], shared));
  }
  llvm::SwitchInst* const result =
      b_.CreateSwitch(index, targets.back(), static_cast<unsigned>(targets.size()));
  for (size_t i = 0; i + 1 < targets.size(); i++) result->addCase(b_.getInt64(i), targets[i]);
}

void FunctionEmitter::emitReturn(const ir::Instruction& inst) {
  b_.CreateRet(use(inst.operands[0], function_.result));
}

void FunctionEmitter::emitUnreachable(const ir::Instruction&) { b_.CreateUnreachable(); }

// --- variables -----------------------------------------------------------------------------------------------------------------

llvm::Value* FunctionEmitter::globalSlot(const ir::Global* global) {
  const ir::Program& program = module_.program();
  if (!program.isEntered || global->index >= program.sharedGlobals) return module_.global(global);
  return bits_.address(loadShared(module_.sharedSlots()), uint64_t{global->index} * 8);
}

/// The description by which closures of the function are made: where a VM runs it as well, there is one for both.
llvm::Value* FunctionEmitter::closureInfo(const ir::Function& function) {
  if (function.enteredAs == ir::Function::NotEntered) return module_.functionInfo(&function);
  return bits_.address(loadShared(module_.sharedFunctions()),
                       uint64_t{function.enteredAs} * layout::sizeOfFunctionInfo);
}

/// Written before any code runs.
llvm::Value* FunctionEmitter::loadShared(llvm::Value* pointer) {
  llvm::LoadInst* const load = b_.CreateLoad(b_.getPtrTy(), pointer);
  load->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(module_.context(), {}));
  return load;
}

llvm::Value* FunctionEmitter::globalWord(const ir::Global* global) {
  return b_.CreateLoad(b_.getInt64Ty(), globalSlot(global));
}

void FunctionEmitter::emitGlobalGet(const ir::Instruction& inst) {
  defineAs(inst, globalWord(inst.as<ir::Op::GlobalGet>().global()), Rep::Boxed);
}

void FunctionEmitter::emitGlobalSet(const ir::Instruction& inst) {
  const auto set = inst.as<ir::Op::GlobalSet>();
  b_.CreateStore(use(set.value()), globalSlot(set.global()));
}

void FunctionEmitter::emitGlobalCheck(const ir::Instruction& inst) {
  const ir::Global* global = inst.as<ir::Op::GlobalCheck>().global();
  llvm::Value* const value = globalWord(global);
  BasicBlock *const undefined = newBlock("undefined"), *const next = newBlock("ok");
  b_.CreateCondBr(b_.CreateICmpEQ(value, bits_.constant(gene::Value::absent())), undefined, next,
                  unlikely());
  b_.SetInsertPoint(undefined);
  call("gene_undefined", {context_, symbol(global->name)});
  raiseAlways();
  b_.SetInsertPoint(next);
  defineAs(inst, value, Rep::Boxed);
}

void FunctionEmitter::emitCaptureGet(const ir::Instruction& inst) {
  const uint64_t offset = layout::sizeOfFunctionObject +
                          static_cast<uint64_t>(inst.as<ir::Op::CaptureGet>().index()) * 8;
  defineAs(inst, bits_.loadWord(bits_.pointer(closure_), offset), Rep::Boxed);
}

/// Known calls pass `absent` for a closure that captures nothing: then any function object of this code will do.
void FunctionEmitter::emitCallee(const ir::Instruction& inst) {
  if (function_.captureCount > 0) return define(inst, closure_);
  BasicBlock *const make = newBlock("make"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(b_.CreateICmpEQ(closure_, bits_.constant(gene::Value::absent())), make, done,
                  unlikely());
  b_.SetInsertPoint(make);
  llvm::Value* const none = llvm::ConstantPointerNull::get(b_.getPtrTy());
  llvm::Value* const made =
      call("gene_closure", {context_, closureInfo(function_), none, b_.getInt64(0)});
  b_.CreateBr(done);
  define(inst, merge(from, closure_, make, made, done));
}

void FunctionEmitter::emitScopeNew(const ir::Instruction& inst) {
  llvm::Value* const slots = b_.getInt64(inst.as<ir::Op::ScopeNew>().slots());
  if (cold_) return define(inst, call("gene_scope_new", {context_, slots}));
  defineNew(inst, call("gene_fast_scope_new", {context_, slots, mayLeave()}));
}

llvm::Value* FunctionEmitter::scopeSlot(const ir::Instruction& inst) {
  const auto access = inst.as<ir::Op::ScopeGet, ir::Op::ScopeSet>();
  const uint64_t offset = layout::sizeOfScopeObject + static_cast<uint64_t>(access.index()) * 8;
  return bits_.address(bits_.pointer(use(access.scope())), offset);
}

void FunctionEmitter::emitScopeGet(const ir::Instruction& inst) {
  defineAs(inst, b_.CreateLoad(b_.getInt64Ty(), scopeSlot(inst)), Rep::Boxed);
}

void FunctionEmitter::emitScopeSet(const ir::Instruction& inst) {
  call(cold_ ? "gene_slot_set" : "gene_fast_slot_set",
       {scopeSlot(inst), use(inst.as<ir::Op::ScopeSet>().value())});
}

void FunctionEmitter::emitClosure(const ir::Instruction& inst) {
  llvm::Value* const info = closureInfo(*inst.as<ir::Op::Closure>().function());
  llvm::Value* const count = b_.getInt64(inst.operands.size());
  if (cold_) return define(inst, call("gene_closure", {context_, info, spill(inst, 0), count}));
  defineNew(inst, call("gene_fast_closure", {context_, info, spill(inst, 0), count, mayLeave()}));
}

// --- members -------------------------------------------------------------------------------------------------------------------

/// Goes to `slow` unless `object` is an object with the shape in the cache; gives the cache's index.
llvm::Value* FunctionEmitter::cachedIndex(llvm::Value* object, llvm::Value* cache,
                                          BasicBlock* slow) {
  BasicBlock *const isObject = newBlock("object"), *const hit = newBlock("hit");
  b_.CreateCondBr(bits_.isObject(object), isObject, slow, likely());
  b_.SetInsertPoint(isObject);
  llvm::Value* const word = b_.CreateLoad(b_.getInt64Ty(), cache);
  llvm::Value* const expected = b_.CreateTrunc(word, b_.getInt32Ty());
  b_.CreateCondBr(b_.CreateICmpEQ(bits_.shape(object), expected), hit, slow, likely());
  b_.SetInsertPoint(hit);
  return b_.CreateLShr(word, 32);
}

void FunctionEmitter::emitMemberGet(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  llvm::Value* const cache = module_.newCache();
  if (cold_)
    return emitEntry(inst, "gene_member_get",
                     {context_, symbol(inst.as<ir::Op::MemberGet>().name()), cache, object});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const offset = cachedIndex(object, cache, slow);
  llvm::Value* const field = b_.CreateInBoundsGEP(b_.getInt8Ty(), bits_.pointer(object), offset);
  llvm::Value* const value = b_.CreateLoad(b_.getInt64Ty(), field);
  defineFastOrSlow(inst, value, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result = call(
        "gene_member_get", {context_, symbol(inst.as<ir::Op::MemberGet>().name()), cache, object});
    raiseIfPending(result);
    return result;
  });
}

void FunctionEmitter::emitMemberSet(const ir::Instruction& inst) {
  llvm::Value *const object = use(inst.operands[0]), *const value = use(inst.operands[1]);
  llvm::Value *const name = symbol(inst.as<ir::Op::MemberSet>().name()), *const cache =
                                                                             module_.newCache();
  if (cold_) return emitEntry(inst, "gene_member_set", {context_, name, cache, object, value});
  if (function_.isCtor)
    return emitEntry(inst, "gene_fast_add_field", {context_, name, cache, object, value});
  BasicBlock *const isObject = newBlock("object"), *const hit = newBlock("hit"),
                    *const slow = newBlock("slow"), *const done = newBlock("done");
  b_.CreateCondBr(bits_.isObject(object), isObject, slow, likely());
  b_.SetInsertPoint(isObject);
  llvm::Value* const word = b_.CreateLoad(b_.getInt64Ty(), cache);
  b_.CreateCondBr(bits_.isMutableOfShape(bits_.loadWord(bits_.pointer(object), 0), word), hit, slow,
                  likely());
  b_.SetInsertPoint(hit);
  call("gene_fast_store_field", {object, b_.CreateLShr(word, 32), value});
  defineFastOrSlow(inst, value, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result =
        call("gene_slow_member_set", {context_, name, cache, object, value});
    raiseIfPending(result);
    return result;
  });
}

void FunctionEmitter::emitEntry(const ir::Instruction& inst, std::string_view name,
                                llvm::ArrayRef<llvm::Value*> args) {
  llvm::Value* const result = call(name, args);
  raiseIfPending(result);
  defineAs(inst, result, Rep::Boxed);
}

// --- containers, iteration -------------------------------------------------------------------------------------------------------

void FunctionEmitter::emitArrayNew(const ir::Instruction& inst) {
  define(inst,
         call("gene_array_new", {context_, spill(inst, 0), b_.getInt64(inst.operands.size())}));
  if (!cold_) leaveIfOutOfMemory();
}

void FunctionEmitter::emitIterNext(const ir::Instruction& inst) {
  emitEntry(inst, cold_ ? "gene_iter_next" : "gene_fast_iter_next",
            {context_, use(inst.operands[0])});
}

}  // namespace gene::native
