#pragma once
// Numbers that turn out to mean the same: union-find with path halving (Tarjan, van Leeuwen, 1984).

#include <vector>

namespace gene {

class DisjointSets {
 public:
  /// A new number, alone in its set: 0, 1, 2 …
  int add() {
    parents_.push_back(static_cast<int>(parents_.size()));
    return parents_.back();
  }
  /// The number that stands for the set of `member`, which add() has given.
  [[nodiscard]] int find(int member) const {
    while (parent(member) != member) member = parent(member) = parent(parent(member));
    return member;
  }
  /// Joins the sets that two numbers stand for; `root` stands for both.
  void join(int root, int other) { parent(other) = root; }

 private:
  int& parent(int member) const { return parents_[static_cast<size_t>(member)]; }

  mutable std::vector<int> parents_;
};

}  // namespace gene
