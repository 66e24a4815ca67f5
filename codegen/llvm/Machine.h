#pragma once
// From an LLVM module to text, assembly or an object: the target, LLVM's passes and its code generator.

#include <llvm/IR/Module.h>

#include <string>

#include "codegen/llvm/Native.h"

namespace gene::native {

/// Optimises `module` as the options say and gives the bytes of the artefact.
Expected<std::string> generate(llvm::Module& module, const NativeOptions& options);

}  // namespace gene::native
