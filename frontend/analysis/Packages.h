#pragma once
// Packages: directories with a package.gene (08 §6).

#include <optional>
#include <string>

namespace gene {

struct Package {
  std::string directory;  // canonical
  std::string name, version;
  std::string sourceDirectory = "src", mainModule = "index", testDirectory = "tests";
};

/// The package that a file or directory lies in.
std::optional<Package> packageAround(const std::string& path);
/// The package `name` as a module in `importer` finds it; `path` is the text of ^path, or empty.
std::optional<Package> findPackage(const std::string& importer, const std::string& name,
                                   const std::string& path);

}  // namespace gene
