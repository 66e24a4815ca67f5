// gene doc --html: a page for each module, one for what is built in, and one that leads to them.

#include <algorithm>
#include <filesystem>

#include "driver/Command.h"
#include "driver/doc/Module.h"

namespace gene::driver {
namespace {

constexpr const char* BuiltinsFile = "builtins.html";

/// a/b is described in module-a.b.html: all files are in one folder.
std::string fileOf(const DocModule& module) {
  std::string name = module.name;
  std::ranges::replace(name, '/', '.');
  return "module-" + name + ".html";
}

std::string link(std::string_view address, std::string_view text) {
  return "<a href=\"" + escapedHtml(address) + "\">" + escapedHtml(text) + "</a>";
}

std::string titleOf(Span<const Library> libraries) {
  for (const Library& library : libraries)
    if (library.package) return library.package->name;
  return "Reference";
}

std::string navigationOf(Span<const Library> libraries) {
  std::string text = "<ul>\n<li>" + link("index.html", titleOf(libraries)) + "</li>\n</ul>\n<ul>\n";
  for (const Library& library : libraries)
    for (const auto& module : library.modules)
      text += "<li>" + link(fileOf(*module), module->name) + "</li>\n";
  return text + "</ul>\n<ul>\n<li>" + link(BuiltinsFile, "Built in") + "</li>\n</ul>\n";
}

std::string overview(Span<const Library> libraries, const Links& links) {
  Page page(&links);
  for (const Library& library : libraries) {
    if (library.package)
      page.heading(1, library.package->name + " " + library.package->version, "");
    else
      page.heading(1, "Modules", "");
    for (const auto& module : library.modules) page.item(module->name, module->summary());
  }
  return page.text();
}

}  // namespace

int writeSite(const std::string& folder, Span<const Library> libraries, bool all) {
  const std::filesystem::path root(folder);
  Links links;
  // What the sources define is meant before what is built in.
  for (const Library& library : libraries)
    for (const auto& module : library.modules) module->addLinks(links, fileOf(*module), all);
  addBuiltinLinks(links, BuiltinsFile);
  Links toModules;
  for (const Library& library : libraries)
    for (const auto& module : library.modules) toModules.emplace(module->name, fileOf(*module));
  const std::string navigation = navigationOf(libraries), title = titleOf(libraries);
  std::vector<std::pair<std::string, std::string>> files;
  files.emplace_back("style.css", htmlStyle());
  files.emplace_back("index.html", htmlPage(title, navigation, overview(libraries, toModules)));
  for (const Library& library : libraries)
    for (const auto& module : library.modules) {
      Page page(&links);
      module->write(page, 1, module->importedAs(library.package), all);
      files.emplace_back(fileOf(*module),
                         htmlPage(module->name + " - " + title, navigation, page.text()));
    }
  Page builtins(&links);
  writeAllBuiltins(builtins);
  files.emplace_back(BuiltinsFile, htmlPage("Built in", navigation, builtins.text()));
  for (const auto& [name, text] : files)
    if (const Status status = writeFile((root / name).string(), text); !status)
      return fail(status.message());
  return Success;
}

}  // namespace gene::driver
