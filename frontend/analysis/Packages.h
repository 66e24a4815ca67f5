#pragma once
// Packages: directories with a package.gene (08 §6).

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
/// The package `name` as a module in `importer` finds it; `path` is the text of ^path, or empty.
std::optional<Package> findPackage(const std::string& importer, const std::string& name,
                                   const std::string& path);

}  // namespace gene
