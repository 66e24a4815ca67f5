#include "runtime/object/Environment.h"

#include <vector>

#include "runtime/Program.h"
#include "runtime/abi/Entry.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Gene.h"

namespace gene {

EnvironmentObject* newEnvironment(Context& context, Value names, Value self, const Value* scopes,
                                  uint32_t count) {
  auto* environment = allocate<EnvironmentObject>(context, Kind::Environment, count * sizeof(Slot));
  environment->names.init(names);
  environment->self.init(self);
  environment->caller.init(context.caller ? Value::object(context.caller) : Value::nil());
  environment->count = count;
  environment->unused = 0;
  for (uint32_t i = 0; i < count; i++) environment->scopes()[i].init(scopes[i]);
  return environment;
}

EnvironmentObject* environmentOf(Context& context, const Value* variables, uint32_t pairs) {
  ScopeObject* scope = newScope(context, pairs);
  ArrayObject* names = newArray(context, 4 * pairs);
  for (uint32_t i = 0; i < pairs; i++) {
    scope->slots()[i].set(variables[2 * i + 1]);
    for (const Value v :
         {variables[2 * i], Value::smallInt(0), Value::smallInt(i), Value::smallInt(0)})
      arrayPush(context, names, v);
  }
  const Value scopeValue = Value::object(scope);
  return newEnvironment(context, Value::object(names), context.moduleSelf, &scopeValue, 1);
}

namespace {

/// Where the variable lies, or null.
Slot* environmentSlot(const EnvironmentObject* environment, Symbol name) {
  const auto* names = as<ArrayObject>(environment->names.get());
  for (uint32_t i = 0; i + 3 < names->size; i += 4) {
    if (arrayAt(names, i) != Value::symbol(name)) continue;
    const Value scope = const_cast<EnvironmentObject*>(environment)
                            ->scopes()[arrayAt(names, i + 1).smallInt()]
                            .get();
    return as<ScopeObject>(scope)->slots() + arrayAt(names, i + 2).smallInt();
  }
  return nullptr;
}

}  // namespace

Value environmentGet(const EnvironmentObject* environment, Symbol name) {
  const Slot* slot = environmentSlot(environment, name);
  return slot ? slot->get() : Value::absent();
}

SessionState& session() { return partOf<SessionState>(currentContext()); }

namespace {

/// What stands between the name of a global and its module's. No name of a program contains it.
constexpr char OfModule = '\n';

Symbol withModule(Symbol name, std::string_view module) {
  return Symbol::of(std::string(name.text()) + OfModule + std::string(module));
}

/// The file that defines the global; empty: none does.
std::string_view fileOf(const Program& program, uint32_t global) {
  const uint32_t source = program.globalSources[global];
  return source < program.inputs.size() ? program.inputs[source].name : "";
}

}  // namespace

Symbol plainName(Symbol global) {
  const std::string_view text = global.text();
  const size_t end = text.find(OfModule);
  return end == std::string_view::npos ? global : Symbol::of(text.substr(0, end));
}

Span<const Slot> moduleOf(const EnvironmentObject* environment) {
  const auto* names = as<ArrayObject>(environment->names.get());
  const Value last = names->size % 4 == 1 ? arrayAt(names, names->size - 1) : Value::nil();
  if (!isKind(last, Kind::Array)) return {};
  const auto* module = as<ArrayObject>(last);
  return {module->items, module->size};
}

Value* moduleVariable(const Context& context, Symbol global) {
  const Program* program = context.program;
  const Symbol name = plainName(global);
  const std::string_view module =
      name == global ? "" : global.text().substr(name.text().size() + 1);
  for (uint32_t i = 0; program && i < program->globalCount; i++)
    if (program->globalNames[i] == name && (module.empty() || fileOf(*program, i) == module))
      return &program->slots[i];
  return nullptr;
}

Symbol globalNamed(const Context& context, const EnvironmentObject* environment, Symbol name) {
  const Span<const Slot> module = moduleOf(environment);
  for (size_t i = 1; i + 2 < module.size(); i += 3)
    if (module[i].get() == Value::symbol(name))
      return withModule(module[i + 1].get().symbol(), module[i + 2].get().symbol().text());
  const std::string_view own = module.empty() ? "" : module[0].get().symbol().text();
  const Program* program = context.program;
  size_t count = 0;
  bool isOwn = false;
  for (uint32_t i = 0; program && i < program->globalCount; i++) {
    if (program->globalNames[i] != name) continue;
    count++;
    isOwn |= !own.empty() && fileOf(*program, i) == own;
  }
  if (count > 1 && isOwn) return withModule(name, own);
  if (count > 0) return name;
  const NamespaceObject* variables = session().variables;
  return variables && !namespaceGet(variables, name).isAbsent() ? name : Symbol{};
}

Value namedValue(const Context& context, Symbol global) {
  const Symbol name = plainName(global);
  Value found = Value::absent();
  if (session().scope) found = environmentGet(session().scope, name);
  if (found.isAbsent() && session().variables) found = namespaceGet(session().variables, name);
  if (const Value* slot = moduleVariable(context, global); slot && found.isAbsent()) found = *slot;
  return found;
}

bool setNamedValue(Context& context, Symbol global, Value value) {
  const Symbol name = plainName(global);
  if (Slot* const variable = session().scope ? environmentSlot(session().scope, name) : nullptr) {
    variable->set(value);
    return true;
  }
  NamespaceObject* variables = session().variables;
  const bool isKnown = variables && !namespaceGet(variables, name).isAbsent();
  if (Value* slot = moduleVariable(context, global); slot && !isKnown) {
    if (context.domain->isShared) {
      raise(
          context, ErrorClass::Concurrency,
          "'" + std::string(name.text()) +
              "' cannot be assigned by code that is evaluated: there are actors on other threads");
      return false;
    }
    *slot = value;
    return true;
  }
  if (variables && name.text().starts_with('$'))  // where later entries find it
    namespaceSet(context, context.dollars, Symbol::of(name.text().substr(1)), value);
  else if (variables)
    namespaceSet(context, variables, name, value);
  return variables != nullptr;
}

Value evaluate(Context& context, Value value, EnvironmentObject* environment) {
  if (value.isSymbol()) {
    const Symbol name = value.symbol();
    if (name == sym::Self) return environment->self.get();
    if (const Value v = environmentGet(environment, name); !v.isAbsent()) return v;
    if (name.text() == "$repl")
      return session().repl
                 ? session().repl(context, environment)
                 : raise(context, ErrorClass::Runtime, "($repl) works in programs that gene runs");
    const Symbol global = globalNamed(context, environment, name);
    const Value v = namedValue(context, global.empty() ? name : global);
    if (!v.isAbsent()) return v;
    if (const Value builtin = namespaceGet(context.globals, name); !builtin.isAbsent())
      return builtin;
    // $x and the like mean what they mean in code.
  } else if (!value.isObject() || !has(value.object()->kind(), trait::Code)) {
    return value;
  }
  if (!context.evaluate)
    return raise(context, ErrorClass::Runtime, "This program was built without the evaluator");
  // Inside the code $caller_eval means the caller of the caller.
  EnvironmentObject* const caller = context.caller;
  const Value outer = environment->caller.get();
  context.caller = outer.isNil() ? nullptr : as<EnvironmentObject>(outer);
  const Value result = context.evaluate(context, value, environment);
  context.caller = caller;
  return result;
}

}  // namespace gene
