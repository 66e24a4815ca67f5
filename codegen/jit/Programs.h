#pragma once
// Whole programs as native code in the cache: what `gene run` starts instead of the VM when it has been compiled before.

#include "codegen/ir/Ir.h"
#include "codegen/jit/Cache.h"
#include "runtime/Program.h"

namespace gene::jit {

/// The key of a program that was analysed: of its sources, the options of the language, the variables of the environment
/// that it was made with, and the compiler. Neither lowered nor optimised: that is what the cache saves.
CacheKey programKey(const Cache& cache, const ir::Program& program,
                    const std::vector<std::string>& environment);

/// Opens the native code of a program. What is there was read and checked, and belongs to this runtime. Fails with the reason
/// when the cache has none (Cache::NotThere), or nothing that can be used. It stays for the life of the process.
Expected<const NativeProgram*> openProgram(const Cache& cache, CacheKey key);

}  // namespace gene::jit
