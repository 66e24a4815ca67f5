#pragma once
// What the reader passes over and forms do not keep: where comments, texts and brackets lie. It is filled by the reader itself,
// so that tools (`gene fmt`, the editor) see what the compiler sees, also in text that is being typed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gene {

struct Layout {
  enum class Kind : uint8_t {
    Comment,  // to the end of its line, or `#< … >#`
    Text,     // a string, with the holes in it; a character; a regex
    Open,     // a bracket; `{{` and `}}` are two
    Close,    // likewise, also one that closes nothing
  };
  struct Piece {
    uint32_t from, to;  // offsets in the text
    Kind kind;
  };
  std::vector<Piece> pieces;   // in the order of the text; they do not overlap
  std::vector<uint32_t> open;  // the brackets that are open at the end of the text, outermost first

  /// The comment or text that `offset` lies within, behind its first byte; null: none.
  [[nodiscard]] const Piece* around(size_t offset) const;
};

/// What the reader tells of its way; nothing comes of it unless there is a layout.
class LayoutRecorder {
 public:
  explicit LayoutRecorder(Layout* layout) : layout_(layout) {}
  void comment(uint32_t from, uint32_t to) {
    if (layout_) layout_->pieces.push_back({from, to, Layout::Kind::Comment});
  }
  /// `size` brackets that end at `end` open a form.
  void open(uint32_t end, uint32_t size) {
    if (layout_) addOpen(end, size);
  }
  /// `size` brackets that end at `end` close a form that was opened by `opened` ones.
  void close(uint32_t end, uint32_t size, uint32_t opened) {
    if (layout_) addClose(end, size, opened);
  }
  /// A text, with all that was told of it before.
  void text(uint32_t from, uint32_t to) {
    if (layout_) addText(from, to);
  }

 private:
  void addOpen(uint32_t end, uint32_t size);
  void addClose(uint32_t end, uint32_t size, uint32_t opened);
  void addText(uint32_t from, uint32_t to);
  Layout* const layout_;
};

/// Reads a text for its layout alone. What is wrong with it is not said.
Layout layoutOf(std::string_view text);

/// The comment lines right above the line of `offset`, without their `#`; empty without one.
std::string commentAbove(std::string_view text, const Layout& layout, size_t offset);

}  // namespace gene
