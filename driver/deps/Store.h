#pragma once
// The copies of packages below .gene/deps, and where they come from.

#include <memory>
#include <string>
#include <vector>

#include "driver/Command.h"
#include "frontend/analysis/Lock.h"

namespace gene::driver {

/// A package's sources as they were found; a clone goes when this goes.
struct Fetched {
  std::string directory;
  std::string commit;  // git
  std::unique_ptr<TemporaryFolder> clone;
};
/// Finds the sources of a dependency of the package in `owner`.
Expected<Fetched> fetch(const DependencySource& source, const std::string& owner);

/// SHA-256 over "RELPATH TAB SHA256 LF" of all files of a package, sorted. Fails when one cannot be read.
Expected<std::string> hashPackage(const std::string& directory);
/// Puts a copy of the package in `from` to `to`, which is there as a whole or not at all.
Status copyPackage(const std::string& from, const std::string& to);
/// Native libraries among the files of a package.
std::vector<std::string> nativeFiles(const std::string& directory);

}  // namespace gene::driver
