// Sources whose brackets or quotes do not match. A mistake of this kind makes nonsense of everything behind it, so the
// source is cut where a line begins with `(`: what can be read for itself, alone or, if it ends inside of a string, with the
// parts that follow it, is; of the others the first mistake is reported.

#include <algorithm>
#include <optional>
#include <vector>

#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

/// Mistakes after which what follows is no longer what it looks like.
bool isStructural(Diag id) {
  switch (id) {
    case Diag::UnclosedForm:
    case Diag::UnmatchedDelimiter:
    case Diag::UnclosedString:
    case Diag::UnclosedInterpolation:
    case Diag::UnclosedRegex: return true;
    default: return false;
  }
}

/// Where a bracket is missing, going by indentation.
struct Missing {
  size_t opened,
      expected;  // offsets: the open bracket, the end of the line where it should be closed
  char closing;
};

/// The first bracket that is still open where a line begins at its column or further left; the innermost open one at the
/// end of the text if there is none. Nothing if all are closed.
std::optional<Missing> missingBracket(std::string_view text) {
  struct Open {
    size_t at, column;
    char closing;
  };
  std::vector<Open> open;
  bool inString = false, lineStart = true;
  size_t lineFrom = 0, codeEnd = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (c == '\n') {
      lineFrom = i + 1;
      lineStart = true;
      continue;
    }
    if (inString) {
      if (c == '\\') i++;
      if (c == '"') inString = false;
      codeEnd = i + 1;
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r') continue;
    if (c == '#' && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n' ||
                     text[i + 1] == '#' || text[i + 1] == '!')) {
      i = std::min(text.find('\n', i), text.size()) - 1;
      continue;
    }
    const bool closes = c == ')' || c == ']' || c == '}';
    if (lineStart && !closes && !open.empty() && open.back().column >= i - lineFrom)
      return Missing{open.back().at, codeEnd, open.back().closing};
    lineStart = false;
    codeEnd = i + 1;
    if (c == '"') inString = true;
    if (c == '\\') i++;
    if (c == '(' || c == '[' || c == '{')
      open.push_back({i, i - lineFrom, c == '(' ? ')' : c == '[' ? ']' : '}'});
    if (closes && !open.empty() && open.back().closing == c) open.pop_back();
  }
  if (open.empty()) return std::nullopt;
  return Missing{open.back().at, codeEnd, open.back().closing};
}

class Recovery {
 public:
  static constexpr size_t MostParts = 40;  // that a string or list may go over

  Recovery(Location start, Arena& arena, DiagnosticEngine& diagnostics)
      : start_(start),
        text_(diagnostics.sources().text(start)),
        arena_(arena),
        diagnostics_(diagnostics) {}

  Span<Form*> run() {
    std::vector<size_t> cuts{0};
    for (size_t at = text_.find("\n("); at != std::string_view::npos;
         at = text_.find("\n(", at + 1))
      cuts.push_back(at + 1);
    cuts.push_back(text_.size());
    size_t budget = 64 * text_.size() + 1;  // of bytes that are read
    for (size_t i = 0; i + 1 < cuts.size();) {
      size_t next = i + 1;
      taken_ = false;
      while (next < cuts.size() && next <= i + MostParts && cuts[next] - cuts[i] <= budget) {
        budget -= cuts[next] - cuts[i];
        if (take(cuts[i], cuts[next]) || !mayGoOn_) break;
        next++;
      }
      if (!taken_) report(cuts[i], cuts[i + 1]);
      i = taken_ ? next : i + 1;
    }
    return arena_.copy(Span<Form*>(forms_));
  }

 private:
  Span<Form*> read(size_t from, size_t to) {
    std::string part(text_.substr(from, to - from));
    part += '\0';
    const std::string_view copy = arena_.copy(std::string_view(part));
    return readPart({start_.offset + static_cast<uint32_t>(from)}, copy.substr(0, to - from),
                    arena_, diagnostics_);
  }

  /// Takes the forms of a part without structural mistakes.
  bool take(size_t from, size_t to) {
    const size_t before = diagnostics_.all().size();
    const Span<Form*> forms = read(from, to);
    const auto& all = diagnostics_.all();
    const auto first = std::find_if(all.begin() + static_cast<ptrdiff_t>(before), all.end(),
                                    [](const Diagnostic& d) { return isStructural(d.id); });
    taken_ = first == all.end();
    // Only text may contain lines that begin with a bracket.
    mayGoOn_ = !taken_ && first->id != Diag::UnclosedForm && first->id != Diag::UnmatchedDelimiter;
    if (taken_)
      forms_.insert(forms_.end(), forms.begin(), forms.end());
    else
      diagnostics_.rollBack(before);
    return taken_;
  }

  void report(size_t from, size_t to) {
    const size_t before = diagnostics_.all().size();
    read(from, to);
    const auto& all = diagnostics_.all();
    size_t first = before;
    while (first < all.size() && !isStructural(all[first].id)) first++;
    if (first == all.size()) return;
    if (all[first].id == Diag::UnmatchedDelimiter) {
      diagnostics_.drop(first + 1, [](const Diagnostic& d) { return isStructural(d.id); });
      return;
    }
    diagnostics_.rollBack(first + 1);
    if (all[first].id != Diag::UnclosedForm) {
      if (all[first].id == Diag::UnclosedString) {
        const Location at = all[first].loc;
        diagnostics_.rollBack(first);
        diagnostics_.report(at, Diag::UnclosedString).hint(Diag::HintCloseString);
      }
      return;
    }
    const std::optional<Missing> missing = missingBracket(text_.substr(from, to - from));
    if (!missing) return;
    diagnostics_.rollBack(first);
    const Location opened{start_.offset + static_cast<uint32_t>(from + missing->opened)};
    const Location expected{start_.offset + static_cast<uint32_t>(from + missing->expected)};
    const Position at = diagnostics_.sources().position(opened);
    const std::string_view bracket(&missing->closing, 1);
    diagnostics_.report(opened, Diag::UnclosedForm, {bracket, at.file, std::to_string(at.line)})
        .note(expected, Diag::NoteMissingBracket, {bracket});
  }

  const Location start_;
  const std::string_view text_;
  Arena& arena_;
  DiagnosticEngine& diagnostics_;
  std::vector<Form*> forms_;
  bool taken_ = false, mayGoOn_ = false;
};

}  // namespace

Span<Form*> readProgram(Location start, Arena& arena, DiagnosticEngine& diagnostics) {
  const size_t before = diagnostics.all().size();
  const Span<Form*> forms = readForms(start, arena, diagnostics);
  const auto& all = diagnostics.all();
  const bool broken = std::any_of(all.begin() + static_cast<ptrdiff_t>(before), all.end(),
                                  [](const Diagnostic& d) { return isStructural(d.id); });
  if (!broken) return forms;
  diagnostics.rollBack(before);
  return Recovery(start, arena, diagnostics).run();
}

}  // namespace gene
