// gene parse and gene fmt: sources as the reader sees them, and in canonical form.

#include <unistd.h>

#include <cstdio>
#include <optional>

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
  const Span<Form*> forms = readForms(start, arena, diagnostics);
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

/// The forms of a text, printed; after mistakes, which are reported, nothing. `name` is empty for standard input.
std::optional<std::string> formsOf(const std::string& name, const std::string& text) {
  SourceManager sources;
  const Location start = sources.add(name.empty() ? "<stdin>" : name, text);
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  std::string printed;
  for (const Form* form : readForms(start, arena, diagnostics)) printed += printForm(*form) + "\n";
  if (!diagnostics.hasErrors()) return printed;
  reportDiagnostics(diagnostics, ErrorFormat::Human, name.empty() ? "<stdin>" : name);
  return std::nullopt;
}

/// The canonical text of a source that can be read; it has the same forms.
std::optional<std::string> canonical(const std::string& name, const std::string& text) {
  const std::optional<std::string> before = formsOf(name, text);
  if (!before) return std::nullopt;
  std::string result = formatSource(text);
  if (result != text && formsOf(name, result) != before) {
    fail("internal error: the canonical form of " + (name.empty() ? "<stdin>" : name) +
         " would be another program; nothing was written");
    return std::nullopt;
  }
  return result;
}

int formatInput(bool checkOnly) {
  if (::isatty(STDIN_FILENO)) return fail("No input files provided");
  const std::string text = readStandardInput();
  if (text.empty()) return fail("No input provided");
  const std::optional<std::string> result = canonical({}, text);
  if (!result) return Failed;
  if (!checkOnly) {
    const Status status = writeFile("-", *result);
    return status.ok() ? Success : fail(status.message());
  }
  if (*result != text) return fail("Stdin is not canonically formatted");
  std::puts("Stdin is canonically formatted");
  return Success;
}

/// Files that cannot be read or parsed are reported and left alone; the others are formatted all the same.
int formatFiles(const std::vector<std::string>& files, bool checkOnly) {
  int code = Success;
  for (const std::string& file : files) {
    Expected<std::string> text = readFile(file);
    if (!text) {
      code = fail(text.message());
      continue;
    }
    const std::optional<std::string> result = canonical(file, *text);
    if (!result) {
      code = Failed;
      continue;
    }
    if (*result == *text) continue;
    if (checkOnly) return fail("File is not canonically formatted: " + file);
    if (Status status = writeFile(file, *result); !status) code = fail(status.message());
  }
  if (checkOnly && code == Success) std::puts("All files are canonically formatted");
  return code;
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
  return onLargeStack(runtimeOptionsFromEnvironment(), [&] {
    return options.positional.empty() ? formatInput(checkOnly)
                                      : formatFiles(options.positional, checkOnly);
  });
}

}  // namespace gene::driver
