// gene build: native executables and everything on the way to them.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "codegen/compile/ModuleObject.h"
#include "codegen/ir/Printer.h"
#include "codegen/jit/Objects.h"
#include "codegen/link/Link.h"
#include "codegen/link/Native.h"
#include "codegen/passes/Remarks.h"
#include "driver/Build.h"
#include "driver/Distribute.h"

namespace gene::driver {
namespace {

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = withLanguageOptions({
      {"output,o", "FILE",
       "where the result goes (default: the source's name; - is standard output)"},
      {"optimize,O", "0..3", "optimisation level (default 2)"},
      {"debug,g", nullptr,
       "variables in the debug information, all of them with -O0; symbols stay"},
      {"compile,c", nullptr,
       "compile this module alone: an object, and its interface beside it (.gi); gene build a.o "
       "b.o "
       "links objects"},
      {"interface", "FILE",
       "with -c: what is known of a module that is imported, instead of its source (repeatable)"},
      {"MD", nullptr, "write a dependency file for make and ninja beside the output (also -MD)"},
      {"path-prefix-map", "OLD=NEW",
       "names of files that begin with OLD begin with NEW in all outputs (repeatable; the last one "
       "that fits counts)"},
      {"static", nullptr,
       "link the C library as well (larger, runs on any kernel; fails without the static "
       "libraries)"},
      {"jobs,j", "N", "processes that compile at once (default: one for each processor)"},
      {"no-cache", nullptr, "compile everything anew, and keep nothing for the next build"},
      {"part-size", "N", "instructions of the IR in a part of a large program, for tests"},
      {"distributor", "CMD",
       "a program that has the parts compiled, here or on other machines: it is given a file of "
       "JSON"},
      {"distributor-arg", "ARG", "an argument in front of that file (repeatable)"},
      {"distributor-folder", "DIR",
       "where the jobs' files are made and stay (default: a folder that goes at the end)"},
      {"linker", "PATH", "a linker or C compiler to link with (default ld.lld)"},
      {"###", nullptr, "print the linker's command and stop (also -###)"},
      {"emit", "KIND", "stop at ir, bytecode, llvm, asm, obj or exe (default exe)"},
      {"dump-before", "PASS", "print the IR before a pass on standard error"},
      {"dump-after", "PASS", "print the IR after a pass on standard error; lower is one"},
      {"print-locs", nullptr, "print source locations in IR"},
      {"remarks", nullptr, "say on standard error, by source line, what stayed slow and why"},
      {"verify-ir", nullptr, "verify the IR after every pass"},
      {"time-passes", nullptr, "say on standard error what each pass over the IR has cost"},
      {"help,h", nullptr, "this text"},
  });
  return all;
}

Expected<Target> target(const Options& options, const std::string& source) {
  Target t{options.get("emit", options.has("compile") ? "module" : "exe"), options.get("output")};
  static constexpr struct {
    const char *kind, *ending;
  } kinds[] = {{"ir", ""},    {"bytecode", ".gir"}, {"llvm", ""},    {"asm", ""},
               {"obj", ".o"}, {"exe", ""},          {"module", ".o"}};
  for (const auto& k : kinds) {
    if (t.kind != k.kind) continue;
    // Text goes to standard output unless told otherwise.
    const bool isText = t.kind == "ir" || t.kind == "llvm" || t.kind == "asm";
    if (t.output.empty())
      t.output = isText          ? "-"
                 : source == "-" ? "a.out"
                                 : std::filesystem::path(source).stem().string() + k.ending;
    return t;
  }
  return Failure{"Unknown kind of output '" + t.kind +
                 "'. Must be: ir, bytecode, llvm, asm, obj, or exe"};
}

void observePasses(const Options& options, CompileOptions& compile) {
  const std::vector<std::string> before = options.all("dump-before"),
                                 after = options.all("dump-after");
  if (before.empty() && after.empty()) return;
  const ir::PrintOptions print{.locations = options.has("print-locs")};
  compile.observe = [=](const ir::Program& program, std::string_view pass, bool isAfter) {
    for (const std::string& name : isAfter ? after : before)
      if (name == pass) std::fputs(ir::print(program, print).c_str(), stderr);
  };
}

void printRemarks(const ir::Program& program) {
  for (const Remark& r : remarks(program)) {
    const Position at = program.sources.position(r.loc);
    std::fprintf(stderr, "%.*s:%u:%u: remark: %s\n", static_cast<int>(at.file.size()),
                 at.file.data(), at.line, at.column, r.text.c_str());
  }
}

int linkObject(const Options& options, const Target& t, const std::vector<std::string>& objects,
               bool strip) {
  LinkOptions link{.objects = {}, .output = t.output, .linker = options.get("linker")};
  link.strip = strip;
  if (options.has("static")) link.kind = LinkOptions::Kind::Static;
  if (options.has("###")) {
    link.objects.push_back(std::filesystem::path(t.output).filename().string() + ".o");
    Expected<std::vector<std::string>> command = linkCommand(link);
    if (!command) return fail(command.message());
    std::puts(shellText(*command).c_str());
    return Success;
  }
  Expected<std::unique_ptr<TemporaryFolder>> folder = TemporaryFolder::make();
  if (!folder) return fail(folder.message());
  for (size_t i = 0; i < objects.size(); i++) {
    link.objects.push_back((*folder)->path() + "/program" + (i > 0 ? std::to_string(i) : "") +
                           ".o");
    if (Status status = writeFile(link.objects[i], objects[i]); !status)
      return fail(status.message());
  }
  if (t.output == "-") {
    link.output = (*folder)->path() + "/program";
    if (Status status = gene::link(link); !status) return fail(status.message());
    Expected<std::string> bytes = readFile(link.output);
    if (!bytes) return fail(bytes.message());
    Status status = writeFile("-", *bytes);
    return status ? Success : fail(status.message());
  }
  Status status = replaceFile(t.output, [&](const std::string& name) {
    link.output = name;
    return gene::link(link);
  });
  return status ? Success : fail(status.message());
}

/// What a kept executable was made with, beside what decides what the program means.
std::vector<std::string> linkedWith(const Options& options, const PathMap& paths) {
  std::vector<std::string> words{paths.text()};
  for (const char* name : {"optimize", "debug", "static", "linker", "part-size"})
    if (options.has(name)) words.push_back(name + ("=" + options.get(name)));
  return words;
}

/// An executable that is built with what earlier builds have left.
class KeptBuild {
 public:
  KeptBuild(const std::string& source, const Options& options, const Target& t,
            const PathMap& paths)
      : words_(linkedWith(options, paths)), output_(t.output) {
    if (t.kind != "exe" || t.output == "-" || options.has("no-cache") || options.has("###")) return;
    kept_ = jit::BuildStore::open(source);
    if (!kept_) return;
    store_.find = [this](std::string_view code) { return kept_->find(code); };
    store_.keep = [this](std::string_view code, std::string_view object) {
      kept_->keep(code, object);
    };
    // These tell about passes, which have to run.
    static constexpr const char* told[] = {"dump-before", "dump-after",  "remarks",
                                           "verify-ir",   "time-passes", "print-locs"};
    mayBeDone_ = std::ranges::none_of(told, [&](const char* name) { return options.has(name); });
  }

  /// Looks, when the program was analysed, whether the executable is there already.
  void ask(CompileOptions& compile) {
    if (!kept_) return;
    compile.analysed = [this](const ir::Program& program,
                              const std::vector<std::string>& environment) {
      identity_.emplace(program, environment);
      isDone_ = mayBeDone_ && kept_->isUpToDate(*identity_, words_, output_);
      return !isDone_;
    };
  }
  [[nodiscard]] bool isDone() const { return isDone_; }
  [[nodiscard]] const ObjectStore* objects() const { return kept_ ? &store_ : nullptr; }
  /// The executable was linked.
  void finish() const {
    if (!identity_) return;
    kept_->noteLinked(*identity_, words_, output_);
    kept_->trim();
  }

 private:
  const std::vector<std::string> words_;
  const std::string output_;
  std::unique_ptr<jit::BuildStore> kept_;  // null: there is no cache
  ObjectStore store_;
  bool mayBeDone_ = false, isDone_ = false;
  std::optional<jit::ProgramIdentity> identity_;
};

/// The artefact of a program that was compiled.
int emitProgram(std::unique_ptr<ir::Program> program, const Options& options, const Target& t,
                const KeptBuild& kept) {
  if (options.has("remarks")) printRemarks(*program);
  if (t.kind == "ir") {
    Status status =
        writeFile(t.output, ir::print(*program, {.locations = options.has("print-locs")}));
    return status ? Success : fail(status.message());
  }
  if (t.kind == "bytecode") {
    const std::vector<uint8_t> image = compileToImage(*program);
    Status status =
        writeFile(t.output, {reinterpret_cast<const char*>(image.data()), image.size()});
    return status ? Success : fail(status.message());
  }
  NativeOptions native{.level = program->level,
                       .debugInfo = options.has("debug") || program->debug};
  if (t.kind == "llvm") native.emit = NativeOptions::Emit::LlvmText;
  if (t.kind == "asm") native.emit = NativeOptions::Emit::Assembly;
  if (t.kind == "exe") {
    native.lines = native.debugInfo;
    native.inParts = true;
    native.partSize = std::strtoul(options.get("part-size", "0").c_str(), nullptr, 10);
    native.jobs = jobsOption(options).value_or(1);
    native.store = kept.objects();
    native.distribute = distributorOf(options, t.output);
    native.showProgress = ::isatty(STDERR_FILENO) != 0;
  }
  Expected<std::vector<std::string>> objects = emitNative(*program, native);
  if (!objects) return fail(objects.message());
  if (t.kind == "exe") {
    const int code = linkObject(options, t, *objects, !native.debugInfo);
    if (code == Success) kept.finish();
    return code;
  }
  Status status = writeFile(t.output, objects->front());
  return status ? Success : fail(status.message());
}

/// What a program is made of: a source, or objects of modules.
class Inputs {
 public:
  Inputs(const Options& options, PathMap paths) : options_(options), paths_(std::move(paths)) {}

  /// An exit code after something that was reported.
  std::optional<int> read(Session& session) {
    if (!hasObjects(options_.positional)) {
      Expected<Location> start = addMain(session, options_.positional[0], paths_);
      if (!start) return fail(start.message());
      start_ = *start;
      session.options.level = optimisationLevel(options_, 2);
      return {};
    }
    Expected<std::vector<ModuleObject>> objects = readObjects(options_.positional);
    if (!objects) return fail(objects.message());
    objects_ = std::move(*objects);
    if (Status status = chooseLevel(objects_, options_, session.options); !status)
      return fail(status.message());
    return {};
  }
  /// The program; null after a failure that was reported.
  std::unique_ptr<ir::Program> compile(Session& session) {
    if (objects_.empty()) {
      std::unique_ptr<ir::Program> program = session.compile(start_);
      const int code = reportDiagnostics(session.diagnostics, errorFormat(options_));
      return code == Success ? std::move(program) : nullptr;
    }
    Expected<std::unique_ptr<ir::Program>> program = session.linkObjects(objects_);
    if (program) return std::move(*program);
    fail(program.message());
    return nullptr;
  }
  /// Fails if the output is one of them.
  [[nodiscard]] Status check(const std::string& output, const Session& session) const {
    std::error_code failed;
    for (const ModuleObject& object : objects_)
      if (output != "-" && std::filesystem::equivalent(output, object.file, failed))
        return Failure{"The output " + output +
                       " would overwrite one of the objects; choose another one with -o"};
    return objects_.empty() ? checkOutput(output, session) : Status();
  }
  [[nodiscard]] std::vector<std::string> names(const Session& session) const {
    return objects_.empty() ? inputsOf(session, paths_) : options_.positional;
  }
  [[nodiscard]] const PathMap& paths() const { return paths_; }
  static bool hasObjects(const std::vector<std::string>& files) {
    return std::ranges::any_of(files, [](const std::string& file) { return file.ends_with(".o"); });
  }

 private:
  const Options& options_;
  const PathMap paths_;
  Location start_;
  std::vector<ModuleObject> objects_;
};

int buildProgram(const Options& options, const Target& t, Inputs& inputs) {
  Session session;
  CompileOptions& compile = session.options;
  if (const auto code = inputs.read(session)) return *code;
  if (Status status = inputs.check(t.output, session); !status) return fail(status.message());
  if (const auto code = chooseWarnings(options, session.diagnostics)) return *code;
  compile.language = languageOptions(options);
  compile.paths = &inputs.paths();
  compile.native = t.kind != "bytecode";
  // For gdb: variables lie in scope objects, and statements begin where it may be said which.
  if (options.has("debug") && compile.level == 0 && compile.native)
    compile.debug = compile.keepVariables = true;
  compile.verify = options.has("verify-ir");
  compile.names = namesContext();
  observePasses(options, compile);
  KeptBuild kept(options.positional[0], options, t, inputs.paths());
  kept.ask(compile);
  std::vector<PassTime> times;
  if (options.has("time-passes")) compile.times = &times;
  std::unique_ptr<ir::Program> program = inputs.compile(session);
  if (!times.empty()) std::fputs(describe(times).c_str(), stderr);
  if (!program) return Failed;
  if (Status status = inputs.check(t.output, session); !status) return fail(status.message());
  if (options.has("MD"))
    if (Status status = writeDependencies(t, {t.output}, inputs.names(session), session); !status)
      return fail(status.message());
  if (kept.isDone()) return Success;
  return emitProgram(std::move(program), options, t, kept);
}

}  // namespace

Expected<PathMap> pathMap(const Options& options) {
  PathMap paths;
  for (const std::string& option : options.all("path-prefix-map"))
    if (Status status = paths.add(option); !status) return Failure{status.message()};
  return paths;
}

Expected<Location> addMain(Session& session, const std::string& source, const PathMap& paths) {
  if (source == "-") return addSource(session.sources, source);
  return session.sources.addFile(source, paths(source));
}

std::vector<std::string> inputsOf(const Session& session, const PathMap& paths) {
  std::vector<std::string> names;
  std::error_code failed;
  const std::filesystem::path here = std::filesystem::current_path(failed);
  for (const InputFile& file : session.dependencies()) {
    const std::filesystem::path near = std::filesystem::path(file.path).lexically_proximate(here);
    names.push_back(paths.empty()                     ? file.name
                    : near.native().starts_with("..") ? file.path
                                                      : near.string());
  }
  return names;
}

Status writeDependencies(const Target& t, const std::vector<std::string>& outputs,
                         const std::vector<std::string>& inputs, const Session& session) {
  auto escaped = [](const std::string& name) {
    std::string out;
    for (char c : name)
      out += c == ' ' || c == '#' ? std::string("\\") + c : c == '$' ? "$$" : std::string(1, c);
    return out;
  };
  std::filesystem::path path(t.output);
  path.replace_extension(".d");
  std::string rule;
  for (const std::string& output : outputs) rule += (rule.empty() ? "" : " ") + escaped(output);
  rule += ":";
  for (const std::string& input : inputs) rule += " " + escaped(input);
  if (Status status = checkOutput(path.string(), session); !status) return status;
  return writeFile(path.string(), rule + "\n");
}

int build(Arguments args) {
  Options options;
  if (const auto code = readCommandLine("build", specs(), args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const bool hasObjects = Inputs::hasObjects(options.positional);
  if (options.positional.size() != 1 && !hasObjects)
    return misuse(options.positional.empty() ? "No file provided to build."
                                             : "gene build takes one file");
  const std::string& source = options.positional[0];
  Expected<Target> t = target(options, source);
  if (!t) return misuse(t.message());
  if (!jobsOption(options)) return misuse(JobsMisuse);
  const bool isModule = t->kind == "module";
  if (isModule && hasObjects) return misuse("-c takes one source");
  if (!isModule && options.has("interface")) return misuse("--interface goes with -c");
  if (hasObjects && options.has("path-prefix-map"))
    return misuse("objects have the names that -c gave them: --path-prefix-map goes there");
  Expected<PathMap> paths = pathMap(options);
  if (!paths) return misuse(paths.message());
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    if (isModule) return buildModule(source, options, *t);
    Inputs inputs(options, std::move(*paths));
    return buildProgram(options, *t, inputs);
  });
}

}  // namespace gene::driver
