// Elements and methods of arrays. An object that is an array stays one, and users cannot add methods to built-in classes:
// so what a type or a test says of a receiver holds for all of the function, and inline code needs no other guard.
//
//   object? ─ array? ─ mutable? ─ index < size? ─ elements kind ─ load or store
//      └─────────┴─────────┴───────────┴───────────────┴──────────── the runtime
//
// Tests that the static type answers are left out.

#include "codegen/ir/Builtins.h"
#include "codegen/llvm/EmitFunction.h"

#include "runtime/object/Objects.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

namespace {

/// Values of these types are no heap objects. An int may be one: it is boxed when it needs more than 48 bits.
bool isImmediate(const ir::Value* value) {
  if (value->kind == ir::ValueKind::Constant) {
    const auto* constant = static_cast<const ir::Constant*>(value);
    if (constant->constantKind == ir::ConstantKind::Int)
      return gene::Value::fitsSmallInt(constant->integer);
  }
  constexpr ir::Type immediates = ir::Type::Nil() | ir::Type::Void() | ir::Type::Bool() |
                                  ir::Type::Float() | ir::Type::Char() | ir::Type::Symbol();
  return value->type.is(immediates);
}

}  // namespace

void FunctionEmitter::require(llvm::Value* condition, BasicBlock* other) {
  BasicBlock* const next = newBlock("fast");
  b_.CreateCondBr(condition, next, other, likely());
  b_.SetInsertPoint(next);
}

/// The object that `word` is, an array here: its header can be read wherever that pays, as before a loop.
llvm::Value* FunctionEmitter::toArray(llvm::Value* word) {
  llvm::Value* const pointer = bits_.pointer(word);
  if (!module_.optimising()) return pointer;
  // No code comes of it. It stands for the pointer with what is known of it.
  llvm::CallInst* const array =
      b_.CreateIntrinsic(llvm::Intrinsic::strip_invariant_group, {b_.getPtrTy()}, {pointer});
  array->addRetAttr(
      llvm::Attribute::getWithDereferenceableBytes(module_.context(), layout::sizeOfArrayObject));
  array->addRetAttr(llvm::Attribute::getWithAlignment(module_.context(), llvm::Align(16)));
  return array;
}

/// A value that is known to be an array: wherever there is the value.
llvm::Value* FunctionEmitter::knownArray(const ir::Value* value) {
  llvm::Value* const word = use(value);
  if (!module_.optimising() || llvm::isa<llvm::Constant>(word)) return toArray(word);
  llvm::Value*& array = arrays_[value];
  if (array) return array;
  const Builder::InsertPointGuard guard(b_);
  auto* const made = llvm::dyn_cast<llvm::Instruction>(word);
  BasicBlock* const block = made ? made->getParent() : &code_->getEntryBlock();
  b_.SetInsertPoint(block, !made || llvm::isa<llvm::PHINode>(made)
                               ? block->getFirstInsertionPt()
                               : std::next(made->getIterator()));
  return array = toArray(word);
}

/// The array that `value` is; other values go to `other`.
llvm::Value* FunctionEmitter::arrayPointer(const ir::Value* value, BasicBlock* other) {
  if (isArray(value)) return knownArray(value);
  llvm::Value* const word = use(value);
  require(bits_.isObject(word), other);
  require(bits_.hasKind(word, Kind::Array), other);
  return toArray(word);
}

/// The same for an array that may be written: one comparison tests the kind and the flags.
llvm::Value* FunctionEmitter::mutableArray(const ir::Value* value, BasicBlock* other) {
  llvm::Value* const word = use(value);
  if (!isArray(value)) require(bits_.isObject(word), other);
  llvm::Value* const pointer = isArray(value) ? knownArray(value) : bits_.pointer(word);
  llvm::Value* const header = loadHeader(b_.getInt64Ty(), pointer, 0);
  require(bits_.isMutableOfShape(header, b_.getInt64(static_cast<uint64_t>(Kind::Array))), other);
  return isArray(value) ? pointer : toArray(word);
}

llvm::Value* FunctionEmitter::arraySize(llvm::Value* array) {
  return b_.CreateZExt(loadHeader(b_.getInt32Ty(), array, layout::ArrayObject_size),
                       b_.getInt64Ty());
}

void FunctionEmitter::storeSize(llvm::Value* array, llvm::Value* size) {
  module_.memory().tag(b_.CreateStore(size, bits_.address(array, layout::ArrayObject_size)),
                       Place::ArrayHeader);
}

llvm::Value* FunctionEmitter::loadHeader(llvm::Type* type, llvm::Value* array, uint64_t offset) {
  return module_.memory().tag(bits_.load(type, array, offset), Place::ArrayHeader);
}

llvm::Value* FunctionEmitter::element(llvm::Value* array, llvm::Value* index) {
  llvm::Value* const items = loadHeader(b_.getPtrTy(), array, layout::ArrayObject_items);
  return b_.CreateInBoundsGEP(b_.getInt64Ty(), items, index);
}

llvm::Value* FunctionEmitter::loadElement(llvm::Value* array, llvm::Value* index) {
  return module_.memory().tag(b_.CreateLoad(b_.getInt64Ty(), element(array, index)),
                              Place::ArrayItem);
}

/// Is the key an integer of the machine, or a constant one?
bool FunctionEmitter::isPlainIndex(const ir::Value* key) {
  return key->rep == Rep::I64 || (key->kind == ir::ValueKind::Constant && isInt(key));
}

/// A key as an index: one that is negative, or no small int, lies beyond any size.
llvm::Value* FunctionEmitter::index(const ir::Value* key) {
  return isPlainIndex(key) ? use(key, Rep::I64) : bits_.smallInt(use(key));
}

void FunctionEmitter::emitIsArray(const ir::Instruction& inst) {
  llvm::Value* const word = use(inst.operands[0]);
  BasicBlock *const object = newBlock("object"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(bits_.isObject(word), object, done, likely());
  b_.SetInsertPoint(object);
  llvm::Value* const isOne = bits_.hasKind(word, Kind::Array);
  b_.CreateBr(done);
  defineCondition(inst, merge(from, b_.getFalse(), object, isOne, done));
}

// --- elements --------------------------------------------------------------------------------------------------------------

/// What the inline code leaves to the runtime. An int key of an array is not boxed for it, and nothing is allocated.
llvm::Value* FunctionEmitter::getElement(const ir::Value* object, const ir::Value* key,
                                         llvm::Value* index) {
  const bool byIndex = !key || key->rep == Rep::I64;
  llvm::CallInst* const result = byIndex
                                     ? call("gene_index_get", {context_, index, use(object)})
                                     : call("gene_element_get", {context_, use(object), use(key)});
  const bool isRead = isArray(object) && (byIndex || isInt(key));
  if (isRead)
    module_.memory().keeps(result, {Place::ArrayHeader, Place::ElementsKind, Place::ArrayItem});
  else
    raiseIfPending(result);
  return result;
}

void FunctionEmitter::emitIndexGet(const ir::Instruction& inst) {
  llvm::Value* const index = b_.getInt64(inst.as<ir::Op::IndexGet>().index());
  const ir::Value* object = inst.operands[0];
  if (cold_) return emitEntry(inst, "gene_index_get", {context_, index, use(object)});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = arrayPointer(object, slow);
  llvm::Value* const size = arraySize(array);
  llvm::Value* place = index;
  if (inst.as<ir::Op::IndexGet>().index() < 0)
    place = b_.CreateAdd(size, index);  // below 0: beyond any size
  require(b_.CreateICmpULT(place, size), slow);
  llvm::Value* const value = loadElement(array, place);
  defineFastOrSlow(inst, value, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result = getElement(object, nullptr, index);
    return result;
  });
}

void FunctionEmitter::emitElementGet(const ir::Instruction& inst) {
  const ir::Value *object = inst.operands[0], *key = inst.operands[1];
  if (cold_) return emitEntry(inst, "gene_element_get", {context_, use(object), use(key)});
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = arrayPointer(object, slow);
  llvm::Value* const place = index(key);
  require(b_.CreateICmpULT(place, arraySize(array)), slow);
  llvm::Value* const value = loadElement(array, place);
  defineFastOrSlow(inst, value, slow, done, Rep::Boxed, [&] {
    llvm::Value* const result = getElement(object, key, place);
    return result;
  });
}

/// By the runtime: an object, or what is stored over what may be one.
void FunctionEmitter::setCounted(llvm::Value* array, llvm::Value* index, llvm::Value* word,
                                 bool isObject) {
  llvm::CallInst* const set =
      call("gene_slow_array_set", {b_.CreatePtrToInt(array, b_.getInt64Ty()), index, word});
  if (isObject)
    module_.memory().keeps(set, {Place::ArrayHeader});
  else
    module_.memory().keeps(set, {Place::ArrayHeader, Place::ElementsKind});
}

/// `word` is no object. The address is made first, so that it is outside of a loop if the array is.
void FunctionEmitter::storeElement(llvm::Value* array, llvm::Value* index, llvm::Value* word) {
  BasicBlock *const store = newBlock("store"), *const counted = newBlock("counted"),
                    *const done = newBlock("stored");
  llvm::Value* const elements = module_.memory().tag(
      bits_.load(b_.getInt32Ty(), array, layout::ArrayObject_elements), Place::ElementsKind);
  llvm::Value* const address = element(array, index);
  b_.CreateCondBr(
      b_.CreateICmpEQ(elements, b_.getInt32(static_cast<uint32_t>(Elements::Immediate))), store,
      counted, likely());
  b_.SetInsertPoint(counted);
  setCounted(array, index, word, false);
  b_.CreateBr(done);
  b_.SetInsertPoint(store);
  module_.memory().tag(b_.CreateStore(word, address), Place::ArrayItem);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

/// Stores `word`, the word of `value`, in an array that may be changed and has the index.
void FunctionEmitter::putElement(llvm::Value* array, llvm::Value* index, const ir::Value* value,
                                 llvm::Value* word) {
  if (isImmediate(value)) return storeElement(array, index, word);
  BasicBlock *const counted = newBlock("counted"), *const plain = newBlock("plain"),
                    *const done = newBlock("put");
  b_.CreateCondBr(bits_.isObject(word), counted, plain);
  b_.SetInsertPoint(counted);
  setCounted(array, index, word, true);
  b_.CreateBr(done);
  b_.SetInsertPoint(plain);
  storeElement(array, index, word);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

/// `key` is null for a constant index. The runtime does everything that the inline code does not; of an array with an int
/// for a key that is to raise.
void FunctionEmitter::setElement(const ir::Instruction& inst, const ir::Value* key,
                                 llvm::Value* index, const ir::Value* value) {
  const ir::Value* object = inst.operands[0];
  llvm::Value* const word = use(value);
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  llvm::Value* const array = mutableArray(object, slow);
  require(b_.CreateICmpULT(index, arraySize(array)), slow);
  putElement(array, index, value, word);
  b_.CreateBr(done);
  b_.SetInsertPoint(slow);
  const bool byIndex = !key || (isArray(object) && key->rep == Rep::I64);
  llvm::Value* const result =
      byIndex ? call("gene_index_set", {context_, index, use(object), word})
              : call("gene_element_set", {context_, use(object), use(key), word});
  if (isArray(object) && (byIndex || isInt(key))) {
    raiseAlways();
  } else {
    raiseIfPending(result);
    b_.CreateBr(done);
  }
  b_.SetInsertPoint(done);
  defineAs(inst, word, Rep::Boxed);
}

void FunctionEmitter::emitElementSet(const ir::Instruction& inst) {
  const ir::Value *object = inst.operands[0], *key = inst.operands[1], *value = inst.operands[2];
  if (cold_)
    return emitEntry(inst, "gene_element_set", {context_, use(object), use(key), use(value)});
  setElement(inst, key, index(key), value);
}

void FunctionEmitter::emitIndexSet(const ir::Instruction& inst) {
  llvm::Value* const index = b_.getInt64(inst.as<ir::Op::IndexSet>().index());
  if (cold_)
    return emitEntry(inst, "gene_index_set",
                     {context_, index, use(inst.operands[0]), use(inst.operands[1])});
  setElement(inst, nullptr, index, inst.operands[1]);
}

// --- methods ---------------------------------------------------------------------------------------------------------------

/// Appends `word`, the word of `item`, to an array that may be changed.
void FunctionEmitter::pushElement(llvm::Value* array, const ir::Value* receiver,
                                  const ir::Value* item, llvm::Value* word) {
  BasicBlock *const grow = newBlock("grow"), *const added = newBlock("added");
  if (!isImmediate(item)) require(b_.CreateNot(bits_.isObject(word)), grow);
  llvm::Value* const size = loadHeader(b_.getInt32Ty(), array, layout::ArrayObject_size);
  llvm::Value* const capacity = loadHeader(b_.getInt32Ty(), array, layout::ArrayObject_capacity);
  require(b_.CreateICmpULT(size, capacity), grow);
  module_.memory().tag(b_.CreateStore(word, element(array, b_.CreateZExt(size, b_.getInt64Ty()))),
                       Place::ArrayItem);
  storeSize(array, b_.CreateAdd(size, b_.getInt32(1)));
  b_.CreateBr(added);
  b_.SetInsertPoint(grow);
  call("gene_slow_array_push", {context_, use(receiver), word});
  raiseIfException();
  b_.CreateBr(added);
  b_.SetInsertPoint(added);
}

/// Takes the last item of an array that may be changed; goes to `empty` if there is none.
llvm::Value* FunctionEmitter::popElement(llvm::Value* array, BasicBlock* empty) {
  llvm::Value* const size = loadHeader(b_.getInt32Ty(), array, layout::ArrayObject_size);
  require(b_.CreateICmpNE(size, b_.getInt32(0)), empty);
  llvm::Value* const less = b_.CreateSub(size, b_.getInt32(1));
  llvm::Value* const word = loadElement(array, b_.CreateZExt(less, b_.getInt64Ty()));
  storeSize(array, less);
  BasicBlock *const counted = newBlock("counted"), *const popped = newBlock("popped");
  b_.CreateCondBr(bits_.isObject(word), counted, popped);
  b_.SetInsertPoint(counted);
  call("gene_slow_release", {word});
  b_.CreateBr(popped);
  b_.SetInsertPoint(popped);
  return word;
}

/// The index, from the end where it is negative; to `outside` if the array has none.
llvm::Value* FunctionEmitter::fromEitherEnd(llvm::Value* index, llvm::Value* size,
                                            BasicBlock* outside) {
  BasicBlock *const behind = newBlock("behind"), *const found = newBlock("found");
  BasicBlock* const from = b_.GetInsertBlock();
  b_.CreateCondBr(b_.CreateICmpULT(index, size), found, behind, likely());
  b_.SetInsertPoint(behind);
  llvm::Value* const other = b_.CreateAdd(index, size);
  b_.CreateCondBr(b_.CreateICmpULT(other, size), found, outside, likely());
  b_.SetInsertPoint(found);
  return merge(from, index, behind, other, found);
}

/// A call of a method that Array has: inline where the receiver is an array. False if this is none.
bool FunctionEmitter::emitArrayMethod(const ir::Instruction& inst) {
  const ArrayMethod method = ir::arrayMethod(inst);
  if (method == ArrayMethod::None) return false;
  const ir::Value* receiver = inst.operands[0];
  if (!receiver->type.isNone() && !receiver->type.overlaps(ir::Type::Array())) return false;
  BasicBlock *const other = newBlock("other"), *const done = newBlock("done");
  MethodResults results;
  const auto finish = [&](llvm::Value* value, Rep rep = Rep::Boxed) {
    llvm::Value* const held = convert(value, rep, inst.rep);
    results.push_back({held, b_.GetInsertBlock()});
    b_.CreateBr(done);
  };
  switch (method) {
    case ArrayMethod::Size: finish(arraySize(arrayPointer(receiver, other)), Rep::I64); break;
    case ArrayMethod::Get: {
      llvm::Value* const array = arrayPointer(receiver, other);
      llvm::Value* const place = index(inst.operands[1]);
      BasicBlock* const outside = newBlock("outside");
      require(b_.CreateICmpULT(place, arraySize(array)), outside);
      finish(loadElement(array, place));
      b_.SetInsertPoint(outside);
      finish(bits_.constant(gene::Value::nil()));
      break;
    }
    case ArrayMethod::Set: {
      llvm::Value* const word = use(inst.operands[2]);
      llvm::Value* const array = mutableArray(receiver, other);
      llvm::Value* place = index(inst.operands[1]);
      if (isPlainIndex(inst.operands[1]))
        place = fromEitherEnd(place, arraySize(array), other);
      else
        require(b_.CreateICmpULT(place, arraySize(array)), other);
      putElement(array, place, inst.operands[2], word);
      finish(use(receiver));
      break;
    }
    case ArrayMethod::Add:
    case ArrayMethod::Push: {
      llvm::Value* const word = use(inst.operands[1]);
      llvm::Value* const array = mutableArray(receiver, other);
      pushElement(array, receiver, inst.operands[1], word);
      if (method == ArrayMethod::Add)
        finish(use(receiver));
      else
        finish(arraySize(array), Rep::I64);
      break;
    }
    case ArrayMethod::Pop: finish(popElement(mutableArray(receiver, other), other)); break;
    case ArrayMethod::None: break;
  }
  finishMethod(inst, results, other, done, [&] {
    if (!emitTableMethod(inst) && !emitStringMethod(inst)) callOtherMethod(inst);
    // What is left for an array and an int is to raise: loops need not read the array anew behind it.
    if (method == ArrayMethod::Set && isArray(receiver) && isPlainIndex(inst.operands[1]) &&
        !b_.GetInsertBlock()->getTerminator())
      raiseAlways();
  });
  return true;
}

}  // namespace gene::native
