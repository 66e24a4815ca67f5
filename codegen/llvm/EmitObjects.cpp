// Instances of known classes: allocation, class tests, fields at known places.

#include "codegen/llvm/EmitFunction.h"

#include <llvm/IR/MDBuilder.h>

#include "runtime/value/Object.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

namespace {

uint64_t fieldOffset(const ir::Instruction& inst) {
  return layout::sizeOfInstanceObject + static_cast<uint64_t>(inst.immediates[0].integer) * 8;
}

}  // namespace

void FunctionEmitter::emitIsClass(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  const auto first = static_cast<uint32_t>(inst.immediates[0].integer);
  const auto last = static_cast<uint32_t>(inst.immediates[1].integer);
  const auto inRange = [&] {
    llvm::Value* const relative =
        b_.CreateSub(bits_.shape(object), b_.getInt32(shapeOfClass(first)));
    return b_.CreateICmpULT(relative, b_.getInt32((last - first + 1) << ClassShapeBits));
  };
  if (inst.operands[0]->type.within(ir::Type::Instance())) return defineCondition(inst, inRange());
  BasicBlock *const isObject = newBlock("object"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(bits_.isObject(object), isObject, done, likely());
  b_.SetInsertPoint(isObject);
  llvm::Value* const fits = inRange();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  llvm::PHINode* const phi = b_.CreatePHI(b_.getInt1Ty(), 2);
  phi->addIncoming(b_.getFalse(), from);
  phi->addIncoming(fits, isObject);
  defineCondition(inst, phi);
}

void FunctionEmitter::emitAssume(const ir::Instruction& inst) {
  defineAs(inst, use(inst.operands[0]), Rep::Boxed);
}

void FunctionEmitter::emitExclude(const ir::Instruction& inst) { emitAssume(inst); }

/// Fields at different places do not overlap, nor does a field overlap what is no field.
llvm::Value* FunctionEmitter::tagField(llvm::Value* access, int64_t slot) {
  llvm::MDBuilder builder(module_.context());
  llvm::MDNode* const root = builder.createTBAARoot("gene");
  llvm::MDNode* const field =
      builder.createTBAAScalarTypeNode("field " + std::to_string(slot), root);
  llvm::cast<llvm::Instruction>(access)->setMetadata(
      llvm::LLVMContext::MD_tbaa, builder.createTBAAStructTagNode(field, field, 0));
  return access;
}

void FunctionEmitter::emitFieldGet(const ir::Instruction& inst) {
  llvm::Value* const value =
      bits_.loadWord(bits_.pointer(use(inst.operands[0])), fieldOffset(inst));
  defineAs(inst, tagField(value, inst.immediates[0].integer), Rep::Boxed);
}

void FunctionEmitter::emitFieldSet(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  llvm::Value* const value = use(inst.operands[1]);
  if (inst.immediates[1].integer) {
    call("gene_fast_store_field", {object, b_.getInt64(fieldOffset(inst)), value});
    return;
  }
  tagField(b_.CreateStore(value, bits_.address(bits_.pointer(object), fieldOffset(inst))),
           inst.immediates[0].integer);
}

/// The shape ids of a class with more and more fields of its layout follow each other.
void FunctionEmitter::emitFieldInit(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  call("gene_fast_init_field", {object, b_.getInt64(fieldOffset(inst)), use(inst.operands[1])});
}

void FunctionEmitter::emitInstanceNew(const ir::Instruction& inst) {
  const auto number = static_cast<uint32_t>(inst.immediates[0].integer);
  defineAs(inst,
           call("gene_fast_instance_new", {context_, b_.getInt64(shapeOfClass(number)),
                                           b_.getInt64(inst.immediates[1].integer)}),
           Rep::Boxed);
}

}  // namespace gene::native
