#pragma once
// Programs on the VM: what run, eval, pipe and run-examples share, from the options to the loaded program.

#include "driver/Command.h"

namespace gene::vm {
class Watch;
}
namespace gene::driver {
class NativeRun;
}

namespace gene::driver {

/// A source that is compiled and then run.
struct Job {
  Session session;
  Location start;
  Options options;
  RuntimeOptions runtime;
  bool printLast = false;
  std::string package;          // the directory that --pkg means
  int level = 1;                // of optimisation, when -O does not say
  vm::Watch* watch = nullptr;   // of --trace; made when the image is
  NativeRun* native = nullptr;  // of `gene run`: the program's native code may be in the cache

  /// Are the instructions shown first?
  [[nodiscard]] bool lists() const {
    return options.has("compile") || options.has("debug") || options.has("trace-instruction");
  }
};

/// The options of run.
const std::vector<OptionSpec>& runSpecs();
/// Those of eval and pipe: nothing is cached there.
std::vector<OptionSpec> evalSpecs();
/// What the options say about the runtime, on top of the environment. Fails for a wrong size.
Status runtimeOptions(const Options& options, RuntimeOptions& result);
/// Finds the package of --pkg; false after a failure that was reported.
bool choosePackage(Job& job);
/// Compiles and loads the source. Null after a failure that was reported; then `code` is the exit code.
Program* loadJob(Context& context, Job& job, int* code);
/// Loads a .gir file; null after a failure that was reported.
Program* loadGirJob(Context& context, Job& job, const std::string& path);
/// Compiles, loads and runs the source; returns the exit code.
int runJob(Job& job);

/// What --trace prints of the code of an image, which is not loaded yet.
vm::Watch* traceOf(Span<const uint8_t> image);

}  // namespace gene::driver
