// What is built in, as `gene doc` shows it: from the tables, and for namespaces from what is in them.

#include <algorithm>
#include <set>

#include "driver/Command.h"
#include "driver/Reference.h"
#include "driver/doc/Module.h"
#include "frontend/analysis/SpecialForms.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"

namespace gene::driver {
namespace {

/// println, math/sin, String/.map: what links to it end in.
std::string anchorOf(const BuiltinEntry& e) {
  const bool isMethod = e.table->members == Methods;
  return (e.owner.empty() ? std::string() : std::string(e.owner) + "/") + (isMethod ? "." : "") +
         std::string(e.name);
}

void writeBuiltin(Page& page, const BuiltinEntry& e) {
  page.heading(2, "", e.signature());
  page.prose(std::string(e.row->documentation) + "\n");
  std::string names;
  forEachName(e.row->function.names, [&](std::string_view name) {
    if (name != e.name) names += (names.empty() ? "`" : ", `") + std::string(name) + "`";
  });
  if (!names.empty()) page.prose("The same as " + names + ".\n");
}

void writeItem(Page& page, const BuiltinEntry& e) {
  page.anchor(anchorOf(e));
  page.item(e.signature(), e.row->documentation);
}

/// The functions and methods of an owner, below a heading. Are there any?
bool writeOwner(Page& page, int level, std::string_view owner) {
  bool isFirst = true;
  for (const auto& entries : {builtinFunctions(), builtinMethods()})
    for (const BuiltinEntry& e : entries) {
      if (e.owner != owner || !e.isFirstName()) continue;
      if (isFirst) page.anchor(owner);
      if (isFirst) page.heading(level, "", owner);
      isFirst = false;
      writeItem(page, e);
    }
  return !isFirst;
}

/// The namespace at a path, or null.
NamespaceObject* namespaceNamed(const std::string& path) {
  Context* names = namesContext();
  NamespaceObject* found = names ? names->globals : nullptr;
  for (size_t at = 0; found && at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const Value member = namespaceGet(found, Symbol::of(path.substr(at, end - at)));
    found = isKind(member, Kind::Namespace) ? as<NamespaceObject>(member) : nullptr;
    at = end + 1;
  }
  return found;
}

/// What else is in a namespace: global functions that it has, too, classes with their methods, values, other namespaces.
bool writeMembers(Page& page, const std::string& path, bool hasHeading) {
  const NamespaceObject* ns = namespaceNamed(path);
  if (!ns) return false;
  const auto* members = as<MapObject>(ns->members.get());
  std::vector<std::string> classes;
  for (uint32_t i = 0; (i = mapNext(members, i)) != MapEnd; i++) {
    const std::string name(members->entries[i].key.get().symbol().text());
    const Value value = members->entries[i].value.get();
    const std::string whole = path + "/" + name;
    if (findBuiltin(whole).row) continue;  // listed already
    if (!hasHeading) page.heading(2, "", path);
    hasHeading = true;
    const BuiltinEntry global = findBuiltin(name);
    if (isClass(value)) {
      classes.push_back(name);
    } else if (isKind(value, Kind::Namespace)) {
      page.item(whole, "a namespace: `gene doc " + whole + "` tells more");
    } else if (global.row) {
      page.item(global.signature(), global.row->documentation);
    } else {
      page.item(whole, "");
    }
  }
  for (const std::string& name : classes) {
    const bool isShown = writeOwner(page, 3, path + "/" + name) ||
                         (path != "gene" && writeOwner(page, 3, "gene/" + name));
    if (!isShown) page.item(path == "gene" ? name : path + "/" + name, "a class");
  }
  return hasHeading;
}

/// All owners, in the order of the tables; the global functions have none.
std::vector<std::string_view> allOwners() {
  std::vector<std::string_view> owners;
  for (const auto& entries : {builtinFunctions(), builtinMethods()})
    for (const BuiltinEntry& e : entries)
      if (std::ranges::find(owners, e.owner) == owners.end()) owners.push_back(e.owner);
  std::ranges::sort(owners);
  return owners;
}

}  // namespace

bool writeBuiltins(Page& page, const std::string& name) {
  bool found = false;
  if (name.starts_with('.')) {
    for (const BuiltinEntry& e : builtinMethods(std::string_view(name).substr(1))) {
      writeBuiltin(page, e);
      found = true;
    }
    return found;
  }
  if (const BuiltinEntry e = findBuiltin(name); e.row) {
    writeBuiltin(page, e);
    found = true;
  }
  if (const SpecialFormRow* row = specialFormRow(name); row && !row->shape.empty()) {
    page.heading(2, "", name);
    page.code(row->shape);
    page.prose(std::string(row->text) + "\n");
    found = true;
  }
  const bool isOwner = writeOwner(page, 2, name);
  return writeMembers(page, name, isOwner) || isOwner || found;
}

void writeAllBuiltins(Page& page) {
  page.heading(1, "Built in", "");
  page.heading(2, "Special forms", "");
  for (const std::string_view name : specialFormNames()) {
    page.anchor(name);
    page.item(specialFormRow(name)->shape, specialFormRow(name)->text);
  }
  page.heading(2, "Global functions", "");
  for (const BuiltinEntry& e : builtinFunctions())
    if (e.owner.empty() && e.isFirstName()) writeItem(page, e);
  for (const std::string_view owner : allOwners())
    if (!owner.empty()) writeOwner(page, 2, owner);
}

void addBuiltinLinks(Links& links, const std::string& file) {
  for (const std::string_view name : specialFormNames())
    links.emplace(name, file + "#" + std::string(name));
  for (const auto& entries : {builtinFunctions(), builtinMethods()})
    for (const BuiltinEntry& e : entries) {
      BuiltinEntry first = e;
      first.name = std::string_view(e.row->function.names)
                       .substr(0, std::string_view(e.row->function.names).find(' '));
      const std::string address = file + "#" + anchorOf(first);
      links.emplace(anchorOf(e), address);
      if (e.table->members == Methods) links.emplace("." + std::string(e.name), address);
    }
  for (const std::string_view owner : allOwners())
    if (!owner.empty()) links.emplace(owner, file + "#" + std::string(owner));
}

}  // namespace gene::driver
