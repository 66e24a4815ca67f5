#include "frontend/analysis/Modules.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Separate.h"
#include "frontend/syntax/Reader.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/support/PathMap.h"
#include "runtime/support/Sandbox.h"

namespace gene {
namespace {

namespace fs = std::filesystem;

std::string realPath(const fs::path& path) {
  std::error_code failed;
  const fs::path result = fs::weakly_canonical(path, failed);
  return (failed ? path : result).string();
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

/// Is there a file, or the interface of what was one?
bool Modules::isThere(const std::string& path) const {
  std::error_code failed;
  return fs::is_regular_file(path, failed) ||
         (separate() &&
          separate()->interfaces.contains(displayName(realPath(fs::absolute(path, failed)))));
}

/// The file that `specifier` means in `directory`; empty when there is none.
std::string Modules::fileIn(const fs::path& directory, const std::string& specifier) const {
  const std::string plain = (directory / specifier).string();
  const bool named = specifier.ends_with(".gene") || specifier.ends_with(".gir");
  if (!named && isThere(plain + ".gene")) return realPath(plain + ".gene");
  return isThere(plain) ? realPath(plain) : std::string{};
}

/// The file that `specifier` means in the first group of places that has one; `ends` are the ends of the groups. A second
/// file in that group is given to `other`.
std::string Modules::fileInGroups(const std::vector<fs::path>& places, Span<const size_t> ends,
                                  const std::string& specifier, std::string* other) const {
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

ast::Module Modules::runMain(Span<Form*> forms, Location start) {
  auto& main = modules_.emplace_back(std::make_unique<LoadedModule>());
  given_ = sources_.path(start);
  main->name = sources_.name(start);
  main->path = realPath(given_);
  const bool isProgram = !separate() || separate()->isProgram;
  main->analyzer =
      std::make_unique<Analyzer>(program_, options_, diagnostics_, this, main.get(), isProgram);
  LoadedModule* module = main.get();
  loading_.push_back(module);
  module->program = &program_;
  ast::Module result = module->analyzer->run(forms);
  loading_.pop_back();
  module->loading = false;
  if (separate() && !diagnostics_.hasErrors()) finishSeparate(*module);
  result.imported = std::move(bodies_);
  return result;
}

/// What linking has to know of a module that was compiled alone.
void Modules::finishSeparate(LoadedModule& main) {
  const ModuleInterface interface = main.analyzer->interface();
  for (const auto& [name, global] : interface.published)
    if (global->from.empty()) program_.addExport(name, global);
  separate()->interface = printInterface(interface, main.name, options_);
  for (SeparateModule::Need& need : separate()->needs) {
    if (need.kind == SeparateModule::Need::File) continue;
    std::ranges::sort(need.taken);
    need.taken.erase(std::unique(need.taken.begin(), need.taken.end()), need.taken.end());
    for (const auto& module : modules_)
      if (module->name == need.name) need.hash = hashOfNames(module->interfaceText, need.taken);
  }
  if (const std::optional<Package> package = packageAround(main.path))
    separate()->package = shown(package->directory);
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
  if (path.empty() && specifier.starts_with('/')) path = fileIn(fs::path(), specifier);
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
    if (!known->loading) return imported(*known, place.importer, false);
    std::string chain;
    auto first = std::find(loading_.begin(), loading_.end(), known.get());
    for (; first != loading_.end(); ++first) chain += (*first)->path + " -> ";
    return failure("[GENE.MODULE.CYCLE] Cyclic import detected: " + chain + path);
  }
  LoadedModule* module = load(path);
  if (!module) return {.isReported = true, .error = {}};
  return imported(*module, place.importer, true);
}

/// A module as the import in `importer` finds it. Of a module that is compiled alone nobody knows what is imported before it: its
/// first import of another one runs that, unless it turns out when they are linked that it has run (codegen/compile/LinkModules.h).
Modules::Found Modules::imported(LoadedModule& module, const std::string& importer, bool isNew) {
  if (module.hasErrors) return {.isReported = true, .error = {}};
  if (separate() && importer == modules_.front()->path) {
    std::vector<SeparateModule::Need>& needs = separate()->needs;
    isNew = std::ranges::none_of(needs, [&](const SeparateModule::Need& need) {
      return need.kind == SeparateModule::Need::Module && need.name == module.name;
    });
    if (isNew) needs.push_back({SeparateModule::Need::Module, module.name, {}, 0});
  }
  return {.module = &module, .isNew = isNew, .error = {}};
}

std::optional<Package> Modules::packageOf(const LoadedModule* module) const {
  const LoadedModule* const main = modules_.front().get();
  const bool isGiven = (!module || module == main) && !options_.package.empty();
  std::optional<Package> found =
      packageAround(isGiven ? options_.package : (module ? module : main)->path);
  if (found) dependOn(*found);
  return found;
}

void Modules::noteTaken(const LoadedModule& module, Symbol name) {
  if (!separate() || loading_.back() != modules_.front().get()) return;
  for (SeparateModule::Need& need : separate()->needs)
    if (need.kind == SeparateModule::Need::Module && need.name == module.name)
      need.taken.emplace_back(name.text());
}

void Modules::noteApplication() {
  if (separate() && loading_.back() == modules_.front().get())
    separate()->asksForApplication = true;
}

std::string Modules::shown(const std::string& path) const {
  return extras_.paths ? (*extras_.paths)(path) : path;
}

/// The path as messages and debug information show it.
std::string Modules::displayName(const std::string& path) const {
  return shown(relativeName(path));
}

/// The path seen from where the main module was named, so that the same sources give the same program in every folder.
std::string Modules::relativeName(const std::string& path) const {
  const LoadedModule& main = *modules_.front();
  const fs::path named(given_);
  std::error_code failed;
  if (named.is_absolute()) return path;
  const fs::path relative = fs::path(path).lexically_relative(fs::path(main.path).parent_path());
  const fs::path shown = (named.parent_path() / relative).lexically_normal();
  // What is not there, because all there is of it is its interface, has a path from an absolute one only.
  const fs::path found = separate() ? fs::absolute(shown, failed) : shown;
  return realPath(found) == path ? shown.string() : path;
}

/// What a manifest says decides where modules are found.
void Modules::dependOn(const Package& package) const {
  dependOn(package.directory + "/package.gene");
}

void Modules::dependOn(const std::string& file) const {
  const std::string name = displayName(file);
  if (!sources_.contains(name)) static_cast<void>(sources_.addFile(file, name));
  if (!separate() || loading_.empty() || loading_.back() != modules_.front().get()) return;
  std::vector<SeparateModule::Need>& needs = separate()->needs;
  if (std::ranges::find(needs, name, &SeparateModule::Need::name) != needs.end()) return;
  for (const InputFile& input : sources_.dependencies())
    if (input.name == name) needs.push_back({SeparateModule::Need::File, name, {}, input.hash});
}

void Modules::registerDependency(const std::string& name, const std::string& place,
                                 const std::string& importer) {
  const std::optional<Package> own = packageAround(importer);
  const fs::path base = own ? fs::path(own->directory) : fs::path(importer).parent_path();
  dependencies_[name] = (base / place).string();
}

Symbol Modules::identify(Symbol name, bool isBuiltin) {
  const auto numbered = [&](const std::string& mark, uint32_t number) {
    return Symbol::of(std::string(name.text()) + IdentityMark + mark + std::to_string(number));
  };
  if (!separate()) {
    uint32_t& count = identities_[name];
    if (++count == 1 && isBuiltin) count++;
    return count == 1 ? name : numbered("", count);
  }
  // Which number the type has among all of that name is known when modules are linked.
  const LoadedModule& module = *loading_.back();
  const std::string mark = module.name + "#";
  const Symbol identity = numbered(mark, ++identities_[numbered(mark, 0)]);
  if (&module == modules_.front().get())
    separate()->identities.push_back(
        {identity, name, isBuiltin,
         std::ranges::any_of(separate()->needs, [](const SeparateModule::Need& need) {
           return need.kind == SeparateModule::Need::Module;
         })});
  return identity;
}

LoadedModule* Modules::load(const std::string& path) {
  const std::string name = displayName(path);
  const bool hasInterface = separate() && separate()->interfaces.contains(name);
  Expected<Location> start = hasInterface ? Expected<Location>(separate()->interfaces.at(name))
                                          : sources_.addFile(path, name);
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
  if (hasInterface)
    readInterfaceOf(*module, *start);
  else
    analyse(*module, *start);
  module->loading = false;
  module->hasErrors = diagnostics_.errorCount() != before;
  return module->hasErrors ? nullptr : module;
}

void Modules::analyse(LoadedModule& module, Location start) {
  const unsigned before = diagnostics_.errorCount();
  ir::Program& program = *module.program;
  const Span<Form*> forms = readProgram(start, program.arena, diagnostics_);
  // What could be read is looked at all the same, for the mistakes there.
  if (diagnostics_.errorCount() != before) diagnostics_.setIncomplete(start);
  module.analyzer =
      std::make_unique<Analyzer>(program, options_, diagnostics_, this, &module, false);
  loading_.push_back(&module);
  module.init = module.analyzer->run(forms).main;
  module.interface = module.analyzer->interface();
  loading_.pop_back();
  if (separate()) return becomeInterface(module, start);
  for (const Symbol name : module.interface.names())
    program.addExport(name, module.interface.find(name));
  bodies_.push_back(module.init);
  program_.modules.push_back(&program);
}

/// Of a module that another one imports which is compiled alone: its code is somebody else's.
void Modules::becomeInterface(LoadedModule& module, Location loc) {
  module.interfaceText = printInterface(module.interface, module.name, options_);
  if (!module.init) {
    module.init = module.program->arena.make<ast::Function>(loc);
    module.init->name = sym::Init;
  }
  module.init->lowered = module.program->addFunction(sym::Init, loc);
}

void Modules::readInterfaceOf(LoadedModule& module, Location start) {
  Expected<ModuleInterface> read = readInterface(sources_, start, *module.program, options_);
  if (!read) {
    diagnostics_.report({}, Diag::ImportFailed, {read.message()});
    return;
  }
  module.interface = std::move(*read);
  becomeInterface(module, start);
}

ast::Module analyze(Span<Form*> forms, ir::Program& program, const LanguageOptions& options,
                    DiagnosticEngine& diagnostics, SourceManager& sources, Location start,
                    const AnalysisExtras& extras) {
  Modules modules(sources, program, options, diagnostics, extras);
  return modules.runMain(forms, start);
}

}  // namespace gene
