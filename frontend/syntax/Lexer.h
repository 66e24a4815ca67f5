#pragma once
// The scalars of the reader: numbers, dates, bytes, strings, characters, regexes, symbols. A cursor over the text of
// one source, which ends in a zero byte; what is wrong is reported, and something readable is returned all the same.

#include <string>
#include <vector>

#include "frontend/syntax/Diagnostics.h"
#include "frontend/syntax/Form.h"
#include "frontend/syntax/Layout.h"
#include "runtime/support/Arena.h"

namespace gene {

/// What a byte can be part of.
enum CharClass : uint8_t {
  Blank = 1,       // white space and commas
  Terminator = 2,  // ends a symbol token
  Digit = 4,
  Special = 8,  // `\` and `/`, which a symbol token has to look at
};
extern const uint8_t charClasses[256];
inline bool isClass(char c, uint8_t classes) {
  return (charClasses[static_cast<uint8_t>(c)] & classes) != 0;
}

class Lexer {
 public:
  Lexer(Location start, Arena& arena, DiagnosticEngine& diagnostics);
  /// Of a part of a source that begins at `start`; a zero byte follows `text`. `layout`: takes comments; may be null.
  Lexer(Location start, std::string_view text, Arena& arena, DiagnosticEngine& diagnostics,
        Layout* layout);

  /// A number, date, time or byte string; the cursor is at its first digit or sign.
  Form* number();
  /// A symbol, constant or path.
  Form* symbol();
  /// 'c'
  Form* character();
  /// "…" and """…""": the cursor is at the first quote.
  Form* string();
  /// #/…/: the cursor is behind the first slash.
  Form* regex(Location loc);

  /// The line break rule of triple quotes: white space up to the last line break of an initial run becomes one break,
  /// and so does a final break with what follows it.
  static std::string trimStart(const std::string& text);
  static std::string trimEnd(std::string text);

  /// One piece of an interpolated string: text up to a hole (true) or to its end (false). The cursor stands behind
  /// `#` at a hole.
  bool interpolationText(bool triple, std::string& text, Location start);
  /// Skips white space and comments.
  void skipBlank();

  [[nodiscard]] Location here() const { return at(p_); }
  [[nodiscard]] Location at(const char* p) const {
    return {base_ + static_cast<uint32_t>(p - begin_)};
  }
  [[nodiscard]] bool atEnd() const { return p_ == end_; }

 protected:
  Diagnostic& report(Location loc, Diag id, DiagArguments args = {}) {
    return diagnostics_.report(loc, id, args);
  }
  /// The characters of a symbol token from the cursor on, which moves behind them, with `\c` still in them.
  std::string_view token(bool* special);
  static std::string unescaped(std::string_view token);
  [[nodiscard]] uint32_t offset(Location loc) const { return loc.offset - base_; }

  Arena& arena_;
  DiagnosticEngine& diagnostics_;
  LayoutRecorder layout_;
  const char* begin_;
  const char* p_;
  const char* end_;
  uint32_t base_;
  bool unclosedString_ = false;  // the text ended inside of a string

 private:
  Form* hexadecimal(Location loc);
  bool fraction();
  Form* noNumber(Location loc, Diag id, DiagArguments args = {});
  Form* dateOrTime(const char* from, Location loc);
  Form* byteString(char kind, Location loc);
  bool digits(int least, int most, int* value);
  std::string dateParts(DateTimeForm& form);
  std::string clock(DateTimeForm& form, int hour);
  std::string zone(DateTimeForm& form);
  bool escape(std::string& out, Location start);
  void skipLine();
  void skipBlock();
  Form* zero(Location loc) { return arena_.make<IntForm>(loc, 0); }
};

}  // namespace gene
