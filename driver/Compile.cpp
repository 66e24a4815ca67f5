// gene compile: bytecode files and listings (19-cli.md §19.6).

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "codegen/bytecode/Disassembler.h"
#include "driver/Command.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = withLanguageOptions({
      {"format,f", "FORMAT",
       "gir (default for files), pretty (default otherwise), compact, or bytecode"},
      {"out-dir,o", "DIR", "where .gir files go (default build)"},
      {"eval,e", "CODE", "compile this code"},
      {"addresses,a", nullptr, "an address before each instruction of a listing"},
      {"force", nullptr, "compile although the .gir file is up to date"},
      {"emit-debug", nullptr, "accepted; .gir files always have line tables"},
      {"eager", nullptr, "accepted; function bodies are always compiled"},
      {"optimize,O", "0..3", "optimisation level (default 1)"},
      {"help,h", nullptr, "this text"},
  });
  return all;
}

/// D/DIR/NAME.gir; an absolute directory loses its leading slash.
fs::path outputPath(const std::string& directory, const std::string& source) {
  fs::path path = fs::path(source).relative_path();
  path.replace_extension(".gir");
  return fs::path(directory) / path.lexically_normal();
}

bool upToDate(const std::string& source, const fs::path& output) {
  std::error_code error;
  const auto made = fs::last_write_time(output, error);
  if (error) return false;
  const auto written = fs::last_write_time(source, error);
  if (error || written >= made) return false;
  Expected<std::string> bytes = readFile(output.string());
  return bytes.ok() &&
         describeGirFile(output.string(),
                         {reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size()})
             .ok();
}

struct Job {
  const Options& options;
  std::string format;
};

int listing(const Job& job, const std::string& name, const std::vector<uint8_t>& image) {
  std::string out = name.empty() ? "" : "=== Compiling: " + name + " ===\n";
  out += disassemble(image, job.options.has("addresses")) + "\n";
  Status status = writeFile("-", out);
  return status ? Success : fail(status.message());
}

/// Compiles one source; `name` is empty for code that has no file.
int compileOne(const Job& job, const std::string& name, std::string text) {
  SourceManager sources;
  const Location start = sources.add(name.empty() ? "<input>" : name, std::move(text));
  DiagnosticEngine diagnostics(sources);
  CompileOptions compile;
  compile.language = languageOptions(job.options);
  compile.level = optimisationLevel(job.options, 1);
  std::unique_ptr<ir::Program> program = compileToIr(sources, start, diagnostics, compile);
  if (const int code = reportDiagnostics(diagnostics, errorFormat(job.options), name);
      code != Success || !program)
    return Failed;
  const std::vector<uint8_t> image = compileToImage(*program);
  // The last program is not taken apart node by node: the process ends.
  if (job.options.positional.size() <= 1) static_cast<void>(program.release());
  if (job.format != "gir") return listing(job, name, image);
  const fs::path output =
      outputPath(job.options.get("out-dir", "build"), name.empty() ? "input.gene" : name);
  std::printf("Compiling: %s -> %s\n", name.c_str(), output.c_str());
  if (Status status =
          writeFile(output.string(), {reinterpret_cast<const char*>(image.data()), image.size()});
      !status)
    return fail(status.message());
  std::printf("Written: %s\n", output.c_str());
  return Success;
}

int compileAll(const Job& job) {
  const std::vector<std::string>& files = job.options.positional;
  if (job.options.has("eval")) return compileOne(job, {}, job.options.get("eval"));
  if (files.empty()) {
    if (::isatty(STDIN_FILENO))
      return fail("No input provided. Use -e for code or provide a file.");
    return compileOne(job, {}, readStandardInput());
  }
  int code = Success;
  for (const std::string& file : files) {
    Expected<std::string> text = readFile(file);
    if (!text) {
      code = fail(text.message());
      continue;
    }
    const fs::path output = outputPath(job.options.get("out-dir", "build"), file);
    if (job.format == "gir" && !job.options.has("force") && upToDate(file, output)) {
      std::printf("Up-to-date: %s\n", output.c_str());
      continue;
    }
    if (compileOne(job, file, std::move(*text)) != Success) code = Failed;
  }
  return code;
}

}  // namespace

int compile(Arguments args) {
  Options options;
  if (!args.empty() && (args.back() == "-f" || args.back() == "--format"))
    return fail("Format option requires a value");
  if (const auto code = readCommandLine("compile", specs(), args, Positionals::Anywhere,
                                        UnknownOptions::Failure, options))
    return *code;
  const Job job{options, options.get("format", options.positional.empty() ? "pretty" : "gir")};
  if (job.format != "gir" && job.format != "pretty" && job.format != "compact" &&
      job.format != "bytecode")
    return fail("Invalid format '" + job.format + "'. Must be: pretty, compact, bytecode, or gir");
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] { return compileAll(job); });
}

}  // namespace gene::driver
