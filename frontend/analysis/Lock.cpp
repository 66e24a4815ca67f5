#include "frontend/analysis/Lock.h"

#include <algorithm>
#include <filesystem>

#include "frontend/analysis/Packages.h"
#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

std::string textOf(const Form* form) {
  if (form->kind == FormKind::String) return std::string(as<StringForm>(*form).text);
  return form->kind == FormKind::Symbol ? std::string(symbolOf(form).text()) : printForm(*form);
}

bool isTrue(const Form* form) { return form->kind == FormKind::True; }

const Form* member(const Form* map, std::string_view key) {
  if (!map || map->kind != FormKind::Map) return nullptr;
  for (const Property& p : as<MapForm>(*map).properties)
    if (p.key.text() == key) return p.value;
  return nullptr;
}
std::string textMember(const Form* map, std::string_view key) {
  const Form* found = member(map, key);
  return found ? textOf(found) : std::string{};
}
std::map<std::string, std::string> textMap(const Form* map) {
  std::map<std::string, std::string> result;
  if (map && map->kind == FormKind::Map)
    for (const Property& p : as<MapForm>(*map).properties)
      result[std::string(p.key.text())] = textOf(p.value);
  return result;
}

LockedPackage readPackage(std::string_view id, const Form* map) {
  LockedPackage p;
  p.id = id;
  p.name = textMember(map, "name");
  p.resolved = textMember(map, "resolved");
  p.directory = textMember(map, "dir");
  p.hash = textMember(map, "sha256");
  const Form* singleton = member(map, "singleton");
  p.singleton = singleton && isTrue(singleton);
  p.dependencies = textMap(member(map, "dependencies"));
  const Form* source = member(map, "source");
  p.source.type = textMember(source, "type");
  p.source.place = textMember(source, p.source.type == "git" ? "git" : "path");
  p.source.commit = textMember(source, "commit");
  p.source.tag = textMember(source, "tag");
  p.source.branch = textMember(source, "branch");
  p.source.subdirectory = textMember(source, "subdir");
  return p;
}

/// Maps of texts, numbers and maps, with sorted keys.
class LockWriter {
 public:
  void open(const std::string& key) {
    line(key.empty() ? "{" : "^" + key + " {");
    depth_++;
  }
  void close() {
    depth_--;
    line("}");
  }
  void plain(const std::string& key, const std::string& value) { line("^" + key + " " + value); }
  void text(const std::string& key, const std::string& value) {
    plain(key, printForm(StringForm(FormKind::String, {}, value)));
  }
  void texts(const std::string& key, const std::map<std::string, std::string>& map) {
    if (map.empty()) return plain(key, "{}");
    open(key);
    for (const auto& [name, value] : map) text(name, value);
    close();
  }
  std::string out;

 private:
  void line(const std::string& what) { out += std::string(2 * depth_, ' ') + what + "\n"; }
  size_t depth_ = 0;
};

}  // namespace

Status checkPackageName(const std::string& name) {
  const size_t slash = name.find('/');
  auto isSegment = [](std::string_view s) {
    auto isAlphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !s.empty() && s[0] >= 'a' && s[0] <= 'z' && isAlphanumeric(s.back()) &&
           std::ranges::all_of(s, [&](char c) {
             return isAlphanumeric(c) || std::string_view("-_+&").find(c) != std::string_view::npos;
           });
  };
  if (slash == std::string::npos || !isSegment(std::string_view(name).substr(0, slash)) ||
      !isSegment(std::string_view(name).substr(slash + 1)))
    return Failure{"Package name must be <parent>/<pkg>: " + name};
  if (name.starts_with("gene"))
    return Failure{"Package name '" + name + "' uses a reserved namespace"};
  return {};
}

Expected<Dependency> readDependency(const Form* form) {
  const auto* g = form->kind == FormKind::Gene ? &as<GeneForm>(*form) : nullptr;
  const bool isDep = g && symbolOf(g->head).text() == "$dep";
  if (!isDep || g->children.empty() || g->children[0]->kind != FormKind::String)
    return Failure{"Invalid dependency: " + printForm(*form) +
                   "; expected ($dep \"parent/name\" \"*\" ^path \"...\")"};
  Dependency d;
  d.name = textOf(g->children[0]);
  if (g->children.size() > 1) d.version = textOf(g->children[1]);
  std::string path, subdirectory, git;
  for (const Property& p : g->properties) {
    const std::string_view key = p.key.text();
    const std::string value = textOf(p.value);
    if (key == "path") path = value;
    if (key == "subdir") subdirectory = value;
    if (key == "git") git = value;
    if (key == "commit") d.source.commit = value;
    if (key == "tag") d.source.tag = value;
    if (key == "branch") d.source.branch = value;
  }
  if (Status status = checkPackageName(d.name); !status) return Failure{status.message()};
  const int refs = !d.source.commit.empty() + !d.source.tag.empty() + !d.source.branch.empty();
  if (refs > 1)
    return Failure{"Dependency '" + d.name + "' may have one of ^commit, ^tag and ^branch"};
  if (refs != 0 && git.empty())
    return Failure{"Dependency '" + d.name + "' has ^commit, ^tag or ^branch without ^git"};
  if (!git.empty() && !path.empty())
    return Failure{"Dependency '" + d.name + "' has both ^git and ^path"};
  if (!git.empty()) {
    d.source.type = "git";
    d.source.place = git;
    d.source.subdirectory = subdirectory;
  } else if (!path.empty()) {
    d.source.type = "path";
    d.source.place = path;
  } else if (!subdirectory.empty()) {
    d.source.type = "subdir";
    d.source.place = subdirectory;
  } else {
    return Failure{"Dependency '" + d.name + "' has no source: ^path, ^subdir or ^git"};
  }
  return d;
}

Expected<Manifest> readManifest(const std::string& directory) {
  SourceManager sources;
  Arena arena;
  DiagnosticEngine diagnostics(sources);
  const MapForm* map = readManifestMap(directory, sources, arena, diagnostics);
  if (!map) {
    std::string problem = directory + "/package.gene cannot be read";
    if (diagnostics.hasErrors()) problem += ": " + diagnostics.all()[0].message;
    return Failure{problem};
  }
  Manifest manifest;
  manifest.directory = directory;
  manifest.name = textMember(map, "name");
  manifest.version = textMember(map, "version");
  const Form* singleton = member(map, "singleton");
  manifest.singleton = singleton && isTrue(singleton);
  const Form* dependencies = member(map, "dependencies");
  if (!dependencies) return manifest;
  if (dependencies->kind != FormKind::Array)
    return Failure{directory + "/package.gene: ^dependencies must be an array"};
  for (const Form* item : as<ArrayForm>(*dependencies).items) {
    Expected<Dependency> d = readDependency(item);
    if (!d) return d.failure();
    if (std::ranges::any_of(manifest.dependencies,
                            [&](const Dependency& other) { return other.name == d->name; }))
      return Failure{"Dependency '" + d->name + "' is given twice in " + directory +
                     "/package.gene"};
    manifest.dependencies.push_back(std::move(*d));
  }
  return manifest;
}

Expected<Lock> readLock(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) return Failure{"Lockfile not found: " + file};
  SourceManager sources;
  Expected<Location> start = sources.addFile(file);
  if (!start) return start.failure();
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(*start, arena, diagnostics);
  const Form* map = forms.size() == 1 && !diagnostics.hasErrors() ? forms[0] : nullptr;
  const Form* version = member(map, "lock_version");
  const Form* packages = member(map, "packages");
  if (!version || version->kind != FormKind::Int || as<IntForm>(*version).value != Lock::Version ||
      !packages || packages->kind != FormKind::Map)
    return Failure{"[GENE.PACKAGE.INVALID_LOCK] Invalid lockfile: " + file};
  Lock lock;
  lock.roots = textMap(member(map, "root_dependencies"));
  for (const Property& p : as<MapForm>(*packages).properties)
    lock.packages[std::string(p.key.text())] = readPackage(p.key.text(), p.value);
  return lock;
}

std::string printLock(const Lock& lock) {
  LockWriter w;
  w.open("");
  w.plain("lock_version", std::to_string(Lock::Version));
  if (lock.packages.empty()) {
    w.plain("packages", "{}");
  } else {
    w.open("packages");
    for (const auto& [id, p] : lock.packages) {
      w.open(id);
      w.texts("dependencies", p.dependencies);
      w.text("dir", p.directory);
      w.text("name", p.name);
      w.text("node_id", id);
      w.text("resolved", p.resolved);
      w.text("sha256", p.hash);
      w.plain("singleton", p.singleton ? "true" : "false");
      std::map<std::string, std::string> source{{"type", p.source.type}};
      source[p.source.type == "git" ? "git" : "path"] = p.source.place;
      for (const auto& [key, value] :
           {std::pair<const char*, std::string>{"commit", p.source.commit},
            {"tag", p.source.tag},
            {"branch", p.source.branch},
            {"subdir", p.source.subdirectory}})
        if (!value.empty()) source[key] = value;
      w.texts("source", source);
      w.close();
    }
    w.close();
  }
  w.texts("root_dependencies", lock.roots);
  w.close();
  return w.out;
}

}  // namespace gene
