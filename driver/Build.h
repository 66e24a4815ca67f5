#pragma once
// What the files of gene build share: Build.cpp (sources to executables and all that is on the way), BuildObjects.cpp (modules to
// objects, and objects to programs).

#include "driver/Command.h"
#include "runtime/support/PathMap.h"

namespace gene {
struct ModuleObject;
}

namespace gene::driver {

struct Target {
  std::string kind;  // ir, bytecode, llvm, asm, obj, exe; module: an object of one module
  std::string output;
};

/// What --path-prefix-map says; fails for what is no map.
Expected<PathMap> pathMap(const Options& options);
/// Adds the source under the name that outputs have for it.
Expected<Location> addMain(Session& session, const std::string& source, const PathMap& paths);
/// OUTPUTS: INPUTS in make's syntax, beside the output.
Status writeDependencies(const Target& t, const std::vector<std::string>& outputs,
                         const std::vector<std::string>& inputs, const Session& session);
/// The names of all files that were read, as make finds them.
std::vector<std::string> inputsOf(const Session& session, const PathMap& paths);

/// gene build -c: an object, and the module's interface beside it.
int buildModule(const std::string& source, const Options& options, const Target& t);
/// The objects that were given instead of a source; fails with what is wrong with one of them.
Expected<std::vector<ModuleObject>> readObjects(const std::vector<std::string>& files);
/// The level and whether it is for debuggers, as objects were compiled and options say; fails where that does not fit.
Status chooseLevel(Span<const ModuleObject> objects, const Options& options,
                   CompileOptions& compile);

}  // namespace gene::driver
