// Dominance against its definition: a dominates b if b cannot be reached without passing a.

#include "codegen/ir/Dominance.h"

#include <gtest/gtest.h>

#include <set>

#include "test/unit/RandomFunctions.h"

namespace gene::ir {
namespace {

/// The blocks that are reached from the entry without passing `without`.
std::set<const Block*> reached(const Function& function, const Block* without) {
  std::set<const Block*> seen;
  std::vector<const Block*> work;
  const auto visit = [&](const Block* block) {
    if (block != without && seen.insert(block).second) work.push_back(block);
  };
  visit(function.entry());
  while (!work.empty()) {
    const Block* block = work.back();
    work.pop_back();
    block->forEachEdge([&](const Edge& edge, bool) { visit(edge.target); });
  }
  return seen;
}

TEST(Dominance, AgreesWithItsDefinition) {
  std::mt19937 random(6);
  for (int round = 0; round < 300; round++) {
    TestProgram owner;
    const Function& function = *randomGraph(owner, random, 1 + below(random, 14));
    const Dominance dominance(function);
    const auto all = reached(function, nullptr);
    for (const Block* a : function.blocks) {
      EXPECT_EQ(dominance.reachable(a), all.contains(a));
      const auto others = reached(function, a);
      for (const Block* b : function.blocks) {
        const bool wanted = all.contains(a) && all.contains(b) && !others.contains(b);
        ASSERT_EQ(dominance.dominates(a, b), wanted) << "round " << round;
      }
    }
    // The nearest other dominator: all others dominate it.
    for (const Block* b : function.blocks) {
      const Block* nearest = dominance.immediate(b);
      if (b == function.entry() || !all.contains(b)) {
        EXPECT_EQ(nearest, nullptr);
        continue;
      }
      ASSERT_NE(nearest, nullptr);
      EXPECT_NE(nearest, b);
      EXPECT_TRUE(dominance.dominates(nearest, b));
      for (const Block* a : function.blocks)
        if (a != b && dominance.dominates(a, b)) EXPECT_TRUE(dominance.dominates(a, nearest));
    }
  }
}

TEST(Dominance, TheOrderPutsDominatorsFirst) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; round++) {
    TestProgram owner;
    Function& function = *randomGraph(owner, random, 1 + below(random, 20));
    const auto all = reached(function, nullptr);
    const bool hasMore = all.size() != function.blocks.size();
    const bool changed = orderBlocks(function);
    EXPECT_TRUE(changed || !hasMore);
    EXPECT_FALSE(orderBlocks(function));  // they are in order now
    ASSERT_EQ(std::set<const Block*>(function.blocks.begin(), function.blocks.end()), all);
    for (size_t i = 0; i < function.blocks.size(); i++) EXPECT_EQ(function.blocks[i]->index, i);
    const Dominance dominance(function, BlockOrder::Ordered), again(function);
    for (const Block* a : function.blocks)
      for (const Block* b : function.blocks) {
        if (dominance.dominates(a, b)) EXPECT_LE(a->index, b->index);
        ASSERT_EQ(dominance.dominates(a, b), again.dominates(a, b));
      }
  }
}

TEST(Dominance, PredecessorsAreTheEdges) {
  std::mt19937 random(8);
  for (int round = 0; round < 100; round++) {
    TestProgram owner;
    const Function& function = *randomGraph(owner, random, 1 + below(random, 12));
    const Predecessors before(function);
    std::multiset<std::pair<const Block*, const Block*>> wanted, found;
    for (const Block* block : function.blocks) {
      block->forEachEdge([&](const Edge& edge, bool) { wanted.insert({block, edge.target}); });
      for (const Predecessor& p : before[block->index]) {
        EXPECT_EQ(p.edge->target, block);
        found.insert({p.from, block});
      }
    }
    EXPECT_EQ(found, wanted);
  }
}

}  // namespace
}  // namespace gene::ir
