// Places in sources: lines and columns in characters, asked for in any order.
#include "frontend/syntax/Source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gene {
namespace {

/// The line and column of each byte that begins a character, by counting from the start.
std::vector<std::pair<uint32_t, uint32_t>> counted(const std::string& text) {
  std::vector<std::pair<uint32_t, uint32_t>> places(text.size() + 1);
  uint32_t line = 1, column = 0;
  for (size_t i = 0; i <= text.size(); i++) {
    const bool continues = i < text.size() && (static_cast<uint8_t>(text[i]) & 0xC0) == 0x80;
    if (!continues) column++;
    places[i] = {line, column};
    if (i < text.size() && text[i] == '\n') {
      line++;
      column = 0;
    }
  }
  return places;
}

TEST(Source, ColumnsAreCharactersWhateverTheOrder) {
  std::string text;
  for (int i = 0; i < 400; i++) text += i % 7 == 0 ? "é€𝄞" : "ab";
  text += "\n\n";
  for (int i = 0; i < 300; i++) text += i % 50 == 49 ? "ü\n" : "xyz";
  SourceManager sources;
  sources.add("first", "(one)");
  const Location start = sources.add("second", text);
  const auto places = counted(text);
  const auto check = [&](size_t i) {
    if (i < text.size() && (static_cast<uint8_t>(text[i]) & 0xC0) == 0x80) return;
    const Position at = sources.position({start.offset + static_cast<uint32_t>(i)});
    EXPECT_EQ(at.line, places[i].first) << i;
    EXPECT_EQ(at.column, places[i].second) << i;
  };
  for (size_t i = text.size() + 1; i-- > 0;) check(i);
  for (size_t i = 0; i <= text.size(); i += 37) check(i);
}

}  // namespace
}  // namespace gene
