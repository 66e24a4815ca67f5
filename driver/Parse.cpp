// gene parse and gene fmt: sources as the reader sees them, and in canonical form.

#include <unistd.h>

#include <cstdio>

#include "driver/Command.h"
#include "frontend/syntax/Format.h"
#include "frontend/syntax/ParsePrinter.h"
#include "frontend/syntax/Reader.h"

namespace gene::driver {
namespace {

enum class Output { None, Forms, HeaderAndForms };

/// Reads and prints one source; `name` is empty for code that has no file.
int parseOne(std::string name, std::string text, ParseFormat format, Output output) {
  SourceManager sources;
  const Location start = sources.add(name.empty() ? "<input>" : name, std::move(text));
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const std::span<Form*> forms = readForms(start, arena, diagnostics);
  if (diagnostics.hasErrors()) {
    for (const Diagnostic& d : diagnostics.all()) {
      if (name.empty())
        std::fprintf(stderr, "Parse error: %s",
                     renderDiagnostic(sources, d, ErrorFormat::Human).c_str());
      else
        std::fprintf(stderr, "Parse error in %s: %s", name.c_str(),
                     renderDiagnostic(sources, d, ErrorFormat::Human).c_str());
    }
    return Failed;
  }
  if (output == Output::None) return Success;
  std::string out;
  if (output == Output::HeaderAndForms) out = "=== Parsing: " + name + " ===\n";
  out += printParsed(forms, format);
  const Status status = writeFile("-", out);
  return status.ok() ? Success : fail(status.message());
}

}  // namespace

int parse(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"format,f", "pretty|compact|sexp", "how forms are printed (default pretty)"},
      {"eval,e", "CODE", "parse this code instead of a file"},
      {"quiet,q", nullptr, "print mistakes only"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("parse", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Failure, options))
    return *code;
  const std::string name = options.get("format", "pretty");
  ParseFormat format = ParseFormat::Pretty;
  if (name == "compact")
    format = ParseFormat::Compact;
  else if (name == "sexp")
    format = ParseFormat::Sexp;
  else if (name != "pretty")
    return fail("Invalid format '" + name + "'. Must be: pretty, compact, or sexp");
  const std::vector<std::string>& files = options.positional;
  const Output plain = options.has("quiet") ? Output::None : Output::Forms;
  const bool headers = files.size() > 1 || format == ParseFormat::Pretty;
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    if (options.has("eval")) return parseOne({}, options.get("eval"), format, plain);
    if (files.empty()) {
      if (::isatty(STDIN_FILENO))
        return fail("No input provided. Use -e for code or provide a file.");
      return parseOne({}, readStandardInput(), format, plain);
    }
    int code = Success;
    for (const std::string& file : files) {
      Expected<std::string> text = readFile(file);
      if (!text)
        code = fail(text.message());
      else if (parseOne(file, std::move(*text), format,
                        headers && plain == Output::Forms ? Output::HeaderAndForms : plain) !=
               Success)
        code = Failed;
    }
    return code;
  });
}

int format(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"check", nullptr, "change nothing; fail if a source is not in canonical form"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("fmt", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Failure, options))
    return *code;
  const bool checkOnly = options.has("check");
  if (options.positional.empty()) {
    if (::isatty(STDIN_FILENO)) return fail("No input files provided");
    const std::string text = readStandardInput();
    if (text.empty()) return fail("No input provided");
    const std::string canonical = formatSource(text);
    if (!checkOnly) {
      const Status status = writeFile("-", canonical);
      return status.ok() ? Success : fail(status.message());
    }
    if (canonical != text) return fail("Stdin is not canonically formatted");
    std::puts("Stdin is canonically formatted");
    return Success;
  }
  for (const std::string& file : options.positional) {
    Expected<std::string> text = readFile(file);
    if (!text) return fail(text.message());
    const std::string canonical = formatSource(*text);
    if (canonical == *text) continue;
    if (checkOnly) return fail("File is not canonically formatted: " + file);
    if (Status status = writeFile(file, canonical); !status) return fail(status.message());
  }
  if (checkOnly) std::puts("All files are canonically formatted");
  return Success;
}

}  // namespace gene::driver
