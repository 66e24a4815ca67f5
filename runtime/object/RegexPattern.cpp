#include "runtime/object/RegexPattern.h"

#include <algorithm>
#include <vector>

#include "runtime/support/Utf8.h"

namespace gene {
namespace {

bool isForeign(char c) { return static_cast<uint8_t>(c) >= 0x80; }
bool isLetter(uint32_t c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
bool isDigit(char c, unsigned base) {
  if (base == 8) return c >= '0' && c <= '7';
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/// Kelvin's sign folds to k, and the long s to s.
bool foldsToForeign(uint32_t c) { return (c | 32) == 'k' || (c | 32) == 's'; }

std::string codePoint(uint32_t c) {
  constexpr char hex[] = "0123456789abcdef";
  std::string digits;
  for (; c != 0 || digits.empty(); c >>= 4) digits.insert(digits.begin(), hex[c & 15]);
  return "\\x{" + digits + "}";
}

class Folding {
 public:
  Folding(std::string_view pattern, bool ignoreCase) : pattern_(pattern) {
    groups_.push_back({ignoreCase, false});
  }

  std::string run() {
    while (at_ < pattern_.size()) element();
    return std::move(out_);
  }

 private:
  /// What (?i) and (?x) have set, up to the end of the group.
  struct Options {
    bool ignoreCase, extended;
  };
  [[nodiscard]] bool folds() const { return groups_.back().ignoreCase; }
  [[nodiscard]] std::string_view rest() const { return pattern_.substr(at_); }
  [[nodiscard]] char charAt(size_t at) const { return at < pattern_.size() ? pattern_[at] : '\0'; }

  void copyTo(size_t end) {
    end = std::min(end, pattern_.size());
    out_ += pattern_.substr(at_, end - at_);
    at_ = end;
  }
  void copyBehind(std::string_view end, size_t from) {
    const size_t found = pattern_.find(end, from);
    copyTo(found == std::string_view::npos ? pattern_.size() : found + end.size());
  }

  void element() {
    switch (pattern_[at_]) {
      case '\\': return escape();
      case '[': return charClass();
      case '(': return group();
      case ')':
        if (groups_.size() > 1) groups_.pop_back();
        return copyTo(at_ + 1);
      case '#':
        if (groups_.back().extended) return copyBehind("\n", at_);
        return copyTo(at_ + 1);
      default: return literal(character());
    }
  }

  /// Takes a character of the pattern.
  uint32_t character() {
    const char* p = pattern_.data() + at_;
    const uint32_t c = utf8::decode(p, pattern_.data() + pattern_.size());
    at_ = static_cast<size_t>(p - pattern_.data());
    return c;
  }

  /// An ordinary character, which the pattern may have written as an escape.
  void literal(uint32_t c) {
    const bool apart = folds() && (c >= 0x80 || foldsToForeign(c));
    if (!apart) return utf8::append(out_, c);
    out_ += "(?-i:";
    if (c < 0x80) {
      out_ += {'[', static_cast<char>(c | 32), static_cast<char>(c & ~32u), ']'};
    } else {
      utf8::append(out_, c);
    }
    out_ += ')';
  }

  /// The character that a numeric escape at `at` stands for, and where it ends; false for other escapes. In a class,
  /// \1 is a character, too.
  bool numeric(size_t at, uint32_t* c, size_t* end, bool inClass) const {
    const char kind = charAt(at + 1);
    unsigned base = 16;
    size_t from = at + 2;
    bool braces = charAt(from) == '{';
    size_t most = 2;
    if (kind == 'o' && braces) {
      base = 8;
    } else if (kind == 'N' && pattern_.substr(at + 2).starts_with("{U+")) {
      from += 2;
    } else if (kind == '0' || (inClass && isDigit(kind, 8))) {
      base = 8;
      from = at + 1;
      most = 3;
      braces = false;
    } else if (kind != 'x') {
      return false;
    }
    if (braces) from++;
    *c = 0;
    size_t i = from;
    for (; isDigit(charAt(i), base) && (braces || i - from < most) && *c <= 0x10FFFF; i++) {
      const char digit = charAt(i);
      *c = *c * base + static_cast<uint32_t>(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    if (braces && charAt(i) != '}') return false;
    *end = i + braces;
    return *c <= 0x10FFFF;
  }

  void escape() {
    if (rest().starts_with("\\Q")) return quoted();
    const char c = charAt(at_ + 1);
    if (isForeign(c)) {
      at_++;
      return literal(character());
    }
    uint32_t number;
    size_t end;
    if (folds() && numeric(at_, &number, &end, false) &&
        (number >= 0x80 || foldsToForeign(number))) {
      if (number < 0x80) {
        literal(number);
      } else {
        out_ += "(?-i:" + codePoint(number) + ")";
      }
      at_ = end;
      return;
    }
    if (c == 'k' || c == 'g' || c == 'p' || c == 'P' || c == 'x' || c == 'o' || c == 'N') {
      const char open = charAt(at_ + 2);
      if (open == '<') return copyBehind(">", at_ + 3);
      if (open == '\'') return copyBehind("'", at_ + 3);
      if (open == '{') return copyBehind("}", at_ + 3);
    }
    copyTo(at_ + 2);
  }

  /// \Q…\E: a quantifier behind it is of the last character, so each stands for itself.
  void quoted() {
    at_ += 2;
    while (at_ < pattern_.size() && !rest().starts_with("\\E")) {
      const uint32_t c = character();
      const bool plain = c >= 0x80 || isLetter(c) || (c >= '0' && c <= '9') || c < ' ';
      if (!plain) out_ += '\\';
      literal(c);
    }
    at_ = std::min(at_ + 2, pattern_.size());
  }

  void group() {
    const std::string_view text = rest();
    if (text.starts_with("(?#") || text.starts_with("(*") || text.starts_with("(?&") ||
        text.starts_with("(?P=") || text.starts_with("(?P>") || text.starts_with("(?C"))
      return copyBehind(")", at_);
    groups_.push_back(groups_.back());
    if (!text.starts_with("(?")) return copyTo(at_ + 1);
    if (text.starts_with("(?P<")) return copyBehind(">", at_);
    if (text.starts_with("(?'")) return copyBehind("'", at_ + 3);
    if (text.starts_with("(?<") && charAt(at_ + 3) != '=' && charAt(at_ + 3) != '!')
      return copyBehind(">", at_);
    if (text.starts_with("(?(")) {
      // The condition, unless it is a group like any other.
      if (text.starts_with("(?(?")) return copyTo(at_ + 2);
      return copyBehind(")", at_);
    }
    flags();
  }

  /// (?flags) is for the rest of the group around it, (?flags:…) for what is inside; (?= and the like change nothing.
  void flags() {
    size_t end = at_ + 2;
    Options options = groups_.back();
    bool on = true;
    for (;; end++) {
      const char c = charAt(end);
      if (c == '^') options = {false, false};
      if (c == '-') on = false;
      if (c == 'i') options.ignoreCase = on;
      if (c == 'x') options.extended = on;
      if (c != '^' && c != '-' && !isLetter(static_cast<uint8_t>(c))) break;
    }
    const char last = charAt(end);
    if (last == ')') {
      groups_.pop_back();
      groups_.back() = options;
      return copyTo(end + 1);
    }
    if (last == ':') groups_.back() = options;
    copyTo(last == ':' ? end + 1 : at_ + 2);
  }

  // --- classes ---------------------------------------------------------------------------------------------------------------

  struct Range {
    uint32_t first, last;
  };

  /// A class under `i` as one without it: with both cases of its ASCII letters.
  void charClass() {
    size_t end = at_ + 1;
    if (charAt(end) == '^') end++;
    const size_t members = end;
    std::vector<Range> ranges;
    std::string inside;
    if (charAt(end) == ']') {  // a leading ] is a member
      inside += "\\]";
      end++;
    }
    while (end < pattern_.size() && pattern_[end] != ']') member(end, inside, ranges);
    if (end >= pattern_.size()) return copyTo(end);
    out_ += folds() ? "(?-i:" : "";
    out_ += pattern_.substr(at_, members - at_);
    out_ += inside;
    if (folds())
      for (const Range& range : ranges) otherCase(range);
    out_ += folds() ? "])" : "]";
    at_ = end + 1;
  }

  /// Takes a member of a class, as it is written to `inside`; the characters of a range go to `ranges`.
  void member(size_t& at, std::string& inside, std::vector<Range>& ranges) {
    const std::string_view text = pattern_.substr(at);
    if (text.starts_with("[:") || text.starts_with("[.") || text.starts_with("[=")) {
      const size_t close = text.find(std::string{text[1], ']'}, 2);
      if (close != std::string_view::npos) {
        std::string name(text.substr(0, close + 2));
        if (folds() && (name == "[:upper:]" || name == "[:lower:]")) name = "[:alpha:]";
        if (folds() && (name == "[:^upper:]" || name == "[:^lower:]")) name = "[:^alpha:]";
        inside += name;
        at += close + 2;
        return;
      }
    }
    if (text.starts_with("\\Q")) {
      const size_t close = std::min(text.find("\\E"), text.size());
      for (size_t i = 2; i < close;) {
        const char* p = text.data() + i;
        const uint32_t c = utf8::decode(p, text.data() + close);
        i = static_cast<size_t>(p - text.data());
        inside += codePoint(c);
        ranges.push_back({c, c});
      }
      at += std::min(close + 2, text.size());
      return;
    }
    uint32_t first, last;
    const size_t from = at;
    if (!classCharacter(at, &first)) {  // \w, \p{L} …
      inside += pattern_.substr(from, at - from);
      return;
    }
    last = first;
    size_t behind = at + 1;
    if (charAt(at) == '-' && behind < pattern_.size() && charAt(behind) != ']' &&
        classCharacter(behind, &last)) {
      at = behind;
    } else {
      last = first;
    }
    ranges.push_back({first, last});
    inside += codePoint(first);
    if (last != first) inside += "-" + codePoint(last);
  }

  /// Takes what stands for one character; false for a set of them, which it takes, too.
  bool classCharacter(size_t& at, uint32_t* c) {
    const char* const end = pattern_.data() + pattern_.size();
    const auto take = [&](size_t from) {
      const char* p = pattern_.data() + from;
      *c = utf8::decode(p, end);
      at = static_cast<size_t>(p - pattern_.data());
      return true;
    };
    if (charAt(at) == '[' &&
        std::string_view(":.=").find(charAt(at + 1)) != std::string_view::npos &&
        charAt(at + 1) != '\0') {
      at++;
      *c = '[';
      return true;
    }
    if (pattern_[at] != '\\' || at + 1 >= pattern_.size()) return take(at);
    const char kind = pattern_[at + 1];
    if (size_t behind; numeric(at, c, &behind, true)) {
      at = behind;
      return true;
    }
    constexpr std::string_view names = "abefnrt", values = "\a\b\x1B\f\n\r\t";
    if (const size_t i = names.find(kind); i != std::string_view::npos) {
      *c = static_cast<uint8_t>(values[i]);
      at += 2;
      return true;
    }
    if (!isLetter(static_cast<uint8_t>(kind))) return take(at + 1);
    at += 2;
    if (kind == 'c' && at < pattern_.size()) at++;
    if ((kind == 'p' || kind == 'P' || kind == 'N') && charAt(at) == '{')
      at = std::min(pattern_.find('}', at), pattern_.size() - 1) + 1;
    else if (kind == 'p' || kind == 'P')
      at = std::min(at + 1, pattern_.size());
    return false;
  }

  /// The other case of the letters of a range.
  void otherCase(Range range) {
    for (const uint32_t from : {uint32_t{'A'}, uint32_t{'a'}}) {
      const uint32_t first = std::max(range.first, from), last = std::min(range.last, from + 25);
      if (first > last) continue;
      out_ += static_cast<char>(first ^ 32);
      if (last != first) (out_ += '-') += static_cast<char>(last ^ 32);
    }
  }

  std::string_view pattern_;
  size_t at_ = 0;
  std::string out_;
  std::vector<Options> groups_;
};

}  // namespace

std::string foldAsciiOnly(std::string_view pattern, bool ignoreCase) {
  // Without `i` nothing folds; a backslash before a character outside of ASCII is its own.
  const bool mayFold = ignoreCase || (pattern.find("(?") != std::string_view::npos &&
                                      pattern.find('i') != std::string_view::npos);
  if (!mayFold) return std::string(pattern);
  return Folding(pattern, ignoreCase).run();
}

}  // namespace gene
