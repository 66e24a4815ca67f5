#pragma once
// Which numbers an int of a function can be: an interval of 64-bit ints for each value, and what branches on the way say
// of it. Arithmetic that leaves 64 bits raises, so the interval of a sum ends where the ints end.
//
//   Ranges ranges(function);                      // of the moment: a pass that changes the function asks again
//   ranges.of(i)                                  // wherever i is available
//   ranges.at(i, block)                           // in this block

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/ir/Ir.h"

namespace gene {

/// The ints from `low` to `high`, both included; none where low > high: what is never reached.
struct Range {
  int64_t low = INT64_MIN, high = INT64_MAX;
  [[nodiscard]] bool isEmpty() const { return low > high; }
  [[nodiscard]] bool within(int64_t l, int64_t h) const { return low >= l && high <= h; }
  [[nodiscard]] bool contains(int64_t number) const { return low <= number && number <= high; }
  [[nodiscard]] bool isNonnegative() const { return low >= 0; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// The ints that are held in a boxed word without an object on the heap.
constexpr Range SmallInts{-(int64_t{1} << 47), (int64_t{1} << 47) - 1};

class Ranges {
 public:
  explicit Ranges(const ir::Function& function);

  [[nodiscard]] Range of(const ir::Value* value) const;
  [[nodiscard]] Range at(const ir::Value* value, const ir::Block* block) const;

 private:
  /// Below `block`, a value and `other` are in one of these orders.
  struct Fact {
    const ir::Block* block;
    uint8_t orders;
    const ir::Value* other;
  };
  void noteFacts();
  void findThresholds();
  bool pass(bool widen);
  Range transfer(const ir::Instruction& inst) const;
  Range onEdge(const ir::Value* value, const ir::Block* from, const ir::Edge& edge) const;
  Range refined(Range range, uint8_t orders, const ir::Value* other) const;
  bool update(const ir::Value* value, Range range, bool widen);

  const ir::Function& function_;
  const ir::Dominance dominance_;
  const ir::Predecessors& before_;
  std::unordered_map<const ir::Value*, Range> ranges_;  // of ints; others can be anything
  std::unordered_map<const ir::Value*, std::vector<Fact>> facts_;
  std::vector<int64_t> thresholds_;  // sorted: where a growing interval stops for a while
};

}  // namespace gene
