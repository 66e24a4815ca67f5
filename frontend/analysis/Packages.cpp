#include "frontend/analysis/Packages.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

namespace fs = std::filesystem;

std::optional<Package> readManifest(const fs::path& directory) {
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
  const std::span<Form*> forms = readForms(at, arena, diagnostics);
  if (diagnostics.hasErrors() || forms.empty() || forms[0]->kind != FormKind::Map) return nullptr;
  return &as<MapForm>(*forms[0]);
}

std::optional<Package> packageAround(const std::string& path) {
  std::error_code failed;
  fs::path directory = fs::weakly_canonical(path, failed);
  for (;; directory = directory.parent_path()) {
    if (fs::is_regular_file(directory / "package.gene", failed)) return readManifest(directory);
    if (directory == directory.parent_path()) return std::nullopt;
  }
}

std::optional<Package> findPackage(const std::string& importer, const std::string& name,
                                   const std::string& path) {
  std::error_code failed;
  const fs::path from = fs::path(importer).parent_path();
  const std::optional<Package> own = packageAround(importer);
  if (!path.empty()) {
    const fs::path base = own ? fs::path(own->directory) : from;
    return packageAround((base / path).string());
  }
  const std::string last = name.substr(name.find_last_of('/') + 1);
  std::vector<fs::path> places{from, from / "packages"};
  if (const char* more = std::getenv("GENE_PACKAGE_PATH")) {
    std::string text = more;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find(':', at), text.size());
      if (end > at) places.emplace_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  if (own) {
    places.insert(places.begin(), fs::path(own->directory) / ".gene" / "deps");
    places.push_back(fs::path(own->directory).parent_path());
  }
  for (fs::path up = from; up != up.parent_path(); up = up.parent_path()) places.push_back(up);
  for (const fs::path& place : places)
    for (const fs::path& candidate : {place / name, place / last})
      if (fs::is_regular_file(candidate / "package.gene", failed))
        if (std::optional<Package> found = readManifest(candidate); found && found->name == name)
          return found;
  return std::nullopt;
}

}  // namespace gene
