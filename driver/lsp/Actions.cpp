// Code actions: what the hints and notes of diagnostics say, as changes of the text; imports of what other files define; and
// changes that users ask for (Refactor.h).

#include <algorithm>
#include <filesystem>

#include "driver/lsp/Features.h"
#include "driver/lsp/Refactor.h"
#include "frontend/syntax/Format.h"
#include "frontend/syntax/Reader.h"

namespace gene::lsp {
namespace {

using D = Definition::Kind;

constexpr std::string_view rowTexts[] = {
#define DIAG(code, severity, name, text) text,
#include "frontend/syntax/Diagnostics.def"
};

Action fix(std::string title, Range range, std::string text) {
  return {std::move(title), "quickfix", {{range, std::move(text)}}};
}

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
                std::vector<Action>& fixes) {
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
    fixes.push_back(fix("Import " + std::string(name) + " from \"" + module + "\"", {at, at},
                        (needsBreak ? "\n" : "") + ("(import " + std::string(name)) + " from \"" +
                            module + "\")\n"));
  }
}

void fixesOf(Workspace& workspace, const Document& document, const Document::Analysis& a,
             const Diagnostic& d, std::vector<Action>& fixes) {
  const Range range = diagnosticRange(a, document, d);
  const Range name = nameIn(document, range);
  for (const std::string& hint : d.hints) {
    const std::string near(holeOf(Diag::HintNear, hint));
    if (!near.empty() && name.to > name.from)
      fixes.push_back(fix("Replace by " + near, name, near));
    const bool isAssignment = document.text.substr(range.from, range.to - range.from) == "=";
    if (hint == rowTexts[static_cast<size_t>(Diag::HintEqual)] && isAssignment)
      fixes.push_back(fix("Compare with ==", range, "=="));
  }
  for (const Diagnostic::Note& note : d.notes) {
    const std::string bracket(holeOf(Diag::NoteMissingBracket, note.text));
    if (bracket.empty() || note.loc.offset < a.start.offset) continue;
    const size_t at = note.loc.offset - a.start.offset;
    fixes.push_back(fix("Insert " + bracket, {at, at}, bracket));
  }
  const bool isMissing = d.id == Diag::UndefinedName || d.id == Diag::UndefinedType;
  if (isMissing && name.to > name.from)
    addImports(workspace, document,
               std::string_view(document.text).substr(name.from, name.to - name.from), fixes);
}

/// Is the kind one of those that the client wants, or below one?
bool isWanted(Span<const std::string> only, std::string_view kind) {
  return only.empty() || std::ranges::any_of(only, [&](const std::string& each) {
           return each.empty() || kind == each || kind.starts_with(each + ".");
         });
}

std::vector<Action> quickFixes(Workspace& workspace, const Document& document, Range range) {
  std::vector<Action> actions;
  const Document::Analysis& a = workspace.analysis(document);
  for (const Diagnostic& d : a.session.diagnostics.all()) {
    const bool isHere = d.loc.valid() && d.loc.offset >= a.start.offset &&
                        d.loc.offset <= a.start.offset + document.text.size();
    if (!isHere) continue;
    const Range of = diagnosticRange(a, document, d);
    if (of.to < range.from || range.to < of.from) continue;
    fixesOf(workspace, document, a, d, actions);
  }
  return actions;
}

std::vector<Action> refactorings(Workspace& workspace, const Document& document, Range range) {
  std::vector<Action> actions;
  const Range chosen = trimmed(document, range);
  if (chosen.from < chosen.to) {
    extractVariable(workspace, document, chosen, actions);
    extractFunction(workspace, document, chosen, actions);
  }
  inlineVariable(workspace, document, range, actions);
  convertChain(document, range, actions);
  addCases(workspace, document, range, actions);
  organiseImports(workspace, document, actions);
  return actions;
}

}  // namespace

void writeEdits(JsonWriter& out, const Document& document, const std::vector<Edit>& edits) {
  out.array([&] {
    for (const Edit& edit : edits)
      out.object([&] {
        out.key("range");
        writeRange(out, document, edit.range);
        out.member("newText", edit.text);
      });
  });
}

std::string edited(std::string_view text, std::vector<Edit> edits) {
  std::ranges::stable_sort(edits, {}, [](const Edit& edit) { return edit.range.from; });
  std::string result;
  size_t at = 0;
  for (const Edit& edit : edits) {
    result += text.substr(at, edit.range.from - at);
    result += edit.text;
    at = edit.range.to;
  }
  result += text.substr(at);
  return result;
}

std::optional<std::string> printedForms(const std::string& text) {
  SourceManager sources;
  const Location start = sources.add("text", text);
  DiagnosticEngine errors(sources);
  Arena arena;
  std::string all;
  for (const Form* form : readForms(start, arena, errors)) all += printForm(*form) + "\n";
  if (errors.hasErrors()) return std::nullopt;
  return all;
}

std::vector<Edit> editsTo(const Document& document, const std::string& after) {
  const std::string_view a = document.text, b = after;
  if (a == b) return {};
  size_t from = static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  while (from > 0 && a[from - 1] != '\n') from--;
  size_t same = 0;  // at the end
  while (same < a.size() - from && same < b.size() - from &&
         a[a.size() - 1 - same] == b[b.size() - 1 - same])
    same++;
  while (same > 0 && a[a.size() - same - 1] != '\n') same--;
  return {{{from, a.size() - same}, std::string(b.substr(from, b.size() - same - from))}};
}

std::vector<Edit> formatted(const Document& document, std::vector<Edit> edits) {
  std::string after = edited(document.text, std::move(edits));
  if (!printedForms(after)) return {};
  if (formatSource(document.text) == document.text) after = formatSource(after);
  return editsTo(document, after);
}

void codeActions(JsonWriter& out, Workspace& workspace, const Document& document, Range range,
                 Span<const std::string> only) {
  std::vector<Action> actions;
  if (isWanted(only, "quickfix")) actions = quickFixes(workspace, document, range);
  // Text that cannot be read is mended first.
  if (printedForms(document.text))
    for (Action& action : refactorings(workspace, document, range)) {
      action.edits = formatted(document, std::move(action.edits));
      if (!action.edits.empty()) actions.push_back(std::move(action));
    }
  out.array([&] {
    for (const Action& action : actions) {
      if (!isWanted(only, action.kind)) continue;
      out.object([&] {
        out.member("title", action.title);
        out.member("kind", action.kind);
        out.objectMember("edit", [&] {
          out.objectMember("changes", [&] {
            out.key(document.uri);
            writeEdits(out, document, action.edits);
          });
        });
      });
    }
  });
}

}  // namespace gene::lsp
