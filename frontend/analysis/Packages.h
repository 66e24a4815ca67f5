#pragma once
// Packages: directories with a package.gene (08 §6).

#include <map>
#include <optional>
#include <string>

#include "frontend/syntax/Diagnostics.h"
#include "frontend/syntax/Form.h"
#include "runtime/support/Arena.h"

namespace gene {

struct Package {
  std::string directory;  // canonical
  std::string name, version;
  std::string sourceDirectory = "src", mainModule = "index", testDirectory = "tests";
};

/// What directory/package.gene says: flat ^key value pairs, or one map. Null, and perhaps a diagnostic, when it is not
/// there or cannot be read.
const MapForm* readManifestMap(const std::string& directory, SourceManager& sources, Arena& arena,
                               DiagnosticEngine& diagnostics);

/// The package that a file or directory lies in.
std::optional<Package> packageAround(const std::string& path);
/// A package that was looked for. Neither a package nor an error: there is none.
struct PackageSearch {
  std::optional<Package> package;
  std::string error;     // a lock file that is wrong, several packages of the name
  std::string lockFile;  // that decides it; empty without one
};
/// The package `name` as a module in `importer` finds it; `path` is the text of ^path, or empty. `registered`: the
/// directories of packages that ($dep …) named.
PackageSearch findPackage(const std::string& importer, const std::string& name,
                          const std::string& path,
                          const std::map<std::string, std::string>& registered);

}  // namespace gene
