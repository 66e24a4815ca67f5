#pragma once
// Native code from IR. The implementation is a module of its own (libgene_llvm.so), because LLVM takes 10 ms to load:
// the driver opens it for the commands that need it and for no others. The module finds the IR, the image writer and
// what they stand on in the executable that opened it.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Expected.h"

namespace gene {

/// Objects that were emitted before.
struct ObjectStore {
  /// The object of this code, if it is there.
  std::function<std::optional<std::string>(std::string_view code)> find;
  /// Keeps the object of this code.
  std::function<void(std::string_view code, std::string_view object)> keep;
};

/// Code that becomes an object elsewhere: LLVM's bitcode, of which nothing is optimised yet.
struct NativeJob {
  std::string name;  // for messages
  std::string code;
};
/// The objects of the jobs, as compileNative makes them with this level.
using NativeDistributor = std::function<Expected<std::vector<std::string>>(
    const std::vector<NativeJob>& jobs, int level)>;

struct NativeOptions {
  enum class Emit { LlvmText, Assembly, Object };
  int level = 2;           // 0: fast to build; 1 to 3: LLVM's O2
  bool debugInfo = false;  // variables in the debug information, and line tables
  bool lines = true;       // line tables; what is linked without its symbols needs none
  bool shared = false;     // for an object that a running program opens, not for an executable
  Emit emit = Emit::Object;
  /// May there be several objects? They are the same whatever the number of processes that work on them.
  bool inParts = false;
  size_t partSize = 0;        // in instructions of the IR; 0: the usual size
  unsigned jobs = 1;          // processes
  bool showProgress = false;  // standard error is a terminal
  /// Where objects are looked for before they are made, if it is not null; several processes use it at once.
  const ObjectStore* store = nullptr;
  /// Who makes the objects that are not in the store; null: this process and its workers.
  NativeDistributor distribute = {};
};

/// What the module exports, through the function below.
struct NativeBackend {
  /// The bytes of the artefact, or of the objects that it is linked of: the same ones each time for the same program and
  /// options.
  Expected<std::vector<std::string>> (*emit)(const ir::Program& program,
                                             const NativeOptions& options);
  Expected<std::string> (*compile)(std::string_view code, int level);
  const char* llvmVersion;
};
extern "C" const NativeBackend* gene_native_backend();

/// Opens the module that belongs to this executable; fails with the loader's reason. Defined in Backend.cpp, part of
/// gene_link.
Expected<const NativeBackend*> loadNativeBackend();

/// Runs the linker that a package's module brings (codegen/llvm/Linker.cpp) with this command line; its exit code.
Expected<int> runLinker(int count, const char* const* words);

/// What the module emits; it is opened when first used.
Expected<std::vector<std::string>> emitNative(const ir::Program& program,
                                              const NativeOptions& options);

/// The object of a NativeJob's code.
Expected<std::string> compileNative(std::string_view code, int level);

}  // namespace gene
