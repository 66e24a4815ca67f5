#include "runtime/support/Symbol.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include "runtime/support/Check.h"
#include "runtime/support/Hash.h"
#include "runtime/support/StableTable.h"

namespace gene {
namespace {

struct Entry {
  std::string_view text;
  uint32_t hash;
};
using Slot = std::atomic<uint32_t>;  // id + 1; 0: free

// Room for the built-in names and some more, which is there without being cleared.
constexpr uint32_t FirstEntries = 2048;
constinit Entry firstEntries[FirstEntries] = {};
constinit Slot firstIds[2 * FirstEntries] = {};

/// Open addressing over symbol ids; texts lie in blocks that never move, or are literals. All threads of the process look
/// symbols up without a lock, and take one to add.
class Table {
 public:
  Table() {
    addKnown("");
#define SYMBOL(name, text) addKnown(text);
#include "runtime/support/Symbols.def"
  }

  uint32_t find(std::string_view text, uint32_t hash) {
    const Slots* const slots = slots_.load(std::memory_order_acquire);
    Place place = find(*slots, text, hash);
    if (place.word != 0) return place.word - 1;
    // Held for so short a time that waiting costs less than a mutex does at the start, with a thousand names to add.
    while (busy_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    const Slots* const now = slots_.load(std::memory_order_relaxed);
    if (now != slots || place.slot->load(std::memory_order_relaxed) != 0)  // others were faster
      place = find(*now, text, hash);
    if (place.word == 0) place.word = add(copy(text), hash, *place.slot);
    busy_.clear(std::memory_order_release);
    return place.word - 1;
  }
  [[nodiscard]] std::string_view text(uint32_t id) const { return entry(id).text; }
  [[nodiscard]] uint32_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Slots {
    uint32_t mask;
    Slot* ids;
  };

  [[nodiscard]] const Entry& entry(uint32_t id) const {
    return id < FirstEntries ? firstEntries[id] : laterEntries_.at(id);
  }
  /// Where a symbol stands, or would: then the word that was seen there is 0.
  struct Place {
    Slot* slot;
    uint32_t word;
  };
  [[nodiscard]] Place find(const Slots& slots, std::string_view text, uint32_t hash) const {
    for (uint32_t i = hash & slots.mask;; i = (i + 1) & slots.mask) {
      const uint32_t word = slots.ids[i].load(std::memory_order_acquire);
      if (word == 0) return {&slots.ids[i], 0};
      const Entry& known = entry(word - 1);
      if (known.hash == hash && known.text == text) return {&slots.ids[i], word};
    }
  }
  void addKnown(std::string_view literal) {
    const uint32_t hash = hashText(literal);
    add(literal, hash, *find(firstSlots_, literal, hash).slot);
  }
  /// What the slot says from now on.
  uint32_t add(std::string_view text, uint32_t hash, Slot& slot) {
    const uint32_t id = count();
    (id < FirstEntries ? firstEntries[id] : laterEntries_.at(laterEntries_.add())) = {text, hash};
    const uint32_t word = id + 1;
    count_.store(word, std::memory_order_relaxed);
    slot.store(word, std::memory_order_release);
    if (word * 2 > slots_.load(std::memory_order_relaxed)->mask) grow();
    return word;
  }
  /// The old slots stay: somebody may be looking at them. All together they are no larger than the new ones.
  void grow() {
    const uint32_t mask = slots_.load(std::memory_order_relaxed)->mask * 2 + 1;
    void* memory = std::calloc(size_t{mask} + 1, sizeof(Slot));
    GENE_CHECK(memory, "there is memory for symbols");
    auto* slots = new Slots{mask, static_cast<Slot*>(memory)};
    for (uint32_t id = 0; id < count(); id++) {
      uint32_t i = entry(id).hash & slots->mask;
      while (slots->ids[i].load(std::memory_order_relaxed)) i = (i + 1) & slots->mask;
      slots->ids[i].store(id + 1, std::memory_order_relaxed);
    }
    slots_.store(slots, std::memory_order_release);
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
  StableTable<Entry, FirstEntries> laterEntries_;
  std::atomic<uint32_t> count_ = 0;
  Slots firstSlots_{2 * FirstEntries - 1, firstIds};
  std::atomic<Slots*> slots_ = &firstSlots_;
  std::atomic_flag busy_;
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

bool Symbol::exists(uint32_t id) { return id < table().count(); }

std::string_view Symbol::text() const { return table().text(id); }

}  // namespace gene
