#include "codegen/bytecode/Assembler.h"

#include <algorithm>
#include <cstring>

#include "runtime/image/ImageFormat.h"
#include "runtime/support/Check.h"

namespace gene::bytecode {

Label Assembler::newLabel() {
  labels_.push_back(Unbound);
  return static_cast<Label>(labels_.size() - 1);
}

void Assembler::bind(Label label) {
  labels_[static_cast<uint32_t>(label)] = position();
  last_ = Unbound;
}

void Assembler::emit(Opcode op, uint32_t a, uint32_t b, uint32_t c) {
  GENE_CHECK(a <= 0xFFFF && b <= 0xFFFF && c <= 0xFFFF, "an operand fits its field");
  last_ = position();
  words_.push_back(static_cast<uint64_t>(op) | uint64_t{a} << 16 | uint64_t{b} << 32 |
                   uint64_t{c} << 48);
}

void Assembler::emitWide(Opcode op, uint32_t a, uint32_t number) {
  emit(op, a, number & 0xFFFF, number >> 16);
}

void Assembler::jump(Label target) {
  fixups_.push_back({position(), position() + 1, Field::BC, target});
  emit(Opcode::Jump);
}

void Assembler::jumpIf(Opcode op, uint32_t a, uint32_t b, Label target) {
  const Field field = vm::opcodeInfo(op).field(1) == 'o' ? Field::B : Field::C;
  if (longJumps_) {
    const Label taken = newLabel(), over = newLabel();
    fixups_.push_back({position(), position() + 1, field, taken});
    emit(op, a, b);
    jump(over);
    bind(taken);
    jump(target);
    bind(over);
    return;
  }
  fixups_.push_back({position(), position() + 1, field, target});
  emit(op, a, b);
  last_ = Unbound;
}

void Assembler::jumpIfWith(Opcode op, uint32_t a, uint32_t b, uint64_t further, Label target) {
  fixups_.push_back({position(), position() + 2, Field::C, target});
  emit(op, a, b);
  word(further);
  last_ = Unbound;
}

void Assembler::switchOn(uint32_t reg, const std::vector<Label>& targets) {
  emit(Opcode::Switch, reg, 0, static_cast<uint32_t>(targets.size()));
  const uint32_t next = position() + static_cast<uint32_t>(targets.size());
  for (const Label target : targets) {
    fixups_.push_back({position(), next, Field::Word, target});
    word(0);
  }
}

bool Assembler::isJumpedBackTo(Label label) const {
  return std::ranges::any_of(fixups_, [&](const Fixup& fixup) {
    return fixup.target == label && positionOf(label) <= fixup.at;
  });
}

bool Assembler::link() {
  for (const Fixup& fixup : fixups_) {
    const uint32_t target = labels_[static_cast<uint32_t>(fixup.target)];
    GENE_CHECK(target != Unbound, "every label that is jumped to is bound");
    const int64_t offset = int64_t{target} - int64_t{fixup.next};
    const uint64_t bits = static_cast<uint32_t>(offset);
    switch (fixup.field) {
      case Field::B:
      case Field::C:
        if (offset < INT16_MIN || offset > INT16_MAX) return false;
        words_[fixup.at] |= (bits & 0xFFFF) << (fixup.field == Field::B ? 32 : 48);
        break;
      case Field::BC: words_[fixup.at] |= bits << 32; break;
      case Field::Word: words_[fixup.at] = bits; break;
    }
  }
  return true;
}

std::vector<uint8_t> Assembler::bytes(uint32_t frameSize) const {
  std::vector<uint8_t> out;
  const auto add = [&](const void* from, size_t size) {
    const uint8_t* bytes = static_cast<const uint8_t*>(from);
    out.insert(out.end(), bytes, bytes + size);
  };
  const image::ImageCode header{position(), frameSize, static_cast<uint32_t>(sites_.size()),
                                static_cast<uint32_t>(handlers_.size())};
  out.reserve(sizeof header + words_.size() * sizeof(uint64_t) +
              sites_.size() * sizeof(vm::SiteEntry) + handlers_.size() * sizeof(vm::HandlerEntry));
  add(&header, sizeof header);
  add(words_.data(), words_.size() * sizeof(uint64_t));
  add(sites_.data(), sites_.size() * sizeof(vm::SiteEntry));
  for (const Handler& h : handlers_) {
    const vm::HandlerEntry entry{h.at, labels_[static_cast<uint32_t>(h.landing)], h.reg, 0};
    add(&entry, sizeof entry);
  }
  return out;
}

}  // namespace gene::bytecode
