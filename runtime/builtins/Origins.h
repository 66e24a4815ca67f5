#pragma once
// Where a class, function, enum, namespace or instance stands: the path by which programs name it, and the module. What
// serialized references say, and how they are found again (15 §3).

#include <atomic>
#include <string>

#include "runtime/Context.h"

namespace gene {

struct Origin {
  std::string path;    // names joined by /
  std::string module;  // the file of its module; empty for built-ins
};

/// False for what has no name of its own at the level of a module or among the built-ins.
bool originOf(Context& context, Value object, Origin* origin);
/// What stands there, or absent; 0 when it raised. Without a module: a built-in, or something of the main module. A module
/// that is not part of the program is loaded from its file.
Value valueAt(Context& context, const Origin& origin);

/// Compiles the module in a file and runs it (codegen/eval); null where the program has no compiler in it.
using ModuleLoader = Program*(Context& context, const std::string& path);
extern std::atomic<ModuleLoader*> moduleLoader;

}  // namespace gene
