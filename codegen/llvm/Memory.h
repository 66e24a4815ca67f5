#pragma once
// What LLVM is told of the memory that generated code reads and writes: accesses to different places below do not
// overlap, and some calls leave a place as it is. All other accesses and calls may touch anything.
//
//   tag(load, Place::ArrayHeader)      of a load or store that generated code makes itself
//   keeps(call, {Place::ArrayHeader})  the call does not change what loads with that tag read
//
// A call that may allocate is never said to keep anything: a pointer to the items, kept in a register across it, would not
// keep the array alive that they belong to (docs/heap.md).

#include <llvm/IR/Instructions.h>

#include <initializer_list>
#include <string>

namespace gene::native {

enum class Place : uint8_t {
  ArrayHeader,   // size, capacity, pointer to the items; kind and flags
  ElementsKind,  // do the items have to be counted?
  ArrayItem,
};

class Memory {
 public:
  explicit Memory(llvm::LLVMContext& context) : context_(context) {}

  llvm::Value* tag(llvm::Value* access, Place place);
  /// The field of an instance at this place of its layout.
  llvm::Value* tagField(llvm::Value* access, int64_t slot);
  void keeps(llvm::CallInst* call, std::initializer_list<Place> places);

 private:
  void tagType(llvm::Value* access, const std::string& type);
  llvm::MDNode* scope(Place place);

  llvm::LLVMContext& context_;
  llvm::MDNode* domain_ = nullptr;
  llvm::MDNode* scopes_[3] = {};
};

}  // namespace gene::native
