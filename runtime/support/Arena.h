#pragma once
// Bump allocation for everything the compiler makes. Objects live until the Arena dies and are never destroyed
// one by one, so they must be trivially destructible (ArenaVector and Span members are fine).

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtime/support/Span.h"

namespace gene {

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` bytes aligned to `align` (a power of two up to 16).
  void* allocate(size_t size, size_t align) {
    uintptr_t start = (next_ + align - 1) & ~(align - 1);
    if (start + size > end_) return allocateSlow(size, align);
    next_ = start + size;
    return reinterpret_cast<void*>(start);
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "arena objects are never destroyed");
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  /// An uninitialised array of `count` elements.
  template <class T>
  T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "arena objects are never destroyed");
    return static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
  }

  /// A copy of `items` that lives as long as the arena.
  template <class T>
  Span<std::remove_const_t<T>> copy(Span<T> items) {
    auto* to = array<std::remove_const_t<T>>(items.size());
    for (size_t i = 0; i < items.size(); i++) new (to + i) std::remove_const_t<T>(items[i]);
    return {to, items.size()};
  }
  std::string_view copy(std::string_view text);

 private:
  void* allocateSlow(size_t size, size_t align);

  struct Chunk;  // begins with the link to the one before
  uintptr_t next_ = 0;
  uintptr_t end_ = 0;
  Chunk* last_ = nullptr;
  size_t chunks_ = 0;
};

/// A growable array whose storage is in an Arena: old storage is abandoned when it grows.
template <class T>
class ArenaVector {
 public:
  void push_back(Arena& arena, T value) {
    if (size_ == capacity_) {
      capacity_ = capacity_ ? capacity_ * 2 : 4;
      T* grown = arena.array<T>(capacity_);
      for (uint32_t i = 0; i < size_; i++) new (grown + i) T(data_[i]);
      data_ = grown;
    }
    new (data_ + size_++) T(value);
  }
  void pop_back() { size_--; }
  void clear() { size_ = 0; }
  /// Removes the element at `index`, keeping the order of the others.
  void erase(size_t index) {
    for (size_t i = index + 1; i < size_; i++) data_[i - 1] = data_[i];
    size_--;
  }
  void resize(uint32_t size) { size_ = size; }  // only to shrink
  [[nodiscard]] uint32_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }

 private:
  T* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace gene
