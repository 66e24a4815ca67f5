#pragma once
// What a package needs (package.gene) and what was chosen for it (package.gene.lock): 19-cli.md §19.9.

#include <map>
#include <string>
#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/support/Expected.h"

namespace gene {

/// Where a dependency comes from: a directory, a part of the package that needs it, or a git repository.
struct DependencySource {
  std::string type;                 // "path", "subdir", "git"
  std::string place;                // the path or URL, as it is written
  std::string commit, tag, branch;  // git: at most one in a manifest; a lock has the commit
  std::string subdirectory;         // git: of the repository
};

struct Dependency {
  std::string name, version;  // as ($dep NAME VERSION …) says
  DependencySource source;
};

struct Manifest {
  std::string directory, name, version;
  bool singleton = false;  // one version of it in a program
  std::vector<Dependency> dependencies;
};

/// ($dep "a/b" "*" ^path P …); else what is wrong with it.
Expected<Dependency> readDependency(const Form* form);
/// Reads DIRECTORY/package.gene. Fails with what is wrong in it.
Expected<Manifest> readManifest(const std::string& directory);
/// parent/name in small letters, not reserved; else what is wrong.
Status checkPackageName(const std::string& name);

/// A package that was chosen.
struct LockedPackage {
  std::string name, resolved, id;  // "a/b" "1.0.0" "a/b@1.0.0"
  std::string directory;           // relative to the lock file
  DependencySource source;
  std::string hash;
  bool singleton = false;
  std::map<std::string, std::string> dependencies;  // name → id
};

struct Lock {
  static constexpr int64_t Version = 1;
  std::map<std::string, std::string> roots;  // name → id
  std::map<std::string, LockedPackage> packages;
};

Expected<Lock> readLock(const std::string& file);
std::string printLock(const Lock& lock);

}  // namespace gene
