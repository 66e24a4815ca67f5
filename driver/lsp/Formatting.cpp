// Canonical form: of a document, of some of its lines, of the line that was begun.

#include <algorithm>

#include "driver/lsp/Features.h"
#include "driver/lsp/Refactor.h"
#include "frontend/syntax/Format.h"

namespace gene::lsp {
namespace {

/// The document in canonical form; nothing where it cannot be read.
std::optional<std::string> canonical(const Document& document) {
  const std::optional<std::string> before = printedForms(document.text);
  if (!before) return std::nullopt;
  std::string after = formatSource(document.text);
  return printedForms(after) == before ? std::optional(std::move(after)) : std::nullopt;
}

Range lineAt(const Document& document, uint32_t line) {
  const size_t from = document.lines.start(line);
  return {from, std::min(document.text.find('\n', from), document.text.size())};
}

}  // namespace

void formatting(JsonWriter& out, const Document& document) {
  const std::optional<std::string> after = canonical(document);
  writeEdits(out, document, after ? editsTo(document, *after) : std::vector<Edit>{});
}

void rangeFormatting(JsonWriter& out, const Document& document, Range range) {
  std::vector<Edit> edits;
  const std::optional<std::string> after = canonical(document);
  // Lines that the form drops or joins are at the end only: the others are those of the document, in their order.
  const Lines lines(after ? *after : "");
  const uint32_t last = std::min(document.lines.lineOf(range.to), lines.count() - 1);
  for (uint32_t line = document.lines.lineOf(range.from); after && line <= last; line++) {
    const Range old = lineAt(document, line);
    const size_t from = lines.start(line);
    const std::string fresh = after->substr(from, after->find('\n', from) - from);
    const std::string_view was =
        std::string_view(document.text).substr(old.from, old.to - old.from);
    const auto bare = [](std::string_view text) {
      const size_t first = text.find_first_not_of(" \t");
      const size_t end = text.find_last_not_of(" \t\r");
      return first == std::string_view::npos ? std::string_view{}
                                             : text.substr(first, end + 1 - first);
    };
    if (bare(was) != bare(fresh)) break;
    if (was != fresh) edits.push_back({old, fresh});
  }
  writeEdits(out, document, edits);
}

void onTypeFormatting(JsonWriter& out, const Document& document, size_t offset) {
  // The text up to the line, with a word where it is to begin, and all that is open closed behind that.
  const Range line = lineAt(document, document.lines.lineOf(offset));
  const std::string_view before = std::string_view(document.text).substr(0, line.from);
  std::vector<Edit> edits;
  const Layout layout = layoutOf(before);
  const bool isInText = !layout.pieces.empty() && layout.pieces.back().to >= before.size() &&
                        layout.pieces.back().kind == Layout::Kind::Text;
  size_t first = document.text.find_first_not_of(" \t", line.from);
  first = std::min(first, line.to);
  const char next = first < line.to ? document.text[first] : ' ';
  if (!isInText) {
    const bool closes = next == ')' || next == ']' || next == '}';
    const std::string begun = std::string(before) + (closes ? std::string(1, next) : "x");
    const std::string text = formatSource(closedPrefix(begun, begun.size()));
    const size_t start = text.find_last_of('\n') == text.size() - 1
                             ? text.find_last_of('\n', text.size() - 2) + 1
                             : text.find_last_of('\n') + 1;
    const std::string indent = text.substr(start, text.find_first_not_of(" \t", start) - start);
    if (document.text.compare(line.from, first - line.from, indent) != 0)
      edits.push_back({{line.from, first}, indent});
  }
  writeEdits(out, document, edits);
}

}  // namespace gene::lsp
