// Text: the reader, what it prints and reads again, the formatter, IR as text.

#include <string>

#include "codegen/ir/Printer.h"
#include "codegen/ir/Verifier.h"
#include "frontend/syntax/Format.h"
#include "frontend/syntax/ParsePrinter.h"
#include "frontend/syntax/Reader.h"
#include "frontend/syntax/Report.h"
#include "test/fuzz/targets/Target.h"

namespace gene::fuzz {
namespace {

/// The forms of a text as text again, one a line; false where it has mistakes.
bool reprint(std::string_view text, std::string* printed) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(sources.add("<fuzz>", std::string(text)), arena, diagnostics);
  if (diagnostics.hasErrors()) return false;
  for (const Form* form : forms) *printed += printForm(*form) + "\n";
  return true;
}

}  // namespace

// Any text has forms or diagnostics, each with a place, and is formatted.
TARGET(reader) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms =
      readProgram(sources.add("<fuzz>", std::string(input)), arena, diagnostics);
  for (const ParseFormat format : {ParseFormat::Pretty, ParseFormat::Compact, ParseFormat::Sexp})
    static_cast<void>(printParsed(forms, format));
  for (const Diagnostic& d : diagnostics.all())
    static_cast<void>(renderDiagnostic(sources, d, ErrorFormat::Human));
}

// What is printed of forms reads back as the same forms; formatted text has the same forms, formatting it again changes nothing.
TARGET(printer) {
  std::string once, twice, formatted;
  if (!reprint(input, &once)) return;
  if (!reprint(once, &twice)) isBroken("printed forms can be read", once);
  if (once != twice) isBroken("printed forms read back as they were", once + "---\n" + twice);
  // Symbols that hold line ends are the one thing that formatting does not know; `gene fmt` then writes nothing.
  for (const char* escaped : {"\\\n", "\\\r"})
    if (input.find(escaped) != std::string_view::npos) return;
  const std::string canonical = formatSource(input);
  if (!reprint(canonical, &formatted)) isBroken("formatted text can be read", canonical);
  if (formatted != once) isBroken("formatting keeps the forms", canonical);
  if (formatSource(canonical) != canonical)
    isBroken("formatting twice is formatting once", canonical);
}

// IR text is refused, or is a program that prints as text of the same program.
TARGET(irtext) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  const auto program =
      ir::parseProgram(sources, sources.add("<fuzz>", std::string(input)), diagnostics);
  if (!program || diagnostics.hasErrors() || !ir::verify(*program).empty()) return;
  const std::string printed = ir::print(*program);
  const auto again = ir::parseProgram(sources, sources.add("<again>", printed), diagnostics);
  if (!again || diagnostics.hasErrors()) isBroken("printed IR can be read", printed);
  if (ir::print(*again) != printed) isBroken("printed IR reads back as it was", printed);
}

}  // namespace gene::fuzz
