// Opens libgene_llvm.so, which lies in ../lib/gene beside the executable's folder.

#include <dlfcn.h>

#include "codegen/link/Installation.h"
#include "codegen/link/Native.h"

namespace gene {

namespace {

/// What the module exports under this name.
Expected<void*> exported(const char* name) {
  const std::string path = libraryFolder() + "/libgene_llvm.so";
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) return Failure{std::string("native code generation is not available: ") + dlerror()};
  void* const symbol = dlsym(module, name);
  if (!symbol)
    return Failure{"native code generation is not available: " + path + " has no " + name};
  return symbol;
}

}  // namespace

Expected<const NativeBackend*> loadNativeBackend() {
  static const NativeBackend* backend = nullptr;
  if (backend) return backend;
  Expected<void*> symbol = exported("gene_native_backend");
  if (!symbol) return symbol.failure();
  return backend = reinterpret_cast<decltype(&gene_native_backend)>(*symbol)();
}

Expected<int> runLinker(int count, const char* const* words) {
  Expected<void*> symbol = exported("gene_linker");
  if (!symbol) return symbol.failure();
  return reinterpret_cast<int (*)(int, const char* const*)>(*symbol)(count, words);
}

Expected<std::vector<std::string>> emitNative(const ir::Program& program,
                                              const NativeOptions& options) {
  Expected<const NativeBackend*> backend = loadNativeBackend();
  if (!backend) return backend.failure();
  return (*backend)->emit(program, options);
}

Expected<std::string> compileNative(std::string_view code, int level) {
  Expected<const NativeBackend*> backend = loadNativeBackend();
  if (!backend) return backend.failure();
  return (*backend)->compile(code, level);
}

}  // namespace gene
