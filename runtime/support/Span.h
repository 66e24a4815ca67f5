#pragma once
// A view of elements that lie side by side and belong to somebody else. It is std::span with pointers for iterators, asserted
// bounds, and none of the constraints that a compiler checks anew for each type of element: they were a third of the time to
// parse what is made of spans (docs/notes/009-what-the-large-headers-cost.md).

#include <cstddef>
#include <type_traits>
#include <utility>

#include "runtime/support/Check.h"

namespace gene {

/// Can an array of U be looked at as one of T? Only const may be added: elements have one size, and what is stored fits.
template <class U, class T>
inline constexpr bool isSeenAs = __is_convertible(U (*)[], T (*)[]);

template <class T>
class Span {
 public:
  constexpr Span() = default;
  constexpr Span(T* data, size_t size) : data_(data), size_(size) {}
  constexpr Span(T* begin, T* end) : data_(begin), size_(static_cast<size_t>(end - begin)) {}
  template <size_t N>
  constexpr Span(T (&array)[N]) : data_(array), size_(N) {}
  /// All of a container that has data() and size(): one that may be written, or a view of elements that must not be.
  template <class C, class U = std::remove_pointer_t<decltype(std::declval<C&>().data())>>
    requires isSeenAs<U, T>
  constexpr Span(C& container) : data_(container.data()), size_(container.size()) {}
  template <class C, class U = std::remove_pointer_t<decltype(std::declval<const C&>().data())>>
    requires isSeenAs<U, T>
  constexpr Span(const C& container) : data_(container.data()), size_(container.size()) {}

  [[nodiscard]] constexpr T* data() const { return data_; }
  [[nodiscard]] constexpr size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] constexpr T* begin() const { return data_; }
  [[nodiscard]] constexpr T* end() const { return data_ + size_; }
  /// `index` is less than size().
  constexpr T& operator[](size_t index) const {
    GENE_ASSERT(index < size_, "an index is within the span");
    return data_[index];
  }
  /// The view is not empty.
  [[nodiscard]] constexpr T& front() const { return (*this)[0]; }
  [[nodiscard]] constexpr T& back() const { return (*this)[size_ - 1]; }
  /// Parts of the view; `from` and `count` are at most size(), both together too.
  [[nodiscard]] constexpr Span subspan(size_t from, size_t count) const {
    GENE_ASSERT(from <= size_ && count <= size_ - from, "a part is within the span");
    return {data_ + from, count};
  }
  [[nodiscard]] constexpr Span subspan(size_t from) const { return subspan(from, size_ - from); }
  [[nodiscard]] constexpr Span first(size_t count) const { return subspan(0, count); }
  [[nodiscard]] constexpr Span last(size_t count) const { return subspan(size_ - count, count); }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

template <class C>
Span(C& container) -> Span<std::remove_pointer_t<decltype(container.data())>>;
template <class C>
Span(const C& container) -> Span<std::remove_pointer_t<decltype(container.data())>>;
template <class T, size_t N>
Span(T (&array)[N]) -> Span<T>;

}  // namespace gene
