#include "codegen/eval/KnownEnums.h"

#include <unordered_set>
#include <utility>

#include "runtime/Program.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

/// _, _1, _2, …: the last values of a REPL.
bool isLastValue(std::string_view name) {
  return name.starts_with('_') && name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// Names in the order in which they are looked for: the first of each counts.
class Collector {
 public:
  void add(Symbol name, Value value) {
    if (!seen_.insert(name).second || !isKind(value, Kind::Enum)) return;
    if (isLastValue(name.text()) || !enums_.insert(value.bits).second) return;
    KnownEnum& known = enums.emplace_back();
    known.name = name;
    const auto* members = as<MapObject>(as<EnumObject>(value)->members.get());
    for (uint32_t i = 0; (i = mapNext(members, i)) != MapEnd; i++)
      known.variants.push_back(members->entries[i].key.get().symbol());
  }

  void addVariables(const EnvironmentObject* environment) {
    const auto* names = as<ArrayObject>(environment->names.get());
    for (uint32_t i = 0; i + 3 < names->size; i += 4) {
      const Symbol name = arrayAt(names, i).symbol();
      add(name, environmentGet(environment, name));
    }
  }

  void addImports(const Context& context, const EnvironmentObject* environment) {
    const Span<const Slot> module = moduleOf(environment);
    for (size_t i = 1; i + 2 < module.size(); i += 3) {
      const Symbol name = module[i].get().symbol();
      const Value* slot = moduleVariable(context, globalNamed(context, environment, name));
      if (slot) add(name, *slot);
    }
  }

  std::vector<KnownEnum> enums;

 private:
  std::unordered_set<Symbol> seen_;
  std::unordered_set<uint64_t> enums_;
};

/// Is the global one of the environment's module, as far as that is known?
bool isOfModule(const Program& program, uint32_t global, const EnvironmentObject* environment) {
  const Span<const Slot> module = environment ? moduleOf(environment) : Span<const Slot>();
  const uint32_t source = program.globalSources[global];
  return module.empty() || source >= program.inputs.size() ||
         module[0].get().symbol().text() == program.inputs[source].name;
}

}  // namespace

std::vector<KnownEnum> knownEnums(const Context& context, const EnvironmentObject* environment) {
  Collector all;
  if (environment) all.addVariables(environment);
  if (session().scope) all.addVariables(session().scope);
  if (session().variables) {
    const auto* variables = as<MapObject>(session().variables->members.get());
    for (uint32_t i = 0; (i = mapNext(variables, i)) != MapEnd; i++)
      all.add(variables->entries[i].key.get().symbol(), variables->entries[i].value.get());
  }
  if (environment) all.addImports(context, environment);
  const Program* program = context.program;
  for (uint32_t i = 0; program && i < program->globalCount; i++)
    if (isKind(program->slots[i], Kind::Enum) && isOfModule(*program, i, environment))
      all.add(program->globalNames[i], program->slots[i]);
  return std::move(all.enums);
}

}  // namespace gene
