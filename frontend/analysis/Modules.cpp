#include "frontend/analysis/Modules.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

namespace fs = std::filesystem;

std::string realPath(const fs::path& path) {
  std::error_code failed;
  const fs::path result = fs::weakly_canonical(path, failed);
  return (failed ? path : result).string();
}

/// The file that `specifier` means in `directory`; empty when there is none.
std::string fileIn(const fs::path& directory, const std::string& specifier) {
  std::error_code failed;
  const fs::path plain = directory / specifier;
  const bool named = specifier.ends_with(".gene");
  if (!named && fs::is_regular_file(plain.string() + ".gene", failed))
    return realPath(plain.string() + ".gene");
  return fs::is_regular_file(plain, failed) ? realPath(plain) : std::string{};
}

std::vector<fs::path> packagePlaces(const Package& package) {
  const fs::path root = package.directory;
  return {root, root / package.sourceDirectory, root / "src", root / "lib", root / "build"};
}

std::string list(const std::vector<fs::path>& places) {
  std::string text;
  for (const fs::path& place : places) text += (text.empty() ? "" : ", ") + place.string();
  return text;
}

Modules::Found failure(std::string message) { return {nullptr, false, std::move(message)}; }

}  // namespace

ast::Module Modules::runMain(std::span<Form*> forms, Location start) {
  auto& main = modules_.emplace_back(std::make_unique<LoadedModule>());
  main->name = sources_.name(start);
  main->path = realPath(main->name);
  main->analyzer =
      std::make_unique<Analyzer>(program_, options_, diagnostics_, this, main.get(), true);
  LoadedModule* module = main.get();
  loading_.push_back(module);
  const ast::Module result = module->analyzer->run(forms);
  loading_.pop_back();
  module->loading = false;
  return result;
}

Modules::Found Modules::find(const Place& place) {
  std::string specifier = place.specifier;
  const fs::path from = fs::path(place.importer).parent_path();
  std::vector<fs::path> places;
  std::string boundary;
  if (!place.package.empty()) {
    const std::optional<Package> package =
        findPackage(place.importer, place.package, place.packagePath);
    if (!package)
      return failure("[GENE.PACKAGE.NOT_FOUND] Package '" + place.package +
                     "' was not found (importer=" + place.importer + "; package=" + place.package +
                     "; searched=[" + from.string() + "])");
    const std::string last = place.package.substr(place.package.find_last_of('/') + 1);
    if (specifier == "index") specifier = package->mainModule;
    for (const std::string& prefix : {place.package + "/", last + "/"})
      if (specifier.starts_with(prefix)) {
        specifier = specifier.substr(prefix.size());
        break;
      }
    places = packagePlaces(*package);
    boundary = package->directory;
  } else {
    places = {from};
    if (const std::optional<Package> own = packageAround(place.importer))
      for (const fs::path& more : packagePlaces(*own)) places.push_back(more);
    if (const char* workspace = std::getenv("GENE_WORKSPACE_PATH")) {
      const std::string text = workspace;
      for (size_t at = 0; at <= text.size();) {
        const size_t end = std::min(text.find(':', at), text.size());
        if (end > at) places.push_back(fs::path(text.substr(at, end - at)) / "src");
        at = end + 1;
      }
    }
  }
  std::string path;
  for (size_t i = 0; path.empty() && i < places.size(); i++) path = fileIn(places[i], specifier);
  if (path.empty() && specifier.starts_with('/')) path = fileIn({}, specifier);
  if (path.empty())
    return failure("[GENE.MODULE.NOT_FOUND] Module '" + place.specifier +
                   "' was not found (importer=" + place.importer +
                   "; specifier=" + place.specifier + "; searched=[" + list(places) + "])");
  if (!boundary.empty() && !path.starts_with(boundary + "/"))
    return failure("[GENE.PACKAGE.BOUNDARY] Resolved module escapes package root (" + path + ")");
  for (const auto& known : modules_) {
    if (known->path != path) continue;
    if (!known->loading) return {known.get(), false, {}};
    std::string chain;
    auto first = std::find(loading_.begin(), loading_.end(), known.get());
    for (; first != loading_.end(); ++first) chain += (*first)->path + " -> ";
    return failure("[GENE.MODULE.CYCLE] Cyclic import detected: " + chain + path);
  }
  LoadedModule* module = load(path);
  if (!module) return failure("Module '" + place.specifier + "' has errors");
  return {module, true, {}};
}

std::optional<Package> Modules::packageOf(const LoadedModule* module) const {
  const LoadedModule* const main = modules_.front().get();
  if ((!module || module == main) && !options_.package.empty())
    return packageAround(options_.package);
  return packageAround((module ? module : main)->path);
}

LoadedModule* Modules::load(const std::string& path) {
  Expected<Location> start = sources_.addFile(path);
  if (!start) return nullptr;
  LoadedModule* module = modules_.emplace_back(std::make_unique<LoadedModule>()).get();
  module->path = module->name = path;
  const std::span<Form*> forms = readForms(*start, program_.arena, diagnostics_);
  if (diagnostics_.hasErrors()) return nullptr;
  module->analyzer =
      std::make_unique<Analyzer>(program_, options_, diagnostics_, this, module, false);
  loading_.push_back(module);
  module->init = module->analyzer->run(forms).main;
  loading_.pop_back();
  module->loading = false;
  return module;
}

ast::Module analyze(std::span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics, SourceManager& sources, Location start) {
  Modules modules(sources, program, options, diagnostics);
  return modules.runMain(forms, start);
}

}  // namespace gene
