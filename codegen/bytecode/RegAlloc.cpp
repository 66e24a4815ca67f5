#include "codegen/bytecode/RegAlloc.h"

#include <algorithm>
#include <functional>

namespace gene::bytecode {

RegAlloc::RegAlloc(const ir::Function& function) : function_(function), liveness_(function) {
  addConstants();
  collectRelations();
  run();
}

uint32_t RegAlloc::constantReg(const ir::Instruction& instruction, uint32_t operand) const {
  const uint64_t key = uint64_t{instruction.number} << 32 | operand;
  const auto found =
      std::lower_bound(constantIndex_.begin(), constantIndex_.end(), key,
                       [](const auto& entry, uint64_t k) { return entry.first < k; });
  GENE_ASSERT(found != constantIndex_.end() && found->first == key,
              "a constant operand has a register");
  return found->second->reg;
}

/// Constant operands that are neither encoded nor part of a window get a register for their instruction.
void RegAlloc::addConstants() {
  for (const ir::Block* block : function_.blocks) {
    for (const ir::Instruction* instruction : block->instructions) {
      const Placement placement = placementOf(*instruction);
      for (uint32_t i = 0; i < instruction->operands.size(); i++) {
        const ir::Constant* constant = asConstant(instruction->operands[i]);
        if (!constant || liveness_.isHoisted(constant) || placement.slotOf(i) != NoSlot ||
            isEncoded(*instruction, i))
          continue;
        const ir::Instruction* at =
            liveness_.isFused(*instruction) ? block->terminator() : instruction;
        const uint32_t position = liveness_.positions[at->number];
        Interval& interval = constants_.emplace_back(nullptr, &liveness_.memory);
        interval.segments.push_back({position - 1, position + usedUntil(*instruction, i)});
        constantIndex_.emplace_back(uint64_t{instruction->number} << 32 | i, &interval);
      }
    }
  }
  std::sort(constantIndex_.begin(), constantIndex_.end());
}

void RegAlloc::collectRelations() {
  const size_t count = liveness_.intervals.size();
  incoming_.resize(count);
  outgoing_.resize(count);
  windowUse_.resize(count);
  windows_.assign(count, None);
  preferred_.assign(count, None);
  for (const ir::Block* block : function_.blocks) {
    block->forEachEdge([&](ir::Edge& edge, bool isHandler) {
      for (uint32_t i = 0; i < edge.args.size(); i++) {
        const ir::Param* param = edge.target->params[i + (isHandler ? 1 : 0)];
        if (asConstant(edge.args[i])) continue;
        incoming_[param->number].push_back(edge.args[i]);
        outgoing_[edge.args[i]->number].push_back(param);
      }
    });
    for (const ir::Instruction* instruction : block->instructions) {
      const Placement placement = placementOf(*instruction);
      if (!placement.window) continue;
      const uint32_t position = liveness_.positions[instruction->number];
      for (uint32_t i = 0; i < instruction->operands.size(); i++) {
        const ir::Value* operand = instruction->operands[i];
        if (placement.slotOf(i) == NoSlot || !hasReg(operand)) continue;
        if (liveness_.intervals[operand->number].to() == position + 1)
          windowUse_[operand->number] = {instruction, static_cast<uint32_t>(placement.slotOf(i))};
      }
    }
  }
}

void RegAlloc::run() {
  const uint32_t slots = static_cast<uint32_t>(function_.params.size());
  occupied_.resize(slots);
  lastEnd_.assign(slots, 0);

  std::pmr::vector<std::pair<uint64_t, Interval*>> order(&liveness_.memory);  // by start
  order.reserve(liveness_.intervals.size() + constants_.size());
  const auto add = [&](Interval& interval) {
    if (!interval.segments.empty())
      order.emplace_back(uint64_t{interval.from()} << 32 | order.size(), &interval);
  };
  for (Interval& interval : liveness_.intervals) add(interval);
  for (Interval& interval : constants_) add(interval);
  std::sort(order.begin(), order.end());
  std::pmr::vector<const ir::Instruction*> windows(&liveness_.memory);
  for (const ir::Block* block : function_.blocks)
    for (const ir::Instruction* instruction : block->instructions)
      if (placementOf(*instruction).window) windows.push_back(instruction);

  // The entry's parameters arrive in the first registers.
  for (uint32_t i = 0; i < slots; i++)
    if (hasReg(function_.entry()->params[i]))
      place(liveness_.intervals[function_.entry()->params[i]->number], i);
  for (uint32_t i = 0; i < slots; i++)
    if (occupied_[i].empty()) freeHeap_.push_back(i);
  std::make_heap(freeHeap_.begin(), freeHeap_.end(), std::greater<>());

  size_t nextWindow = 0;
  for (const auto& [key, interval] : order) {
    // By now everything that lives across these instructions has its register.
    while (nextWindow < windows.size() &&
           liveness_.positions[windows[nextWindow]->number] + 1 < interval->from())
      finishWindow(*windows[nextWindow++]);
    const bool isSlot = interval->value && interval->value->kind == ir::ValueKind::Param &&
                        static_cast<const ir::Param*>(interval->value)->block == function_.entry();
    if (!isSlot) allocate(*interval);
  }
  while (nextWindow < windows.size()) finishWindow(*windows[nextWindow++]);

  scratch_ = static_cast<uint32_t>(occupied_.size());
  for (const ir::Instruction* instruction : windows)
    scratch_ = std::max(scratch_, window(*instruction) + placementOf(*instruction).size);
}

void RegAlloc::place(Interval& interval, uint32_t reg) {
  if (reg >= occupied_.size()) {
    for (uint32_t r = static_cast<uint32_t>(occupied_.size()); r < reg; r++) {
      freeHeap_.push_back(r);
      std::push_heap(freeHeap_.begin(), freeHeap_.end(), std::greater<>());
    }
    occupied_.resize(reg + 1);
    lastEnd_.resize(reg + 1, 0);
  }
  interval.reg = reg;
  std::pmr::vector<Segment>& taken = occupied_[reg];
  for (const Segment& segment : interval.segments) {
    const auto at = std::upper_bound(taken.begin(), taken.end(), segment.from,
                                     [](uint32_t from, const Segment& s) { return from < s.from; });
    taken.insert(at, segment);
  }
  lastEnd_[reg] = std::max(lastEnd_[reg], interval.to());
  busyHeap_.emplace_back(lastEnd_[reg], reg);
  std::push_heap(busyHeap_.begin(), busyHeap_.end(), std::greater<>());
  active_.push_back(&interval);
  if (interval.value)
    for (const ir::Param* param : outgoing_[interval.value->number])
      if (preferred_[param->number] == None) preferred_[param->number] = reg;
}

bool RegAlloc::isFree(uint32_t reg, const Interval& interval) const {
  if (reg >= occupied_.size() || lastEnd_[reg] <= interval.from()) return true;
  const std::pmr::vector<Segment>& taken = occupied_[reg];
  for (const Segment& segment : interval.segments) {
    const auto behind = std::lower_bound(taken.begin(), taken.end(), segment.to,
                                         [](const Segment& s, uint32_t to) { return s.from < to; });
    if (behind != taken.begin() && (behind - 1)->to > segment.from) return false;
  }
  return true;
}

/// Forgets what ended before `position`.
void RegAlloc::retire(uint32_t position) {
  while (!busyHeap_.empty() && busyHeap_.front().first <= position) {
    const auto [end, reg] = busyHeap_.front();
    std::pop_heap(busyHeap_.begin(), busyHeap_.end(), std::greater<>());
    busyHeap_.pop_back();
    if (lastEnd_[reg] != end) continue;
    freeHeap_.push_back(reg);
    std::push_heap(freeHeap_.begin(), freeHeap_.end(), std::greater<>());
  }
  if (active_.size() > 32 || position % 64 == 0)
    std::erase_if(active_, [&](const Interval* i) { return i->to() <= position; });
}

/// One above the highest register that is in use across the instruction whose window is filled at `position` - 1.
uint32_t RegAlloc::boundAcross(uint32_t position) const {
  uint32_t bound = 0;
  for (const Interval* interval : active_)
    if (interval->reg >= bound && interval->covers(position)) bound = interval->reg + 1;
  return bound;
}

/// The window for a value that is computed now, at `from`: above everything that is in use, so that it stays free.
uint32_t RegAlloc::tentativeWindow(const ir::Instruction& instruction, uint32_t from) {
  uint32_t& start = windows_[instruction.number];
  if (start != None) return start;
  start = 0;
  for (const Interval* interval : active_)
    if (interval->to() > from) start = std::max(start, interval->reg + 1);
  // A result that is wanted somewhere above arrives there by itself.
  const WindowUse& wanted = windowUse_[instruction.number];
  if (placementOf(instruction).resultSlot != NoSlot && hasReg(&instruction) && wanted.instruction &&
      windows_[wanted.instruction->number] != None)
    start = std::max(start, windows_[wanted.instruction->number] + wanted.slot);
  return start;
}

void RegAlloc::finishWindow(const ir::Instruction& instruction) {
  const uint32_t bound = boundAcross(liveness_.positions[instruction.number] + 1);
  uint32_t& start = windows_[instruction.number];
  if (start != None) {
    start = std::max(start, bound);
    return;
  }
  // Nothing was computed for it yet. See where the result would like to be.
  start = bound;
  if (placementOf(instruction).resultSlot == NoSlot || !hasReg(&instruction)) return;
  const Interval& result = liveness_.intervals[instruction.number];
  for (const uint32_t wanted : hintsFor(result)) {
    if (wanted < bound || wanted > bound + 16 || !isFree(wanted, result)) continue;
    start = wanted;
    return;
  }
}

/// Where block parameters are that `value` is given to, directly or through further parameters.
void RegAlloc::addTargets(const ir::Value* value, uint32_t from, uint32_t depth,
                          std::pmr::vector<uint32_t>& hints) const {
  for (const ir::Param* param : outgoing_[value->number]) {
    if (!hasReg(param)) continue;
    if (liveness_.intervals[param->number].from() < from) {
      hints.push_back(reg(param));
      continue;
    }
    // A loop variable behind it matters more than where another argument happens to be.
    if (depth > 0) addTargets(param, from, depth - 1, hints);
    if (preferred_[param->number] != None) hints.push_back(preferred_[param->number]);
  }
}

/// Registers that would save a move, best first.
const std::pmr::vector<uint32_t>& RegAlloc::hintsFor(const Interval& interval) {
  std::pmr::vector<uint32_t>& hints = hints_;
  hints.clear();
  if (!interval.value) return hints;
  const uint32_t number = interval.value->number;
  const ir::Instruction* instruction = asInstruction(interval.value);
  if (instruction && placementOf(*instruction).resultSlot != NoSlot && windows_[number] != None)
    hints.push_back(windows_[number] + static_cast<uint32_t>(placementOf(*instruction).resultSlot));
  const bool isCopy =
      instruction && (instruction->op == ir::Op::Convert || instruction->op == ir::Op::CheckType);
  if (isCopy && hasReg(instruction->operands[0])) hints.push_back(reg(instruction->operands[0]));
  // A variable of a loop is wanted back where the loop began with it.
  for (const ir::Param* param : outgoing_[number])
    if (hasReg(param) && liveness_.intervals[param->number].from() < interval.from())
      hints.push_back(reg(param));
  for (const ir::Value* value : incoming_[number])
    if (liveness_.intervals[value->number].from() < interval.from()) hints.push_back(reg(value));
  addTargets(interval.value, interval.from(), 3, hints);
  if (windowUse_[number].instruction)
    hints.push_back(tentativeWindow(*windowUse_[number].instruction, interval.from()) +
                    windowUse_[number].slot);
  return hints;
}

void RegAlloc::allocate(Interval& interval) {
  retire(interval.from());
  for (const uint32_t reg : hintsFor(interval))
    if (isFree(reg, interval)) return place(interval, reg);
  // The lowest register that nothing will use any more. Entries of registers that were taken by a hint are stale.
  while (!freeHeap_.empty()) {
    const uint32_t reg = freeHeap_.front();
    std::pop_heap(freeHeap_.begin(), freeHeap_.end(), std::greater<>());
    freeHeap_.pop_back();
    if (lastEnd_[reg] <= interval.from()) return place(interval, reg);
  }
  place(interval, static_cast<uint32_t>(occupied_.size()));
}

}  // namespace gene::bytecode
