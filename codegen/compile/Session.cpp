#include "codegen/compile/Session.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "codegen/bytecode/Bytecode.h"
#include "codegen/compile/EnteredLoops.h"
#include "codegen/compile/KnownBuiltins.h"
#include "codegen/compile/LinkModules.h"
#include "codegen/ir/Link.h"
#include "frontend/analysis/Separate.h"
#include "frontend/lower/Lower.h"
#include "frontend/syntax/Reader.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

/// The time that an image bears: that of its source, so that the same source gives the same bytes whenever it is compiled;
/// SOURCE_DATE_EPOCH (reproducible-builds.org) overrides it. 0 for a text that is no file.
uint64_t timestampOf(const ir::Program& program) {
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"))
    return std::strtoull(epoch, nullptr, 10);
  struct stat status;
  if (stat(std::string(program.mainFile).c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_mtime);
}

const Context& contextOf(const void* data) { return *static_cast<const Context*>(data); }

std::vector<std::string_view> keysOf(const MapObject* map) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
    names.push_back(map->entries[i].key.get().symbol().text());
  return names;
}

/// The built-in names of a context.
KnownNames namesOf(Context* context) {
  return {.data = context,
          .isDefined =
              [](const void* data, Symbol name) {
                const Context& c = contextOf(data);
                return !namespaceGet(c.globals, name).isAbsent();
              },
          .names =
              [](const void* data) {
                return keysOf(as<MapObject>(contextOf(data).globals->members.get()));
              },
          .methods =
              [](const void* data, std::string_view name) {
                std::vector<std::string_view> all;
                const Value found = namespaceGet(contextOf(data).globals, Symbol::of(name));
                if (!isClass(found)) return all;
                for (const auto* cls = as<ClassObject>(found); cls; cls = parentOf(cls))
                  for (const std::string_view method : keysOf(as<MapObject>(cls->methods.get())))
                    all.push_back(method);
                return all;
              },
          .members =
              [](const void* data, std::string_view path) {
                const NamespaceObject* ns = contextOf(data).globals;
                if (path.empty()) return std::vector<std::string_view>{};
                while (!path.empty()) {
                  const size_t end = std::min(path.find('/'), path.size());
                  const Value inner = namespaceGet(ns, Symbol::of(path.substr(0, end)));
                  if (!isKind(inner, Kind::Namespace)) return std::vector<std::string_view>{};
                  ns = as<NamespaceObject>(inner);
                  path.remove_prefix(std::min(end + 1, path.size()));
                }
                return keysOf(as<MapObject>(ns->members.get()));
              },
          .isMethod =
              [](const void* data, std::string_view name) {
                for (const ClassObject* cls : contextOf(data).classes)
                  if (cls && mapFind(as<MapObject>(cls->methods.get()), Symbol::of(name)) >= 0)
                    return true;
                return false;
              }};
}

void byName(ir::Program& program, ir::Instruction& inst, ir::Op op, Symbol name) {
  ir::Immediate immediate;
  immediate.symbol = name;
  inst.op = op;
  inst.type = ir::info(op).result;
  inst.immediates = program.arena.copy(Span<ir::Immediate>(&immediate, 1));
}

/// Makes accesses by name of those to the globals `shared`, and to names that the program does not define.
void shareGlobals(ir::Program& program, const std::unordered_set<const ir::Global*>& shared) {
  for (ir::Function* function : program.functions)
    for (ir::Block* block : function->blocks)
      for (ir::Instruction* inst : block->instructions) {
        if (const auto read = inst->tryAs<ir::Op::GlobalGet, ir::Op::GlobalCheck>()) {
          if (shared.contains(read.global()))
            byName(program, *inst, ir::Op::ModuleGet, read.global()->name);
        } else if (const auto set = inst->tryAs<ir::Op::GlobalSet>()) {
          const ir::Global* global = set.global();
          if (shared.contains(global) || global->external)
            byName(program, *inst, ir::Op::ModuleSet, global->name);
        }
      }
  std::erase_if(program.globals, [&](const ir::Global* g) { return shared.contains(g); });
  for (uint32_t i = 0; i < program.globals.size(); i++) program.globals[i]->index = i;
}

}  // namespace

namespace {

/// The modules of a program become one.
Status linkProgram(ir::Program& program, const CompileOptions& options) {
  if (options.observe) options.observe(program, "lower", true);
  if (const std::string problem = ir::link(program); !problem.empty()) return Failure{problem};
  if (options.observe) options.observe(program, "link", true);
  return {};
}

}  // namespace

std::unique_ptr<ir::Program> Session::newProgram(std::string_view mainFile) {
  auto program = std::make_unique<ir::Program>(sources);
  program->mainFile = program->arena.copy(mainFile);
  program->language = options.language;
  program->level = options.level;
  return program;
}

/// Reads and analyses the source at `main`.
Session::Analysed Session::analyse(Location main, AnalysisExtras extras) {
  useKnownBuiltins();
  std::unique_ptr<ir::Program> program = newProgram(sources.name(main));
  program->debug = options.debug;
  const Span<Form*> forms = readProgram(main, program->arena, diagnostics);
  // What could be read is looked at all the same, for the mistakes there.
  if (diagnostics.hasErrors()) diagnostics.setIncomplete(main);
  const KnownNames known = namesOf(options.names);
  if (options.names) extras.known = &known;
  extras.enums = options.enums;
  extras.paths = options.paths;
  const ast::Module module =
      gene::analyze(forms, *program, options.language, diagnostics, sources, main, extras);
  return {std::move(program), module};
}

void Session::optimise(ir::Program& program) {
  PassContext passes{.program = program,
                     .level = options.level,
                     .native = options.native,
                     .numbersClasses = options.numbersClasses,
                     .verify = options.verify,
                     .keepCalls = options.keepCalls,
                     .observe = {},
                     .times = options.times};
  if (options.observe)
    passes.observe = [&](std::string_view pass, bool after) {
      options.observe(program, pass, after);
    };
  if (options.entered) {
    // What the VM runs; from there on there are two.
    PassContext shared{.program = program, .numbersClasses = true, .observe = {}};
    runPipeline(shared);
    program.becomeEntered();
    addEnteredLoops(program);
  }
  runPipeline(passes);
}

std::unique_ptr<ir::Program> Session::compile(Location main) {
  std::unordered_set<const ir::Global*> shared;
  std::vector<std::string> environment;
  auto [program, module] = analyse(main, {.shared = options.isEntry ? &shared : nullptr,
                                          .keepVariables = options.keepVariables,
                                          .environment = &environment});
  if (diagnostics.hasErrors()) return nullptr;
  if (options.analysed && !options.analysed(*program, environment)) return std::move(program);
  lower(module, *program, options.language);
  const Status linked = linkProgram(*program, options);
  GENE_CHECK(linked.ok(), "the analysis knows what modules export");
  if (options.isEntry) shareGlobals(*program, shared);
  optimise(*program);
  return std::move(program);
}

std::unique_ptr<ir::Program> Session::compileAlone(Location main, SeparateModule& separate) {
  auto [program, module] =
      analyse(main, {.keepVariables = options.keepVariables, .separate = &separate});
  if (diagnostics.hasErrors()) return nullptr;
  // Whether anybody asks for the signatures of its functions is seen when it is linked.
  const bool checks = program->checksFunctionTypes;
  program->checksFunctionTypes = true;
  lower(module, *program, options.language);
  program->checksFunctionTypes =
      checks || std::ranges::any_of(program->globals, [](const ir::Global* global) {
        return global->external && global->name.text() == "genex";
      });
  return std::move(program);
}

Expected<std::unique_ptr<ir::Program>> Session::linkObjects(Span<const ModuleObject> objects) {
  useKnownBuiltins();
  Expected<std::unique_ptr<ir::Program>> linked = linkModules(objects, sources);
  if (!linked) return linked;
  ir::Program& program = **linked;
  program.level = options.level;
  for (ir::Program* module : program.modules) module->level = options.level;
  // The sources are outlines: which program it is follows from the objects.
  std::vector<std::string> made;
  for (const ModuleObject& object : objects) made.push_back(std::to_string(object.hash));
  if (options.analysed && !options.analysed(program, made)) return linked;
  if (Status status = linkProgram(program, options); !status) return Failure{status.message()};
  optimise(program);
  return linked;
}

std::unique_ptr<ir::Program> Session::analyze(Location main, Index& index) {
  return analyse(main, {.index = &index}).program;
}

Session::Evaluated Session::compileEvaluated(const Form* form, const EvaluatedPlace& place) {
  useKnownBuiltins();
  std::unique_ptr<ir::Program> program = newProgram(sources.name(form->loc));
  const ast::Module module = analyzeEvaluated(form, place, *program, options.language, diagnostics);
  if (diagnostics.hasErrors()) return {};
  lower(module, *program, options.language);
  optimise(*program);
  return {std::move(program), module.main};
}

std::string Session::report(ErrorFormat format) const {
  std::string text;
  for (const Diagnostic& d : diagnostics.all()) text += renderDiagnostic(sources, d, format);
  return text;
}

std::vector<uint8_t> compileToImage(ir::Program& program, DebugTable* debug) {
  return writeBytecode(program, timestampOf(program), debug);
}

}  // namespace gene
