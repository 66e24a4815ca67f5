#include "runtime/system/SharedLibrary.h"

#include <dlfcn.h>

namespace gene {

std::string openLibrary(const char* file, Span<const LibraryFunction> functions) {
  void* const library = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) return ::dlerror();
  for (const LibraryFunction& f : functions) {
    *f.address = ::dlsym(library, f.name);
    if (!*f.address) return std::string(file) + " is too old: it has no " + f.name;
  }
  return "";
}

}  // namespace gene
