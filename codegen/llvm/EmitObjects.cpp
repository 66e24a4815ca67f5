// Instances of known classes: allocation, class tests, fields at known places.

#include "codegen/llvm/EmitFunction.h"

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

/// `is` with a built-in class that is the class of one kind: a compare says yes, and no of values that are no objects.
bool FunctionEmitter::emitIsKind(const ir::Instruction& inst) {
  const ir::Global* type = cold_ ? nullptr : module_.builtin(inst.operands[1]);
  if (!type) return false;
  const std::string_view name = type->name.text();
  llvm::Value* const value = use(inst.operands[0]);
  Kind kind = Kind::Free;
  llvm::Value* immediate = nullptr;  // is it a value that is no object, and one of the class?
  if (name == "Int") {
    kind = Kind::BoxedInt;
    immediate = bits_.isSmallInt(value);
  } else if (name == "Float") {
    immediate = bits_.isFloat(value);
  } else if (name == "Symbol") {
    immediate = b_.CreateICmpEQ(b_.CreateAnd(value, b_.getInt64(gene::Value::IntTag)),
                                b_.getInt64(gene::Value::SymbolTag));
  } else if (name == "String" || name == "Array" || name == "Map" || name == "Gene") {
    kind = name == "String"  ? Kind::String
           : name == "Array" ? Kind::Array
           : name == "Map"   ? Kind::Map
                             : Kind::Gene;
    immediate = b_.getFalse();
  } else {
    return false;
  }
  BasicBlock *const object = newBlock("object"), *const other = newBlock("other"),
                    *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(bits_.isObject(value), object, done);
  b_.SetInsertPoint(object);
  b_.CreateCondBr(bits_.hasKind(value, kind), done, other);
  // An instance of a class below the built-in one, perhaps.
  b_.SetInsertPoint(other);
  llvm::Value* const slow = call("gene_is", {context_, value, use(inst.operands[1])});
  raiseIfPending(slow);
  llvm::Value* const found = b_.CreateICmpEQ(slow, bits_.constant(gene::Value::true_()));
  BasicBlock* const otherEnd = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  llvm::PHINode* const phi = b_.CreatePHI(b_.getInt1Ty(), 3);
  phi->addIncoming(immediate, from);
  phi->addIncoming(b_.getTrue(), object);
  phi->addIncoming(found, otherEnd);
  defineCondition(inst, phi);
  return true;
}

void FunctionEmitter::emitAssume(const ir::Instruction& inst) {
  defineAs(inst, use(inst.operands[0]), Rep::Boxed);
}

void FunctionEmitter::emitExclude(const ir::Instruction& inst) { emitAssume(inst); }

void FunctionEmitter::emitFieldGet(const ir::Instruction& inst) {
  llvm::Value* const value =
      bits_.loadWord(bits_.pointer(use(inst.operands[0])), fieldOffset(inst));
  defineAs(inst, module_.memory().tagField(value, inst.immediates[0].integer), Rep::Boxed);
}

void FunctionEmitter::emitFieldSet(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  llvm::Value* const value = use(inst.operands[1]);
  if (inst.immediates[1].integer) {
    call("gene_fast_store_field", {object, b_.getInt64(fieldOffset(inst)), value});
    return;
  }
  module_.memory().tagField(
      b_.CreateStore(value, bits_.address(bits_.pointer(object), fieldOffset(inst))),
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
