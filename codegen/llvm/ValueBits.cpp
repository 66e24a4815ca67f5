#include "codegen/llvm/ValueBits.h"

#include "runtime/abi/Layout.h"

namespace gene::native {

llvm::Value* ValueBits::isSmallInt(llvm::Value* v) {
  return b_.CreateICmpUGE(v, word(Value::IntTag));
}

llvm::Value* ValueBits::bothSmallInts(llvm::Value* a, llvm::Value* b) {
  if (llvm::isa<llvm::ConstantInt>(a)) std::swap(a, b);
  if (const auto* constant = llvm::dyn_cast<llvm::ConstantInt>(b))
    return constant->getZExtValue() >= Value::IntTag ? isSmallInt(a) : b_.getFalse();
  return isSmallInt(b_.CreateAnd(a, b));
}

llvm::Value* ValueBits::isFloat(llvm::Value* v) {
  return b_.CreateICmpULE(b_.CreateSub(v, word(Value::DoubleOffset)), word(Value::DoubleRange));
}

llvm::Value* ValueBits::isSymbol(llvm::Value* v) {
  return b_.CreateICmpEQ(b_.CreateAnd(v, word(Value::IntTag)), word(Value::SymbolTag));
}

llvm::Value* ValueBits::isObject(llvm::Value* v) {
  return b_.CreateICmpEQ(b_.CreateAnd(v, word(Value::NotHeap)), word(0));
}

llvm::Value* ValueBits::isTruthy(llvm::Value* v) {
  return b_.CreateICmpNE(b_.CreateAnd(v, word(~uint64_t{12})), word(2));
}

llvm::Value* ValueBits::hasKind(llvm::Value* v, Kind kind) {
  return b_.CreateICmpEQ(shape(v), b_.getInt32(static_cast<uint32_t>(kind)));
}

/// The header's two halves in one comparison.
llvm::Value* ValueBits::isMutableOfShape(llvm::Value* header, llvm::Value* cache) {
  static_assert(layout::Object_countAndFlags == 0 && layout::Object_shape == 4,
                "the shape is the upper half");
  constexpr uint64_t mask = ~uint64_t{0} << 32 | Object::Sealed | Object::Frozen;
  return b_.CreateICmpEQ(b_.CreateAnd(header, word(mask)), b_.CreateShl(cache, 32));
}

llvm::Value* ValueBits::smallInt(llvm::Value* v) { return b_.CreateSub(v, word(Value::IntBias)); }
llvm::Value* ValueBits::fromSmallInt(llvm::Value* i) {
  return b_.CreateAdd(i, word(Value::IntBias));
}

llvm::Value* ValueBits::floating(llvm::Value* v) {
  return b_.CreateBitCast(b_.CreateSub(v, word(Value::DoubleOffset)), b_.getDoubleTy());
}
llvm::Value* ValueBits::fromFloating(llvm::Value* d) {
  return b_.CreateAdd(b_.CreateBitCast(d, b_.getInt64Ty()), word(Value::DoubleOffset));
}
llvm::Value* ValueBits::fromBoolean(llvm::Value* i1) {
  return b_.CreateOr(b_.CreateZExt(i1, b_.getInt64Ty()), word(Value::false_().bits));
}

}  // namespace gene::native
