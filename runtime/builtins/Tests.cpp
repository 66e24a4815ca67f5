#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/object/Print.h"
#include "runtime/support/Sandbox.h"
#include "runtime/system/Environment.h"

// genex/test (14 system §14.8). The compiler makes functions of the bodies of test! and suite! (Calls.cpp). `gene test`
// (driver/Test.cpp) says in the environment where results go, and which tests it wants.

namespace gene {
namespace {

// The names of the suites around, in the namespace of $ names, under a name that no program can write.
constexpr const char* Suites = "genex test suites";

Value check(Context& context, Arguments args) {
  if (args[0].isTruthy()) return Value::nil();
  return raise(context, ErrorClass::Assertion,
               args.count > 1 ? displayText(context, args[1]) : "Check failed");
}

Value fail(Context& context, Arguments args) {
  return raise(context, ErrorClass::Assertion,
               args.count > 0 ? displayText(context, args[0]) : "Test failed");
}

std::string suitesAround(Context& context) {
  const Value names = namespaceGet(context.dollars, Symbol::of(Suites));
  return isString(names) ? std::string(stringView(names)) : std::string();
}

struct Outcome {
  const char* word;  // PASS, FAIL, SKIP
  double seconds = 0;
  std::string place{}, message{};  // of the exception
};

/// One record of the file that `gene test` reads: fields behind 0x1F, ended by 0x1E.
void report(const std::string& suites, const std::string& name, const Outcome& outcome) {
  const std::string path = environmentValue("GENE_TEST_REPORT").value_or("");
  if (!sandbox::allowsPath(Permission::Write, path)) return;
  std::FILE* file = path.empty() ? nullptr : std::fopen(path.c_str(), "a");
  if (!file) return;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.6f", outcome.seconds);
  std::string record = outcome.word;
  for (std::string field : {std::string(seconds), suites, name, outcome.place, outcome.message}) {
    for (char& c : field)
      if (c == '\x1f' || c == '\x1e') c = ' ';
    record += '\x1f' + field;
  }
  record += '\x1e';
  std::fwrite(record.data(), 1, record.size(), file);
  std::fclose(file);
}

Outcome outcomeOf(Context& context, Value body) {
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome{"PASS"};
  if (!body.isNil() && call(context, body, nullptr, 0).isPending()) {
    outcome.word = "FAIL";
    const Value exception = takeException(context);
    outcome.message = exceptionMessage(context, exception);
    const Value place = isInstance(exception)
                            ? getField(context, as<InstanceObject>(exception), sym::LocationName)
                            : Value::nil();
    if (isString(place)) outcome.place = stringView(place);
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

/// What stands behind the name: nil or a function.
bool bodyArgument(Context& context, Arguments args, const char* what) {
  if (args.count < 2 || isCallable(args[1])) return true;
  raiseArgument(context, std::string(what) +
                             " needs a function for its body, unless it is called as genex/test/" +
                             what + " or by an imported name");
  return false;
}

Value runTest(Context& context, Arguments args) {
  if (!bodyArgument(context, args, "test!")) return Value::pending();
  const std::string name = displayText(context, args[0]), suites = suitesAround(context);
  const std::string wanted = environmentValue("GENE_TEST_FILTER").value_or("");
  if ((suites + "/" + name).find(wanted) == std::string::npos) return Value::nil();
  const bool isSkipped = args.keywordCount > 0 && args.keywordValue(0).isTruthy();
  const Outcome outcome = isSkipped ? Outcome{"SKIP"} : outcomeOf(context, argument(args, 1));
  writeOut("TEST: " + name + " ... " + outcome.word + "\n");
  if (outcome.word == std::string_view("FAIL")) {
    writeError("  " + outcome.place + (outcome.place.empty() ? "" : ": ") + outcome.message + "\n");
    failAtEnd();
  }
  report(suites, name, outcome);
  return Value::nil();
}

Value runSuite(Context& context, Arguments args) {
  if (!bodyArgument(context, args, "suite!")) return Value::pending();
  const std::string name = displayText(context, args[0]), around = suitesAround(context);
  const auto enter = [&](const std::string& names) {
    namespaceSet(context, context.dollars, Symbol::of(Suites), newString(context, names));
  };
  writeOut("SUITE: " + name + "\n");
  enter(around.empty() ? name : around + "/" + name);
  const Value result = args.count < 2 ? Value::nil() : call(context, args[1], nullptr, 0);
  enter(around);
  return result.isPending() ? result : Value::nil();
}

constexpr BuiltinRow rows[] = {
    {"check", check, "value message? -> Value", "Rrwac", "raises an AssertionException unless true",
     Missing{"check requires a value"}},
    {"fail", fail, "message? -> Value", "Rrwac", "raises an AssertionException"},
    {"test!", runTest, "name body? ^skip -> Value", "Rrwac-",
     "runs a body, prints `TEST: name ... PASS`, `FAIL` or `SKIP`; where one failed the program "
     "ends with 1",
     Missing{"test! requires a name"}},
    {"suite!", runSuite, "name body? -> Value", "Rrwac",
     "prints `SUITE: name` and runs a body of tests", Missing{"suite! requires a name"}},
};

}  // namespace

BUILTIN_TABLE(testTable, "genex/test", Functions, rows)

}  // namespace gene
