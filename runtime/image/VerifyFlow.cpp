// Which registers of a function hold a value, at each of its instructions: a walk along all ways that control can take, as
// far as sets of registers change. Registers hold what was there before until they are written; a call leaves what its
// window and the frames above it lay on undefined.

#include <algorithm>
#include <unordered_map>

#include "runtime/image/VerifyCode.h"
#include "runtime/vm/Opcodes.h"

namespace gene::image {

using vm::Opcode;
using vm::OpcodeInfo;

namespace {

/// A set of registers.
class Registers {
 public:
  explicit Registers(uint32_t count) : bits_((count + 63) / 64) {}
  void add(uint32_t r) { bits_[r / 64] |= uint64_t{1} << (r % 64); }
  void removeFrom(uint32_t first) {
    if (first / 64 >= bits_.size()) return;
    bits_[first / 64] &= (uint64_t{1} << (first % 64)) - 1;
    std::fill(bits_.begin() + first / 64 + 1, bits_.end(), 0);
  }
  [[nodiscard]] bool has(uint32_t r) const { return bits_[r / 64] >> (r % 64) & 1; }
  /// Keeps what both have. True if that is less than before.
  bool intersect(const Registers& other) {
    bool changed = false;
    for (size_t i = 0; i < bits_.size(); i++) {
      changed |= (bits_[i] & ~other.bits_[i]) != 0;
      bits_[i] &= other.bits_[i];
    }
    return changed;
  }

 private:
  std::vector<uint64_t> bits_;
};

class FlowVerifier {
 public:
  FlowVerifier(const CodeView& code, const ImageFunction& function)
      : code_(code), function_(function), starts_(code.header->words, false) {}

  std::string run() {
    for (uint32_t at = 0; at < code_.header->words; at += 1 + vm::wordsBehind(code_.words + at))
      starts_[at] = true;
    Registers slots(code_.header->frameSize);
    for (uint32_t i = 0; i < function_.slotCount; i++) slots.add(i);
    reach(0, slots);
    reach(behindChecks(code_), slots);
    while (!work_.empty() && problem_.empty()) {
      const uint32_t at = work_.back();
      work_.pop_back();
      walk(at, known_.at(at));
    }
    return problem_;
  }

 private:
  /// Sets are kept where ways meet; so much memory is enough for any function that a person or program writes.
  static constexpr size_t MostWords = size_t{1} << 25;

  [[nodiscard]] uint16_t half(uint32_t i) const {
    return static_cast<uint16_t>(code_.words[at_] >> (16 * i));
  }
  [[nodiscard]] const OpcodeInfo& info() const { return vm::opcodeInfo(op_); }

  void need(const Registers& have, uint32_t r) {
    if (!have.has(r) && problem_.empty())
      problem_ = "a register is read that holds nothing at word " + std::to_string(at_);
  }
  void needRange(const Registers& have, uint32_t first, uint32_t count) {
    for (uint32_t r = first; r < first + count; r++) need(have, r);
  }

  /// Control may come to `at` with these registers.
  void reach(uint32_t at, const Registers& have) {
    const auto [known, isNew] = known_.try_emplace(at, have);
    if (isNew && known_.size() * (size_t{code_.header->frameSize} / 64 + 1) > MostWords)
      problem_ = "a function is too large to be verified";
    if (isNew || known->second.intersect(have)) work_.push_back(at);
  }

  void walk(uint32_t at, Registers have) {
    for (;;) {
      at_ = at;
      op_ = static_cast<Opcode>(half(0));
      next_ = at + 1 + vm::wordsBehind(code_.words + at);
      reads(have);
      if (!problem_.empty()) return;
      if (!leaves()) clobber(have);
      landings(have);
      jumps(have);
      writes(have);
      if (info().ends) return;
      at = next_;
      // Where others come to as well, what they have in common counts.
      if (known_.contains(at) || isTarget(at)) return reach(at, have);
    }
  }
  [[nodiscard]] bool isTarget(uint32_t at) {
    if (!targetsKnown_) findTargets();
    return targets_[at];
  }
  void findTargets() {
    targetsKnown_ = true;
    targets_.assign(code_.header->words, false);
    const uint32_t at = at_, next = next_;
    const Opcode op = op_;
    for (at_ = 0; at_ < code_.header->words; at_ = next_) {
      op_ = static_cast<Opcode>(half(0));
      next_ = at_ + 1 + vm::wordsBehind(code_.words + at_);
      forEachJump([&](uint32_t to) { targets_[to] = true; });
    }
    for (uint32_t i = 0; i < code_.header->handlers; i++)
      targets_[code_.handlers[i].landing] = true;
    at_ = at, next_ = next, op_ = op;
  }

  template <class F>
  void forEachJump(F&& f) const {
    const auto to = [&](int64_t words) { f(static_cast<uint32_t>(int64_t{next_} + words)); };
    for (uint32_t i = 0; i < 3; i++) {
      if (info().field(i) == 'o') to(static_cast<int16_t>(half(i + 1)));
      if (info().field(i) == 'O') to(static_cast<int32_t>(code_.words[at_] >> 32));
      if (info().field(i) == 'm') to(vm::CallMethodWords);
    }
    if (info().words == "*")
      for (uint32_t i = 0; i < half(3); i++) to(static_cast<int32_t>(code_.words[at_ + 1 + i]));
  }

  // --- what an instruction does ------------------------------------------------------------------------------------------------

  [[nodiscard]] bool isCall() const { return info().field(0) == 'w'; }
  [[nodiscard]] bool leaves() const { return !isCall() || info().ends; }
  /// In place of the receiver an instance is made.
  [[nodiscard]] bool isNew() const { return op_ == Opcode::New; }
  [[nodiscard]] bool isCheck() const {
    return op_ == Opcode::CheckInt || op_ == Opcode::CheckFloat || op_ == Opcode::CheckObject ||
           op_ == Opcode::CheckFunction;
  }
  [[nodiscard]] bool readsCallee() const {
    return op_ == Opcode::Call || op_ == Opcode::CallShaped || op_ == Opcode::CallClosure ||
           op_ == Opcode::CallClosureChecked || op_ == Opcode::TailCall ||
           op_ == Opcode::TailCallShaped || op_ == Opcode::TailCallClosure ||
           op_ == Opcode::TailCallClosureChecked;
  }

  void reads(const Registers& have) {
    for (uint32_t i = 0; i < 3; i++) {
      const uint16_t value = half(i + 1);
      const char letter = info().field(i);
      if (letter == 's' || (letter == 'd' && isCheck())) need(have, value);
      if (letter == 'x') needRange(have, value, half(i + 2));
      if (letter != 'w') continue;
      needRange(have, value + (isNew() ? 1u : 0u), half(2) - (isNew() ? 1u : 0u));
      if (isNew()) need(have, value - 3u);
      if (readsCallee()) need(have, value - 2u);
    }
    if (info().words == "*") return;
    for (uint32_t i = 0; i < info().words.size(); i++) {
      const uint64_t word = code_.words[at_ + 1 + i];
      if (info().words[i] == 'h') need(have, static_cast<uint16_t>(word));
      if (info().words[i] == 'j') need(have, static_cast<uint16_t>(word >> 16));
      if (info().words[i] != 'r') continue;
      for (uint32_t k = 0; k < vm::RuntimeTable[static_cast<uint16_t>(word)].operands; k++)
        need(have, static_cast<uint16_t>(word >> (16 * (k + 1))));
    }
  }

  void clobber(Registers& have) const { have.removeFrom(half(1) - 2u); }

  void writes(Registers& have) const {
    const uint16_t a = half(1);
    switch (info().field(0)) {
      case 'D': have.add(a + 1u); [[fallthrough]];
      case 'd':
        if (op_ != Opcode::JumpIterMore) have.add(a);
        break;
      case 'w':
        if (!info().ends) have.add(a - (isNew() ? 3u : 2u));
        break;
      case 'm':  // the window is filled for the call
        have.add(a);
        if (info().field(2) == 's') have.add(a + 1u);
        break;
      default: break;
    }
  }

  void jumps(const Registers& have) {
    Registers there = have;
    if (info().field(0) == 'm') there.add(half(1) - 2u);
    if (info().field(0) == 'd' && op_ != Opcode::JumpIterEnd) there.add(half(1));
    forEachJump([&](uint32_t to) { reach(to, there); });
  }

  /// What the instruction raises goes to the landings of its words.
  void landings(const Registers& have) {
    if (!info().mayRaise) return;
    const vm::HandlerEntry* const end = code_.handlers + code_.header->handlers;
    const vm::HandlerEntry* entry = std::lower_bound(
        code_.handlers, end, at_,
        [](const vm::HandlerEntry& e, uint32_t offset) { return e.offset < offset; });
    for (; entry != end && entry->offset < next_; entry++) {
      Registers there = have;
      there.add(entry->reg);
      reach(entry->landing, there);
    }
  }

  const CodeView& code_;
  const ImageFunction& function_;
  std::vector<bool> starts_;
  std::unordered_map<uint32_t, Registers> known_;  // by the word where ways meet
  std::vector<uint32_t> work_;
  std::vector<bool> targets_;
  bool targetsKnown_ = false;
  std::string problem_;
  Opcode op_ = Opcode::Move;
  uint32_t at_ = 0, next_ = 0;
};

}  // namespace

uint32_t behindChecks(const CodeView& code) {
  uint32_t at = 0;
  while (at < code.header->words) {
    const auto op = static_cast<Opcode>(static_cast<uint16_t>(code.words[at]));
    if (op != Opcode::CheckInt && op != Opcode::CheckFloat && op != Opcode::CheckObject &&
        op != Opcode::CheckFunction)
      break;
    at += 1 + vm::wordsBehind(code.words + at);
  }
  return at;
}

std::string verifyFlow(const CodeView& code, const ImageFunction& function) {
  return FlowVerifier(code, function).run();
}

}  // namespace gene::image
