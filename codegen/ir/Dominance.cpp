#include "codegen/ir/Dominance.h"

#include <algorithm>

namespace gene::ir {

Predecessors::Predecessors(const Function& function, std::pmr::memory_resource* memory)
    : first_(function.blocks.size() + 1, memory), edges_(memory) {
  // Counted, then filled in from the back: in the end `first_` is where the edges of each block begin.
  for (const Block* b : function.blocks)
    b->forEachEdge([&](Edge& e, bool) { first_[e.target->index]++; });
  uint32_t count = 0;
  for (uint32_t& first : first_) first = count += first;
  edges_.resize(count);
  for (size_t i = function.blocks.size(); i-- > 0;) {
    Block* b = function.blocks[i];
    const Span<Edge> successors = b->terminator()->successors;
    for (size_t e = successors.size(); e-- > 0;)
      edges_[--first_[successors[e].target->index]] = {b, &successors[e], false};
    if (const Instruction* raising = b->raising())
      edges_[--first_[raising->handler->target->index]] = {b, raising->handler, true};
  }
}

std::vector<Block*> reversePostOrder(const Function& function) {
  std::vector<Block*> order;
  std::vector<bool> seen(function.blocks.size());
  struct Visit {
    Block* block;
    uint32_t left;  // of its successors, the handler's target being the last one
  };
  std::vector<Visit> stack;
  order.reserve(function.blocks.size());
  stack.reserve(function.blocks.size());
  const auto successors = [](Block* block) { return block->terminator()->successors.size(); };
  auto visit = [&](Block* block) {
    if (seen[block->index]) return;
    seen[block->index] = true;
    stack.push_back({block, static_cast<uint32_t>(successors(block)) + (block->raising() ? 1 : 0)});
  };
  visit(function.entry());
  // Taken from the back: the handler first, then the successors from the last to the first, which ends up nearest.
  while (!stack.empty()) {
    Visit& top = stack.back();
    if (top.left == 0) {
      order.push_back(top.block);
      stack.pop_back();
      continue;
    }
    const uint32_t next = --top.left;
    visit(next == successors(top.block) ? top.block->raising()->handler->target
                                        : top.block->terminator()->successors[next].target);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

bool orderBlocks(Function& function) {
  std::vector<Block*> order = reversePostOrder(function);
  if (order == function.blocks) return false;
  function.blocks = std::move(order);
  function.renumberBlocks();
  return true;
}

Dominance::Dominance(const Function& function, BlockOrder order, std::pmr::memory_resource* memory)
    : order_(order == BlockOrder::Ordered ? function.blocks : reversePostOrder(function)),
      before_(function, memory),
      position_(function.blocks.size(), Unreachable, memory),
      idom_(memory),
      first_(memory),
      last_(memory) {
  const auto count = static_cast<uint32_t>(order_.size());
  for (uint32_t i = 0; i < count; i++) position_[order_[i]->index] = i;
  idom_.assign(count, Unreachable);
  idom_[0] = 0;
  // By position: the join for which the way up from there has been walked. Whoever gets there again leads nowhere else, so a
  // join costs no more than the blocks below its dominator, however many edges it has.
  std::pmr::vector<uint32_t> walked(count, 0, memory);
  uint32_t join = 0;
  auto intersect = [&](uint32_t a, uint32_t b) {
    while (a != b) {
      while (a > b) {
        if (walked[a] == join) return b;
        walked[a] = join;
        a = idom_[a];
      }
      while (b > a) b = idom_[b];
    }
    return a;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 1; i < count; i++) {
      uint32_t idom = Unreachable;
      join++;
      for (const Predecessor& p : before_[order_[i]->index]) {
        const uint32_t from = position_[p.from->index];
        if (from == Unreachable || idom_[from] == Unreachable) continue;
        idom = idom == Unreachable ? from : intersect(from, idom);
      }
      if (idom == idom_[i]) continue;
      idom_[i] = idom;
      changed = true;
    }
  }
  // A dominator stands before what it dominates, so sizes add up from the back and intervals go out from the front.
  std::pmr::vector<uint32_t> size(count, 1, memory), next(count, memory);
  for (uint32_t i = count; i-- > 1;) size[idom_[i]] += size[i];
  first_.assign(count, 0);
  last_.assign(count, 0);
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) {
      first_[i] = next[idom_[i]];
      next[idom_[i]] += size[i];
    }
    last_[i] = first_[i] + size[i];
    next[i] = first_[i] + 1;
  }
}

bool Dominance::dominates(const Block* a, const Block* b) const {
  const uint32_t outer = position_[a->index], inner = position_[b->index];
  if (outer == Unreachable || inner == Unreachable) return false;
  return first_[outer] <= first_[inner] && first_[inner] < last_[outer];
}

bool Dominance::reaches(const Instruction* inst, const Block* b) const {
  if (!inst->handler) return dominates(inst->block, b);
  // The edge behind the instruction dominates b: its target does, and is entered from elsewhere only by itself.
  const Block* next = inst->block->terminator()->successors[0].target;
  if (!dominates(next, b)) return false;
  uint32_t edges = 0;
  for (const Predecessor& p : before_[next->index]) {
    if (p.from == inst->block)
      edges++;
    else if (reachable(p.from) && !dominates(next, p.from))
      return false;
  }
  return edges == 1;
}

const Block* Dominance::immediate(const Block* b) const {
  if (b->index == 0 || !reachable(b)) return nullptr;
  return order_[idom_[position_[b->index]]];
}

}  // namespace gene::ir
