// The symbol table, from several threads at once: equal texts get equal symbols, other texts others, and what is there stays.

#include "runtime/support/Symbol.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace gene {
namespace {

constexpr int Threads = 4;
constexpr uint32_t Names = 6000;  // the table grows several times

std::string nameOf(uint32_t i) { return "symbol-test-" + std::to_string(i); }

TEST(SymbolsInThreads, EqualTextsAreEqualSymbols) {
  std::vector<std::vector<Symbol>> found(Threads);
  std::vector<std::thread> threads;
  for (int t = 0; t < Threads; t++)
    threads.emplace_back([&found, t] {
      found[t].resize(Names);
      for (uint32_t i = 0; i < Names; i++) {
        const uint32_t which = t % 2 ? Names - 1 - i : i;  // they meet in the middle
        found[t][which] = Symbol::of(nameOf(which));
        if (found[t][which].text() != nameOf(which)) std::abort();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (uint32_t i = 0; i < Names; i++) {
    for (int t = 1; t < Threads; t++) ASSERT_EQ(found[t][i], found[0][i]) << nameOf(i);
    ASSERT_EQ(found[0][i].text(), nameOf(i));
    if (i > 0) ASSERT_NE(found[0][i], found[0][i - 1]);
  }
  EXPECT_EQ(Symbol::of("__init__"), sym::Init);
}

}  // namespace
}  // namespace gene
