// Arena and ArenaVector: what they hand out is aligned, does not overlap, and stays where it is.

#include "runtime/support/Arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace gene {
namespace {

struct Piece {
  unsigned char* at;
  size_t size;
  unsigned char mark;
};

TEST(Arena, PiecesAreAlignedAndDoNotOverlap) {
  Arena arena;
  std::mt19937 random(1);
  std::vector<Piece> pieces;
  for (int i = 0; i < 3000; i++) {
    const size_t align = size_t{1} << random() % 5;
    // Now and then more than a chunk holds.
    const size_t size = i % 500 == 499 ? 5'000'000 : i % 50 == 49 ? 300'000 : random() % 200;
    auto* at = static_cast<unsigned char*>(arena.allocate(size, align));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % align, 0u);
    pieces.push_back({at, size, static_cast<unsigned char>(i)});
    std::memset(at, pieces.back().mark, size);
  }
  for (const Piece& piece : pieces)
    for (size_t k = 0; k < piece.size; k += piece.size > 1000 ? 977 : 1)
      ASSERT_EQ(piece.at[k], piece.mark);
}

TEST(Arena, CopiesAreIndependent) {
  Arena arena;
  std::string text = "some text";
  const std::string_view copy = arena.copy(std::string_view(text));
  const int numbers[] = {1, 2, 3};
  const Span<int> copied = arena.copy(Span<const int>(numbers));
  text[0] = 'X';
  copied[1] = 7;
  EXPECT_EQ(copy, "some text");
  EXPECT_EQ(numbers[1], 2);
  EXPECT_EQ(copied.size(), 3u);
  EXPECT_TRUE(arena.copy(std::string_view()).empty());
}

TEST(Arena, VectorKeepsItsElementsAndTheirOrder) {
  Arena arena;
  ArenaVector<uint32_t> vector;
  std::vector<uint32_t> model;
  std::mt19937 random(2);
  for (int i = 0; i < 5000; i++) {
    const uint32_t what = random() % 10;
    if (what < 7) {
      vector.push_back(arena, static_cast<uint32_t>(i));
      model.push_back(static_cast<uint32_t>(i));
    } else if (what < 9 && !model.empty()) {
      const size_t at = random() % model.size();
      vector.erase(at);
      model.erase(model.begin() + static_cast<ptrdiff_t>(at));
    } else if (!model.empty()) {
      vector.pop_back();
      model.pop_back();
    }
    ASSERT_EQ(vector.size(), model.size());
  }
  EXPECT_TRUE(std::equal(vector.begin(), vector.end(), model.begin(), model.end()));
  vector.resize(3);
  EXPECT_EQ(vector.back(), model[2]);
  vector.clear();
  EXPECT_TRUE(vector.empty());
}

}  // namespace
}  // namespace gene
