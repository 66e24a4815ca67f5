#pragma once
// From an LLVM module to text, assembly or an object: the target, LLVM's passes and its code generator.

#include <llvm/IR/Module.h>

#include <string>

#include "codegen/link/Native.h"

namespace gene::native {

/// A function with this attribute has a global variable of the name that frameSizeName makes of its own, which `generate` gives
/// the size of its frame; for LLVM it is the size of which a frame is to be reported.
inline constexpr const char* FrameSizeAttribute = "warn-stack-size";
inline std::string frameSizeName(llvm::StringRef function) {
  return ("gene.frame." + function).str();
}

/// Optimises `module` as the options say and gives the bytes of the artefact.
Expected<std::string> generate(llvm::Module& module, const NativeOptions& options);

}  // namespace gene::native
