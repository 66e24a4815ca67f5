#include "driver/Job.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "codegen/bytecode/Disassembler.h"
#include "driver/NativeRun.h"
#include "driver/Sampling.h"
#include "driver/Sandbox.h"
#include "driver/repl/Repl.h"
#include "frontend/analysis/Packages.h"
#include "runtime/Output.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Print.h"
#include "runtime/support/Sandbox.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Profile.h"
#include "runtime/vm/Watch.h"

namespace gene::driver {

namespace {

/// `specs` with those of the sandbox before the last one, which is --help.
std::vector<OptionSpec> withSandbox(std::vector<OptionSpec> specs) {
  specs.insert(specs.end() - 1, sandboxSpecs().begin(), sandboxSpecs().end());
  return specs;
}

}  // namespace

const std::vector<OptionSpec>& runSpecs() {
  static const std::vector<OptionSpec> specs = withLanguageOptions(withSandbox({
      {"optimize,O", "0..3", "optimisation level (default 1)"},
      {"stats", nullptr, "print statistics of the runtime on standard error"},
      {"profile", "[=sample]",
       "print calls and time per function on standard error; =sample: what samples taken each "
       "millisecond say, for programs "
       "that are not to be slowed down"},
      {"profile-folded", "FILE", "write folded stacks with microseconds, for flame graphs"},
      {"profile-svg", "FILE", "write a flame graph of samples, for a browser"},
      {"profile-speedscope", "FILE", "write samples as JSON for speedscope"},
      {"heap-profile", nullptr,
       "print who made the objects that are alive, on standard error; --profile-folded, "
       "--profile-svg and --profile-speedscope "
       "write that"},
      {"profile-instructions", nullptr,
       "print how often each opcode ran, and each after each, on standard error"},
      {"repl-on-error", nullptr, "after an error, a REPL with the program's variables and $ex"},
      {"switch", nullptr, "use the interpreter that is a loop around a switch"},
      {"stack-size", "SIZE", "address space for the stack, like 64M (default 112M, or less)"},
      {"max-heap", "SIZE",
       "what values may take, like 512M; beyond it an exception (default: what the system allows)"},
      {"compile", nullptr, "print the instructions, then run"},
      {"debug,d", nullptr, "the same"},
      {"trace", nullptr, "print each instruction before it runs, on standard error"},
      {"trace-instruction", nullptr, "the same, and list all instructions first"},
      {"pkg", "NAME|DIR", "the package that the program belongs to; FILE is relative to it"},
      {"native-code", nullptr, "accepted; `gene build` makes native code"},
      {"native-tier", "never|guarded|fully-typed", "accepted, likewise"},
      {"checked-vm", nullptr, "accepted; bytecode is always verified"},
      {"no-jit", nullptr, "run in the VM, whatever native code there is"},
      {"no-cache", nullptr, "keep no native code for the next run, and use none that was kept"},
      {"jit-log", nullptr, "say on standard error what becomes of the native code"},
      {"no-gir-cache", nullptr, "accepted; programs are always compiled from source"},
      {"force-compile", nullptr, "accepted; programs are always compiled from source"},
      {"verify-ir", nullptr, "verify the IR after every pass"},
      {"help,h", nullptr, "this text"},
  }));
  return specs;
}

std::vector<OptionSpec> evalSpecs() {
  std::vector<OptionSpec> specs = runSpecs();
  for (const char* ignored : {"csv", "gene", "line"})
    specs.push_back({ignored, nullptr, "accepted, no effect"});
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
  if (options.has("max-heap")) {
    const std::string size = options.get("max-heap");
    result.maxHeap = parseHeapSize(size.c_str());
    if (result.maxHeap == 0)
      return Failure{"Invalid heap size '" + size + "'. Must be at least 1M, like 64M or 1G"};
  }
  return beginSandbox(options, result);
}

/// Finds the package of --pkg; false after a failure that was reported.
bool choosePackage(Job& job) {
  if (!job.options.has("pkg")) return true;
  const std::string name = job.options.get("pkg");
  const std::string here = std::filesystem::current_path().string();
  std::error_code failed;
  std::optional<Package> found = std::filesystem::is_directory(name, failed)
                                     ? packageAround(name)
                                     : findPackage(here + "/<main>", name, "", {}).package;
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

namespace {

bool countsCalls(const Job& job) {
  return (!takesSamples(job.options) && !job.options.has("heap-profile") &&
          (job.options.has("profile") || job.options.has("profile-folded"))) ||
         job.runtime.stats;
}

bool traces(const Job& job) {
  return job.options.has("trace") || job.options.has("trace-instruction");
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
  if (options.has("max-instructions")) {
    if (job.watch || countsCalls(job) || instructions) {
      fail("--max-instructions goes with no trace or profile");
      return false;
    }
    auto* limits = new vm::Limits;  // as long as the process
    limits->maxSteps = std::strtoull(options.get("max-instructions").c_str(), nullptr, 10);
    limits->endsProcess = true;
    limits->begin();
    context.vm->watch = new vm::Watch(*limits);
    context.vm->run = vm::runWatched;
  }
  if (job.watch) {
    context.vm->run = vm::runWatched;
    context.vm->watch = job.watch;
  }
  const bool ofHeap = options.has("heap-profile");
  if (takesSamples(options) || ofHeap) {
    if (ofHeap && calls) {
      fail("--heap-profile goes with no --profile");
      return false;
    }
    if (job.watch || countsCalls(job) || instructions || options.has("max-instructions")) {
      fail(ofHeap ? "--heap-profile is of a program that nothing else counts or traces"
                  : "samples are taken of a program that nothing else counts or traces");
      return false;
    }
    return ofHeap ? profileHeap(context, options) : sampleRun(context, options);
  }
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
  atEnd(context, [=] {
    if (perCall) writeError(perCall());
    if (calls) writeError(profile->callReport());
    if (instructions) writeError(profile->instructionReport());
    if (folded.empty()) return;
    if (const Status status = writeFile(folded, profile->foldedStacks()); !status)
      fail(status.message());
  });
  return true;
}

/// Shows the pending exception, and offers a REPL that sees what it left behind.
int afterError(Context& context, const Job& job) {
  const Value exception = context.exception;
  writeError(describeUncaught(context, job.runtime));
  if (job.options.has("repl-on-error")) {
    context.current = exception;
    runRepl(context, job.runtime, languageOptions(job.options));
  }
  return finishProgram(context, Failed, job.runtime);
}

/// runProgram, and behind `header` the value of the last form in literal form on standard output.
int runAndPrint(Context& context, Program& program, const Job& job, const std::string& header) {
  const Value value = runModule(context, program);
  if (value.isPending()) return afterError(context, job);
  writeOut(header + literalText(context, value) + "\n");
  return finishProgram(context, Success, job.runtime);
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
    case Diag::YieldOutside:
    case Diag::LaterParent:
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
    const Position at = job.session.sources.position(d.loc);
    expected.push_back({std::string(at.file), at.line, at.column, d.message,
                        renderDiagnostic(job.session.sources, d, job.runtime.errorFormat),
                        d.hints});
  }
  diagnostics.drop(0, comesTrue);
  return expected;
}

/// Shows the instructions, and prepares the trace.
LookAtImage lookOf(Job& job) {
  if (!job.lists() && !traces(job)) return {};
  return [&job](Span<const uint8_t> image) {
    const bool all = job.options.has("trace-instruction");
    if (job.lists())
      writeOut(std::string(all ? "=== Execution Trace ===\n" : "=== Compilation Output ===\n") +
               disassemble(image, all || job.options.has("addresses")));
    if (traces(job)) job.watch = traceOf(image);
  };
}

}  // namespace

Program* loadJob(Context& context, Job& job, int* code) {
  *code = Failed;
  DiagnosticEngine& diagnostics = job.session.diagnostics;
  if (const auto wrong = chooseWarnings(job.options, diagnostics)) {
    *code = *wrong;
    return nullptr;
  }
  CompileOptions& compile = job.session.options;
  compile.names = &context;
  compile.language = languageOptions(job.options);
  compile.language.package = job.package;
  compile.level = optimisationLevel(job.options, job.level);
  compile.verify = job.options.has("verify-ir");
  compile.keepCalls = countsCalls(job);
  compile.keepVariables = job.options.has("repl-on-error");
  compile.numbersClasses = job.native && job.native->compiles();
  if (job.native)
    compile.analysed = [&](const ir::Program& analysed,
                           const std::vector<std::string>& environment) {
      return !job.native->find(analysed, environment);
    };
  std::unique_ptr<ir::Program> program = job.session.compile(job.start);
  auto* const expected = new std::vector<ExpectedError>(takeExpected(diagnostics, job));
  reportDiagnostics(diagnostics, job.runtime.errorFormat);
  job.runtime.expected = expected;
  atEnd(context, [expected] {
    for (const ExpectedError& e : *expected) writeError(e.warning);
  });
  if (!program) return nullptr;
  if (!sandbox::isOn()) enableRepl(job.runtime, compile.language);
  if (job.native && job.native->hasFound()) return job.native->load(context);
  Program* loaded = loadProgram(context, *program, lookOf(job));
  if (!loaded || !prepareRun(context, job)) return nullptr;
  if (job.native) job.native->begin(*loaded);
  return loaded;
}

Program* loadGirJob(Context& context, Job& job, const std::string& path) {
  Program* loaded = loadGirFile(context, path, lookOf(job));
  return loaded && prepareRun(context, job) ? loaded : nullptr;
}

int runJob(Job& job) {
  Context& context = *createContext(job.runtime);
  int code;
  Program* program = loadJob(context, job, &code);
  if (!program) return code;
  if (!job.printLast)
    return runModule(context, *program).isPending() ? afterError(context, job)
                                                    : finishProgram(context, Success, job.runtime);
  return runAndPrint(context, *program, job,
                     job.options.has("trace-instruction") ? "=== Final Result ===\n"
                     : job.lists()                        ? "=== Result ===\n"
                                                          : "");
}

}  // namespace gene::driver
