#include <filesystem>

#include "codegen/compile/LinkModules.h"
#include "codegen/compile/ModuleObject.h"
#include "codegen/ir/Serialize.h"
#include "driver/Build.h"
#include "frontend/analysis/ModuleInterface.h"

namespace gene::driver {
namespace {

/// Adds the interfaces that the options name to what is known of other modules.
Status addInterfaces(const Options& options, SourceManager& sources, SeparateModule& separate) {
  for (const std::string& file : options.all("interface")) {
    Expected<Location> start = sources.addFile(file);
    if (!start) return Failure{start.message()};
    const std::string module = moduleOfInterface(sources.text(*start));
    if (module.empty()) return Failure{file + " is no interface of a Gene module"};
    const auto [known, isNew] = separate.interfaces.try_emplace(module, *start);
    if (!isNew)
      return Failure{std::string(sources.name(known->second)) + " and " + file +
                     " are both the interface of " + module};
  }
  return {};
}

/// One way in which the module is compiled.
class ModuleBuild {
 public:
  ModuleBuild(const std::string& source, const Options& options, const PathMap& paths)
      : source_(source), options_(options), paths_(paths) {}

  /// An exit code after a failure that was reported.
  std::optional<int> run(bool isProgram, bool reports) {
    variant.facts.isProgram = isProgram;
    Expected<Location> added = addMain(session, source_, paths_);
    if (!added) return fail(added.message());
    start = *added;
    if (Status status = addInterfaces(options_, session.sources, variant.facts); !status)
      return fail(status.message());
    if (const auto wrong = chooseWarnings(options_, session.diagnostics)) return wrong;
    CompileOptions& compile = session.options;
    compile.language = languageOptions(options_);
    compile.level = optimisationLevel(options_, 2);
    compile.native = true;
    compile.debug = compile.keepVariables = options_.has("debug") && compile.level == 0;
    compile.names = namesContext();
    compile.paths = &paths_;
    program = session.compileAlone(start, variant.facts);
    const bool isWrong = session.diagnostics.hasErrors() || !program;
    if (reports || isWrong) reportDiagnostics(session.diagnostics, errorFormat(options_));
    if (isWrong) return Failed;
    variant.code = ir::serialize(*program, start);
    variant.facts.interfaces.clear();
    return {};
  }

  Session session;
  Location start;
  ModuleObject::Variant variant;
  std::unique_ptr<ir::Program> program;

 private:
  const std::string& source_;
  const Options& options_;
  const PathMap& paths_;
};

/// Writes a file unless it has these contents already: what depends on it is not older than it then.
Status writeIfChanged(const std::string& path, const std::string& contents) {
  if (Expected<std::string> before = readFile(path); before && *before == contents) return {};
  return writeFile(path, contents);
}

}  // namespace

int buildModule(const std::string& source, const Options& options, const Target& t) {
  if (source == "-") return misuse("-c takes a file: others import a module by its name");
  Expected<PathMap> paths = pathMap(options);
  if (!paths) return misuse(paths.message());
  ModuleBuild asProgram(source, options, *paths), asModule(source, options, *paths);
  if (const auto code = asProgram.run(true, true)) return *code;
  if (const auto code = asModule.run(false, false)) return *code;
  const Session& session = asProgram.session;
  ModuleObject object;
  object.name = session.sources.name(asProgram.start);
  object.language = session.options.language;
  object.level = session.options.level;
  object.debug = session.options.debug;
  object.outline = outlineOf(session.sources.text(asProgram.start));
  object.sourceHash = session.sources.hash(asProgram.start);
  object.program = std::move(asProgram.variant);
  object.module = std::move(asModule.variant);
  std::filesystem::path interface(t.output);
  interface.replace_extension(".gi");
  const bool isFile = t.output != "-";
  for (const std::string& output : {t.output, interface.string()})
    if (Status status = checkOutput(output, session); !status) return fail(status.message());
  Status status = writeFile(t.output, writeObject(object));
  if (status && isFile) status = writeIfChanged(interface.string(), object.module.facts.interface);
  if (status && isFile && options.has("MD"))
    status =
        writeDependencies(t, {t.output, interface.string()}, inputsOf(session, *paths), session);
  return status ? Success : fail(status.message());
}

Expected<std::vector<ModuleObject>> readObjects(const std::vector<std::string>& files) {
  std::vector<ModuleObject> objects;
  for (const std::string& file : files) {
    if (!file.ends_with(".o"))
      return Failure{"gene build takes one source, or objects (.o) of modules; " + file +
                     " is none"};
    Expected<std::string> bytes = readFile(file);
    if (!bytes) return bytes.failure();
    Expected<ModuleObject> object = readObject(file, *bytes);
    if (!object) return object.failure();
    objects.push_back(std::move(*object));
  }
  return objects;
}

Status chooseLevel(Span<const ModuleObject> objects, const Options& options,
                   CompileOptions& compile) {
  Expected<int> level = levelOf(objects, optimisationLevel(options, -1));
  if (!level) return Failure{level.message()};
  compile.level = *level;
  compile.debug = objects[0].debug;
  if (compile.debug && compile.level > 0)
    return Failure{objects[0].file +
                   " was compiled with -g -O0, for debuggers: the program has that level as well"};
  if (options.has("debug") && compile.level == 0 && !compile.debug)
    return Failure{objects[0].file +
                   " was not compiled with -g -O0: a debugger would not find its variables"};
  return {};
}

}  // namespace gene::driver
