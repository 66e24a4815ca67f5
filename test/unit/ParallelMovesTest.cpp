// resolveMoves: whatever moves are asked for, the sequence leaves each register with what its source held before.

#include "codegen/bytecode/ParallelMoves.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace gene::bytecode {
namespace {

constexpr uint32_t Registers = 40, Scratch = Registers;

/// Runs the sequence for `moves`; returns how many moves it has.
size_t check(const std::vector<RegisterMove>& moves) {
  std::vector<uint32_t> before(Registers + 1), now;
  std::iota(before.begin(), before.end(), 100u);
  now = before;
  size_t emitted = 0;
  resolveMoves(moves, Scratch, [&](uint32_t to, uint32_t from) {
    now[to] = now[from];
    emitted++;
  });
  std::vector<uint32_t> wanted = before;
  for (const RegisterMove& move : moves) wanted[move.to] = before[move.from];
  for (uint32_t i = 0; i < Registers; i++)
    EXPECT_EQ(now[i], wanted[i]) << "register " << i << " of " << moves.size() << " moves";
  return emitted;
}

TEST(ParallelMoves, RandomMoves) {
  std::mt19937 random(4);
  for (int round = 0; round < 3000; round++) {
    std::vector<uint32_t> destinations(Registers);
    std::iota(destinations.begin(), destinations.end(), 0u);
    std::shuffle(destinations.begin(), destinations.end(), random);
    destinations.resize(random() % Registers);
    const bool narrow = random() % 2;  // many readers of few registers
    std::vector<RegisterMove> moves;
    for (const uint32_t to : destinations)
      moves.push_back({to, static_cast<uint32_t>(random() % (narrow ? 5 : Registers))});
    check(moves);
    if (HasFailure()) return;
  }
}

TEST(ParallelMoves, PermutationsOfEachSize) {
  std::mt19937 random(5);
  for (uint32_t size = 2; size <= Registers; size++) {
    std::vector<uint32_t> from(size);
    std::iota(from.begin(), from.end(), 0u);
    std::shuffle(from.begin(), from.end(), random);
    std::vector<RegisterMove> moves;
    for (uint32_t i = 0; i < size; i++) moves.push_back({i, from[i]});
    check(moves);
  }
}

TEST(ParallelMoves, ACycleCostsOneMoveMore) {
  EXPECT_EQ(check({{1, 2}, {2, 1}}), 3u);
  EXPECT_EQ(check({{1, 2}, {2, 3}, {3, 1}}), 4u);
  EXPECT_EQ(check({{1, 2}, {2, 1}, {4, 5}, {5, 4}}), 6u);
  EXPECT_EQ(check({{1, 2}, {2, 3}, {3, 4}}), 3u);  // a chain
  EXPECT_EQ(check({{1, 0}, {2, 0}, {3, 0}}), 3u);
  EXPECT_EQ(check({{1, 1}, {2, 2}}), 0u);
}

}  // namespace
}  // namespace gene::bytecode
