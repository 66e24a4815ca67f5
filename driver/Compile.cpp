// gene compile: bytecode files and listings (19-cli.md §19.6).

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>

#include "codegen/bytecode/Disassembler.h"
#include "driver/Command.h"
#include "driver/Metadata.h"
#include "frontend/syntax/Reader.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/support/ModuleText.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = withLanguageOptions({
      {"format,f", "FORMAT",
       "gir (default for files), pretty (default otherwise), compact, bytecode, or ai-metadata"},
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

/// D/DIR/NAME.gir; an absolute directory loses its leading slash, and steps to a parent at the start go: nothing is written
/// outside of D.
fs::path outputPath(const std::string& directory, const std::string& source) {
  fs::path path;
  for (const fs::path& part : fs::path(source).lexically_normal().relative_path())
    if (part != "..") path /= part;
  path.replace_extension(".gir");
  return (fs::path(directory) / path).lexically_normal();
}

/// Was the file made by this compiler, with these options, from what its inputs are at present?
bool upToDate(const std::string& source, const fs::path& output, const CompileOptions& options) {
  Expected<std::string> bytes = readFile(output.string());
  if (!bytes) return false;
  const Span<const uint8_t> image(reinterpret_cast<const uint8_t*>(bytes->data()),
                                  withoutModuleText(*bytes).size());
  Expected<const image::ImageHeader*> header = image::readHeader(image);
  if (!header || (*header)->level != static_cast<uint32_t>(options.level) ||
      (*header)->flags >> image::ImageHeader::LanguageShift != options.language.bits())
    return false;
  const Span<const uint8_t> strings = image::table<uint8_t>(image, image::Section::Strings);
  const auto inputs = image::table<image::ImageInput>(image, image::Section::Inputs);
  bool isFirst = true;
  for (const image::ImageInput& input : inputs) {
    if (input.name.offset > strings.size() ||
        input.name.length > strings.size() - input.name.offset)
      return false;
    const std::string name(reinterpret_cast<const char*>(strings.data()) + input.name.offset,
                           input.name.length);
    if (isFirst && name != source) return false;
    isFirst = false;
    if (!isCurrent({.name = name, .path = name, .hash = input.hash})) return false;
  }
  return !isFirst;
}

struct Job {
  const Options& options;
  std::string format;
  CompileOptions compile;
};

int listing(const Job& job, const std::string& name, const std::vector<uint8_t>& image) {
  std::string out = name.empty() ? "" : "=== Compiling: " + name + " ===\n";
  out += disassemble(image, job.options.has("addresses")) + "\n";
  Status status = writeFile("-", out);
  return status ? Success : fail(status.message());
}

/// Compiles one source; `name` is empty for code that has no file.
int compileOne(const Job& job, const std::string& name, std::string text) {
  Session session;
  session.options = job.compile;
  const std::string sourceName = name.empty() ? std::string(NoFile) : name;
  const Location start = session.sources.add(sourceName, std::move(text));
  if (const auto code = chooseWarnings(job.options, session.diagnostics)) return *code;
  std::unique_ptr<ir::Program> program = session.compile(start);
  if (const int code = reportDiagnostics(session.diagnostics, errorFormat(job.options), sourceName);
      code != Success || !program)
    return Failed;
  const std::vector<uint8_t> image = compileToImage(*program);
  // The last program is not taken apart node by node: the process ends.
  if (job.options.positional.size() <= 1) static_cast<void>(program.release());
  if (job.format == "ai-metadata") {
    Arena arena;
    DiagnosticEngine again(session.sources);
    const Span<Form*> forms = readForms(start, arena, again);
    const Status status = writeFile("-", metadataOf(session.sources, forms, sourceName, image));
    return status ? Success : fail(status.message());
  }
  if (job.format != "gir") return listing(job, name, image);
  const fs::path output =
      outputPath(job.options.get("out-dir", "build"), name.empty() ? "input.gene" : name);
  if (Status status = checkOutput(output.string(), session); !status) return fail(status.message());
  std::printf("Compiling: %s -> %s\n", name.c_str(), output.c_str());
  if (Status status = writeFile(
          output.string(), std::string(reinterpret_cast<const char*>(image.data()), image.size()) +
                               moduleTrailer(session.sources.text(start)));
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
  std::map<fs::path, std::string> outputs;
  for (const std::string& file : files) {
    Expected<std::string> text = readFile(file);
    if (!text) {
      code = fail(text.message());
      continue;
    }
    const fs::path output = outputPath(job.options.get("out-dir", "build"), file);
    const auto [first, isNew] = outputs.try_emplace(output, file);
    if (job.format == "gir" && !isNew && first->second != file) {
      code = fail(first->second + " and " + file + " would both be compiled to " + output.string());
      continue;
    }
    if (job.format == "gir" && !job.options.has("force") && upToDate(file, output, job.compile)) {
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
  Job job{options,
          options.get("format", options.positional.empty() ? "pretty" : "gir"),
          {.language = languageOptions(options),
           .level = optimisationLevel(options, 1),
           .observe = {}}};
  if (job.format != "gir" && job.format != "pretty" && job.format != "compact" &&
      job.format != "bytecode" && job.format != "ai-metadata")
    return fail("Invalid format '" + job.format +
                "'. Must be: pretty, compact, bytecode, gir, or ai-metadata");
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    job.compile.names = namesContext();
    return compileAll(job);
  });
}

}  // namespace gene::driver
