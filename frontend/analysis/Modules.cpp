#include "frontend/analysis/Modules.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "codegen/ir/Ir.h"
#include "frontend/syntax/Reader.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/support/Sandbox.h"

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
  const bool named = specifier.ends_with(".gene") || specifier.ends_with(".gir");
  if (!named && fs::is_regular_file(plain.string() + ".gene", failed))
    return realPath(plain.string() + ".gene");
  return fs::is_regular_file(plain, failed) ? realPath(plain) : std::string{};
}

std::vector<fs::path> packagePlaces(const Package& package) {
  const fs::path root = package.directory;
  return {root, root / package.sourceDirectory, root / "src", root / "lib", root / "build"};
}

/// The file that `specifier` means in the first group of places that has one; `ends` are the ends of the groups. A second
/// file in that group is given to `other`.
std::string fileInGroups(const std::vector<fs::path>& places, Span<const size_t> ends,
                         const std::string& specifier, std::string* other) {
  std::string path;
  size_t i = 0;
  for (const size_t end : ends) {
    for (; i < end; i++) {
      const std::string found = fileIn(places[i], specifier);
      if (path.empty()) path = found;
      if (!found.empty() && found != path && other->empty()) *other = found;
    }
    if (!path.empty()) break;
  }
  return path;
}

std::string list(const std::vector<fs::path>& places) {
  std::string text;
  for (const fs::path& place : places) text += (text.empty() ? "" : ", ") + place.string();
  return text;
}

/// A module in one of the places, whose name is near to `specifier`; empty without one.
std::string nearModule(const std::vector<fs::path>& places, const std::string& specifier) {
  const fs::path wanted(specifier);
  for (const fs::path& place : places) {
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(place / wanted.parent_path(), failed))
      if (entry.path().extension() == ".gene") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    if (const std::string_view near = nearest(wanted.stem().string(), candidates); !near.empty())
      return (wanted.parent_path() / near).string();
  }
  return {};
}

Modules::Found failure(std::string message) { return {.error = std::move(message)}; }

Modules::Found outside(const std::string& specifier, const std::string& path) {
  return failure("[GENE.SANDBOX.DENIED] Module '" + specifier +
                 "' lies outside of the program's folder (" + path + ")");
}

}  // namespace

ast::Module Modules::runMain(Span<Form*> forms, Location start) {
  auto& main = modules_.emplace_back(std::make_unique<LoadedModule>());
  main->name = sources_.name(start);
  main->path = realPath(main->name);
  main->analyzer =
      std::make_unique<Analyzer>(program_, options_, diagnostics_, this, main.get(), true);
  LoadedModule* module = main.get();
  loading_.push_back(module);
  module->program = &program_;
  ast::Module result = module->analyzer->run(forms);
  loading_.pop_back();
  module->loading = false;
  result.imported = std::move(bodies_);
  return result;
}

Modules::Found Modules::find(const Place& place) {
  std::string specifier = place.specifier;
  const fs::path from = fs::path(place.importer).parent_path();
  std::vector<fs::path> places;
  size_t afterPackage = 0;  // the first place behind those of a package
  std::string boundary;
  if (!place.package.empty()) {
    if (place.package.starts_with("gene"))
      return failure("Package name '" + place.package + "' uses a reserved namespace");
    const PackageSearch search =
        findPackage(place.importer, place.package, place.packagePath, dependencies_);
    const std::optional<Package>& package = search.package;
    if (!search.lockFile.empty()) dependOn(search.lockFile);
    if (!search.error.empty()) return failure(search.error);
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
    dependOn(*package);
    places = packagePlaces(*package);
    afterPackage = places.size();
    boundary = package->directory;
  } else {
    places = {from};
    if (const std::optional<Package> own = packageAround(place.importer)) {
      dependOn(*own);
      for (const fs::path& more : packagePlaces(*own)) places.push_back(more);
    }
    afterPackage = places.size();
    if (const char* workspace = std::getenv("GENE_WORKSPACE_PATH")) {
      const std::string text = workspace;
      for (size_t at = 0; at <= text.size();) {
        const size_t end = std::min(text.find(':', at), text.size());
        if (end > at) places.push_back(fs::path(text.substr(at, end - at)) / "src");
        at = end + 1;
      }
    }
  }
  std::string other;
  const size_t groups[] = {place.package.empty() ? size_t{1} : 0, afterPackage, places.size()};
  std::string path = fileInGroups(places, groups, specifier, &other);
  if (!other.empty())
    return failure("[GENE.MODULE.AMBIGUOUS] Module '" + place.specifier +
                   "' is ambiguous (importer=" + place.importer + "; specifier=" + place.specifier +
                   "; matches=[" + path + ", " + other + "])");
  if (path.empty() && specifier.starts_with('/')) path = fileIn({}, specifier);
  if (!path.empty() && !sandbox::allowsModule(path)) return outside(place.specifier, path);
  if (path.empty()) {
    Found missing =
        failure("[GENE.MODULE.NOT_FOUND] Module '" + place.specifier +
                "' was not found (importer=" + place.importer + "; specifier=" + place.specifier +
                "; searched=[" + list(places) + "])");
    if (!sandbox::isOn()) missing.near = nearModule(places, specifier);
    return missing;
  }
  if (!boundary.empty() && !path.starts_with(boundary + "/"))
    return failure("[GENE.PACKAGE.BOUNDARY] Resolved module escapes package root (" + path + ")");
  for (const auto& known : modules_) {
    if (known->path != path) continue;
    if (!known->loading) {
      if (known->hasErrors) return {.isReported = true, .error = {}};
      return {.module = known.get(), .error = {}};
    }
    std::string chain;
    auto first = std::find(loading_.begin(), loading_.end(), known.get());
    for (; first != loading_.end(); ++first) chain += (*first)->path + " -> ";
    return failure("[GENE.MODULE.CYCLE] Cyclic import detected: " + chain + path);
  }
  LoadedModule* module = load(path);
  if (!module) return {.isReported = true, .error = {}};
  return {.module = module, .isNew = true, .error = {}};
}

std::optional<Package> Modules::packageOf(const LoadedModule* module) const {
  const LoadedModule* const main = modules_.front().get();
  const bool isGiven = (!module || module == main) && !options_.package.empty();
  std::optional<Package> found =
      packageAround(isGiven ? options_.package : (module ? module : main)->path);
  if (found) dependOn(*found);
  return found;
}

/// The path as messages and debug information show it: seen from where the main module was named, so that the same sources
/// give the same program in every folder.
std::string Modules::displayName(const std::string& path) const {
  const LoadedModule& main = *modules_.front();
  const fs::path named(main.name);
  if (named.is_absolute()) return path;
  const fs::path relative = fs::path(path).lexically_relative(fs::path(main.path).parent_path());
  const fs::path shown = (named.parent_path() / relative).lexically_normal();
  return realPath(shown) == path ? shown.string() : path;
}

/// What a manifest says decides where modules are found.
void Modules::dependOn(const Package& package) const {
  dependOn(package.directory + "/package.gene");
}

void Modules::dependOn(const std::string& file) const {
  const std::string name = displayName(file);
  if (!sources_.contains(name)) static_cast<void>(sources_.addFile(file, name));
}

void Modules::registerDependency(const std::string& name, const std::string& place,
                                 const std::string& importer) {
  const std::optional<Package> own = packageAround(importer);
  const fs::path base = own ? fs::path(own->directory) : fs::path(importer).parent_path();
  dependencies_[name] = (base / place).string();
}

Symbol Modules::identify(Symbol name) {
  const uint32_t number = ++identities_[name];
  return number == 1 ? name
                     : Symbol::of(std::string(name.text()) + IdentityMark + std::to_string(number));
}

LoadedModule* Modules::load(const std::string& path) {
  const std::string name = displayName(path);
  Expected<Location> start = sources_.addFile(path, name);
  if (!start) {
    diagnostics_.report({}, Diag::ImportFailed, {start.message()});
    return nullptr;
  }
  LoadedModule* module = modules_.emplace_back(std::make_unique<LoadedModule>()).get();
  module->path = path;
  module->name = name;
  const unsigned before = diagnostics_.errorCount();
  // What is made of the module lives as long as the main program, also after errors.
  ir::Program& program = program_.newModule();
  program.mainFile = program.arena.copy(std::string_view(name));
  module->program = &program;
  const Span<Form*> forms = readProgram(*start, program.arena, diagnostics_);
  // What could be read is looked at all the same, for the mistakes there.
  if (diagnostics_.errorCount() != before) diagnostics_.setIncomplete(*start);
  module->analyzer =
      std::make_unique<Analyzer>(program, options_, diagnostics_, this, module, false);
  loading_.push_back(module);
  module->init = module->analyzer->run(forms).main;
  for (const Symbol exported : module->analyzer->publishedNames())
    program.addExport(exported, module->analyzer->publishedGlobal(exported));
  loading_.pop_back();
  bodies_.push_back(module->init);
  program_.modules.push_back(&program);
  module->loading = false;
  module->hasErrors = diagnostics_.errorCount() != before;
  return module->hasErrors ? nullptr : module;
}

ast::Module analyze(Span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics, SourceManager& sources, Location start,
                    const AnalysisExtras& extras) {
  Modules modules(sources, program, options, diagnostics, extras);
  return modules.runMain(forms, start);
}

}  // namespace gene
