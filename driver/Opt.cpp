// gene opt: passes on IR text, for their tests and for looking at what they do.

#include <cstdio>

#include "codegen/compile/KnownBuiltins.h"
#include "codegen/ir/Link.h"
#include "codegen/ir/Printer.h"
#include "codegen/ir/Verifier.h"
#include "driver/Command.h"

namespace gene::driver {
namespace {

std::vector<std::string> splitNames(const std::string& list) {
  std::vector<std::string> names;
  for (size_t from = 0; from <= list.size();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    if (comma > from) names.push_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return names;
}

int optimise(const std::string& path, const Options& options) {
  SourceManager sources;
  Expected<std::string> text =
      path == "-" ? Expected<std::string>(readStandardInput()) : readFile(path);
  if (!text) return fail(text.message());
  const Location start = sources.add(path == "-" ? "<stdin>" : path, std::move(*text));
  DiagnosticEngine diagnostics(sources);
  std::unique_ptr<ir::Program> program = ir::parseProgram(sources, start, diagnostics);
  if (reportDiagnostics(diagnostics, ErrorFormat::Human) != Success || !program) return Failed;
  auto verified = [&] {
    const std::vector<std::string> problems = ir::verify(*program);
    for (const std::string& p : problems) std::fprintf(stderr, "Error: %s\n", p.c_str());
    return problems.empty();
  };
  if (!verified()) return Failed;
  if (!options.has("no-link"))
    if (const std::string problem = ir::link(*program); !problem.empty()) return fail(problem);
  if (!verified()) return Failed;
  useKnownBuiltins();
  PassContext context{.program = *program,
                      .level = optimisationLevel(options, 2),
                      .native = true,
                      .verify = true,
                      .observe = {}};
  if (options.has("passes")) {
    if (Status status = runPasses(context, splitNames(options.get("passes"))); !status)
      return fail(status.message());
  } else if (options.has("optimize")) {
    runPipeline(context);
  }
  if (!verified()) return Failed;
  const std::string out = ir::print(*program, {.locations = options.has("print-locs")});
  Status status = writeFile(options.get("output", "-"), out);
  return status ? Success : fail(status.message());
}

}  // namespace

int opt(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"passes", "a,b", "run these passes, in this order"},
      {"optimize,O", "0..3", "run the pipeline of this level"},
      {"no-link", nullptr, "leave modules as they are"},
      {"print-locs", nullptr, "print source locations"},
      {"output,o", "FILE", "write here instead of standard output"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("opt", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (options.positional.size() != 1) return misuse("gene opt takes one file of IR text");
  return onLargeStack(runtimeOptionsFromEnvironment(),
                      [&] { return optimise(options.positional[0], options); });
}

}  // namespace gene::driver
