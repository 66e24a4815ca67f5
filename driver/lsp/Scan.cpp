#include "driver/lsp/Scan.h"

#include <algorithm>

namespace gene::lsp {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Scanned run() {
    while (at_ < text_.size()) step();
    return std::move(result_);
  }

 private:
  [[nodiscard]] char peek(size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n';
  }
  void part(size_t to, bool isComment) {
    to = std::min(to, text_.size());
    result_.parts.push_back({at_, to, isComment});
    at_ = to;
  }

  void step() {
    switch (text_[at_]) {
      case '#': return hash();
      case '"': return part(stringEnd(at_), false);
      case '\'': return character();
      case '\\': at_ += 2; return;
      case '(':
      case '[':
      case '{': result_.open.push_back(at_++); return;
      case ')':
      case ']':
      case '}':
        if (!result_.open.empty()) result_.open.pop_back();
        at_++;
        return;
      default: at_++; return;
    }
  }

  void hash() {
    const char next = peek(1);
    const bool startsToken = at_ == 0 || std::string_view(" \t\r\n,()[]{}").find(text_[at_ - 1]) !=
                                             std::string_view::npos;
    if (next == '<' && startsToken) {
      const size_t end = text_.find(">#", at_ + 2);
      return part(end == std::string_view::npos ? end : end + 2, true);
    }
    if (startsToken &&
        (next == ' ' || next == '\t' || next == '!' || next == '#' || next == '\n' || next == '\r'))
      return part(text_.find('\n', at_), true);
    if (next == '"') return part(stringEnd(at_ + 1), false);
    if (next == '/') return part(delimited(at_ + 2, '/'), false);
    at_++;
  }

  /// Behind the string whose first quote stands at `from`.
  [[nodiscard]] size_t stringEnd(size_t from) const {
    if (text_.substr(from, 3) == "\"\"\"") {
      const size_t end = text_.find("\"\"\"", from + 3);
      return end == std::string_view::npos ? end : end + 3;
    }
    return delimited(from + 1, '"');
  }
  [[nodiscard]] size_t delimited(size_t from, char end) const {
    for (size_t i = from; i < text_.size(); i++) {
      if (text_[i] == '\\')
        i++;
      else if (text_[i] == end)
        return i + 1;
    }
    return std::string_view::npos;
  }
  void character() {
    size_t end = at_ + 1;
    if (peek(1) == '\\') end++;
    const size_t close = text_.find('\'', end + 1);
    // A character is short: else it is an apostrophe that means nothing.
    if (close != std::string_view::npos && close - at_ <= 12) return part(close + 1, false);
    at_++;
  }

  const std::string_view text_;
  size_t at_ = 0;
  Scanned result_;
};

}  // namespace

Scanned scan(std::string_view text, size_t size) { return Scanner(text.substr(0, size)).run(); }

std::string closedPrefix(std::string_view text, size_t offset) {
  std::string prefix(text.substr(0, offset));
  const Scanned scanned = scan(prefix);
  for (size_t i = scanned.open.size(); i-- > 0;) {
    const char c = prefix[scanned.open[i]];
    prefix += c == '(' ? ')' : c == '[' ? ']' : '}';
  }
  return prefix;
}

}  // namespace gene::lsp
