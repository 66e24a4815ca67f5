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
constexpr std::string_view Format = "native program 3";

/// What the object under the key exports by this name; it is opened.
Expected<const void*> openSymbol(const Cache& cache, CacheKey key, const char* name) {
  Expected<int> file = cache.find(key);
  if (!file) return file.failure();
  // By its descriptor: the file that was checked, whatever its name means by now.
  const std::string path = "/proc/self/fd/" + std::to_string(*file);
  void* const object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ::close(*file);
  if (!object) return Failure{key.text() + " cannot be opened: " + ::dlerror()};
  return static_cast<const void*>(::dlsym(object, name));
}

Failure foreign(CacheKey key) { return Failure{key.text() + " belongs to another runtime"}; }

}  // namespace

std::string fileIdentity(const char* path) {
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

std::string compilerIdentity() {
  return fileIdentity("/proc/self/exe") +
         fileIdentity((libraryFolder() + "/libgene_llvm.so").c_str());
}

ProgramIdentity::ProgramIdentity(const ir::Program& program, std::vector<std::string> environment)
    : sources(program.sources),
      mainFile(program.mainFile),
      language(program.language),
      environment(std::move(environment)) {}

CacheKey programKey(const Cache& cache, const ProgramIdentity& identity, Artefact artefact) {
  const std::string compiler = compilerIdentity();
  const std::string options = std::to_string(identity.language.bits());
  std::vector<std::string_view> parts{Format, compiler, options, identity.language.package,
                                      identity.mainFile};
  for (const std::string& variable : identity.environment) parts.push_back(variable);
  for (const SourceManager::Source& source : identity.sources.all()) {
    parts.push_back(source.name);
    parts.push_back(source.text);
  }
  CacheKey key = cache.key(parts);
  if (artefact == Artefact::Entries) key.high = ~key.high;
  return key;
}

Expected<const NativeProgram*> openProgram(const Cache& cache, CacheKey key) {
  Expected<const void*> symbol = openSymbol(cache, key, "gene_program");
  if (!symbol) return symbol.failure();
  const auto* program = static_cast<const NativeProgram*>(*symbol);
  if (!program || program->abiHash != nativeAbiHash()) return foreign(key);
  return program;
}

Expected<const vm::NativeEntries*> openEntries(const Cache& cache, CacheKey key) {
  Expected<const void*> symbol = openSymbol(cache, key, "gene_entries");
  if (!symbol) return symbol.failure();
  const auto* entries = static_cast<const vm::NativeEntries*>(*symbol);
  if (!entries || entries->program->abiHash != nativeAbiHash()) return foreign(key);
  return entries;
}

}  // namespace gene::jit
