#pragma once
// A page of documentation, as it is written: Markdown, text for who reads it at a terminal, or the body of an HTML page.

#include <cstdint>
#include <string>
#include <string_view>

#include "driver/doc/Html.h"

namespace gene::driver {

class Page {
 public:
  enum class Look : uint8_t { Markdown, Text, Coloured, Html };
  explicit Page(Look look) : look_(look) {}
  /// HTML, with links from names.
  explicit Page(const Links* links) : look_(Look::Html), links_(links) {}

  /// The next heading or item is about this name, and what leads to it ends there.
  void anchor(std::string_view name) { anchor_ = name; }

  /// `level`: 1 is the page itself. `name` is code, `words` stand before it.
  void heading(int level, std::string_view words, std::string_view name);
  /// Paragraphs, as their author wrote them; a line break ends each line.
  void prose(std::string_view text);
  /// Lines of Gene.
  void code(std::string_view lines);
  /// An item of a list: a line of code and, perhaps, what is said of it.
  void item(std::string_view code, std::string_view words);

  /// All of it.
  [[nodiscard]] const std::string& text() {
    begin(Last::Nothing);
    return text_;
  }

 private:
  enum class Last : uint8_t { Nothing, Block, Item };
  void lines(std::string_view margin, std::string_view text);
  /// What stands before is ended by an empty line, unless it is an item before another one.
  void begin(Last next);
  [[nodiscard]] std::string styled(std::string_view code, std::string_view text) const;

  /// ` id="name"` for what `anchor` said.
  [[nodiscard]] std::string identity();

  const Look look_;
  const Links* const links_ = nullptr;
  std::string anchor_;
  Last last_ = Last::Nothing;
  std::string_view margin_;  // of text, below the heading of a definition
  std::string text_;
};

}  // namespace gene::driver
