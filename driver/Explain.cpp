// gene explain: a page for each code that errors and warnings bear.

#include <cstdio>

#include "driver/Command.h"

namespace gene::driver {
namespace {

struct Page {
  std::string_view code, text, wrong, right;
};
constexpr Page pages[] = {
#define EXPLAIN(code, text, wrong, right) {#code, text, wrong, right},
#include "driver/Explanations.def"
};

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += "    " + std::string(line) + "\n";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

/// Words, in lines of at most 80 characters.
std::string wrapped(std::string_view text) {
  std::string out;
  size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column != 0 && column + word.size() + 1 > 80) {
      out += '\n';
      column = 0;
    }
    if (column != 0) out += ' ';
    out += word;
    column += word.size() + (column != 0);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return out + "\n";
}

std::string page(const Page& p) {
  Diag id;
  const bool known = findDiagnostic(p.code, &id);
  GENE_CHECK(known, "a page belongs to a diagnostic");
  std::string out(p.code);
  if (p.code[0] == 'W') out += " " + warningName(id);
  out += "\n\n" + wrapped(p.text);
  if (!p.wrong.empty()) out += "\nWrong:\n" + indented(p.wrong);
  if (!p.right.empty()) out += "\nRight:\n" + indented(p.right);
  if (p.code[0] == 'W')
    out += "\n--warn no-" + warningName(id) + " silences it; in a source, the comment # allow " +
           warningName(id) +
           "\nbehind a line, alone before it, or above the first form for the whole file.\n";
  return out;
}

/// The codes of errors that programs raise, by what their messages are about.
constexpr Page raised[] = {
    {"GENE.RUNTIME.ERROR", "An exception that the program does not catch.", "", ""},
    {"GENE.SCOPE.UNDEFINED_VAR", "A name is used that nothing defines.", "", ""},
    {"GENE.OOP.METHOD_NOT_FOUND", "A method is called that the object does not have.", "", ""},
    {"GENE.ARITH.DIV_ZERO", "A division by zero.", "", ""},
    {"GENE.VM.STACK_OVERFLOW", "Calls are nested too deeply: mostly a recursion without an end.",
     "", ""},
    {"GENE_TYPE_MISMATCH", "A value does not have the type of an annotation.", "", ""},
};

std::string list() {
  std::string out = "Warnings, by the name that --warn and # allow know them by:\n";
  for (const Page& p : pages) {
    Diag id;
    if (p.code[0] != 'W' || !findDiagnostic(p.code, &id)) continue;
    std::string line = "  " + std::string(p.code) + "  " + warningName(id);
    line.resize(std::max<size_t>(line.size() + 1, 34), ' ');
    out += line + std::string(p.text.substr(0, p.text.find_first_of(".:"))) + "\n";
  }
  return out + "\nErrors are E0101 to " + std::string("E0504") +
         "; gene explain CODE tells about one of them.\n";
}

}  // namespace

int explain(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (const auto code = readCommandLine("explain", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (options.positional.empty()) {
    Status status = writeFile("-", list());
    return status ? Success : fail(status.message());
  }
  std::string out;
  for (const std::string& word : options.positional) {
    const Page* found = nullptr;
    Diag id;
    const std::string code = findDiagnostic(word, &id) ? std::string(diagnosticCode(id)) : word;
    for (const Page& p : pages)
      if (p.code == code) found = &p;
    if (found) {
      out += page(*found);
      continue;
    }
    for (const Page& p : raised)
      if (p.code == code) found = &p;
    if (!found) return fail("No such code: " + word);
    out += std::string(found->code) + "\n\n" + wrapped(found->text);
  }
  Status status = writeFile("-", out);
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
