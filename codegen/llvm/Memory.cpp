#include "codegen/llvm/Memory.h"

#include <llvm/IR/MDBuilder.h>

namespace gene::native {

void Memory::tagType(llvm::Value* access, const std::string& type) {
  llvm::MDBuilder builder(context_);
  llvm::MDNode* const node = builder.createTBAAScalarTypeNode(type, builder.createTBAARoot("gene"));
  llvm::cast<llvm::Instruction>(access)->setMetadata(
      llvm::LLVMContext::MD_tbaa, builder.createTBAAStructTagNode(node, node, 0));
}

llvm::Value* Memory::tagField(llvm::Value* access, int64_t slot) {
  tagType(access, "field " + std::to_string(slot));
  return access;
}

llvm::Value* Memory::tag(llvm::Value* access, Place place) {
  static constexpr const char* names[] = {"array header", "elements kind", "array item"};
  tagType(access, names[static_cast<int>(place)]);
  llvm::cast<llvm::Instruction>(access)->setMetadata(llvm::LLVMContext::MD_alias_scope,
                                                     llvm::MDNode::get(context_, {scope(place)}));
  return access;
}

void Memory::keeps(llvm::CallInst* call, std::initializer_list<Place> places) {
  llvm::SmallVector<llvm::Metadata*, 3> scopes;
  for (const Place place : places) scopes.push_back(scope(place));
  call->setMetadata(llvm::LLVMContext::MD_noalias, llvm::MDNode::get(context_, scopes));
}

llvm::MDNode* Memory::scope(Place place) {
  llvm::MDBuilder builder(context_);
  if (!domain_) domain_ = builder.createAnonymousAliasScopeDomain("gene");
  llvm::MDNode*& node = scopes_[static_cast<int>(place)];
  if (!node) node = builder.createAnonymousAliasScope(domain_);
  return node;
}

}  // namespace gene::native
