// What stands between quotes or slashes: strings, the text of interpolated strings, characters, regexes.

#include <algorithm>
#include <string>

#include "frontend/syntax/Lexer.h"
#include "runtime/support/Utf8.h"

namespace gene {

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

std::string Lexer::trimStart(const std::string& text) {
  const size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const size_t lead = text.substr(0, first).rfind('\n');
  return lead == std::string::npos ? text : "\n" + text.substr(lead + 1);
}

std::string Lexer::trimEnd(std::string text) {
  const size_t last = text.find_last_not_of(" \t\r");
  if (last != std::string::npos && text[last] == '\n') text.resize(last + 1);
  return text;
}

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
      unclosedString_ = true;
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
  if (triple) text = trimEnd(trimStart(text));
  return arena_.make<StringForm>(FormKind::String, loc, arena_.copy(text));
}

bool Lexer::interpolationText(bool triple, std::string& text, Location start) {
  for (;;) {
    if (p_ >= end_) {
      report(start, Diag::UnclosedInterpolation);
      unclosedString_ = true;
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
