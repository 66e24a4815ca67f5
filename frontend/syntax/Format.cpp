#include "frontend/syntax/Format.h"

#include <algorithm>
#include <vector>

#include "frontend/syntax/Layout.h"

namespace gene {
namespace {

bool startsWithWord(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  return line.size() == word.size() ||
         std::string_view(" \t()[]{}").find(line[word.size()]) != std::string_view::npos;
}

/// What the lines of a text change: the brackets in them, as the reader sees them.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), layout_(layoutOf(text)) {}

  /// Does the line that begins there go on with a text or block comment of the one before?
  [[nodiscard]] bool isInside(size_t lineStart) const {
    return layout_.around(lineStart) != nullptr;
  }
  /// Does a text go on behind the line that ends there? Then every character of the line end counts.
  [[nodiscard]] bool isTextAt(size_t lineEnd) const {
    const Layout::Piece* piece = layout_.around(lineEnd);
    return piece && piece->kind == Layout::Kind::Text;
  }

  struct Line {
    int leadingClosers = 0;  // brackets closed before anything else
    int openArray = -1;      // where text behind an unclosed `[` begins
    int depth = 0;           // at the end
  };
  /// The text from `from` to `to` is the next one; `depth`: of brackets, before it.
  Line scan(size_t from, size_t to, int depth) {
    Line result{.depth = depth};
    std::vector<size_t> arrays;
    size_t leading = from;  // there is nothing but closing brackets before this
    for (; next_ < layout_.pieces.size() && layout_.pieces[next_].from < to; next_++) {
      const Layout::Piece& piece = layout_.pieces[next_];
      if (piece.from < from) continue;
      const char c = text_[piece.from];
      if (piece.kind == Layout::Kind::Open) {
        result.depth++;
        if (c == '[') arrays.push_back(piece.from);
      } else if (piece.kind == Layout::Kind::Close) {
        result.depth--;
        if (c == ']' && !arrays.empty()) arrays.pop_back();
        if (text_.find_first_not_of(' ', leading) == piece.from) {
          result.leadingClosers++;
          leading = piece.to;
        }
      }
    }
    if (!arrays.empty() && arrays.back() + 1 < to) {
      const size_t behind = text_.find_first_not_of(' ', arrays.back() + 1);
      if (behind < to && text_[behind] != '#')
        result.openArray = static_cast<int>(arrays.back() + 1 - from);
    }
    return result;
  }

 private:
  const std::string_view text_;
  const Layout layout_;
  size_t next_ = 0;  // the first piece that was not seen
};

struct Level {
  int depth;  // of brackets at which it began
  int indent;
  bool array;  // aligned under the text behind `[`
};

bool isCommentLine(std::string_view body) {
  return body.starts_with('#') &&
         (body.size() == 1 || std::string_view(" !#<").find(body[1]) != std::string_view::npos);
}

}  // namespace

std::string formatSource(std::string_view text) {
  std::string out;
  Scanner scanner(text);
  std::vector<Level> levels;
  int depth = 0;
  for (size_t from = 0, start = 0; from < text.size(); start = from) {
    const size_t end = std::min(text.find_first_of("\r\n", from), text.size());
    std::string_view line = text.substr(from, end - from);
    from = std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size());
    const std::string_view lineEnd = text.substr(end, from - end);
    const std::string_view whole = line;
    const bool isText = scanner.isTextAt(end);
    if (scanner.isInside(start)) {
      depth = scanner.scan(start, end, depth).depth;
      out += line;
    } else {
      size_t last = line.find_last_not_of(" \t");
      // The symbol # would begin a comment without the tab behind it.
      if (last != std::string_view::npos && line.substr(last).starts_with("#\t")) last++;
      line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
      const size_t first = std::min(line.find_first_not_of(" \t"), line.size());
      const std::string_view body = line.substr(first);
      const Scanner::Line scanned = scanner.scan(start + first, end, depth);
      if (body.empty() || isCommentLine(body) || (start == 0 && body.starts_with("#!"))) {
        depth = scanned.depth;
        out += line;
      } else {
        while (!levels.empty() && levels.back().depth > depth - scanned.leadingClosers)
          levels.pop_back();
        int indent = levels.empty() ? 0 : levels.back().indent;
        if (!levels.empty() && levels.back().array && (body[0] == ']' || body[0] == ')'))
          indent = levels.size() > 1 ? levels[levels.size() - 2].indent : 0;
        for (std::string_view word : {"elif", "else", "when", "catch", "finally"})
          if (startsWithWord(body, word) && indent > 0) indent--;
        if (scanned.depth > depth) {
          if (scanned.openArray >= 0)
            levels.push_back({scanned.depth, indent + scanned.openArray, true});
          else
            levels.push_back({scanned.depth, indent + 2, false});
        }
        depth = scanned.depth;
        out.append(static_cast<size_t>(indent), ' ');
        out += isText ? whole.substr(first) : body;
      }
    }
    // A comment goes on behind a carriage return alone.
    const bool isKept = isText || (lineEnd == "\r" && scanner.isInside(end));
    if (!lineEnd.empty()) out += isKept ? lineEnd : "\n";
  }
  return out;
}

}  // namespace gene
