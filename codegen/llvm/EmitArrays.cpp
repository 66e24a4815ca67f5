// Elements and methods of arrays. An object that is an array stays one, and users cannot add methods to built-in classes:
// so what a type or a test says of a receiver holds for all of the function, and inline code needs no other guard.
//
//   object? ─ array? ─ mutable? ─ index < size? ─ elements kind ─ load or store
//      └─────────┴─────────┴───────────┴───────────────┴──────────── the runtime
//
// Tests that the static type answers are left out.

#include "codegen/ir/ArrayMethods.h"
#include "codegen/llvm/EmitFunction.h"

#include "runtime/object/Objects.h"

namespace gene::native {

using ir::ArrayOperation;
using ir::Rep;
using llvm::BasicBlock;

namespace {

bool isArray(const ir::Value* value) {
  return !value->type.isNone() && value->type.within(ir::Type::Array());
}

/// Values of these types are no heap objects. An int may be one: it is boxed when it needs more than 48 bits.
bool isImmediate(const ir::Value* value) {
  if (value->kind == ir::ValueKind::Constant) {
    const auto* constant = static_cast<const ir::Constant*>(value);
    if (constant->constantKind == ir::ConstantKind::Int)
      return gene::Value::fitsSmallInt(constant->integer);
  }
  constexpr ir::Type immediates = ir::Type::Nil() | ir::Type::Void() | ir::Type::Bool() |
                                  ir::Type::Float() | ir::Type::Char() | ir::Type::Symbol();
  return !value->type.isNone() && value->type.within(immediates);
}

}  // namespace

void FunctionEmitter::require(llvm::Value* condition, BasicBlock* other) {
  BasicBlock* const next = newBlock("fast");
  b_.CreateCondBr(condition, next, other, likely());
  b_.SetInsertPoint(next);
}

/// The array that `value` is; other values go to `other`.
llvm::Value* FunctionEmitter::arrayPointer(const ir::Value* value, BasicBlock* other) {
  llvm::Value* const word = use(value);
  if (!isArray(value)) {
    require(bits_.isObject(word), other);
    require(bits_.hasKind(word, Kind::Array), other);
  }
  return bits_.pointer(word);
}

/// The same for an array that may be written: one comparison tests the kind and the flags.
llvm::Value* FunctionEmitter::mutableArray(const ir::Value* value, BasicBlock* other) {
  llvm::Value* const word = use(value);
  if (!isArray(value)) require(bits_.isObject(word), other);
  require(bits_.isMutableOfShape(word, b_.getInt64(static_cast<uint64_t>(Kind::Array))), other);
  return bits_.pointer(word);
}

llvm::Value* FunctionEmitter::arraySize(llvm::Value* array) {
  return b_.CreateZExt(bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_size),
                       b_.getInt64Ty());
}

llvm::Value* FunctionEmitter::element(llvm::Value* array, llvm::Value* index) {
  llvm::Value* const items = bits_.load(b_.getPtrTy(), array, layout::ArrayObject_items);
  return b_.CreateInBoundsGEP(b_.getInt64Ty(), items, index);
}

/// A key as an index: one that is negative, or no small int, lies beyond any size.
llvm::Value* FunctionEmitter::index(const ir::Value* key) {
  const bool isConstant = key->kind == ir::ValueKind::Constant;
  return key->rep == Rep::I64 || (isConstant && isInt(key)) ? use(key, Rep::I64)
                                                            : bits_.smallInt(use(key));
}

// --- elements --------------------------------------------------------------------------------------------------------------

void FunctionEmitter::emitIndexGet(const ir::Instruction& inst) {
  llvm::Value* const index = b_.getInt64(inst.immediates[0].integer);
  const ir::Value* object = inst.operands[0];
  if (cold_) return emitEntry(inst, "gene_index_get", {context_, index, use(object)});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = arrayPointer(object, slow);
  llvm::Value* const size = arraySize(array);
  llvm::Value* place = index;
  if (inst.immediates[0].integer < 0)
    place = b_.CreateAdd(size, index);  // below 0: beyond any size
  require(b_.CreateICmpULT(place, size), slow);
  llvm::Value* const value = b_.CreateLoad(b_.getInt64Ty(), element(array, place));
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  llvm::Value* const result = call("gene_index_get", {context_, index, use(object)});
  raiseIfPending(result);
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(fastBlock, value, slowBlock, result, done), Rep::Boxed);
}

void FunctionEmitter::emitElementGet(const ir::Instruction& inst) {
  const ir::Value *object = inst.operands[0], *key = inst.operands[1];
  if (cold_) return emitEntry(inst, "gene_element_get", {context_, use(object), use(key)});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = arrayPointer(object, slow);
  llvm::Value* const place = index(key);
  require(b_.CreateICmpULT(place, arraySize(array)), slow);
  llvm::Value* const value = b_.CreateLoad(b_.getInt64Ty(), element(array, place));
  BasicBlock* const fastBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  llvm::Value* const result = call("gene_element_get", {context_, use(object), use(key)});
  raiseIfPending(result);
  BasicBlock* const slowBlock = b_.GetInsertBlock();
  b_.CreateBr(done);
  defineAs(inst, merge(fastBlock, value, slowBlock, result, done), Rep::Boxed);
}

void FunctionEmitter::storeElement(llvm::Value* array, llvm::Value* index, llvm::Value* word) {
  BasicBlock *const store = newBlock("store"), *const counted = newBlock("counted"),
                    *const done = newBlock("stored");
  llvm::Value* const elements = bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_elements);
  b_.CreateCondBr(
      b_.CreateICmpEQ(elements, b_.getInt32(static_cast<uint32_t>(Elements::Immediate))), store,
      counted, likely());
  b_.SetInsertPoint(counted);
  call("gene_slow_array_set", {b_.CreatePtrToInt(array, b_.getInt64Ty()), index, word});
  b_.CreateBr(done);
  b_.SetInsertPoint(store);
  b_.CreateStore(word, element(array, index));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

/// `entry` does everything that the inline code does not.
void FunctionEmitter::setElement(const ir::Instruction& inst, llvm::Value* index,
                                 const ir::Value* value, std::string_view entry,
                                 llvm::ArrayRef<llvm::Value*> args) {
  llvm::Value* const word = use(value);
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = mutableArray(inst.operands[0], slow);
  require(b_.CreateICmpULT(index, arraySize(array)), slow);
  if (!isImmediate(value)) {
    BasicBlock *const counted = newBlock("counted"), *const plain = newBlock("plain");
    b_.CreateCondBr(bits_.isObject(word), counted, plain);
    b_.SetInsertPoint(counted);
    call("gene_slow_array_set", {b_.CreatePtrToInt(array, b_.getInt64Ty()), index, word});
    b_.CreateBr(done);
    b_.SetInsertPoint(plain);
  }
  storeElement(array, index, word);
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  raiseIfPending(call(entry, args));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  defineAs(inst, word, Rep::Boxed);
}

void FunctionEmitter::emitElementSet(const ir::Instruction& inst) {
  const ir::Value *object = inst.operands[0], *key = inst.operands[1], *value = inst.operands[2];
  if (cold_)
    return emitEntry(inst, "gene_element_set", {context_, use(object), use(key), use(value)});
  llvm::Value* const place = index(key);
  setElement(inst, place, value, "gene_element_set", {context_, use(object), use(key), use(value)});
}

void FunctionEmitter::emitIndexSet(const ir::Instruction& inst) {
  llvm::Value* const index = b_.getInt64(inst.immediates[0].integer);
  llvm::Value *const object = use(inst.operands[0]), *const value = use(inst.operands[1]);
  if (cold_) return emitEntry(inst, "gene_index_set", {context_, index, object, value});
  setElement(inst, index, inst.operands[1], "gene_index_set", {context_, index, object, value});
}

// --- methods ---------------------------------------------------------------------------------------------------------------

/// A call of a method that Array has: inline where the receiver is an array. False if this is none.
bool FunctionEmitter::emitArrayMethod(const ir::Instruction& inst) {
  const ir::ArrayMethod* method = ir::arrayMethod(inst);
  if (!method) return false;
  const ir::Value* receiver = inst.operands[0];
  if (!receiver->type.isNone() && !receiver->type.overlaps(ir::Type::Array())) return false;
  BasicBlock *const other = newBlock("other"), *const done = newBlock("done");
  llvm::SmallVector<std::pair<llvm::Value*, BasicBlock*>, 4> results;
  const auto finish = [&](llvm::Value* value, Rep rep = Rep::Boxed) {
    llvm::Value* const held = convert(value, rep, inst.rep);
    results.push_back({held, b_.GetInsertBlock()});
    b_.CreateBr(done);
  };
  switch (method->operation) {
    case ArrayOperation::Size: finish(arraySize(arrayPointer(receiver, other)), Rep::I64); break;
    case ArrayOperation::Get: {
      llvm::Value* const array = arrayPointer(receiver, other);
      llvm::Value* const place = index(inst.operands[1]);
      BasicBlock* const outside = newBlock("outside");
      require(b_.CreateICmpULT(place, arraySize(array)), outside);
      finish(b_.CreateLoad(b_.getInt64Ty(), element(array, place)));
      b_.SetInsertPoint(outside);
      finish(bits_.constant(gene::Value::nil()));
      break;
    }
    case ArrayOperation::Add:
    case ArrayOperation::Push: {
      llvm::Value* const word = use(inst.operands[1]);
      llvm::Value* const array = mutableArray(receiver, other);
      BasicBlock *const grow = newBlock("grow"), *const added = newBlock("added");
      if (!isImmediate(inst.operands[1])) require(b_.CreateNot(bits_.isObject(word)), grow);
      llvm::Value* const size = bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_size);
      llvm::Value* const capacity =
          bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_capacity);
      require(b_.CreateICmpULT(size, capacity), grow);
      b_.CreateStore(word, element(array, b_.CreateZExt(size, b_.getInt64Ty())));
      b_.CreateStore(b_.CreateAdd(size, b_.getInt32(1)),
                     bits_.address(array, layout::ArrayObject_size));
      b_.CreateBr(added);
      b_.SetInsertPoint(grow);
      call("gene_slow_array_push", {context_, use(receiver), word});
      b_.CreateBr(added);
      b_.SetInsertPoint(added);
      if (method->operation == ArrayOperation::Add)
        finish(use(receiver));
      else
        finish(arraySize(array), Rep::I64);
      break;
    }
    case ArrayOperation::Pop: {
      llvm::Value* const array = mutableArray(receiver, other);
      llvm::Value* const size = bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_size);
      require(b_.CreateICmpNE(size, b_.getInt32(0)), other);
      llvm::Value* const less = b_.CreateSub(size, b_.getInt32(1));
      llvm::Value* const word =
          b_.CreateLoad(b_.getInt64Ty(), element(array, b_.CreateZExt(less, b_.getInt64Ty())));
      b_.CreateStore(less, bits_.address(array, layout::ArrayObject_size));
      BasicBlock *const counted = newBlock("counted"), *const popped = newBlock("popped");
      b_.CreateCondBr(bits_.isObject(word), counted, popped);
      b_.SetInsertPoint(counted);
      call("gene_slow_release", {word});
      b_.CreateBr(popped);
      b_.SetInsertPoint(popped);
      finish(word);
      break;
    }
  }
  if (other->hasNPredecessorsOrMore(1)) {
    b_.SetInsertPoint(other);
    callOtherMethod(inst);
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
  return true;
}

}  // namespace gene::native
