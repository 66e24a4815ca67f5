#pragma once
// A map from addresses to small values, in one array with open addressing; entries are not removed one by one. Allocates
// nothing while it is empty. For the short-lived maps of passes, which mostly stay so.

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace gene {

template <class Key, class T>
class PointerMap {
 public:
  explicit PointerMap(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : slots_(memory) {}

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool contains(const Key* key) const { return find(key) != nullptr; }
  /// The value of a key, or null. Valid until the next insertion.
  [[nodiscard]] const T* find(const Key* key) const {
    if (size_ == 0) return nullptr;
    const Slot& slot = slots_[place(key)];
    return slot.key ? &slot.value : nullptr;
  }
  [[nodiscard]] T* find(const Key* key) {
    return const_cast<T*>(static_cast<const PointerMap*>(this)->find(key));
  }
  /// The value of a key, which is made if it is not there.
  T& operator[](const Key* key) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slots_[place(key)];
    if (!slot.key) {
      slot.key = key;
      size_++;
    }
    return slot.value;
  }
  void clear() {
    slots_.clear();
    size_ = 0;
  }

 private:
  struct Slot {
    const Key* key = nullptr;
    T value{};
  };
  /// Where the key is, or has room.
  [[nodiscard]] size_t place(const Key* key) const {
    const size_t mask = slots_.size() - 1;
    size_t at = (reinterpret_cast<uintptr_t>(key) * 0x9E3779B97F4A7C15ull >> 32) & mask;
    while (slots_[at].key && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::pmr::vector<Slot> old(slots_.size() ? slots_.size() * 2 : 16, slots_.get_allocator());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key) slots_[place(slot.key)] = slot;
  }

  std::pmr::vector<Slot> slots_;  // a power of two, at least half of them free
  size_t size_ = 0;
};

}  // namespace gene
