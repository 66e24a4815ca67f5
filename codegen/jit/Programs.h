#pragma once
// Programs as native code in the cache: whole ones, which `gene run` starts instead of the VM when they have been compiled
// before, and the entries for one that runs in the VM already.

#include "codegen/ir/Ir.h"
#include "codegen/jit/Cache.h"
#include "runtime/Program.h"
#include "runtime/image/NativeEntries.h"

namespace gene::jit {

/// What a program was made of, from its analysis: neither lowered nor optimised, that is what the cache saves.
struct ProgramIdentity {
  /// `environment`: the variables of the environment that it was made with.
  ProgramIdentity(const ir::Program& program, std::vector<std::string> environment);

  const SourceManager& sources;
  std::string mainFile;
  LanguageOptions language;
  std::vector<std::string> environment;
};

/// What tells a file from every other one that lay at its path, as words: its device, inode, size and times.
std::string fileIdentity(const char* path);
/// Likewise the compiler: this executable, and the code generator that belongs to it.
std::string compilerIdentity();

enum class Artefact : uint8_t { Program, Entries };
/// The key of what is compiled of a program: of its sources, the options of the language, the environment, and the compiler.
CacheKey programKey(const Cache& cache, const ProgramIdentity& identity, Artefact artefact);

/// Opens the native code of a program. What is there was read and checked, and belongs to this runtime. Fails with the reason
/// when the cache has none (Cache::NotThere), or nothing that can be used. It stays for the life of the process.
Expected<const NativeProgram*> openProgram(const Cache& cache, CacheKey key);
/// The same for the entries.
Expected<const vm::NativeEntries*> openEntries(const Cache& cache, CacheKey key);

}  // namespace gene::jit
