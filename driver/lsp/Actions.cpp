// Code actions: what the hints and notes of diagnostics say, as changes of the text; imports of what other files define.

#include <algorithm>
#include <filesystem>

#include "driver/lsp/Features.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;

struct Fix {
  std::string title;
  Range range;
  std::string text;
};

constexpr std::string_view rowTexts[] = {
#define DIAG(code, severity, name, text) text,
#include "frontend/syntax/Diagnostics.def"
};

/// What fills the only hole of a row's text; empty where the text is not of this row.
std::string_view holeOf(Diag row, std::string_view text) {
  const std::string_view pattern = rowTexts[static_cast<size_t>(row)];
  const size_t hole = pattern.find("{0}");
  const std::string_view before = pattern.substr(0, hole), after = pattern.substr(hole + 3);
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) ||
      !text.ends_with(after))
    return {};
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

/// The name that a diagnostic is about, where it is about one: the range without the dot, slash or caret before it.
Range nameIn(const Document& document, Range range) {
  const std::string_view text =
      std::string_view(document.text).substr(range.from, range.to - range.from);
  if (text.empty() || text.find_first_of(" \t\r\n()[]{}\"") != std::string_view::npos) return {};
  if (std::string_view("./^").find(text[0]) != std::string_view::npos) range.from++;
  while (range.to > range.from && document.text[range.to - 1] == ':') range.to--;
  return range;
}

/// Where an import is put: behind the last one, or before the first form.
size_t placeOfImport(const Document& document) {
  const Form* last = nullptr;
  for (const Form* form : document.forms())
    if (form->kind == FormKind::Gene && isSymbol(as<GeneForm>(*form).head, "import")) last = form;
  if (last && last->end.valid()) {
    const size_t line = document.text.find('\n', document.offset(last->end));
    return line == std::string::npos ? document.text.size() : line + 1;
  }
  return document.forms().empty() ? 0 : document.offset(document.forms()[0]->loc);
}

/// Imports of definitions with this name from other files of the workspace.
void addImports(Workspace& workspace, const Document& document, std::string_view name,
                std::vector<Fix>& fixes) {
  namespace fs = std::filesystem;
  if (document.path.empty() || document.definition(name)) return;
  for (const Document* other : workspace.all()) {
    const Definition* found =
        other == &document || other->path.empty() ? nullptr : other->definition(name);
    if (!found || found->kind == D::Import || found->kind == D::Variable) continue;
    fs::path path = fs::path(other->path).lexically_relative(fs::path(document.path).parent_path());
    const std::string module = path.replace_extension().generic_string();
    const size_t at = placeOfImport(document);
    const bool needsBreak = at == document.text.size() && at > 0 && document.text[at - 1] != '\n';
    fixes.push_back({"Import " + std::string(name) + " from \"" + module + "\"",
                     {at, at},
                     (needsBreak ? "\n" : "") + ("(import " + std::string(name)) + " from \"" +
                         module + "\")\n"});
  }
}

std::vector<Fix> fixesOf(Workspace& workspace, const Document& document,
                         const Document::Analysis& a, const Diagnostic& d) {
  std::vector<Fix> fixes;
  const Range range = diagnosticRange(a, document, d);
  const Range name = nameIn(document, range);
  for (const std::string& hint : d.hints) {
    const std::string near(holeOf(Diag::HintNear, hint));
    if (!near.empty() && name.to > name.from) fixes.push_back({"Replace by " + near, name, near});
    const bool isAssignment = document.text.substr(range.from, range.to - range.from) == "=";
    if (hint == rowTexts[static_cast<size_t>(Diag::HintEqual)] && isAssignment)
      fixes.push_back({"Compare with ==", range, "=="});
  }
  for (const Diagnostic::Note& note : d.notes) {
    const std::string bracket(holeOf(Diag::NoteMissingBracket, note.text));
    if (bracket.empty() || note.loc.offset < a.start.offset) continue;
    const size_t at = note.loc.offset - a.start.offset;
    fixes.push_back({"Insert " + bracket, {at, at}, bracket});
  }
  const bool isMissing = d.id == Diag::UndefinedName || d.id == Diag::UndefinedType;
  if (isMissing && name.to > name.from)
    addImports(workspace, document,
               std::string_view(document.text).substr(name.from, name.to - name.from), fixes);
  return fixes;
}

}  // namespace

void codeActions(JsonWriter& out, Workspace& workspace, const Document& document, Range range) {
  const Document::Analysis& a = workspace.analysis(document);
  out.array([&] {
    for (const Diagnostic& d : a.session.diagnostics.all()) {
      const bool isHere = d.loc.valid() && d.loc.offset >= a.start.offset &&
                          d.loc.offset <= a.start.offset + document.text.size();
      if (!isHere) continue;
      const Range of = diagnosticRange(a, document, d);
      if (of.to < range.from || range.to < of.from) continue;
      for (const Fix& fix : fixesOf(workspace, document, a, d))
        out.object([&] {
          out.member("title", fix.title);
          out.member("kind", "quickfix");
          out.objectMember("edit", [&] {
            out.objectMember("changes", [&] {
              out.arrayMember(document.uri, [&] {
                out.object([&] {
                  out.key("range");
                  writeRange(out, document, fix.range);
                  out.member("newText", fix.text);
                });
              });
            });
          });
        });
    }
  });
}

}  // namespace gene::lsp
