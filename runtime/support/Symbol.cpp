#include "runtime/support/Symbol.h"

#include <cstdlib>
#include <vector>

#include "runtime/support/Hash.h"

namespace gene {
namespace {

/// Open addressing over symbol ids; texts lie in blocks that never move, or are literals.
class Table {
 public:
  Table() {
    entries_.reserve(512);
    addKnown("");
#define SYMBOL(name, text) addKnown(text);
#include "runtime/support/Symbols.def"
  }

  uint32_t find(std::string_view text, uint32_t hash) {
    uint32_t i = hash & mask_;
    for (; slots_[i]; i = (i + 1) & mask_) {
      const Entry& entry = entries_[slots_[i] - 1];
      if (entry.hash == hash && entry.text == text) return slots_[i] - 1;
    }
    return add(copy(text), hash, i);
  }
  [[nodiscard]] std::string_view text(uint32_t id) const { return entries_[id].text; }

 private:
  struct Entry {
    std::string_view text;
    uint32_t hash;
  };

  void addKnown(std::string_view literal) {
    const uint32_t hash = hashText(literal);
    uint32_t i = hash & mask_;
    while (slots_[i]) i = (i + 1) & mask_;
    add(literal, hash, i);
  }
  uint32_t add(std::string_view text, uint32_t hash, uint32_t slot) {
    entries_.push_back({text, hash});
    const auto id = static_cast<uint32_t>(entries_.size());
    slots_[slot] = id;
    if (id * 2 > mask_) grow();
    return id - 1;
  }
  void grow() {
    mask_ = mask_ * 2 + 1;
    slots_.assign(size_t{mask_} + 1, 0);
    for (uint32_t id = 0; id < entries_.size(); id++) {
      uint32_t i = entries_[id].hash & mask_;
      while (slots_[i]) i = (i + 1) & mask_;
      slots_[i] = id + 1;
    }
  }
  std::string_view copy(std::string_view text) {
    const size_t bytes = text.size() + 1;
    if (bytes > left_) {
      left_ = bytes > BlockBytes ? bytes : BlockBytes;
      block_ = new char[left_];
    }
    char* to = block_;
    text.copy(to, text.size());
    to[text.size()] = 0;
    block_ += bytes;
    left_ -= bytes;
    return {to, text.size()};
  }

  static constexpr size_t BlockBytes = 4096;
  uint32_t mask_ = 1023;
  std::vector<uint32_t> slots_ = std::vector<uint32_t>(size_t{mask_} + 1);  // id + 1; 0: free
  std::vector<Entry> entries_;                                              // by id
  char* block_ = nullptr;
  size_t left_ = 0;
};

Table& table() {
  static Table* const instance = new Table;  // lives as long as the process
  return *instance;
}

}  // namespace

Symbol Symbol::of(std::string_view text) { return Symbol{table().find(text, hashText(text))}; }
Symbol Symbol::of(std::string_view text, uint32_t hash) { return Symbol{table().find(text, hash)}; }

std::string_view Symbol::text() const { return table().text(id); }

}  // namespace gene
