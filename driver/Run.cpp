// gene run, gene eval: programs on the VM.

#include <unistd.h>

#include <filesystem>

#include "driver/Job.h"
#include "driver/NativeRun.h"
#include "driver/Sandbox.h"
#include "runtime/support/Sandbox.h"

namespace gene::driver {

namespace {

/// runJob with native code where there is some, and a compiler beside it where there is none. `file`: as NativeRun's.
int runWithNative(Job& job, const std::string& file) {
  // Machine code made of what is not trusted would be one thing more to trust; instructions are counted in the VM only.
  if (sandbox::isOn() || job.options.has("max-instructions"))
    return onLargeStack(job.runtime, [&] { return runJob(job); });
  NativeRun native(job, file);
  job.native = &native;
  return onLargeStack(
      job.runtime,
      [&] {
        const int code = runJob(job);
        native.end();
        return code;
      },
      [&] { native.watch(); });
}

}  // namespace

int run(Arguments args) {
  Job job;
  if (const auto code = readCommandLine("run", runSpecs(), args, Positionals::StopAtFirst,
                                        UnknownOptions::Tolerated, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  std::vector<std::string>& words = job.options.positional;
  if (words.empty() || words[0] == "-") {
    if (words.empty() && ::isatty(STDIN_FILENO)) return fail("No file provided to run.");
    std::string text = readStandardInput();
    if (text.empty()) return fail("No input provided. Provide a file to run.");
    job.runtime.programName = "<stdin>";
    if (!words.empty()) job.runtime.arguments.assign(words.begin() + 1, words.end());
    job.runtime.sourceText = text;
    job.start = job.session.sources.add("<stdin>", std::move(text));
    return runWithNative(job, "-");
  }
  const std::string file = words[0];
  if (!job.package.empty()) words[0] = (std::filesystem::path(job.package) / words[0]).string();
  confineModules(words[0]);
  job.runtime.programName = words[0];
  job.runtime.arguments.assign(words.begin() + 1, words.end());
  if (words[0].ends_with(".gir")) {
    return onLargeStack(job.runtime, [&] {
      Context& context = *createContext(job.runtime);
      Program* program = loadGirJob(context, job, job.runtime.programName);
      if (!program) return Failed;
      return runProgram(context, *program, job.runtime);
    });
  }
  Expected<Location> start = job.session.sources.addFile(words[0]);
  if (!start) return fail(start.message());
  job.start = *start;
  return runWithNative(job, file);
}

int eval(Arguments args) {
  std::vector<OptionSpec> specs = evalSpecs();
  specs.push_back({"print-last,p", nullptr, "print the value of the last form"});
  Job job;
  if (const auto code = readCommandLine("eval", specs, args, Positionals::StopAtFirst,
                                        UnknownOptions::Tolerated, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  job.runtime.programName = "<eval>";
  job.printLast = job.options.has("print-last") || job.lists();
  std::string code;
  for (const std::string& word : job.options.positional) code += (code.empty() ? "" : " ") + word;
  if (code.empty() && !::isatty(STDIN_FILENO)) code = readStandardInput();
  if (code.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail("No code provided to evaluate");
  job.runtime.sourceText = code;
  job.start = job.session.sources.add("<eval>", std::move(code));
  return onLargeStack(job.runtime, [&] { return runJob(job); });
}

}  // namespace gene::driver
