#pragma once
// Writes the words of one function: instructions, labels and jumps, and the tables of sites and handlers.
//
// Conditional jumps have 16-bit offsets. When a function turns out too long for one of them it is assembled again with
// `longJumps`, where each conditional jump leads over a 32-bit one.

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "runtime/vm/Code.h"
#include "runtime/vm/Opcodes.h"

namespace gene::bytecode {

using vm::Opcode;
enum class Label : uint32_t {};

class Assembler {
 public:
  Assembler(bool longJumps, std::pmr::memory_resource* memory)
      : longJumps_(longJumps),
        words_(memory),
        labels_(memory),
        fixups_(memory),
        sites_(memory),
        handlers_(memory) {}

  Label newLabel();
  void bind(Label label);

  /// An instruction without jumps; its further words follow with word().
  void emit(Opcode op, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0);
  /// An instruction whose b and c are one 32-bit number.
  void emitWide(Opcode op, uint32_t a, uint32_t number);
  void word(uint64_t word) { words_.push_back(word); }
  /// The first word of the instruction emitted last; 0 when a label, or a jump, follows it.
  [[nodiscard]] uint64_t last() const { return last_ == Unbound ? 0 : words_[last_]; }
  /// Takes that instruction back: another one, that does its work, too, will be emitted in its place.
  void takeBack() {
    words_.resize(last_);
    last_ = Unbound;
  }
  void jump(Label target);
  /// A conditional jump; its offset is the last field that the opcode has.
  void jumpIf(Opcode op, uint32_t a, uint32_t b, Label target);
  /// One with a further word: there are none of these with `longJumps`.
  void jumpIfWith(Opcode op, uint32_t a, uint32_t b, uint64_t word, Label target);
  [[nodiscard]] bool hasLongJumps() const { return longJumps_; }
  void switchOn(uint32_t reg, const std::vector<Label>& targets);

  /// The instruction emitted next may raise at `site`.
  void site(uint32_t site) {
    if (!sites_.empty() && sites_.back().offset == position()) sites_.pop_back();
    sites_.push_back({position(), site});
  }
  /// … and when it does, goes on at `landing` with the exception in `reg`.
  void handler(Label landing, uint32_t reg) { handlers_.push_back({position(), landing, reg}); }

  /// Does a jump behind the label lead back to it?
  [[nodiscard]] bool isJumpedBackTo(Label label) const;
  /// Where it was bound, and the word there.
  [[nodiscard]] uint32_t positionOf(Label label) const {
    return labels_[static_cast<uint32_t>(label)];
  }
  [[nodiscard]] uint64_t wordAt(uint32_t at) const { return words_[at]; }

  /// Puts the offsets in. False: some jump is too long, assemble again with `longJumps`.
  [[nodiscard]] bool link();
  /// The code as it lies in the image.
  [[nodiscard]] std::vector<uint8_t> bytes(uint32_t frameSize) const;

  /// Where the instruction emitted next will stand, in words.
  [[nodiscard]] uint32_t position() const { return static_cast<uint32_t>(words_.size()); }

 private:
  static constexpr uint32_t Unbound = 0xFFFFFFFF;
  enum class Field : uint8_t { B, C, BC, Word };
  struct Fixup {
    uint32_t at, next;  // the word, and what the offset is relative to
    Field field;
    Label target;
  };
  struct Handler {
    uint32_t at;
    Label landing;
    uint32_t reg;
  };
  const bool longJumps_;
  std::pmr::vector<uint64_t> words_;
  uint32_t last_ = Unbound;  // where the last instruction starts
  std::pmr::vector<uint32_t> labels_;
  std::pmr::vector<Fixup> fixups_;
  std::pmr::vector<vm::SiteEntry> sites_;
  std::pmr::vector<Handler> handlers_;
};

}  // namespace gene::bytecode
