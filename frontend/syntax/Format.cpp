#include "frontend/syntax/Format.h"

#include <vector>

namespace gene {
namespace {

bool startsWithWord(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  return line.size() == word.size() ||
         std::string_view(" \t()[]{}").find(line[word.size()]) != std::string_view::npos;
}

/// What a line changes: brackets outside of strings, chars and comments.
class Scanner {
 public:
  /// Is the position between lines inside a string, a regex or a block comment?
  [[nodiscard]] bool inside() const { return state_ != State::Code; }
  /// … and does every character there count?
  [[nodiscard]] bool insideText() const {
    return state_ == State::String || state_ == State::Regex;
  }

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
        case State::Regex:
          if (c == '\\')
            i++;
          else if (c == '/')
            state_ =
                !replacement_ && hasReplacement(line.substr(i + 1)) ? State::Regex : State::Code,
            replacement_ = true;
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
      } else if (c == '#' && i + 1 < line.size() && line[i + 1] == '/') {
        state_ = State::Regex;
        replacement_ = false;
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
  /// Is what follows the pattern of a regex a replacement, and not its flags?
  static bool hasReplacement(std::string_view rest) {
    for (size_t i = 0; i < rest.size(); i++) {
      if (rest[i] == '/') return true;
      if (std::string_view(" \t)]};,").find(rest[i]) != std::string_view::npos) return false;
    }
    return false;
  }

  enum class State : uint8_t { Code, String, Regex, Comment };
  State state_ = State::Code;
  bool triple_ = false, replacement_ = false;
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
  Scanner scanner;
  std::vector<Level> levels;
  int depth = 0;
  for (size_t from = 0, number = 0; from < text.size(); number++) {
    const size_t end = std::min(text.find_first_of("\r\n", from), text.size());
    std::string_view line = text.substr(from, end - from);
    from = std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size());
    const std::string_view lineEnd = text.substr(end, from - end);
    const std::string_view whole = line;
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
        const Scanner::Line scanned = scanner.scan(whole.substr(first), depth);
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
        out += scanner.insideText() ? whole.substr(first) : body;
      }
    }
    if (!lineEnd.empty()) out += scanner.insideText() ? lineEnd : "\n";
  }
  return out;
}

}  // namespace gene
