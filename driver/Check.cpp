// gene check: everything up to the IR, nothing is run.

#include <cstdio>

#include "driver/Command.h"
#include "frontend/syntax/VerifyDiagnostics.h"

namespace gene::driver {

int check(Arguments args) {
  const std::vector<OptionSpec> specs = withLanguageOptions({
      {"verify", nullptr,
       "compare the diagnostics with the '# error@+1: text' comments of the source"},
      {"verify-ir", nullptr, "verify the IR after every pass"},
      {"help,h", nullptr, "this text"},
  });
  Options options;
  if (const auto code = readCommandLine("check", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (options.positional.empty()) return misuse("No file provided to check.");
  const RuntimeOptions runtime = runtimeOptionsFromEnvironment();
  return onLargeStack(runtime, [&] {
    int code = Success;
    for (const std::string& path : options.positional) {
      Session session;
      Expected<Location> start = addSource(session.sources, path);
      if (!start) {
        code = fail(start.message());
        continue;
      }
      if (const auto wrong = chooseWarnings(options, session.diagnostics)) return *wrong;
      session.options.language = languageOptions(options);
      session.options.verify = options.has("verify-ir");
      session.options.names = namesContext();
      if (options.has("verify")) session.diagnostics.keepAll();
      session.compile(*start);
      if (options.has("verify")) {
        const std::string problems = verifyDiagnostics(session.diagnostics, *start);
        std::fputs(problems.c_str(), stderr);
        if (!problems.empty()) code = Failed;
      } else if (reportDiagnostics(session.diagnostics, errorFormat(options)) != Success) {
        code = Failed;
      }
    }
    return code;
  });
}

}  // namespace gene::driver
