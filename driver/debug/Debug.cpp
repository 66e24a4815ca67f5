// gene debug: a program under the debugger.

#include "driver/Job.h"
#include "driver/debug/Dap.h"
#include "driver/debug/Terminal.h"
#include "driver/repl/Repl.h"
#include "runtime/Output.h"
#include "runtime/image/ImageLoader.h"

namespace gene::debug {

std::unique_ptr<Debugger> load(Context& context, driver::Job& job, Debugger::Face face,
                               Program** loaded) {
  CompileOptions& compile = job.session.options;
  compile.names = &context;
  compile.language = driver::languageOptions(job.options);
  compile.language.package = job.package;
  compile.level = 0;
  compile.debug = compile.keepVariables = true;
  std::unique_ptr<ir::Program> program = job.session.compile(job.start);
  driver::reportDiagnostics(job.session.diagnostics, job.runtime.errorFormat);
  if (!program) return nullptr;
  driver::enableRepl(job.runtime, compile.language);
  DebugTable table;
  *loaded = driver::loadProgram(context, *program, {}, &table);
  if (!*loaded) return nullptr;
  return std::make_unique<Debugger>(context, **loaded, std::move(program), std::move(table),
                                    std::move(face));
}

}  // namespace gene::debug

namespace gene::driver {

namespace {

int debugOnTerminal(Job& job) {
  Context& context = *createContext(job.runtime);
  debug::Terminal terminal;
  Program* program = nullptr;
  const std::unique_ptr<debug::Debugger> debugger =
      debug::load(context, job, terminal.face(), &program);
  if (!debugger) return Failed;
  terminal.attach(*debugger);
  debugger->begin(true);
  return runProgram(context, *program, job.runtime);
}

}  // namespace

int debugProgram(Arguments args) {
  static const std::vector<OptionSpec> specs = withLanguageOptions({
      {"dap", nullptr, "speak the Debug Adapter Protocol on standard input and output"},
      {"pkg", "NAME|DIR", "the package that the program belongs to; FILE is relative to it"},
      {"stack-size", "SIZE", "address space for the stack, like 64M (default 112M, or less)"},
      {"help,h", nullptr, "this text"},
  });
  Job job;
  if (const auto code = readCommandLine("debug", specs, args, Positionals::StopAtFirst,
                                        UnknownOptions::Misuse, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  if (job.options.has("dap")) return debug::serveDap(job);
  std::vector<std::string>& words = job.options.positional;
  if (words.empty()) return misuse("No file provided to debug.");
  if (!job.package.empty()) words[0] = job.package + "/" + words[0];
  job.runtime.programName = words[0];
  job.runtime.arguments.assign(words.begin() + 1, words.end());
  Expected<Location> start = job.session.sources.addFile(words[0]);
  if (!start) return fail(start.message());
  job.start = *start;
  return onLargeStack(job.runtime, [&] { return debugOnTerminal(job); });
}

}  // namespace gene::driver
