#pragma once
// A table that grows while other threads read it: what is in it never moves.

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

#include "runtime/support/Check.h"

namespace gene {

/// Numbers from First (a power of two) up. They lie in segments, each as large as all before it. Reading takes two loads and
/// no lock; whoever adds holds a lock of the owner's. Elements are zero words before they are written.
template <class T, uint32_t First>
  requires std::is_trivially_destructible_v<T>
class StableTable {
 public:
  StableTable() = default;
  StableTable(const StableTable&) = delete;
  ~StableTable() {
    for (std::atomic<T*>& segment : segments_) std::free(segment.load(std::memory_order_relaxed));
  }

  /// The element with this number, which was added; a reader that has the number from another thread without synchronisation
  /// may see it as zero still.
  [[nodiscard]] T& at(uint32_t number) const {
    const unsigned top = static_cast<unsigned>(std::bit_width(number)) - 1;
    return segments_[top - FirstBits].load(std::memory_order_acquire)[number ^ (1u << top)];
  }
  /// The number of the next element, whose place is made.
  uint32_t add() {
    const unsigned top = static_cast<unsigned>(std::bit_width(next_)) - 1;
    std::atomic<T*>& segment = segments_[top - FirstBits];
    if (!segment.load(std::memory_order_relaxed)) {
      void* memory = std::calloc(size_t{1} << top, sizeof(T));
      GENE_CHECK(memory, "there is memory for a table");
      segment.store(static_cast<T*>(memory), std::memory_order_release);
    }
    return next_++;
  }
  /// How many there are: for who holds the lock.
  [[nodiscard]] uint32_t size() const { return next_ - First; }

 private:
  static constexpr unsigned FirstBits = std::countr_zero(First);
  static_assert(First == 1u << FirstBits);
  std::atomic<T*> segments_[32 - FirstBits] = {};
  uint32_t next_ = First;
};

}  // namespace gene
