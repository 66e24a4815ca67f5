#include "codegen/ir/Dominance.h"

namespace gene::ir {
namespace {
constexpr uint32_t Unknown = UINT32_MAX;
}

std::vector<std::vector<Block*>> predecessors(const Function& function) {
  std::vector<std::vector<Block*>> result(function.blocks.size());
  for (Block* b : function.blocks)
    b->forEachEdge([&](Edge& e, bool) { result[e.target->index].push_back(b); });
  return result;
}

Dominance::Dominance(const Function& function)
    : function_(function),
      idom_(function.blocks.size(), Unknown),
      depth_(function.blocks.size(), 0) {
  const std::vector<std::vector<Block*>> before = predecessors(function);
  idom_[0] = 0;
  auto intersect = [&](uint32_t a, uint32_t b) {
    while (a != b) {
      while (a > b) a = idom_[a];
      while (b > a) b = idom_[b];
    }
    return a;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 1; i < function.blocks.size(); i++) {
      uint32_t idom = Unknown;
      for (const Block* p : before[i])
        if (idom_[p->index] != Unknown)
          idom = idom == Unknown ? p->index : intersect(p->index, idom);
      if (idom == idom_[i]) continue;
      idom_[i] = idom;
      changed = true;
    }
  }
  depth_[0] = 1;
  for (uint32_t i = 1; i < function.blocks.size(); i++)
    if (idom_[i] != Unknown) depth_[i] = depth_[idom_[i]] + 1;
}

bool Dominance::dominates(const Block* a, const Block* b) const {
  uint32_t i = b->index;
  while (depth_[i] > depth_[a->index]) i = idom_[i];
  return i == a->index;
}

const Block* Dominance::immediate(const Block* b) const {
  return b->index == 0 || !reachable(b) ? nullptr : function_.blocks[idom_[b->index]];
}

}  // namespace gene::ir
