// gene deps: copies the packages that a package needs to .gene/deps, and checks them (19-cli.md §19.9).

#include <algorithm>
#include <filesystem>

#include "driver/Command.h"
#include "driver/deps/Store.h"
#include "frontend/analysis/Lock.h"
#include "frontend/analysis/Packages.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::string root;
  [[nodiscard]] std::string lockFile() const { return root + "/package.gene.lock"; }
  [[nodiscard]] std::string store() const { return root + "/.gene/deps"; }
};

/// v1.2.3 gives 1.2.3.
std::string versionOfTag(const std::string& tag) {
  return tag.size() > 1 && tag[0] == 'v' && tag[1] >= '0' && tag[1] <= '9' ? tag.substr(1) : tag;
}

/// Finds, copies and hashes all that a package needs, from the package outwards.
class Resolver {
 public:
  /// `before`: the lock whose git commits stay, but for `renewed`; null: none.
  Resolver(const Place& place, const Lock* before, std::string renewed, bool allowsNative)
      : place_(place), before_(before), renewed_(std::move(renewed)), allowsNative_(allowsNative) {}

  Expected<Lock> run() {
    Expected<Manifest> manifest = readManifest(place_.root);
    if (!manifest) return manifest.failure();
    path_.push_back(manifest->name);
    if (Status status = dependencies(*manifest, lock_.roots); !status)
      return Failure{status.message()};
    return std::move(lock_);
  }
  std::vector<std::string> warnings;

 private:
  Status dependencies(const Manifest& owner, std::map<std::string, std::string>& ids) {
    for (const Dependency& d : owner.dependencies) {
      if (std::ranges::find(path_, d.name) != path_.end()) {
        std::string chain;
        for (auto at = std::ranges::find(path_, d.name); at != path_.end(); ++at)
          chain += *at + " -> ";
        return Failure{"Dependency cycle detected: " + chain + d.name};
      }
      path_.push_back(d.name);
      Expected<std::string> id = dependency(d, owner);
      path_.pop_back();
      if (!id) return Failure{id.message()};
      ids[d.name] = *id;
    }
    return {};
  }

  /// The commit that the lock has for the same request.
  [[nodiscard]] std::string pinned(const Dependency& d) const {
    if (!before_ || d.name == renewed_ || d.source.type != "git" || !d.source.commit.empty())
      return {};
    for (const auto& [id, p] : before_->packages)
      if (p.name == d.name && p.source.place == d.source.place && p.source.tag == d.source.tag &&
          p.source.branch == d.source.branch)
        return p.source.commit;
    return {};
  }

  Expected<std::string> dependency(const Dependency& d, const Manifest& owner) {
    DependencySource source = d.source;
    if (const std::string commit = pinned(d); !commit.empty()) source.commit = commit;
    Expected<Fetched> found = fetch(source, owner.directory);
    if (!found) return found.failure();
    if (!fs::is_regular_file(found->directory + "/package.gene"))
      return Failure{"Package '" + d.name + "' was not found: no package.gene in " +
                     found->directory};
    Expected<Manifest> manifest = readManifest(found->directory);
    if (!manifest) return manifest.failure();
    if (manifest->name != d.name)
      return Failure{"Package '" + d.name + "' was not found: " + found->directory + " is '" +
                     manifest->name + "'"};
    LockedPackage p;
    p.name = d.name;
    p.resolved = versionOf(d, *manifest, found->commit);
    p.id = p.name + "@" + p.resolved;
    p.directory = ".gene/deps/" + p.name + "/" + p.resolved;
    p.source = d.source;
    if (p.source.type == "git") p.source.commit = found->commit;
    if (p.source.type != "git" && owner.directory != place_.root)
      p.source = {"path", fs::path(found->directory).lexically_relative(place_.root).string(),
                  {},     {},
                  {},     {}};
    p.singleton = manifest->singleton;
    Expected<std::string> hash = hashPackage(found->directory);
    if (!hash) return hash.failure();
    p.hash = *hash;
    if (Status status = checkOthers(p); !status) return Failure{status.message()};
    if (lock_.packages.contains(p.id)) return p.id;
    warn(d, *manifest, found->directory);
    if (Status status = copyPackage(found->directory, place_.root + "/" + p.directory); !status)
      return Failure{status.message()};
    const std::string id = p.id;
    lock_.packages[id] = p;
    std::map<std::string, std::string> ids;
    if (Status status = dependencies(*manifest, ids); !status) return Failure{status.message()};
    lock_.packages[id].dependencies = std::move(ids);
    return id;
  }

  static std::string versionOf(const Dependency& d, const Manifest& manifest,
                               const std::string& commit) {
    if (!manifest.version.empty()) return manifest.version;
    if (!d.source.tag.empty()) return versionOfTag(d.source.tag);
    if (!commit.empty()) return "sha-" + commit.substr(0, 8);
    return d.version.empty() || d.version == "*" ? "local" : d.version;
  }

  /// One id means the same files everywhere; of a singleton there is one version.
  Status checkOthers(const LockedPackage& p) const {
    for (const auto& [id, other] : lock_.packages) {
      if (other.name != p.name) continue;
      if (id == p.id && other.hash != p.hash)
        return Failure{"Package " + id + " is found twice with different files: " +
                       other.source.place + " and " + p.source.place};
      if (id != p.id && (p.singleton || other.singleton))
        return Failure{"Package '" + p.name + "' is a singleton, and needed as " + other.resolved +
                       " and " + p.resolved};
    }
    return {};
  }

  void warn(const Dependency& d, const Manifest& manifest, const std::string& directory) {
    if (!d.version.empty() && d.version != "*" && !manifest.version.empty() &&
        d.version != manifest.version)
      warnings.push_back(d.name + " is version " + manifest.version + ", " + d.version +
                         " is asked for");
    if (allowsNative_) return;
    for (const std::string& file : nativeFiles(directory))
      warnings.push_back(d.name + " contains native code: " + file +
                         " (--allow-native accepts it)");
  }

  const Place& place_;
  const Lock* const before_;
  const std::string renewed_;
  const bool allowsNative_;
  Lock lock_;
  std::vector<std::string> path_;
};

int verifyLock(const Place& place, const Lock& lock) {
  std::string problems;
  for (const auto& [id, p] : lock.packages) {
    const std::string directory = place.root + "/" + p.directory;
    if (!fs::is_directory(directory)) {
      problems += "\n  missing directory for " + id + ": " + p.directory;
      continue;
    }
    Expected<std::string> hash = hashPackage(directory);
    if (!hash)
      problems += "\n  " + hash.message();
    else if (*hash != p.hash)
      problems += "\n  hash mismatch for " + id + ": expected " + p.hash + ", got " + *hash;
  }
  if (!problems.empty()) return fail("verify failed:" + problems);
  std::printf("deps verify complete\nchecked nodes: %zu\n", lock.packages.size());
  return Success;
}

/// Makes the copies that are missing, from where the lock says that they were found.
Status restore(const Place& place, const Lock& lock) {
  for (const auto& [id, p] : lock.packages) {
    const std::string directory = place.root + "/" + p.directory;
    if (fs::is_directory(directory)) continue;
    Expected<Fetched> found = fetch(p.source, place.root);
    if (!found) return Failure{found.message()};
    if (!fs::is_directory(found->directory)) continue;  // verification says so
    if (Status status = copyPackage(found->directory, directory); !status) return status;
  }
  return {};
}

int resolve(const Place& place, const std::string& command, const Lock* before,
            const std::string& renewed, bool allowsNative) {
  Resolver resolver(place, before, renewed, allowsNative);
  Expected<Lock> lock = resolver.run();
  if (!lock) return fail(lock.message());
  if (Status status = writeFile(place.lockFile(), printLock(*lock)); !status)
    return fail(status.message());
  std::printf("deps %s complete\nroot dependencies: %zu\nresolved nodes: %zu\nlockfile: %s\n",
              command.c_str(), lock->roots.size(), lock->packages.size(),
              fs::path(place.lockFile()).filename().c_str());
  for (const std::string& warning : resolver.warnings)
    std::printf("warning: %s\n", warning.c_str());
  return Success;
}

int install(const Place& place, bool allowsNative) {
  if (!fs::exists(place.lockFile())) return resolve(place, "install", nullptr, "", allowsNative);
  Expected<Lock> lock = readLock(place.lockFile());
  if (!lock) return fail(lock.message());
  if (Status status = restore(place, *lock); !status) return fail(status.message());
  std::puts("deps install complete\nmode: lockfile");
  std::fflush(stdout);
  return verifyLock(place, *lock);
}

int update(const Place& place, const std::string& name, bool allowsNative) {
  Expected<Lock> before = readLock(place.lockFile());
  if (!name.empty()) {
    if (!before) return fail(before.message());
    const bool isKnown = std::ranges::any_of(
        before->packages, [&](const auto& entry) { return entry.second.name == name; });
    if (!isKnown) return fail("Package '" + name + "' is no dependency");
  }
  return resolve(place, "update", before && !name.empty() ? &*before : nullptr, name, allowsNative);
}

/// Removes the versions that the lock does not mention.
int collect(const Place& place) {
  Expected<Lock> lock = readLock(place.lockFile());
  if (!lock) return fail(lock.message());
  std::vector<fs::path> unused;
  std::error_code failed;
  for (const auto& parent : fs::directory_iterator(place.store(), failed))
    for (const auto& package : fs::directory_iterator(parent, failed))
      for (const auto& version : fs::directory_iterator(package, failed)) {
        const std::string relative = version.path().lexically_relative(place.root).string();
        if (std::ranges::none_of(lock->packages, [&](const auto& entry) {
              return entry.second.directory == relative;
            }))
          unused.push_back(version.path());
      }
  for (const fs::path& path : unused) {
    fs::remove_all(path, failed);
    // Empty folders go with their last version.
    for (fs::path up = path.parent_path(); up != place.store() && fs::is_empty(up, failed);
         up = up.parent_path())
      fs::remove(up, failed);
  }
  std::printf("deps gc complete\nremoved nodes: %zu\n", unused.size());
  return Success;
}

int clean(const Place& place) {
  std::error_code failed;
  fs::remove_all(place.store(), failed);
  if (failed) return fail("Cannot remove " + place.store() + ": " + failed.message());
  std::puts("deps clean complete");
  return Success;
}

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = {
      {"root", "DIR", "the package (default: the one around the current directory)"},
      {"allow-native", nullptr, "do not warn about native libraries in packages"},
      {"help,h", nullptr, "this text"},
  };
  return all;
}

}  // namespace

int deps(Arguments args) {
  Options options;
  if (!args.empty() && args.back() == "--root") return fail("--root requires a directory path");
  if (args.empty()) {
    std::fputs(commandHelp("deps", specs()).c_str(), stdout);
    return Success;
  }
  Expected<Options> parsed = parseOptions(specs(), args, Positionals::Anywhere);
  if (!parsed) return misuse(parsed.message());
  if (parsed->has("help"))
    if (const auto code = readCommandLine("deps", specs(), args, Positionals::Anywhere,
                                          UnknownOptions::Failure, options))
      return *code;
  options = std::move(*parsed);
  if (!options.unknown.empty()) return fail("Unknown argument: " + options.unknown[0]);
  const std::vector<std::string>& words = options.positional;
  const std::string command = words.empty() ? "" : words[0];
  const bool takesName = command == "update";
  const bool isKnown = takesName || command == "install" || command == "verify" ||
                       command == "gc" || command == "clean";
  if (!isKnown) return fail("Unknown deps subcommand: " + command);
  if (words.size() > (takesName ? 2u : 1u))
    return fail("Unknown argument: " + words[takesName ? 2 : 1]);
  const std::string from = options.get("root", fs::current_path().string());
  const std::optional<Package> package = packageAround(from);
  if (!package) return fail("Could not find package.gene from: " + from);
  const Place place{package->directory};
  const bool allowsNative = options.has("allow-native");
  if (command == "install") return install(place, allowsNative);
  if (command == "update") return update(place, words.size() > 1 ? words[1] : "", allowsNative);
  if (command == "gc") return collect(place);
  if (command == "clean") return clean(place);
  Expected<Lock> lock = readLock(place.lockFile());
  return lock ? verifyLock(place, *lock) : fail(lock.message());
}

}  // namespace gene::driver
