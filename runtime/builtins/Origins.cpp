#include "runtime/builtins/Origins.h"

#include <cstdlib>
#include <mutex>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runtime/Output.h"
#include "runtime/Program.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"

namespace gene {
namespace {

/// A function without captures is known by its code: reading its name makes a new object.
bool isSame(Value a, Value b) {
  if (a == b) return true;
  if (!isKind(a, Kind::Function) || !isKind(b, Kind::Function)) return false;
  const auto *f = as<FunctionObject>(a), *g = as<FunctionObject>(b);
  return f->info == g->info && f->captureCount == 0 && g->captureCount == 0;
}

struct Place {
  Value value;
  std::string path;
};

/// The members of a namespace, and the static ones of a class; null for other values.
const MapObject* membersOf(Value v) {
  if (isKind(v, Kind::Namespace)) return as<MapObject>(as<NamespaceObject>(v)->members.get());
  return isClass(v) ? as<MapObject>(as<ClassObject>(v)->members.get()) : nullptr;
}

/// The shortest path to the object among the places and what is in them; empty without one.
std::string shortestPath(Value object, std::vector<Place> places) {
  std::unordered_set<uint64_t> seen;
  for (size_t i = 0; i < places.size(); i++) {
    if (isSame(places[i].value, object)) return places[i].path;
    const MapObject* members = membersOf(places[i].value);
    if (!members || !seen.insert(places[i].value.bits).second) continue;
    for (uint32_t k = 0; (k = mapNext(members, k)) != MapEnd; k++)
      places.push_back(
          {members->entries[k].value.get(),
           places[i].path + "/" + std::string(members->entries[k].key.get().symbol().text())});
  }
  return "";
}

const char* moduleOf(const Program& program, uint32_t global) {
  const uint32_t source = program.globalSources[global];
  return source < program.inputs.size() ? program.inputs[source].name : nullptr;
}

/// A module that was loaded because a reference named it.
struct LoadedModule {
  const Context* context;
  const Program* program;
};
std::mutex loadedModulesMutex;
std::vector<LoadedModule> loadedModules;  // of all contexts

/// The running program, and those of loaded modules.
std::vector<const Program*> programs(const Context& context) {
  std::vector<const Program*> all;
  if (context.program) all.push_back(context.program);
  const std::lock_guard lock(loadedModulesMutex);
  for (const LoadedModule& module : loadedModules)
    if (module.context == &context) all.push_back(module.program);
  return all;
}

std::string canonicalPath(const std::string& path) {
  char* const real = ::realpath(path.c_str(), nullptr);
  if (!real) return "";
  std::string result = real;
  std::free(real);
  return result;
}

/// The program that the module is part of, and how that calls it; loads it where none is. Where there is no such file, or
/// nobody who could compile it, the program is null. False with an exception pending.
bool findModule(Context& context, std::string* module, const Program** program) {
  const std::string path = canonicalPath(*module);
  for (const Program* candidate : programs(context))
    for (const SourceInput& input : candidate->inputs)
      if (*module == input.name || (!path.empty() && path == canonicalPath(input.name))) {
        *module = input.name;
        *program = candidate;
        return true;
      }
  *program = nullptr;
  ModuleLoader* const load = moduleLoader;
  const bool isModule = path.ends_with(".gene") || path.ends_with(".gir");
  if (!isModule || !load) return true;
  *program = load(context, path);
  if (!*program) return false;
  *module = path;
  const Context* const loadedBy = &context;
  atEnd(context, [loadedBy] {
    const std::lock_guard lock(loadedModulesMutex);
    std::erase_if(loadedModules, [&](const LoadedModule& m) { return m.context == loadedBy; });
  });
  const std::lock_guard lock(loadedModulesMutex);
  loadedModules.push_back({loadedBy, *program});
  return true;
}

}  // namespace

std::atomic<ModuleLoader*> moduleLoader = nullptr;

bool originOf(Context& context, Value object, Origin* origin) {
  std::vector<Place> builtins;
  const MapObject* globals = membersOf(Value::object(context.globals));
  for (uint32_t i = 0; (i = mapNext(globals, i)) != MapEnd; i++)
    builtins.push_back({globals->entries[i].value.get(),
                        std::string(globals->entries[i].key.get().symbol().text())});
  origin->module.clear();
  origin->path = shortestPath(object, std::move(builtins));
  if (!origin->path.empty()) return true;
  // The first global that has it is that of its own module: importing makes further ones.
  for (const Program* program : programs(context))
    for (uint32_t i = 0; i < program->globalCount; i++) {
      const char* module = moduleOf(*program, i);
      if (!module || program->globalNames[i].text().starts_with('$')) continue;
      origin->path =
          shortestPath(object, {{program->slots[i], std::string(program->globalNames[i].text())}});
      if (origin->path.empty()) continue;
      origin->module = module;
      return true;
    }
  return false;
}

Value valueAt(Context& context, const Origin& origin) {
  std::string_view rest = origin.path;
  const auto next = [&] {
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    return Symbol::of(name);
  };
  const Symbol first = next();
  Value found = Value::absent();
  const bool isBuiltin = first.text() == "gene" || first.text() == "genex";
  if (origin.module.empty() && isBuiltin) found = namespaceGet(context.globals, first);
  const Program* program = context.program;
  std::string module = origin.module;
  if (module.empty()) {
    if (program && !program->inputs.empty()) module = program->inputs[0].name;
  } else if (!findModule(context, &module, &program)) {
    return Value::pending();
  }
  for (uint32_t i = 0; program && i < program->globalCount && found.isAbsent(); i++) {
    const char* defines = moduleOf(*program, i);
    if (defines && program->globalNames[i] == first && module == defines) found = program->slots[i];
  }
  if (found.isAbsent() && origin.module.empty()) found = namespaceGet(context.globals, first);
  while (!rest.empty() && !found.isAbsent()) {
    found = getMember(context, found, next());
    if (found.isPending()) return found;
    if (found.isVoid()) found = Value::absent();
  }
  return found;
}

}  // namespace gene
