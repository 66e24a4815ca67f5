// Instances of known classes: allocation, class tests, fields at known places.

#include "codegen/llvm/EmitFunction.h"

#include <bit>

#include "codegen/image/TypeKinds.h"
#include "codegen/ir/Annotations.h"
#include "runtime/value/Object.h"

namespace gene::native {

using ir::Rep;
using llvm::BasicBlock;

namespace {

uint64_t fieldOffset(int64_t slot) {
  return layout::sizeOfInstanceObject + static_cast<uint64_t>(slot) * 8;
}

}  // namespace

/// Is it the shape of an instance of one of these numbered classes?
llvm::Value* FunctionEmitter::isShapeOfClasses(llvm::Value* shape, uint32_t first, uint32_t last) {
  llvm::Value* const relative = b_.CreateSub(shape, b_.getInt32(shapeOfClass(first)));
  return b_.CreateICmpULT(relative, b_.getInt32((last - first + 1) << ClassShapeBits));
}

void FunctionEmitter::emitIsClass(const ir::Instruction& inst) {
  llvm::Value* const object = use(inst.operands[0]);
  const auto first = static_cast<uint32_t>(inst.as<ir::Op::IsClass>().first());
  const auto last = static_cast<uint32_t>(inst.as<ir::Op::IsClass>().last());
  const auto inRange = [&] { return isShapeOfClasses(bits_.shape(object), first, last); };
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

void FunctionEmitter::emitHasKind(const ir::Instruction& inst) {
  const ir::Type kind = ir::Type::named(inst.as<ir::Op::HasKind>().kind().text());
  const bool isInt = kind == ir::Type::Int();
  llvm::Value* const value = use(inst.operands[0]);
  BasicBlock *const object = newBlock("object"), *const done = newBlock("done");
  BasicBlock* const from = b_.GetInsertBlock();
  llvm::Value* const immediate = isInt ? bits_.isSmallInt(value) : b_.getFalse();
  b_.CreateCondBr(bits_.isObject(value), object, done);
  b_.SetInsertPoint(object);
  llvm::Value* const found = bits_.hasKind(value, isInt                       ? Kind::BoxedInt
                                                  : kind == ir::Type::Array() ? Kind::Array
                                                                              : Kind::Map);
  b_.CreateBr(done);
  defineCondition(inst, merge(from, immediate, object, found, done));
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
    immediate = bits_.isSymbol(value);
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

namespace {

/// Of a set of kinds, those of objects.
constexpr uint64_t ObjectKinds = ~uint64_t{0} << static_cast<uint32_t>(Kind::BoxedInt);

}  // namespace

void FunctionEmitter::emitIs(const ir::Instruction& inst) {
  if (!emitIsKind(inst))
    emitEntry(inst, "gene_is", {context_, use(inst.operands[0]), use(inst.operands[1])});
}

/// What is known to pass is tested here, what can be in this place at all first; the rest is for the runtime.
void FunctionEmitter::emitCheckType(const ir::Instruction& inst) {
  const ir::Annotation annotation = ir::annotationOf(inst);
  llvm::Value* const value = use(inst.operands[0]);
  if (annotation.accepts(inst.operands[0]->type)) return defineAs(inst, value, Rep::Boxed);
  llvm::Value* const cache = module_.newCache();
  const auto cached = [&] { return b_.CreateLoad(b_.getInt64Ty(), cache); };
  const auto check = [&] {
    llvm::Value* const type = loadConstant(module_.form(inst.as<ir::Op::CheckType>().type()));
    llvm::Value* const where = loadConstant(module_.form(inst.as<ir::Op::CheckType>().where()));
    llvm::Value* const result = call("gene_check_type", {context_, type, where, cache, value,
                                                         b_.getInt64(ir::rulesOf(inst).bits())});
    raiseIfPending(result);
    return result;
  };
  if (cold_ || annotation.elements) return defineAs(inst, check(), Rep::Boxed);
  const ir::Type known = inst.operands[0]->type;
  const ir::Type passes = annotation.passes & known;
  BasicBlock *const slow = newBlock("slow"), *const done = newBlock("done");
  std::vector<BasicBlock*> accepting;
  const auto acceptIf = [&](llvm::Value* condition) {
    accepting.push_back(b_.GetInsertBlock());
    BasicBlock* const next = newBlock("check");
    b_.CreateCondBr(condition, done, next, likely());
    b_.SetInsertPoint(next);
  };
  if (passes.overlaps(ir::Type::Int())) acceptIf(bits_.isSmallInt(value));
  if (passes.overlaps(ir::Type::Float())) acceptIf(bits_.isFloat(value));
  const uint64_t kinds = kindSet(passes) & ObjectKinds;
  const bool byRange = passes.hasInstances();
  // Whatever else may pass, an inline cache has the shape of one that did.
  const bool byCache = !(annotation.gives & known).within(annotation.passes);
  if (annotation.function) {
    require(bits_.isObject(value), slow);
    require(bits_.hasKind(value, Kind::Function), slow);
    acceptIf(b_.CreateICmpEQ(bits_.loadWord(bits_.pointer(value), layout::FunctionObject_info),
                             cached()));
  } else if (std::popcount(kinds) > passes.overlaps(ir::Type::Int()) || byRange || byCache) {
    BasicBlock *const object = newBlock("object"), *const immediate = newBlock("immediate");
    b_.CreateCondBr(bits_.isObject(value), object, immediate, likely());
    b_.SetInsertPoint(object);
    llvm::Value* const shape = bits_.shape(value);
    if (std::has_single_bit(kinds)) {
      acceptIf(b_.CreateICmpEQ(shape, b_.getInt32(static_cast<uint32_t>(std::countr_zero(kinds)))));
    } else if (kinds) {
      llvm::Value* const bit =
          b_.CreateShl(b_.getInt64(1), b_.CreateZExt(b_.CreateAnd(shape, 63), b_.getInt64Ty()));
      acceptIf(b_.CreateAnd(b_.CreateICmpULT(shape, b_.getInt32(FirstInstanceShape)),
                            b_.CreateICmpNE(b_.CreateAnd(bit, kinds), b_.getInt64(0))));
    }
    if (byRange && passes.firstClass() > 0)
      acceptIf(isShapeOfClasses(shape, passes.firstClass(), passes.lastClass()));
    else if (byRange)
      acceptIf(b_.CreateICmpUGE(shape, b_.getInt32(FirstInstanceShape)));
    if (byCache) acceptIf(b_.CreateICmpEQ(shape, b_.CreateTrunc(cached(), b_.getInt32Ty())));
    b_.CreateBr(slow);
    b_.SetInsertPoint(immediate);
    if (passes.overlaps(ir::Type::Nil()))
      acceptIf(b_.CreateICmpEQ(value, bits_.constant(gene::Value::nil())));
  }
  if (passes.overlaps(ir::Type::Bool()))
    acceptIf(
        b_.CreateICmpEQ(b_.CreateOr(value, b_.getInt64(1)), bits_.constant(gene::Value::true_())));
  if (passes.overlaps(ir::Type::Symbol())) acceptIf(bits_.isSymbol(value));
  b_.CreateBr(slow);
  b_.SetInsertPoint(slow);
  llvm::Value* const checked = check();
  BasicBlock* const slowEnd = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  llvm::PHINode* const phi = b_.CreatePHI(b_.getInt64Ty(), 2);
  for (BasicBlock* block : accepting) phi->addIncoming(value, block);
  phi->addIncoming(checked, slowEnd);
  defineAs(inst, phi, Rep::Boxed);
}

void FunctionEmitter::emitAssume(const ir::Instruction& inst) {
  defineAs(inst, use(inst.operands[0]), Rep::Boxed);
  if (module_.optimising() && isArray(&inst)) arrays_[&inst] = toArray(use(&inst));
}

void FunctionEmitter::emitExclude(const ir::Instruction& inst) { emitAssume(inst); }

void FunctionEmitter::emitFieldGet(const ir::Instruction& inst) {
  const auto get = inst.as<ir::Op::FieldGet>();
  llvm::Value* const value =
      bits_.loadWord(bits_.pointer(use(get.object())), fieldOffset(get.slot()));
  defineAs(inst, module_.memory().tagField(value, get.slot()), Rep::Boxed);
}

void FunctionEmitter::emitFieldSet(const ir::Instruction& inst) {
  const auto set = inst.as<ir::Op::FieldSet>();
  llvm::Value* const object = use(set.object());
  llvm::Value* const value = use(set.value());
  const uint64_t offset = fieldOffset(set.slot());
  if (set.counted()) {
    call("gene_fast_store_field", {object, b_.getInt64(offset), value});
    return;
  }
  module_.memory().tagField(b_.CreateStore(value, bits_.address(bits_.pointer(object), offset)),
                            set.slot());
}

/// The shape ids of a class with more and more fields of its layout follow each other.
void FunctionEmitter::emitFieldInit(const ir::Instruction& inst) {
  const auto init = inst.as<ir::Op::FieldInit>();
  llvm::Value* const object = use(init.object());
  call("gene_fast_init_field", {object, b_.getInt64(fieldOffset(init.slot())), use(init.value())});
}

llvm::Value* FunctionEmitter::mayLeave() { return b_.getInt64(!catches_); }

/// What an instruction that cannot raise has made; 0 when memory ran out, where it may leave the function.
void FunctionEmitter::defineNew(const ir::Instruction& inst, llvm::Value* made) {
  if (!catches_) raiseIfPending(made);
  defineAs(inst, made, Rep::Boxed);
}

/// After a call that allocates: did memory run out? Nothing looks where the function could have to catch it.
void FunctionEmitter::leaveIfOutOfMemory() {
  if (catches_) return;
  llvm::Value* const limit = bits_.loadWord(context_, layout::Context_stackLimit);
  BasicBlock *const out = newBlock("memory"), *const rest = newBlock("ok");
  b_.CreateCondBr(b_.CreateICmpEQ(limit, b_.getInt64(UINT64_MAX)), out, rest, unlikely());
  b_.SetInsertPoint(out);
  call("gene_stack_overflow", {context_});
  raiseAlways();
  b_.SetInsertPoint(rest);
}

void FunctionEmitter::emitInstanceNew(const ir::Instruction& inst) {
  const auto made = inst.as<ir::Op::InstanceNew>();
  const auto number = static_cast<uint32_t>(made.number());
  defineNew(inst, call("gene_fast_instance_new", {context_, b_.getInt64(shapeOfClass(number)),
                                                  b_.getInt64(made.slots()), mayLeave()}));
}

// --- enums ---------------------------------------------------------------------------------------------------------------

void FunctionEmitter::emitVariantOf(const ir::Instruction& inst) {
  const auto of = inst.as<ir::Op::VariantOf>();
  defineAs(inst, call("gene_fast_variant_of", {use(of.value()), globalWord(of.global())}),
           Rep::I64);
}

void FunctionEmitter::emitVariantGet(const ir::Instruction& inst) {
  const auto get = inst.as<ir::Op::VariantGet>();
  defineAs(inst,
           call("gene_fast_variant_get", {globalWord(get.global()), b_.getInt64(get.index())}),
           Rep::Boxed);
}

void FunctionEmitter::emitVariantNew(const ir::Instruction& inst) {
  const auto made = inst.as<ir::Op::VariantNew>();
  defineNew(inst, call("gene_fast_variant_new",
                       {context_, globalWord(made.global()), b_.getInt64(made.index()),
                        spill(inst, 0), b_.getInt64(inst.operands.size()), mayLeave()}));
}

}  // namespace gene::native
