// Span: what it is made from, what it must not be made from, and its parts.

#include "runtime/support/Span.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "runtime/support/Arena.h"

namespace gene {
namespace {

struct Base {
  int a = 0;
};
struct Derived : Base {
  int b = 0;
};

template <class To, class From>
constexpr bool converts = std::is_convertible_v<From, To>;

static_assert(converts<Span<int>, std::vector<int>&>);
static_assert(converts<Span<const int>, const std::vector<int>&>);
static_assert(converts<Span<const int>, std::vector<int>>);
static_assert(converts<Span<const int>, Span<int>>);
static_assert(converts<Span<const char>, std::string&>);
static_assert(converts<Span<int* const>, std::vector<int*>&>);
static_assert(converts<Span<const int* const>, std::vector<int*>&>);
static_assert(!converts<Span<int>, const std::vector<int>&>, "it would be written through");
static_assert(!converts<Span<int>, std::vector<int>>, "it would be gone");
static_assert(!converts<Span<int>, Span<const int>>);
static_assert(!converts<Span<Base>, std::vector<Derived>&>, "elements are of another size");
static_assert(!converts<Span<Base*>, std::vector<Derived*>&>, "another Base could be put in");

TEST(Span, IsAllOfWhatItIsMadeFrom) {
  std::vector<int> vector{1, 2, 3};
  std::array<int, 2> array{4, 5};
  int plain[] = {6, 7, 8, 9};
  Arena arena;
  ArenaVector<int> growing;
  growing.push_back(arena, 10);
  EXPECT_EQ(Span(vector).data(), vector.data());
  EXPECT_EQ(Span(vector).size(), 3u);
  EXPECT_EQ(Span(array).back(), 5);
  EXPECT_EQ(Span(plain).size(), 4u);
  EXPECT_EQ(Span<int>(growing).front(), 10);
  EXPECT_EQ(Span(vector.data() + 1, vector.data() + 3).front(), 2);
  EXPECT_TRUE(Span<int>().empty());
}

TEST(Span, PartsAreViewsOfTheSame) {
  std::vector<int> vector{1, 2, 3, 4, 5};
  const Span<int> all = vector;
  EXPECT_TRUE(std::ranges::equal(all.first(2), std::array{1, 2}));
  EXPECT_TRUE(std::ranges::equal(all.last(2), std::array{4, 5}));
  EXPECT_TRUE(std::ranges::equal(all.subspan(3), std::array{4, 5}));
  EXPECT_TRUE(std::ranges::equal(all.subspan(1, 3), std::array{2, 3, 4}));
  EXPECT_TRUE(all.subspan(5).empty());
  all.last(1)[0] = 50;
  EXPECT_EQ(vector[4], 50);
}

}  // namespace
}  // namespace gene
