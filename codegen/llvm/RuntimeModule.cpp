#include "codegen/llvm/RuntimeModule.h"

#include <llvm/ADT/StringSet.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/AttributeMask.h>
#include <llvm/Linker/Linker.h>
#include <llvm/Support/MemoryBuffer.h>

#include "codegen/llvm/Bitcode.h"
#include "runtime/support/Check.h"

namespace gene::native {
namespace {

/// What clang says of the machine it compiled for: LLVM would refuse to inline across a difference.
void removeTargetAttributes(llvm::Function& function) {
  llvm::AttributeMask mask;
  for (const char* name : {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width",
                           "no-trapping-math", "stack-protector-buffer-size", "frame-pointer"})
    mask.addAttribute(name);
  function.removeFnAttrs(mask);
}

/// The rows of Entry.def with an x among their effects: slow paths and errors.
bool isCold(std::string_view name) {
  struct Row {
    std::string_view name, effects;
  };
  static constexpr Row rows[] = {
#define ENTRY(name, result, parameters, effects) {#name, effects},
#include "runtime/abi/Entry.def"
  };
  for (const Row& row : rows)
    if (row.name == name) return row.effects.find('x') != std::string_view::npos;
  return false;
}

}  // namespace

RuntimeModule::RuntimeModule(llvm::Module& module) : module_(module) {
  const llvm::MemoryBufferRef buffer(fastpathBitcode(), "fastpath.bc");
  llvm::Expected<std::unique_ptr<llvm::Module>> loaded =
      llvm::getLazyBitcodeModule(buffer, module.getContext());
  GENE_CHECK(loaded, "the embedded bitcode is readable");
  bitcode_ = std::move(*loaded);
  module.setDataLayout(bitcode_->getDataLayout());
  module.setTargetTriple(bitcode_->getTargetTriple());
}

llvm::Function* RuntimeModule::declare(std::string_view name) {
  if (llvm::Function* known = module_.getFunction(name)) return known;
  const llvm::Function* source = bitcode_->getFunction(name);
  GENE_CHECK(source, "generated code calls rows of Entry.def and Fastpath.def only");
  llvm::Function* function = llvm::Function::Create(
      source->getFunctionType(), llvm::GlobalValue::ExternalLinkage, name, module_);
  function->copyAttributesFrom(source);
  removeTargetAttributes(*function);
  function->setDoesNotThrow();
  if (isCold(name)) function->addFnAttr(llvm::Attribute::Cold);
  return function;
}

void RuntimeModule::link() {
  if (llvm::NamedMDNode* flags = bitcode_->getModuleFlagsMetadata())
    bitcode_->eraseNamedMetadata(flags);
  if (llvm::NamedMDNode* identity = bitcode_->getNamedMetadata("llvm.ident"))
    bitcode_->eraseNamedMetadata(identity);
  std::vector<llvm::Function*> linked;
  const bool failed = llvm::Linker::linkModules(
      module_, std::move(bitcode_), llvm::Linker::LinkOnlyNeeded,
      [&](llvm::Module& module, const llvm::StringSet<>& names) {
        for (const auto& name : names)
          if (llvm::Function* function = module.getFunction(name.getKey()))
            linked.push_back(function);
      });
  GENE_CHECK(!failed, "the bitcode fits the module");
  for (llvm::Function& function : module_) removeTargetAttributes(function);
  for (llvm::Function* function : linked) {
    if (function->isDeclaration()) continue;
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    function->setComdat(nullptr);
    function->addFnAttr(llvm::Attribute::InlineHint);
  }
}

}  // namespace gene::native
