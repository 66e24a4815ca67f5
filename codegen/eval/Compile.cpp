#include "codegen/eval/Compile.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "codegen/bytecode/Bytecode.h"
#include "codegen/eval/KnownBuiltins.h"
#include "codegen/eval/Session.h"
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

struct Analysed {
  std::unique_ptr<ir::Program> program;
  ast::Module module;
};

/// Reads and analyses the source at `start`.
Analysed analyse(SourceManager& sources, Location start, DiagnosticEngine& diagnostics,
                 const CompileOptions& options, AnalysisExtras extras) {
  auto program = std::make_unique<ir::Program>(sources);
  program->mainFile = program->arena.copy(sources.name(start));
  program->language = options.language;
  program->level = options.level;
  const std::span<Form*> forms = readProgram(start, program->arena, diagnostics);
  // What could be read is looked at all the same, for the mistakes there.
  if (diagnostics.hasErrors()) diagnostics.setIncomplete();
  const KnownNames known = namesOf(options.names);
  if (options.names) extras.known = &known;
  const ast::Module module =
      analyze(forms, *program, options.language, diagnostics, sources, start, extras);
  return {std::move(program), module};
}

}  // namespace

std::unique_ptr<ir::Program> compileToIr(SourceManager& sources, Location start,
                                         DiagnosticEngine& diagnostics,
                                         const CompileOptions& options) {
  std::unordered_set<const ir::Global*> shared;
  useKnownBuiltins();
  std::vector<std::string> environment;
  Analysed analysed = analyse(sources, start, diagnostics, options,
                              {.session = options.session ? &shared : nullptr,
                               .keepVariables = options.keepVariables,
                               .environment = &environment});
  std::unique_ptr<ir::Program> program = std::move(analysed.program);
  if (diagnostics.hasErrors()) return nullptr;
  if (options.analysed && !options.analysed(*program, environment)) return program;
  lower(analysed.module, *program, options.language);
  if (options.session) shareGlobals(*program, shared);
  if (options.observe) options.observe(*program, "lower", true);
  PassContext passes{.program = *program,
                     .level = options.level,
                     .native = options.native,
                     .verify = options.verify,
                     .keepCalls = options.keepCalls,
                     .observe = {},
                     .times = options.times};
  if (options.observe)
    passes.observe = [&](std::string_view pass, bool after) {
      options.observe(*program, pass, after);
    };
  runPipeline(passes);
  return program;
}

std::unique_ptr<ir::Program> analyzeSource(SourceManager& sources, Location start,
                                           DiagnosticEngine& diagnostics,
                                           const CompileOptions& options, Index& index) {
  return analyse(sources, start, diagnostics, options, {.index = &index}).program;
}

std::vector<uint8_t> compileToImage(ir::Program& program) {
  return writeBytecode(program, timestampOf(program));
}

}  // namespace gene
