// gene doc: the reference of a package, a file or a name, from comments, examples and the tables of built-ins.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "driver/Command.h"
#include "driver/Reference.h"
#include "driver/doc/Module.h"
#include "frontend/analysis/Packages.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

/// Reads the sources below a folder, the module `first` before the others.
void readFolder(Library& library, const fs::path& folder, const std::string& first) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    const bool isHidden = entry->path().filename().string().starts_with('.');
    if (isHidden && entry->is_directory(failed)) entry.disable_recursion_pending();
    if (!isHidden && entry->path().extension() == ".gene" &&
        entry->path().filename() != "package.gene")
      paths.push_back(entry->path().string());
  }
  const auto nameOf = [&](const std::string& path) {
    return fs::path(path).lexically_relative(folder).replace_extension().string();
  };
  std::ranges::sort(
      paths, {}, [&](const std::string& path) { return std::pair(nameOf(path) != first, path); });
  for (const std::string& path : paths) {
    std::unique_ptr<DocModule> module = DocModule::read(path, nameOf(path));
    library.isBroken |= !module;
    if (module) library.modules.push_back(std::move(module));
  }
}

Library libraryOf(const Package& package) {
  Library library{.package = package, .modules = {}};
  readFolder(library, fs::path(package.directory) / package.sourceDirectory, package.mainModule);
  return library;
}

Library libraryAt(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    Library library;
    library.modules.push_back(DocModule::read(path, fs::path(path).stem().string()));
    if (!library.modules[0]) library = {.package = {}, .modules = {}, .isBroken = true};
    return library;
  }
  if (fs::exists(fs::path(path) / "package.gene", failed))
    if (const std::optional<Package> package = packageAround(path)) return libraryOf(*package);
  Library library;
  readFolder(library, path, "index");
  return library;
}

bool writeLibrary(Page& page, const Library& library, bool all) {
  if (library.package) page.heading(1, library.package->name, library.package->version);
  bool any = false;
  for (const std::unique_ptr<DocModule>& module : library.modules)
    any |= module->write(page, library.package ? 2 : 1, module->importedAs(library.package), all);
  return any;
}

int unknownName(const std::string& name, Span<const Library> libraries) {
  std::vector<std::string> names;
  for (const Library& library : libraries)
    for (const auto& module : library.modules) module->addNames(names);
  std::set<std::string> owners;
  for (const BuiltinEntry& e : builtinFunctions()) {
    names.push_back((e.owner.empty() ? "" : std::string(e.owner) + "/") + std::string(e.name));
    owners.emplace(e.owner);
  }
  for (const BuiltinEntry& e : builtinMethods()) {
    names.push_back("." + std::string(e.name));
    owners.emplace(e.owner);
  }
  names.insert(names.end(), owners.begin(), owners.end());
  for (const std::string_view form : specialFormNames()) names.emplace_back(form);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string text = "Nothing is known about '" + name + "'";
  if (std::ranges::find(names, "." + name) != names.end())
    return fail(text + "\nMethods have a dot before their name: gene doc ." + name);
  const std::string_view near = nearest(name, views);
  return fail(near.empty() ? text : text + "\nDid you mean '" + std::string(near) + "'?");
}

/// Text where somebody reads it, unless --format says something else.
std::optional<Page::Look> lookOf(const Options& options) {
  const std::string format = options.get("format");
  const bool isTerminal = !options.has("output") && ::isatty(STDOUT_FILENO);
  const char* no = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool isDumb = terminal && std::string_view(terminal) == "dumb";
  if (format == "markdown" || (format.empty() && !isTerminal)) return Page::Look::Markdown;
  if (!format.empty() && format != "text") return std::nullopt;
  return isTerminal && !(no && *no) && !isDumb ? Page::Look::Coloured : Page::Look::Text;
}

/// Sorts the words into sources, which are read, and names; an exit code after a mistake.
std::optional<int> readSources(const std::vector<std::string>& words,
                               std::vector<Library>& libraries, std::vector<std::string>& names) {
  for (const std::string& word : words) {
    std::error_code failed;
    if (word.ends_with(".gene") || fs::exists(word, failed))
      libraries.push_back(libraryAt(word));
    else
      names.push_back(word);
  }
  if (libraries.empty()) {
    const std::string here = fs::current_path().string();
    const std::optional<Package> package = packageAround(here);
    if (package) libraries.push_back(libraryOf(*package));
    if (!package && names.empty())
      return fail("There is no package here: gene doc takes a file, a folder or a name");
  }
  return std::nullopt;
}

}  // namespace

int doc(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"format,f", "markdown|text", "what is written (default: text on a terminal, else markdown)"},
      {"output,o", "FILE", "where to write it (default: standard output)"},
      {"html", "DIR", "a folder of pages for a browser, whose names lead to each other"},
      {"all,a", nullptr, "what modules do not publish as well"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("doc", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const std::optional<Page::Look> look = lookOf(options);
  if (!look)
    return misuse("Invalid format '" + options.get("format") + "'. Must be: markdown or text");
  namesContext();  // knows the tables of runtime/async, too
  std::vector<Library> libraries;
  std::vector<std::string> names;
  if (const auto code = readSources(options.positional, libraries, names)) return *code;
  Page page(*look);
  int code = Success;
  for (const Library& library : libraries)
    if (library.isBroken) code = Failed;
  if (options.has("html")) {
    if (!names.empty()) return misuse("--html is about sources, not about '" + names[0] + "'");
    const int written = writeSite(options.get("html"), libraries, options.has("all"));
    return written == Success ? code : written;
  }
  if (names.empty())
    for (const Library& library : libraries)
      if (!writeLibrary(page, library, options.has("all")) && !library.isBroken)
        code = fail("Nothing is published there; --all shows the rest");
  for (const std::string& name : names) {
    bool found = false;
    for (const Library& library : libraries)
      for (const auto& module : library.modules) found |= module->writeNamed(page, name);
    found |= writeBuiltins(page, name);
    if (!found) code = unknownName(name, libraries);
  }
  const Status status = writeFile(options.get("output", "-"), page.text());
  return status ? code : fail(status.message());
}

}  // namespace gene::driver
