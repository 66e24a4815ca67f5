#pragma once
// The runtime as generated code sees it: the embedded bitcode of runtime/abi/Fastpath.cpp. It gives every entry and
// fast path its prototype, and the Inline fast paths their definitions.

#include <llvm/IR/Module.h>

#include <memory>
#include <string_view>

namespace gene::native {

class RuntimeModule {
 public:
  /// For a module without definitions of its own yet; takes its data layout and target from the bitcode.
  explicit RuntimeModule(llvm::Module& module);

  /// The entry or fast path of this name, declared in the module as clang declared it.
  llvm::Function* declare(std::string_view name);
  /// Adds the definitions of the Inline rows that are called, as internal functions.
  void link();

 private:
  llvm::Module& module_;
  std::unique_ptr<llvm::Module> bitcode_;  // read lazily, function by function
};

}  // namespace gene::native
