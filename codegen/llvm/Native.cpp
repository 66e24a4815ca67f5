// What libgene_llvm.so exports.

#include "codegen/link/Native.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/LLVMContext.h>

#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/Machine.h"

namespace gene {
namespace {

/// Variables of the thread are in the executable; where, an object that is opened has to ask.
void forSharedObject(llvm::Module& module) {
  for (llvm::GlobalVariable& variable : module.globals()) {
    if (!variable.isThreadLocal()) continue;
    variable.setDSOLocal(false);
    variable.setThreadLocalMode(llvm::GlobalValue::InitialExecTLSModel);
  }
}

Expected<std::string> emit(const ir::Program& program, const NativeOptions& options) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(options.emit != NativeOptions::Emit::LlvmText);
  const std::unique_ptr<llvm::Module> module =
      native::ModuleEmitter(program, options, context).emit();
  if (options.shared) forSharedObject(*module);
  return native::generate(*module, options);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const NativeBackend* gene_native_backend() {
  static const NativeBackend backend{&emit, LLVM_VERSION_STRING};
  return &backend;
}

}  // namespace gene
