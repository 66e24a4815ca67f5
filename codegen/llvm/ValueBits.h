#pragma once
// Values and struct layouts as LLVM IR: the shapes of Value.h in instructions, and the offsets of Layout.def. Nothing
// else in this folder knows a tag or an offset.

#include <llvm/IR/IRBuilder.h>

#include <cstdint>

#include "runtime/value/Object.h"

namespace gene::native {

using Builder = llvm::IRBuilder<>;

/// Byte offsets and sizes: layout::FunctionInfo_entry, layout::sizeOfFunctionInfo.
namespace layout {
enum : uint32_t {
#define LAYOUT(Struct, member, offset) Struct##_##member = (offset),
#define LAYOUT_SIZE(Struct, size) sizeOf##Struct = (size),
#include "runtime/abi/Layout.def"
};
}  // namespace layout

class ValueBits {
 public:
  explicit ValueBits(Builder& builder) : b_(builder) {}

  // --- constants -------------------------------------------------------------------------------------------------------
  llvm::ConstantInt* word(uint64_t bits) { return b_.getInt64(bits); }
  llvm::ConstantInt* constant(Value v) { return b_.getInt64(v.bits); }

  // --- tests: i1 ---------------------------------------------------------------------------------------------------------
  llvm::Value* isSmallInt(llvm::Value* v);
  llvm::Value* bothSmallInts(llvm::Value* a, llvm::Value* b);
  llvm::Value* isFloat(llvm::Value* v);
  llvm::Value* isSymbol(llvm::Value* v);
  llvm::Value* isObject(llvm::Value* v);
  llvm::Value* isTruthy(llvm::Value* v);
  /// Is the object at `v`, which must be one, of this kind?
  llvm::Value* hasKind(llvm::Value* v, Kind kind);

  /// Is an object with this first word one of the shape in the low half of `cache`, and neither sealed nor frozen?
  llvm::Value* isMutableOfShape(llvm::Value* header, llvm::Value* cache);

  // --- conversions ---------------------------------------------------------------------------------------------------------
  llvm::Value* smallInt(llvm::Value* v);      // i64 of a small int
  llvm::Value* fromSmallInt(llvm::Value* i);  // of an i64 that fits
  llvm::Value* floating(llvm::Value* v);      // double of a boxed one
  llvm::Value* fromFloating(llvm::Value* d);  // its NaNs are canonical
  llvm::Value* fromBoolean(llvm::Value* i1);
  llvm::Value* pointer(llvm::Value* v) { return b_.CreateIntToPtr(v, b_.getPtrTy()); }

  // --- memory ----------------------------------------------------------------------------------------------------------------
  llvm::Value* address(llvm::Value* base, uint64_t offset) {
    return offset ? b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), base, offset) : base;
  }
  llvm::Value* load(llvm::Type* type, llvm::Value* base, uint64_t offset) {
    return b_.CreateLoad(type, address(base, offset));
  }
  llvm::Value* loadWord(llvm::Value* base, uint64_t offset) {
    return load(b_.getInt64Ty(), base, offset);
  }
  /// The shape id of an object, as i32.
  llvm::Value* shape(llvm::Value* object) {
    return load(b_.getInt32Ty(), pointer(object), layout::Object_shape);
  }

 private:
  Builder& b_;
};

}  // namespace gene::native
