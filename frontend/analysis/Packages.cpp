#include "frontend/analysis/Packages.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "frontend/analysis/Lock.h"
#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

namespace fs = std::filesystem;

std::optional<Package> packageIn(const fs::path& directory) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const MapForm* map = readManifestMap(directory.string(), sources, arena, diagnostics);
  if (!map) return std::nullopt;
  Package package;
  std::error_code failed;
  package.directory = fs::weakly_canonical(directory, failed).string();
  for (const Property& p : map->properties) {
    if (p.value->kind != FormKind::String) continue;
    const std::string value(as<StringForm>(*p.value).text);
    const std::string_view key = p.key.text();
    if (key == "name") package.name = value;
    if (key == "version") package.version = value;
    if (key == "source-dir") package.sourceDirectory = value;
    if (key == "main-module") package.mainModule = value;
    if (key == "test-dir") package.testDirectory = value;
  }
  return package;
}

}  // namespace

const MapForm* readManifestMap(const std::string& directory, SourceManager& sources, Arena& arena,
                               DiagnosticEngine& diagnostics) {
  Expected<Location> start = sources.addFile((fs::path(directory) / "package.gene").string());
  if (!start) return nullptr;
  // Pairs alone are no form: they are read as those of a map.
  const std::string text(sources.text(*start));
  const size_t first = text.find_first_not_of(" \t\r\n,");
  const bool isMap = first != std::string::npos && text[first] == '{';
  const Location at = isMap ? *start : sources.add("package.gene", "{" + text + "\n}");
  const Span<Form*> forms = readForms(at, arena, diagnostics);
  if (diagnostics.hasErrors() || forms.empty() || forms[0]->kind != FormKind::Map) return nullptr;
  return &as<MapForm>(*forms[0]);
}

std::optional<Package> packageAround(const std::string& path) {
  std::error_code failed;
  fs::path directory = fs::weakly_canonical(path, failed);
  for (;; directory = directory.parent_path()) {
    if (fs::is_regular_file(directory / "package.gene", failed)) return packageIn(directory);
    if (directory == directory.parent_path()) return std::nullopt;
  }
}

namespace {

/// The file package.gene.lock that a package in `directory` goes by; empty without one.
std::string lockAbove(fs::path directory) {
  std::error_code failed;
  for (;; directory = directory.parent_path()) {
    const fs::path file = directory / "package.gene.lock";
    if (fs::is_regular_file(file, failed)) return file.string();
    if (directory == directory.parent_path()) return {};
  }
}

/// What the lock file says: nothing where it does not know the package.
PackageSearch searchLock(const std::string& file, const std::optional<Package>& own,
                         const std::string& name) {
  PackageSearch result;
  auto invalid = [&](const std::string& problem) {
    result.error = "[GENE.PACKAGE.INVALID_LOCK] " + file + ": " + problem;
    return result;
  };
  Expected<Lock> lock = readLock(file);
  if (!lock) {
    result.error = lock.message();
    return result;
  }
  const fs::path base = fs::path(file).parent_path();
  std::error_code failed;
  const std::map<std::string, std::string>* edges = nullptr;
  for (const auto& [id, package] : lock->packages)
    if (own && fs::weakly_canonical(base / package.directory, failed).string() == own->directory)
      edges = &package.dependencies;
  if (!edges || !edges->contains(name)) edges = &lock->roots;
  auto edge = edges->find(name);
  if (edge == edges->end()) return result;
  auto node = lock->packages.find(edge->second);
  if (node == lock->packages.end()) return invalid("no package " + edge->second);
  result.package = packageIn(base / node->second.directory);
  if (!result.package) return invalid("missing directory for " + edge->second);
  return result;
}

/// The package in .gene/deps/NAME, or its only version below that.
PackageSearch searchInstalled(const fs::path& directory, const std::string& name) {
  std::vector<fs::path> candidates{directory};
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(directory, failed))
    candidates.push_back(entry.path());
  std::sort(candidates.begin(), candidates.end());
  PackageSearch result;
  std::string list;
  for (const fs::path& candidate : candidates) {
    if (!fs::is_regular_file(candidate / "package.gene", failed)) continue;
    std::optional<Package> found = packageIn(candidate);
    if (!found || found->name != name) continue;
    list += (list.empty() ? "" : ", ") + candidate.string();
    if (result.package)
      result.error = "[GENE.PACKAGE.AMBIGUOUS] Package '" + name + "' is ambiguous (matches=[";
    result.package = found;
  }
  if (!result.error.empty()) result.error += list + "])";
  return result;
}

std::vector<fs::path> placesOf(const fs::path& from, const std::optional<Package>& own) {
  std::vector<fs::path> places{from, from / "packages"};
  if (const char* more = std::getenv("GENE_PACKAGE_PATH")) {
    std::string text = more;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find(':', at), text.size());
      if (end > at) places.emplace_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  for (fs::path up = from; up != up.parent_path(); up = up.parent_path()) places.push_back(up);
  if (own) places.push_back(fs::path(own->directory).parent_path());
  return places;
}

}  // namespace

PackageSearch findPackage(const std::string& importer, const std::string& name,
                          const std::string& path,
                          const std::map<std::string, std::string>& registered) {
  PackageSearch result;
  const fs::path from = fs::path(importer).parent_path();
  const std::optional<Package> own = packageAround(importer);
  const fs::path base = own ? fs::path(own->directory) : from;
  if (!path.empty()) {
    result.package = packageAround((base / path).string());
    return result;
  }
  if (auto known = registered.find(name); known != registered.end()) {
    result.package = packageIn(known->second);
    return result;
  }
  result.lockFile = lockAbove(base);
  if (!result.lockFile.empty()) {
    PackageSearch locked = searchLock(result.lockFile, own, name);
    locked.lockFile = result.lockFile;
    if (locked.package || !locked.error.empty()) return locked;
  }
  std::vector<fs::path> candidates;
  if (own) {
    PackageSearch installed = searchInstalled(base / ".gene" / "deps" / name, name);
    installed.lockFile = result.lockFile;
    if (installed.package || !installed.error.empty()) return installed;
    // What the manifest says of it, where nothing was installed.
    if (Expected<Manifest> manifest = readManifest(own->directory); manifest)
      for (const Dependency& d : manifest->dependencies)
        if (d.name == name && d.source.type != "git") candidates.push_back(base / d.source.place);
  }
  const std::string last = name.substr(name.find_last_of('/') + 1);
  for (const fs::path& place : placesOf(from, own))
    for (const fs::path& candidate : {place / name, place / last}) candidates.push_back(candidate);
  std::error_code failed;
  for (const fs::path& candidate : candidates)
    if (fs::is_regular_file(candidate / "package.gene", failed))
      if (std::optional<Package> found = packageIn(candidate); found && found->name == name) {
        result.package = found;
        return result;
      }
  return result;
}

}  // namespace gene
