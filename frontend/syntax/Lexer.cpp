#include "frontend/syntax/Lexer.h"

#include <cstring>

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
    : Lexer(start, diagnostics.sources().text(start), arena, diagnostics, nullptr) {}

Lexer::Lexer(Location start, std::string_view text, Arena& arena, DiagnosticEngine& diagnostics,
             Layout* layout)
    : arena_(arena), diagnostics_(diagnostics), layout_(layout), base_(start.offset) {
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
    const uint32_t from = offset(here());
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
        layout_.comment(from, offset(here()));
        return;
      default: return;
    }
    layout_.comment(from, offset(here()));
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
  return arena_.make<PathForm>(loc, arena_.copy(Span<Symbol>(parts)));
}

}  // namespace gene
