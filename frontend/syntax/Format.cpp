#include "frontend/syntax/Format.h"

#include <vector>

namespace gene {
namespace {

std::string normalised(std::string_view source) {
  std::string out;
  for (size_t i = 0; i < source.size(); i++) {
    if (source[i] != '\r') {
      out += source[i];
      continue;
    }
    out += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n') i++;
  }
  return out;
}

bool startsWithWord(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  return line.size() == word.size() ||
         std::string_view(" \t()[]{}").find(line[word.size()]) != std::string_view::npos;
}

/// What a line changes: brackets outside of strings, chars and comments.
class Scanner {
 public:
  /// Is the position between lines inside a string or block comment?
  [[nodiscard]] bool inside() const { return state_ != State::Code; }

  struct Line {
    int leadingClosers = 0;   // brackets closed before anything else
    int openArray = -1;       // where text behind an unclosed `[` begins
    std::vector<int> depths;  // depth after each bracket, in order
    int depth = 0;            // at the end
  };
  Line scan(std::string_view line, int depth) {
    Line result;
    bool leading = true;
    std::vector<size_t> arrays;
    for (size_t i = 0; i < line.size(); i++) {
      const char c = line[i];
      switch (state_) {
        case State::String:
          if (c == '\\')
            i++;
          else if (triple_ ? line.substr(i).starts_with("\"\"\"") : c == '"') {
            if (triple_) i += 2;
            state_ = State::Code;
          }
          continue;
        case State::Comment:
          if (c == '#' && i >= 1 && line[i - 1] == '>' && (i < 2 || line[i - 2] != '>'))
            state_ = State::Code;
          continue;
        case State::Code: break;
      }
      if (c == '"') {
        triple_ = line.substr(i).starts_with("\"\"\"");
        if (triple_) i += 2;
        state_ = State::String;
      } else if (c == '#' && i + 1 < line.size() && line[i + 1] == '<') {
        state_ = State::Comment;
        i++;
      } else if (c == '#' && (i + 1 == line.size() || line[i + 1] == ' ' || line[i + 1] == '#' ||
                              line[i + 1] == '!')) {
        break;
      } else if (c == '\'' && (i == 0 || std::string_view(" \t([{").find(line[i - 1]) !=
                                             std::string_view::npos)) {
        const size_t close =
            line.find('\'', i + (i + 1 < line.size() && line[i + 1] == '\\' ? 3 : 2));
        if (close != std::string_view::npos) i = close;
      } else if (c == '\\') {
        i++;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
        if (c == '[') arrays.push_back(i);
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
        if (c == ']' && !arrays.empty()) arrays.pop_back();
        if (leading) result.leadingClosers++;
      }
      if (c != ')' && c != ']' && c != '}' && c != ' ') leading = false;
    }
    if (!arrays.empty() && arrays.back() + 1 < line.size()) {
      const size_t text = line.find_first_not_of(' ', arrays.back() + 1);
      if (text != std::string_view::npos && line[text] != '#')
        result.openArray = static_cast<int>(arrays.back() + 1);
    }
    result.depth = depth;
    return result;
  }

 private:
  enum class State : uint8_t { Code, String, Comment };
  State state_ = State::Code;
  bool triple_ = false;
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

std::string formatSource(std::string_view source) {
  const std::string text = normalised(source);
  std::string out;
  Scanner scanner;
  std::vector<Level> levels;
  int depth = 0;
  for (size_t from = 0, number = 0; from < text.size(); number++) {
    const size_t newline = text.find('\n', from);
    std::string_view line = std::string_view(text).substr(
        from, newline == std::string::npos ? newline : newline - from);
    from = newline == std::string::npos ? text.size() : newline + 1;
    if (scanner.inside()) {
      depth = scanner.scan(line, depth).depth;
      out += line;
    } else {
      const size_t last = line.find_last_not_of(" \t");
      line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
      const size_t first = std::min(line.find_first_not_of(" \t"), line.size());
      const std::string_view body = line.substr(first);
      if (body.empty() || isCommentLine(body) || (number == 0 && body.starts_with("#!"))) {
        depth = scanner.scan(body, depth).depth;
        out += line;
      } else {
        const Scanner::Line scanned = scanner.scan(body, depth);
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
        out.append(static_cast<size_t>(indent), ' ').append(body);
      }
    }
    if (newline != std::string::npos) out += '\n';
  }
  return out;
}

}  // namespace gene
