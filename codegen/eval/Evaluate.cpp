#include "codegen/eval/Evaluate.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "codegen/compile/Session.h"
#include "codegen/eval/CodeKey.h"
#include "codegen/eval/KnownEnums.h"
#include "runtime/Async.h"
#include "runtime/Output.h"
#include "runtime/Program.h"
#include "runtime/Trace.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Origins.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Array.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/ToForm.h"
#include "runtime/vm/Code.h"

namespace gene {
namespace {

/// Compiled code and what its closure captures: the number of a scope object, or SelfValue.
struct EvaluatedCode {
  static constexpr uint32_t SelfValue = UINT32_MAX;
  Program* program;
  FunctionInfo* info;
  std::vector<uint32_t> captures;
  uint32_t running = 0;
};

/// The names of the environment; the values that the code contains, and no literal stands for, come as variables of one
/// more scope.
std::vector<EvaluatedName> namesOf(const EnvironmentObject* environment,
                                   const ForeignValues& foreign) {
  std::vector<EvaluatedName> names;
  const auto* table = as<ArrayObject>(environment->names.get());
  for (uint32_t i = 0; i + 3 < table->size; i += 4)
    names.push_back({arrayAt(table, i).symbol(),
                     static_cast<uint32_t>(arrayAt(table, i + 1).smallInt()),
                     static_cast<uint32_t>(arrayAt(table, i + 2).smallInt()),
                     arrayAt(table, i + 3).smallInt() != 0});
  for (uint32_t i = 0; i < foreign.values.size(); i++)
    names.push_back({foreign.name(i), environment->count, i, true});
  return names;
}

void place(Form& form, Location loc) {
  form.loc = loc;
  forEachPart(form, [&](Form* part) { place(*part, loc); });
}

/// Null and an exception after errors in the code.
std::unique_ptr<EvaluatedCode> compile(Context& context, const EnvironmentObject* environment,
                                       Form* form, Span<const EvaluatedName> names,
                                       Span<const KnownEnum> enums) {
  Session compiling;
  compiling.options.level = 0;
  place(*form, compiling.sources.add("<eval>", ""));
  if (context.program) compiling.options.language = context.program->language;
  std::vector<Symbol> module;
  for (const Slot& name : moduleOf(environment)) module.push_back(name.get().symbol());
  const auto global = [&](Symbol name) { return globalNamed(context, environment, name); };
  const Session::Evaluated code = compiling.compileEvaluated(
      form,
      {.names = names,
       .global = [](const void* data,
                    Symbol name) { return (*static_cast<const decltype(global)*>(data))(name); },
       .data = &global,
       .module = module,
       .enums = enums});
  if (!code.program) {
    const auto& all = compiling.diagnostics.all();
    raise(context, ErrorClass::Exception,
          std::ranges::find(all, Severity::Error, &Diagnostic::severity)->message);
    return nullptr;
  }
  if (const std::string warnings = compiling.report(ErrorFormat::Human); !warnings.empty())
    writeError(warnings);
  Expected<Program*> loaded = loadEvaluated(context, compileToImage(*code.program));
  if (!loaded) {
    raise(context, ErrorClass::Runtime, loaded.message());
    return nullptr;
  }
  auto result = std::make_unique<EvaluatedCode>();
  result->program = *loaded;
  result->info = &(*loaded)->functions[0];
  for (const ast::Capture& c : code.function->captures)
    result->captures.push_back(c.kind == ast::Capture::ScopeObject ? c.scope->id
                                                                   : EvaluatedCode::SelfValue);
  return result;
}

/// The place of the code, which is what its environment calls its variables, the enums that there may be, and the code itself.
/// False where `words` says nothing.
bool keyOf(Value code, const EnvironmentObject* environment, std::vector<uint64_t>& words) {
  const auto* table = as<ArrayObject>(environment->names.get());
  words.clear();
  words.push_back(uint64_t{environment->count} << 32 | table->size);
  const Span<const Slot> module = moduleOf(environment);
  const uint32_t rows = table->size - (module.empty() ? 0 : 1);
  for (uint32_t i = 0; i < rows; i++) words.push_back(arrayAt(table, i).bits);
  for (const Slot& name : module) words.push_back(name.get().bits);
  words.push_back(enumsMade());
  return appendCode(code, words);
}

struct HashWords {
  size_t operator()(const std::vector<uint64_t>& words) const {
    uint64_t h = words.size();
    for (const uint64_t word : words) {
      h = (h ^ word) * 0x9E3779B97F4A7C15ull;
      h ^= h >> 32;
    }
    return h;
  }
};

/// By words what has been asked for before, and by text what has been compiled: code with foreign values is no words.
struct CompiledCode : ContextPart {
  static constexpr Name Part = ContextPart::Evaluated;
  static constexpr size_t LeastKept = 2000;
  std::unordered_map<std::vector<uint64_t>, EvaluatedCode*, HashWords> recent;
  std::unordered_map<std::string, std::unique_ptr<EvaluatedCode>> known;
  std::vector<uint64_t> words;
  size_t mostKept = LeastKept;  // programs: then some are unloaded

  CompiledCode() = default;
  /// With the context: the other programs are its domain's.
  ~CompiledCode() override {
    for (const auto& [text, code] : known)
      if (code->program->mayUnload) unloadProgram(context, code->program);
  }
  Context& context = currentContext();
};

/// Unloads what can be, for a program that makes up new code all the time.
void unloadSome(Context& context, CompiledCode& cache) {
  // Fibers that are parked have traces of their own, profiles and what is watched refer to all code.
  if (context.scheduler || context.vm->profile || context.vm->sampler || context.vm->watch) return;
  cache.recent.clear();
  reconcile(context);
  std::erase_if(cache.known, [&](const auto& entry) {
    const EvaluatedCode& code = *entry.second;
    if (code.running != 0 || !code.program->mayUnload || context.trace->mentions(*code.program))
      return false;
    unloadProgram(context, code.program);
    return true;
  });
  cache.mostKept = std::max(CompiledCode::LeastKept, cache.known.size() * 2);
}

/// Equal code in the same place is compiled once.
EvaluatedCode* compiled(Context& context, Value code, const EnvironmentObject* environment,
                        ForeignValues& foreign) {
  CompiledCode& cache = partOf<CompiledCode>(context);
  auto& recent = cache.recent;
  const bool hasKey = keyOf(code, environment, cache.words);
  if (hasKey)
    if (const auto found = recent.find(cache.words); found != recent.end()) return found->second;
  std::vector<uint64_t> key = cache.words;
  Arena arena;
  Form* form = toForm(context, code, arena, foreign);
  if (!form) return nullptr;
  const std::vector<EvaluatedName> names = namesOf(environment, foreign);
  std::string text = printForm(*form);
  for (const EvaluatedName& n : names)
    text += ' ' + std::string(n.name.text()) + ' ' + std::to_string(n.scope) + ' ' +
            std::to_string(n.slot) + (n.constant ? "c" : "");
  for (const Slot& name : moduleOf(environment))
    text += ' ' + std::string(name.get().symbol().text());
  std::vector<KnownEnum> enums;
  if (text.find("(case ") != std::string::npos) enums = knownEnums(context, environment);
  for (const KnownEnum& known : enums) {
    text += "\n" + std::string(known.name.text());
    for (const Symbol variant : known.variants) text += ' ' + std::string(variant.text());
  }
  auto found = cache.known.find(text);
  if (found == cache.known.end()) {
    if (cache.known.size() >= cache.mostKept) unloadSome(context, cache);
    std::unique_ptr<EvaluatedCode> made = compile(context, environment, form, names, enums);
    if (!made) return nullptr;
    found = cache.known.emplace(std::move(text), std::move(made)).first;
  }
  EvaluatedCode* const evaluated = found->second.get();
  if (hasKey && foreign.values.empty()) {
    if (recent.size() >= 2 * cache.mostKept) recent.clear();
    recent.emplace(std::move(key), evaluated);
  }
  return evaluated;
}

Value evaluateCode(Context& context, Value code, EnvironmentObject* environment) {
  ForeignValues foreign;
  EvaluatedCode* evaluated = nullptr;
  onLargeStack(context, [&] { evaluated = compiled(context, code, environment, foreign); });
  if (!evaluated) return Value::pending();
  Value values = Value::nil();
  if (!foreign.values.empty()) {
    ScopeObject* scope = newScope(context, static_cast<uint32_t>(foreign.values.size()));
    for (uint32_t i = 0; i < foreign.values.size(); i++) scope->slots()[i].set(foreign.values[i]);
    values = Value::object(scope);
  }
  FunctionObject* function =
      newFunction(context, evaluated->info, static_cast<uint32_t>(evaluated->captures.size()));
  for (uint32_t i = 0; i < evaluated->captures.size(); i++) {
    const uint32_t which = evaluated->captures[i];
    function->captures()[i].set(which == EvaluatedCode::SelfValue ? environment->self.get()
                                : which < environment->count ? environment->scopes()[which].get()
                                                             : values);
  }
  evaluated->running++;
  const Value result = call(context, Value::object(function), nullptr, 0);
  evaluated->running--;
  return result;
}

}  // namespace

extern "C" void gene_install_evaluator(Context* context) {
  // Code may name any built-in: all of them are linked with it.
  if (linkAllLibraries() != 0) context->evaluate = evaluateCode;
  moduleLoader = loadModule;
}

}  // namespace gene
