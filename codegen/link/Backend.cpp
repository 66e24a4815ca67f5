// Opens libgene_llvm.so, which lies in ../lib/gene beside the executable's folder.

#include <dlfcn.h>

#include "codegen/link/Installation.h"
#include "codegen/link/Native.h"

namespace gene {

Expected<const NativeBackend*> loadNativeBackend() {
  static const NativeBackend* backend = nullptr;
  if (backend) return backend;
  const std::string path = libraryFolder() + "/libgene_llvm.so";
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) return Failure{std::string("native code generation is not available: ") + dlerror()};
  const auto getBackend =
      reinterpret_cast<decltype(&gene_native_backend)>(dlsym(module, "gene_native_backend"));
  if (!getBackend)
    return Failure{"native code generation is not available: " + path + " is of another version"};
  return backend = getBackend();
}

Expected<std::string> emitNative(const ir::Program& program, const NativeOptions& options) {
  Expected<const NativeBackend*> backend = loadNativeBackend();
  if (!backend) return backend.failure();
  return (*backend)->emit(program, options);
}

}  // namespace gene
