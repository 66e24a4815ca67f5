#include "frontend/syntax/Lexer.h"

#include <charconv>
#include <cstring>

#include "runtime/support/Utf8.h"

namespace gene {

const uint8_t charClasses[256] = {
    // clang-format off
    /* 00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, Blank | Terminator, Blank | Terminator, Blank | Terminator, Blank | Terminator,
    /* 0d */ Blank | Terminator, 0, 0,
    /* 10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 20 */ Blank | Terminator, 0, Terminator /* " */, 0, 0, Terminator /* % */, 0, 0,
    /* 28 */ Terminator, Terminator, 0, 0, Blank | Terminator /* , */, 0, 0, Special /* / */,
    /* 30 */ Digit, Digit, Digit, Digit, Digit, Digit, Digit, Digit, Digit, Digit, 0, Terminator /* ; */, 0, 0, 0, 0,
    /* 40 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 50 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Terminator /* [ */, Special /* \ */, Terminator /* ] */, 0, 0,
    /* 60 */ Terminator /* ` */, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 70 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Terminator /* { */, 0, Terminator /* } */, 0, 0,
    // clang-format on
};

Lexer::Lexer(Location start, Arena& arena, DiagnosticEngine& diagnostics)
    : arena_(arena), diagnostics_(diagnostics), base_(start.offset) {
  const std::string_view text = diagnostics.sources().text(start);
  begin_ = p_ = text.data();
  end_ = begin_ + text.size();
  if (text.starts_with("\xEF\xBB\xBF")) p_ += 3;  // a byte order mark
}

// --- blanks ------------------------------------------------------------------------------------------------------------

void Lexer::skipLine() {
  const void* newline = std::memchr(p_, '\n', static_cast<size_t>(end_ - p_));
  p_ = newline ? static_cast<const char*>(newline) : end_;
}

/// `#<` to the first `>#` that no `>` stands before; an unclosed one runs to the end.
void Lexer::skipBlock() {
  for (p_ += 2; p_ < end_; p_++) {
    if (p_[0] == '#' && p_[-1] == '>' && p_[-2] != '>') {
      p_++;
      return;
    }
  }
}

void Lexer::skipBlank() {
  for (;;) {
    while (isClass(*p_, Blank)) p_++;
    if (*p_ != '#' || p_ == end_) return;
    switch (p_[1]) {
      case ' ':
      case '#':
      case '!':
      case '\r':
      case '\n': skipLine(); break;
      case '<': skipBlock(); break;
      case '\0':
        if (p_ + 1 != end_) return;
        p_++;
        return;
      default: return;
    }
  }
}

// --- symbols -----------------------------------------------------------------------------------------------------------

std::string_view Lexer::token(bool* special) {
  const char* from = p_;
  const char* p = p_;
  *special = false;
  for (;;) {
    while (!isClass(*p, Terminator | Special) && *p != '\0') p++;
    if (*p == '\0' && p < end_) {  // a zero byte inside the text is a character like others
      p++;
      continue;
    }
    if (!isClass(*p, Special)) break;
    *special = true;
    if (*p++ == '\\' && p < end_) p++;
  }
  p_ = p;
  return {from, static_cast<size_t>(p - from)};
}

std::string Lexer::unescaped(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); i++) {
    if (token[i] == '\\' && i + 1 < token.size()) i++;
    out += token[i];
  }
  return out;
}

Form* Lexer::symbol() {
  const Location loc = here();
  bool special;
  const std::string_view text = token(&special);
  if (!special) {
    switch (text.size()) {
      case 3:
        if (text == "nil") return arena_.make<Form>(FormKind::Nil, loc);
        break;
      case 4:
        if (text == "void") return arena_.make<Form>(FormKind::Void, loc);
        if (text == "true") return arena_.make<Form>(FormKind::True, loc);
        break;
      case 5:
        if (text == "false") return arena_.make<Form>(FormKind::False, loc);
        break;
      case 9:
        if (text == "not_found") return arena_.make<Form>(FormKind::NotFound, loc);
        break;
      default: break;
    }
    return arena_.make<SymbolForm>(loc, Symbol::of(text));
  }
  if (text == "/" || text == "/=" || text == "./")
    return arena_.make<SymbolForm>(loc, Symbol::of(text));
  // Parts between slashes; `<a/b>` is one part, `\/` is no separator.
  std::vector<Symbol> parts;
  size_t from = 0;
  bool angle = !text.empty() && text[0] == '<' && text.find('>') != std::string_view::npos;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\') {
      i++;
    } else if (text[i] == '>') {
      angle = false;
    } else if (text[i] == '/' && !angle) {
      parts.push_back(Symbol::of(unescaped(text.substr(from, i - from))));
      from = i + 1;
      const std::string_view rest = text.substr(from);
      angle = (rest.starts_with('<') || rest.starts_with(".<")) &&
              rest.find('>') != std::string_view::npos;
    }
  }
  const Symbol last = Symbol::of(unescaped(text.substr(from)));
  if (parts.empty()) return arena_.make<SymbolForm>(loc, last);
  parts.push_back(last);
  return arena_.make<PathForm>(loc, arena_.copy(std::span<Symbol>(parts)));
}

// --- numbers -----------------------------------------------------------------------------------------------------------

Form* Lexer::number() {
  const Location loc = here();
  const char* const from = p_;
  const bool hasSign = *p_ == '+' || *p_ == '-';
  if (hasSign) p_++;
  if (*p_ == '0' && !hasSign) {
    if (p_[1] == 'x' || p_[1] == 'X') {
      p_ += 2;
      uint64_t value = 0;
      const char* first = p_;
      for (;; p_++) {
        const char c = *p_;
        if (c == '_') continue;
        int digit;
        if (c >= '0' && c <= '9')
          digit = c - '0';
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
          digit = (c | 32) - 'a' + 10;
        else
          break;
        value = value << 4 | static_cast<uint64_t>(digit);
      }
      if (p_ == first) report(loc, Diag::NoHexDigits);
      return arena_.make<IntForm>(loc, static_cast<int64_t>(value));
    }
    if (p_[1] == '!' || p_[1] == '#' || p_[1] == '*') {
      const char kind = p_[1];
      p_ += 2;
      return byteString(kind, loc);
    }
  }
  const char* const first = p_;
  while (isClass(*p_, Digit)) p_++;
  if (!hasSign && ((*p_ == '-' && isClass(p_[1], Digit)) || (*p_ == ':' && isClass(p_[1], Digit))))
    return dateOrTime(from, loc);
  bool isFloat = false;
  if (*p_ == '.') {
    isFloat = true;
    p_++;
    while (isClass(*p_, Digit)) p_++;
  }
  if (*p_ == 'e' || *p_ == 'E') {
    const char* exponent = p_ + 1;
    if (*exponent == '+' || *exponent == '-') exponent++;
    if (isClass(*exponent, Digit)) {
      isFloat = true;
      p_ = exponent;
      while (isClass(*p_, Digit)) p_++;
    }
  }
  const char c = *p_;
  if ((c | 32) >= 'a' && (c | 32) <= 'z') {
    report(loc, (c | 32) == 'e' ? Diag::InvalidNumber : Diag::NumberWithUnit,
           {std::string_view(from, static_cast<size_t>(p_ + 1 - from))});
    bool special;
    token(&special);
    return zero(loc);
  }
  if (c == '/' && !isFloat) {
    report(loc, Diag::Ratio);
    bool special;
    token(&special);
    return zero(loc);
  }
  if (isFloat) {
    double value = 0;
    const char* start = *from == '+' ? from + 1 : from;
    std::string text(start, p_);
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        error == std::errc::result_out_of_range)
      value = std::strtod(text.c_str(), nullptr);
    return arena_.make<FloatForm>(loc, value);
  }
  uint64_t value = 0;
  bool overflow = false;
  for (const char* p = first; p < p_; p++) {
    overflow |= __builtin_mul_overflow(value, uint64_t{10}, &value);
    overflow |= __builtin_add_overflow(value, static_cast<uint64_t>(*p - '0'), &value);
  }
  const bool negative = hasSign && *from == '-';
  if (overflow || value > static_cast<uint64_t>(INT64_MAX) + negative) {
    report(loc, Diag::IntegerRange);
    return zero(loc);
  }
  return arena_.make<IntForm>(loc, static_cast<int64_t>(negative ? 0 - value : value));
}

/// Reads between `least` and `most` digits.
bool Lexer::digits(int least, int most, int* value) {
  int n = 0;
  *value = 0;
  for (; n < most && isClass(*p_, Digit); n++) *value = *value * 10 + (*p_++ - '0');
  return n >= least;
}

std::string Lexer::zone(DateTimeForm& form) {
  if (*p_ == 'Z') {
    p_++;
    form.hasOffset = true;
  } else if (*p_ == '+' || *p_ == '-') {
    const int sign = *p_++ == '-' ? -1 : 1;
    int hours, minutes;
    if (!digits(2, 2, &hours) || *p_ != ':' || (p_++, !digits(2, 2, &minutes)) || hours > 23 ||
        minutes > 59)
      return "Invalid timezone offset";
    form.hasOffset = true;
    form.offsetMinutes = static_cast<int16_t>(sign * (hours * 60 + minutes));
  }
  if (*p_ != '[') return {};
  if (form.kind == FormKind::DateTime && !form.hasOffset)
    return "DateTime literal requires offset or Z before [Zone/Name]";
  const char* from = p_ + 1;
  const char* close = from;
  while (close < end_ && *close != ']' && *close != '\n') close++;
  const std::string_view name(from, static_cast<size_t>(close - from));
  if (*close != ']' || name.find('/') == std::string_view::npos)
    return "IANA timezone name must contain '/': " + std::string(name);
  form.zone = arena_.copy(name);
  p_ = close + 1;
  return {};
}

/// `HH:MM[:SS[.f]][zone]` behind the hour; what is wrong with it, or nothing.
std::string Lexer::clock(DateTimeForm& form, int hour) {
  int minute, second = 0;
  const char* const kind = form.kind == FormKind::Time ? "time" : "datetime";
  if (*p_ != ':') return std::string("Expected ':' after hour in ") + kind + " literal";
  p_++;
  if (!digits(2, 2, &minute)) return std::string("Expected 2-digit minute in ") + kind + " literal";
  if (*p_ == ':') {
    p_++;
    if (!digits(2, 2, &second))
      return std::string("Expected 2-digit second in ") + kind + " literal";
  }
  if (*p_ == '.') {
    const char* first = ++p_;
    int fraction;
    if (!digits(1, 6, &fraction)) return "Expected 1 to 6 digits of a second's fraction";
    for (auto n = p_ - first; n < 6; n++) fraction *= 10;
    form.microsecond = static_cast<uint32_t>(fraction);
  }
  if (hour > 23) return "Invalid hour: " + std::to_string(hour);
  if (minute > 59) return "Invalid minute: " + std::to_string(minute);
  if (second > 59) return "Invalid second: " + std::to_string(second);
  form.hour = static_cast<uint8_t>(hour);
  form.minute = static_cast<uint8_t>(minute);
  form.second = static_cast<uint8_t>(second);
  return zone(form);
}

/// A date, time or both; what is wrong with it, or nothing.
std::string Lexer::dateParts(DateTimeForm& form) {
  const char* const from = p_;
  int first, month, day, hour;
  if (digits(1, 4, &first) && *p_ == ':') {
    form.kind = FormKind::Time;
    return clock(form, first);
  }
  if (p_ - from != 4 || *p_ != '-') {
    while (isClass(*p_, Digit)) p_++;
    return "Date literal requires 4-digit year, got: " +
           std::string(from, static_cast<size_t>(p_ - from));
  }
  p_++;
  if (!digits(2, 2, &month) || *p_ != '-') return "Expected 2-digit month in date literal";
  p_++;
  if (!digits(2, 2, &day)) return "Expected 2-digit day in date literal";
  if (month < 1 || month > 12) return "Invalid month: " + std::to_string(month);
  if (day < 1 || day > 31) return "Invalid day: " + std::to_string(day);
  form.year = static_cast<int16_t>(first);
  form.month = static_cast<uint8_t>(month);
  form.day = static_cast<uint8_t>(day);
  if (*p_ != 'T') return {};
  p_++;
  form.kind = FormKind::DateTime;
  if (!digits(2, 2, &hour)) return "Expected 2-digit hour in datetime literal";
  return clock(form, hour);
}

Form* Lexer::dateOrTime(const char* from, Location loc) {
  auto* form = arena_.make<DateTimeForm>(FormKind::Date, loc);
  p_ = from;
  std::string problem = dateParts(*form);
  if (problem.empty() && !isClass(*p_, Digit)) return form;
  bool special;
  token(&special);
  if (problem.empty())
    problem = "Invalid date or time: " + std::string(from, static_cast<size_t>(p_ - from));
  report(loc, Diag::InvalidDate, {problem});
  return form;
}

/// 0!binary, 0#hex, 0*base64; `~` and the blanks behind it join lines.
Form* Lexer::byteString(char kind, Location loc) {
  const char* from = p_;
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  const int perChar = kind == '!' ? 1 : kind == '#' ? 4 : 6;
  auto digitOf = [&](char c) {
    if (kind == '!') return c == '0' || c == '1' ? c - '0' : -1;
    if (kind == '#') {
      if (c >= '0' && c <= '9') return c - '0';
      return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    }
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  for (;; p_++) {
    if (*p_ == '~') {
      while (isClass(p_[1], Blank)) p_++;
      continue;
    }
    const int digit = digitOf(*p_);
    if (digit < 0) break;
    bits = bits << perChar | static_cast<uint32_t>(digit);
    count += perChar;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count);
    bits &= (1u << count) - 1;
  }
  if (kind == '*') {
    while (*p_ == '=') p_++;
  } else if (count > 0) {
    out += static_cast<char>(bits);  // an incomplete last byte is padded on the left
  }
  if (p_ == from) {
    report(loc, Diag::InvalidBytes,
           {kind == '#'   ? "parse_hex: no hex digits after 0#"
            : kind == '!' ? "parse_bin: no binary digits after 0!"
                          : "parse_base64: no data after 0*"});
  } else if (!isClass(*p_, Terminator) && p_ < end_) {
    bool special;
    token(&special);
    const std::string_view literal(from - 2, static_cast<size_t>(p_ - from + 2));
    report(loc, Diag::InvalidBytes, {"invalid byte literal '" + std::string(literal) + "'"});
  }
  return arena_.make<StringForm>(FormKind::Bytes, loc, arena_.copy(out));
}

// --- strings and characters --------------------------------------------------------------------------------------------

/// What stands behind a backslash.
bool Lexer::escape(std::string& out, Location start) {
  const char c = *p_++;
  switch (c) {
    case 'n': out += '\n'; return true;
    case 'r': out += '\r'; return true;
    case 't': out += '\t'; return true;
    case 'b': out += '\b'; return true;
    case 'f': out += '\f'; return true;
    case 'u': break;
    default: out += c; return true;
  }
  auto unit = [&](uint32_t* value) {
    *value = 0;
    for (int i = 0; i < 4; i++, p_++) {
      const char d = *p_;
      if (d >= '0' && d <= '9')
        *value = *value << 4 | static_cast<uint32_t>(d - '0');
      else if ((d | 32) >= 'a' && (d | 32) <= 'f')
        *value = *value << 4 | static_cast<uint32_t>((d | 32) - 'a' + 10);
      else
        return false;
    }
    return true;
  };
  uint32_t high, low;
  bool valid = unit(&high);
  if (valid && high >= 0xD800 && high < 0xDC00) {
    valid = p_[0] == '\\' && p_[1] == 'u';
    if (valid) {
      p_ += 2;
      valid = unit(&low) && low >= 0xDC00 && low < 0xE000;
      if (valid) high = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }
  } else if (valid && high >= 0xDC00 && high < 0xE000) {
    valid = false;
  }
  if (valid)
    utf8::append(out, high);
  else
    report(start, Diag::InvalidSurrogate);
  return valid;
}

namespace {

/// The text between triple quotes: the initial and the final run of white space with a line break become one break.
std::string trimTriple(const std::string& text) {
  constexpr std::string_view blanks = " \t\r\n";
  size_t first = std::min(text.find_first_not_of(blanks), text.size());
  const size_t lead = text.substr(0, first).rfind('\n');
  std::string out = lead == std::string::npos ? text : "\n" + text.substr(lead + 1);
  const size_t last = out.find_last_not_of(" \t\r");
  if (last != std::string::npos && out[last] == '\n') out.resize(last + 1);
  return out;
}

}  // namespace

Form* Lexer::string() {
  const Location loc = here();
  const bool triple = p_[1] == '"' && p_[2] == '"';
  p_ += triple ? 3 : 1;
  const char* from = p_;
  if (!triple) {
    while (*p_ != '"' && *p_ != '\\' && (*p_ != '\0' || p_ < end_)) p_++;
    if (*p_ == '"') {
      // Without escapes: the text is the source's own.
      const std::string_view text(from, static_cast<size_t>(p_ - from));
      p_++;
      return arena_.make<StringForm>(FormKind::String, loc, text);
    }
  }
  std::string text(from, p_);
  for (;;) {
    if (p_ >= end_) {
      report(loc, Diag::UnclosedString);
      break;
    }
    if (*p_ == '"' && (!triple || (p_[1] == '"' && p_[2] == '"'))) {
      p_ += triple ? 3 : 1;
      break;
    }
    if (*p_ == '\\' && p_ + 1 < end_) {
      p_++;
      escape(text, at(p_ - 1));
    } else {
      text += *p_++;
    }
  }
  if (triple) text = trimTriple(text);
  return arena_.make<StringForm>(FormKind::String, loc, arena_.copy(text));
}

bool Lexer::interpolationText(bool triple, std::string& text, Location start) {
  for (;;) {
    if (p_ >= end_) {
      report(start, Diag::UnclosedInterpolation);
      return false;
    }
    if (*p_ == '"' && (!triple || (p_[1] == '"' && p_[2] == '"'))) {
      p_ += triple ? 3 : 1;
      return false;
    }
    if (*p_ == '\\' && p_ + 1 < end_) {
      p_++;
      escape(text, at(p_ - 1));
      continue;
    }
    if (*p_ == '#') {
      if (p_[1] == '{' || p_[1] == '(' || p_[1] == '[') {
        p_++;
        return true;
      }
      if (p_[1] == '<') {
        skipBlock();
        continue;
      }
    }
    text += *p_++;
  }
}

Form* Lexer::character() {
  const Location loc = here();
  p_++;
  char32_t c = 0;
  if (*p_ == '\'') {
    report(loc, Diag::EmptyChar);
    p_++;
    return arena_.make<CharForm>(loc, U' ');
  }
  if (*p_ == '\\' && p_ + 1 < end_) {
    p_++;
    switch (*p_) {
      case 'n': c = U'\n'; break;
      case 't': c = U'\t'; break;
      case 'r': c = U'\r'; break;
      case 'b': c = U'\b'; break;
      case 'f': c = U'\f'; break;
      default: c = 0; break;
    }
    if (c)
      p_++;
    else
      c = utf8::decode(p_, end_);
  } else if (p_ < end_) {
    c = utf8::decode(p_, end_);
  }
  if (*p_ == '\'' && p_ < end_)
    p_++;
  else
    report(loc, Diag::UnclosedChar);
  return arena_.make<CharForm>(loc, c);
}

/// The pattern; then a replacement, if a slash comes before anything that cannot be in one (13 §1); then flags.
Form* Lexer::regex(Location loc) {
  auto segment = [&](std::string& out) {
    for (;; p_++) {
      if (p_ >= end_) return false;
      if (*p_ == '/') break;
      if (*p_ == '\\' && p_ + 1 < end_) {
        p_++;
        if (*p_ != '/' && *p_ != '\\') out += '\\';
      }
      out += *p_;
    }
    p_++;
    return true;
  };
  std::string pattern, replacement;
  auto* form = arena_.make<RegexForm>(loc, std::string_view{});
  if (!segment(pattern)) {
    report(loc, Diag::UnclosedRegex);
    return form;
  }
  form->pattern = arena_.copy(pattern);
  bool onlyFlags = true, hasReplacement = false;
  for (const char* p = p_; p < end_ && !(isClass(*p, Blank) && *p != ',');) {
    if (*p == '/') {
      hasReplacement = true;
      break;
    }
    if (onlyFlags && (*p == ')' || *p == ']' || *p == '}' || *p == ';' || *p == ',')) break;
    if (*p != 'i' && *p != 'm') onlyFlags = false;
    p += *p == '\\' && p + 1 < end_ ? 2 : 1;
  }
  if (hasReplacement) {
    segment(replacement);
    form->hasReplacement = true;
    form->replacement = arena_.copy(replacement);
  }
  while (p_ < end_ && !isClass(*p_, Terminator)) {
    if (*p_ == 'i')
      form->ignoreCase = true;
    else if (*p_ == 'm')
      form->multiline = true;
    else
      report(here(), Diag::InvalidRegexFlag, {std::string_view(p_, 1)});
    p_++;
  }
  return form;
}

}  // namespace gene
