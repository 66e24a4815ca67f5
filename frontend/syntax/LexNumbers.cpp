// What begins with a digit: numbers, dates and times, byte strings.

#include <charconv>
#include <cstdlib>

#include "frontend/syntax/Lexer.h"

namespace gene {

/// Behind 0x: digits of 64 bits.
Form* Lexer::hexadecimal(Location loc) {
  uint64_t value = 0;
  const char* const first = p_;
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

/// Moves behind a fraction and an exponent, if there are any.
bool Lexer::fraction() {
  bool found = false;
  if (*p_ == '.') {
    found = true;
    p_++;
    while (isClass(*p_, Digit)) p_++;
  }
  if (*p_ != 'e' && *p_ != 'E') return found;
  const char* exponent = p_ + 1;
  if (*exponent == '+' || *exponent == '-') exponent++;
  if (!isClass(*exponent, Digit)) return found;
  p_ = exponent;
  while (isClass(*p_, Digit)) p_++;
  return true;
}

Form* Lexer::noNumber(Location loc, Diag id, DiagArguments args) {
  report(loc, id, args);
  bool special;
  token(&special);
  return zero(loc);
}

Form* Lexer::number() {
  const Location loc = here();
  const char* const from = p_;
  const bool hasSign = *p_ == '+' || *p_ == '-';
  if (hasSign) p_++;
  if (*p_ == '0' && !hasSign) {
    const char kind = p_[1];
    if (kind == 'x' || kind == 'X') {
      p_ += 2;
      return hexadecimal(loc);
    }
    if (kind == '!' || kind == '#' || kind == '*') {
      p_ += 2;
      return byteString(kind, loc);
    }
  }
  const char* const first = p_;
  while (isClass(*p_, Digit)) p_++;
  if (!hasSign && (*p_ == '-' || *p_ == ':') && isClass(p_[1], Digit)) return dateOrTime(from, loc);
  const bool isFloat = fraction();
  const char c = *p_;
  if ((c | 32) >= 'a' && (c | 32) <= 'z')
    return noNumber(loc, (c | 32) == 'e' ? Diag::InvalidNumber : Diag::NumberWithUnit,
                    {std::string_view(from, static_cast<size_t>(p_ + 1 - from))});
  if (c == '/' && !isFloat) return noNumber(loc, Diag::Ratio);
  if (isFloat) {
    double value = 0;
    const std::string text(*from == '+' ? from + 1 : from, p_);
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

}  // namespace gene
