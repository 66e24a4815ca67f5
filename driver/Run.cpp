// gene run, gene eval: programs on the VM.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "codegen/bytecode/Disassembler.h"
#include "driver/Command.h"
#include "frontend/analysis/Packages.h"
#include "runtime/Output.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Print.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Profile.h"

namespace gene::driver {
namespace {

const std::vector<OptionSpec>& runSpecs() {
  static const std::vector<OptionSpec> specs = withLanguageOptions({
      {"optimize,O", "0..3", "optimisation level (default 1)"},
      {"stats", nullptr, "print statistics of the runtime on standard error"},
      {"profile", nullptr, "print calls and time per function on standard error"},
      {"profile-folded", "FILE", "write folded stacks with microseconds, for flame graphs"},
      {"profile-instructions", nullptr,
       "print how often each opcode ran, and each after each, on standard error"},
      {"switch", nullptr, "use the interpreter that is a loop around a switch"},
      {"stack-size", "SIZE", "address space for the stack, like 64M (default 1G)"},
      {"compile", nullptr, "print the instructions, then run"},
      {"debug,d", nullptr, "the same"},
      {"pkg", "NAME|DIR", "the package that the program belongs to; FILE is relative to it"},
      {"native-code", nullptr, "accepted; `gene build` makes native code"},
      {"native-tier", "never|guarded|fully-typed", "accepted, likewise"},
      {"checked-vm", nullptr, "accepted; bytecode is always verified"},
      {"no-gir-cache", nullptr, "accepted; programs are always compiled from source"},
      {"force-compile", nullptr, "accepted; programs are always compiled from source"},
      {"verify-ir", nullptr, "verify the IR after every pass"},
      {"help,h", nullptr, "this text"},
  });
  return specs;
}

Status runtimeOptions(const Options& options, RuntimeOptions& result) {
  const std::string tier = options.get("native-tier", "never");
  if (tier != "never" && tier != "guarded" && tier != "fully-typed")
    std::fprintf(stderr, "Unknown native tier: %s\n", tier.c_str());
  result = runtimeOptionsFromEnvironment();
  result.errorFormat = errorFormat(options);
  if (options.has("stats")) result.stats = true;
  if (options.has("stack-size")) {
    const std::string size = options.get("stack-size");
    result.stackSize = parseSize(size.c_str());
    if (result.stackSize == 0)
      return Failure{"Invalid stack size '" + size +
                     "'. Must be a number of bytes, or 64K, 8M, 1G"};
  }
  return {};
}

/// A source that is compiled and then run.
struct Job {
  SourceManager sources;
  Location start;
  Options options;
  RuntimeOptions runtime;
  bool printLast = false;
  std::string package;  // the directory that --pkg means

  [[nodiscard]] bool lists() const { return options.has("compile") || options.has("debug"); }
};

bool countsCalls(const Job& job) {
  return job.options.has("profile") || job.options.has("profile-folded") || job.runtime.stats;
}

/// Finds the package of --pkg; false after a failure that was reported.
bool choosePackage(Job& job) {
  if (!job.options.has("pkg")) return true;
  const std::string name = job.options.get("pkg");
  const std::string here = std::filesystem::current_path().string();
  std::error_code failed;
  std::optional<Package> found = std::filesystem::is_directory(name, failed)
                                     ? packageAround(name)
                                     : findPackage(here + "/<main>", name, "");
  const std::optional<Package> around = packageAround(here);
  if (!found && around && around->name == name) found = around;
  if (found) {
    job.package = found->directory;
    return true;
  }
  fail("[GENE.PACKAGE.NOT_FOUND] Package '" + name + "' was not found (searched from " + here +
       ")");
  return false;
}

/// What the program does per call, from here to its end, for --stats.
std::function<std::string()> statisticsPerCall(Context& context, const vm::Profile& profile) {
  const uint64_t counts = gene_count_operations;
  const uint64_t bytes = creationStats(context).allocatedBytes;
  return [&context, &profile, counts, bytes] {
    const uint64_t calls = profile.calls();
    auto line = [&](const char* name, uint64_t number) {
      char text[100];
      std::snprintf(text, sizeof text, "%s per call: %.2f\n", name,
                    double(number) / double(std::max<uint64_t>(calls, 1)));
      return std::string(text);
    };
    return "calls: " + std::to_string(calls) + "\n" +
           line("count operations", gene_count_operations - counts) +
           line("bytes of objects", creationStats(context).allocatedBytes - bytes);
  };
}

/// Chooses the interpreter, and what is reported when the program ends. False after a failure that was reported.
bool prepareRun(Context& context, const Job& job) {
  const Options& options = job.options;
  const bool calls = options.has("profile"), instructions = options.has("profile-instructions");
  const std::string folded = options.get("profile-folded");
  if (options.has("switch")) context.vm->run = vm::runSwitch;
  if (!countsCalls(job) && !instructions) return true;
  if (!folded.empty())
    if (const Status status = writeFile(folded, ""); !status) {
      fail(status.message());
      return false;
    }
  auto* profile = new vm::Profile(instructions);
  context.vm->profile = profile;
  context.vm->run = vm::runProfiled;
  std::function<std::string()> perCall;
  if (job.runtime.stats) perCall = statisticsPerCall(context, *profile);
  atEnd([=] {
    if (perCall) writeError(perCall());
    if (calls) writeError(profile->callReport());
    if (instructions) writeError(profile->instructionReport());
    if (folded.empty()) return;
    if (const Status status = writeFile(folded, profile->foldedStacks()); !status)
      fail(status.message());
  });
  return true;
}

/// runProgram, and behind `header` the value of the last form in literal form on standard output.
int runAndPrint(Context& context, Program& program, const RuntimeOptions& options,
                const std::string& header) {
  const Value value = runModule(context, program);
  if (value.isPending()) {
    writeError(describeUncaught(context, options));
    return finishProgram(context, Failed, options);
  }
  writeOut(header + literalText(context, value) + "\n");
  return finishProgram(context, Success, options);
}

/// Does the program raise an exception for certain, if it comes there?
bool comesTrue(const Diagnostic& d) {
  switch (d.id) {
    case Diag::UndefinedName:
    case Diag::MissingArgument:
    case Diag::UnexpectedKeyword:
    case Diag::SurplusArgument:
    case Diag::ArgumentType:
    case Diag::StringArithmetic:
    case Diag::UnknownMethodName: return true;
    default: return false;
  }
}

/// Warnings that come true are held back until the program has ended: most of them are said by its error.
std::vector<ExpectedError> takeExpected(DiagnosticEngine& diagnostics, const Job& job) {
  std::vector<ExpectedError> expected;
  if (diagnostics.hasErrors()) return expected;
  for (const Diagnostic& d : diagnostics.all()) {
    if (!comesTrue(d)) continue;
    const Position at = job.sources.position(d.loc);
    expected.push_back({std::string(at.file), at.line, at.column, d.message,
                        renderDiagnostic(job.sources, d, job.runtime.errorFormat), d.hints});
  }
  diagnostics.drop(0, comesTrue);
  return expected;
}

int runJob(Job& job) {
  Context& context = *createContext(job.runtime);
  DiagnosticEngine diagnostics(job.sources);
  if (const auto code = chooseWarnings(job.options, diagnostics)) return *code;
  CompileOptions compile;
  compile.names = &context;
  compile.language = languageOptions(job.options);
  compile.language.package = job.package;
  compile.level = optimisationLevel(job.options, 1);
  compile.verify = job.options.has("verify-ir");
  compile.keepCalls = countsCalls(job);
  std::unique_ptr<ir::Program> program = compileToIr(job.sources, job.start, diagnostics, compile);
  auto* const expected = new std::vector<ExpectedError>(takeExpected(diagnostics, job));
  const int reported = reportDiagnostics(diagnostics, job.runtime.errorFormat);
  job.runtime.expected = expected;
  atEnd([expected] {
    for (const ExpectedError& e : *expected) writeError(e.warning);
  });
  if (!program) return reported == Success ? Failed : reported;
  if (job.lists()) {
    const std::string text = "=== Compilation Output ===\n" +
                             disassemble(compileToImage(*program), job.options.has("addresses"));
    if (const Status status = writeFile("-", text); !status) return fail(status.message());
  }
  Program* loaded = loadProgram(context, *program);
  if (!loaded || !prepareRun(context, job)) return Failed;
  return job.printLast
             ? runAndPrint(context, *loaded, job.runtime, job.lists() ? "=== Result ===\n" : "")
             : runProgram(context, *loaded, job.runtime);
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
    job.start = job.sources.add("<stdin>", std::move(text));
    return onLargeStack(job.runtime, [&] { return runJob(job); });
  }
  if (!job.package.empty()) words[0] = (std::filesystem::path(job.package) / words[0]).string();
  job.runtime.programName = words[0];
  job.runtime.arguments.assign(words.begin() + 1, words.end());
  if (words[0].ends_with(".gir")) {
    return onLargeStack(job.runtime, [&] {
      Context& context = *createContext(job.runtime);
      Program* program = loadGirFile(context, job.runtime.programName);
      if (!program || !prepareRun(context, job)) return Failed;
      return runProgram(context, *program, job.runtime);
    });
  }
  Expected<Location> start = job.sources.addFile(words[0]);
  if (!start) return fail(start.message());
  job.start = *start;
  return onLargeStack(job.runtime, [&] { return runJob(job); });
}

int eval(Arguments args) {
  std::vector<OptionSpec> specs = runSpecs();
  specs.push_back({"print-last,p", nullptr, "print the value of the last form"});
  for (const char* ignored : {"csv", "gene", "line"})
    specs.push_back({ignored, nullptr, "accepted, no effect"});
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
  job.start = job.sources.add("<eval>", std::move(code));
  return onLargeStack(job.runtime, [&] { return runJob(job); });
}

}  // namespace gene::driver
