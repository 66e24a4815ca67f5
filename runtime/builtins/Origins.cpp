#include "runtime/builtins/Origins.h"

#include <string_view>
#include <unordered_set>
#include <vector>

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

}  // namespace

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
  const Program* program = context.program;
  for (uint32_t i = 0; program && i < program->globalCount; i++) {
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
  const Program* program = context.program;
  Value found = Value::absent();
  const bool isBuiltin = first.text() == "gene" || first.text() == "genex";
  if (origin.module.empty() && isBuiltin) found = namespaceGet(context.globals, first);
  const std::string_view main =
      program && !program->inputs.empty() ? program->inputs[0].name : std::string_view();
  for (uint32_t i = 0; program && i < program->globalCount && found.isAbsent(); i++) {
    const char* module = moduleOf(*program, i);
    if (module && program->globalNames[i] == first &&
        module == (origin.module.empty() ? main : std::string_view(origin.module)))
      found = program->slots[i];
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
