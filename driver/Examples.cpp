// gene run-examples: checks the ^examples of functions (05 §4, 19-cli.md §19.9).

#include <algorithm>
#include <filesystem>

#include "driver/Job.h"
#include "runtime/Output.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Equality.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Function.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene::driver {
namespace {

/// A function with examples: [args] -> value, [args] -> _, [args] throws Class, one behind the other.
struct Subject {
  std::string name;
  Value function;
  const ArrayObject* examples;
  std::string place;
};

std::vector<Subject> subjects(const Program& program, std::string_view mainFile) {
  std::vector<Subject> found;
  for (uint32_t i = 0; i < program.globalCount; i++) {
    const Value value = program.slots[i];
    if (!isKind(value, Kind::Function)) continue;
    const FunctionInfo& info = *as<FunctionObject>(value)->info;
    if (info.program != &program || !info.metadata || !isMap(*info.metadata)) continue;
    const Value examples = mapGet(as<MapObject>(*info.metadata), Symbol::of("examples"));
    const TraceSite& site = program.sites[info.site];
    const bool isKnown =
        std::ranges::any_of(found, [&](const Subject& s) { return s.function == value; });
    if (!isArray(examples) || site.file != mainFile || isKnown) continue;
    found.push_back({std::string(info.name.text()), value, as<ArrayObject>(examples),
                     std::string(site.file) + ":" + std::to_string(site.line) + ":" +
                         std::to_string(site.column)});
  }
  std::ranges::sort(found, {}, &Subject::name);
  return found;
}

bool isNamed(const ClassObject* cls, std::string_view name) {
  for (; cls; cls = parentOf(cls))
    if (cls->name.get().symbol().text() == name) return true;
  return false;
}

class Runner {
 public:
  explicit Runner(Context& context) : context_(context) {}

  void check(const Subject& subject) {
    const ArrayObject* e = subject.examples;
    for (uint32_t i = 0, number = 1; i + 2 < e->size; i += 3, number++) {
      const Value args = arrayAt(e, i), how = arrayAt(e, i + 1), what = arrayAt(e, i + 2);
      const bool throws = how == Value::symbol(Symbol::of("throws"));
      const std::string label = subject.name + " example " + std::to_string(number) + ": " +
                                literalText(context_, args) + (throws ? " throws " : " -> ") +
                                literalText(context_, what) + "\n";
      std::string actual;
      if (holds(subject.function, args, throws, what, &actual)) {
        passed_++;
        writeOut("PASS " + label);
        continue;
      }
      failed_++;
      writeOut("FAIL " + label + "  expected: " + (throws ? "throws " : "return ") +
               literalText(context_, what) + "\n  actual: " + actual +
               "\n  location: " + subject.place + "\n");
    }
  }

  int summary(size_t functions) const {
    writeOut("Examples run: " + std::to_string(passed_ + failed_) +
             ", passed: " + std::to_string(passed_) + ", failed: " + std::to_string(failed_) +
             ", functions: " + std::to_string(functions) + "\n");
    return failed_ == 0 ? Success : Failed;
  }

 private:
  /// Does the call end as it should? Else `actual` says how it did.
  bool holds(Value function, Value args, bool throws, Value what, std::string* actual) {
    if (!isArray(args)) {
      *actual = "spec error: the arguments must be an array";
      return false;
    }
    const Value fresh = copyData(context_, args);
    const auto* given = as<ArrayObject>(fresh);
    const Value result =
        call(context_, function, reinterpret_cast<const Value*>(given->items), given->size);
    if (result.isPending()) {
      const Value exception = takeException(context_);
      ClassObject* cls = classOf(context_, exception);
      *actual = "throws " + std::string(cls->name.get().symbol().text()) + ": " +
                exceptionMessage(context_, exception);
      return throws && isNamed(cls, literalText(context_, what));
    }
    *actual = "return " + literalText(context_, result);
    if (throws) return false;
    return what == Value::placeholder() || what == Value::symbol(Symbol::of("_")) ||
           equal(context_, result, what);
  }

  Context& context_;
  unsigned passed_ = 0, failed_ = 0;
};

int runExamplesOf(Job& job, const std::string& file) {
  Context& context = *createContext(job.runtime);
  int code;
  Program* program = loadJob(context, job, &code);
  if (program && runModule(context, *program).isPending()) {
    writeError(describeUncaught(context, job.runtime));
    program = nullptr;
  }
  if (!program) return fail("Failed to load/compile examples file: " + file);
  const std::vector<Subject> all = subjects(*program, file);
  if (all.empty()) {
    writeOut("No examples found in " + std::filesystem::absolute(file).lexically_normal().string() +
             "\n");
    return finishProgram(context, Success, job.runtime);
  }
  Runner runner(context);
  for (const Subject& subject : all) runner.check(subject);
  return finishProgram(context, runner.summary(all.size()), job.runtime);
}

}  // namespace

int runExamples(Arguments args) {
  Job job;
  job.level = 0;
  if (const auto code = readCommandLine("run-examples", runSpecs(), args, Positionals::StopAtFirst,
                                        UnknownOptions::Failure, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  std::vector<std::string>& words = job.options.positional;
  if (words.empty()) return fail("Missing file path. Usage: gene run-examples <file.gene>");
  if (!job.package.empty()) words[0] = (std::filesystem::path(job.package) / words[0]).string();
  job.runtime.programName = words[0];
  job.runtime.arguments.assign(words.begin() + 1, words.end());
  Expected<Location> start = job.session.sources.addFile(words[0]);
  if (!start) return fail(start.message());
  job.start = *start;
  return onLargeStack(job.runtime, [&] { return runExamplesOf(job, words[0]); });
}

}  // namespace gene::driver
