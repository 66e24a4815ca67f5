#include "codegen/jit/Programs.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "codegen/link/Installation.h"
#include "runtime/abi/Layout.h"

namespace gene::jit {
namespace {

/// Changes when the contents of a key do.
constexpr std::string_view Format = "native program 1";

/// What tells a file from every other one that lay at its path, as words.
std::string identityOf(const char* path) {
  struct stat s{};
  if (::stat(path, &s) != 0) return "none";
  const uint64_t words[] = {
      uint64_t{s.st_dev},
      uint64_t{s.st_ino},
      static_cast<uint64_t>(s.st_size),
      static_cast<uint64_t>(s.st_mtim.tv_sec),
      static_cast<uint64_t>(s.st_mtim.tv_nsec),
      static_cast<uint64_t>(s.st_ctim.tv_sec),
      static_cast<uint64_t>(s.st_ctim.tv_nsec),
  };
  return {reinterpret_cast<const char*>(words), sizeof words};
}

}  // namespace

CacheKey programKey(const Cache& cache, const ir::Program& program,
                    const std::vector<std::string>& environment) {
  // The compiler: this executable and the code generator that belongs to it.
  const std::string executable = identityOf("/proc/self/exe");
  const std::string generator = identityOf((libraryFolder() + "/libgene_llvm.so").c_str());
  const std::string options = std::to_string(program.language.bits());
  std::vector<std::string_view> parts{
      Format, executable, generator, options, program.language.package, program.mainFile};
  for (const std::string& variable : environment) parts.push_back(variable);
  for (const SourceManager::Source& source : program.sources.all()) {
    parts.push_back(source.name);
    parts.push_back(source.text);
  }
  return cache.key(parts);
}

Expected<const NativeProgram*> openProgram(const Cache& cache, CacheKey key) {
  Expected<int> file = cache.find(key);
  if (!file) return file.failure();
  // By its descriptor: the file that was checked, whatever its name means by now.
  const std::string path = "/proc/self/fd/" + std::to_string(*file);
  void* const object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ::close(*file);
  if (!object) return Failure{key.text() + " cannot be opened: " + ::dlerror()};
  const auto* program = static_cast<const NativeProgram*>(::dlsym(object, "gene_program"));
  if (!program || program->abiHash != nativeAbiHash())
    return Failure{key.text() + " belongs to another runtime"};
  return program;
}

}  // namespace gene::jit
