// Sixteen places at a time are asked whether the pattern's first and last byte stand there; only where both do the rest is
// compared. Texts that are made to pass that test often are left to memmem, which is linear and slower on others.

#include "runtime/support/Search.h"

#include <bit>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gene {
namespace {

constexpr size_t None = std::string_view::npos;

size_t offsetOf(const void* found, std::string_view text) {
  return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : None;
}

size_t findByMemmem(std::string_view text, std::string_view pattern, size_t from) {
  return offsetOf(::memmem(text.data() + from, text.size() - from, pattern.data(), pattern.size()),
                  text);
}

}  // namespace

size_t findText(std::string_view text, std::string_view pattern, size_t from) {
  if (from > text.size() || pattern.size() > text.size() - from) return None;
  if (pattern.empty()) return from;
  if (pattern.size() == 1)
    return offsetOf(std::memchr(text.data() + from, pattern[0], text.size() - from), text);
#if defined(__SSE2__)
  constexpr size_t Width = 16;
  const size_t distance = pattern.size() - 1;  // from the first to the last byte
  const __m128i first = _mm_set1_epi8(pattern.front()), last = _mm_set1_epi8(pattern.back());
  size_t compared = 0;  // bytes, of what turned out to be no match
  const size_t start = from;
  for (; from + distance + Width <= text.size(); from += Width) {
    const auto* at = text.data() + from;
    const __m128i firsts = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i lasts = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + distance));
    auto hits = static_cast<uint32_t>(_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(firsts, first), _mm_cmpeq_epi8(lasts, last))));
    for (; hits; hits &= hits - 1) {
      const size_t hit = from + static_cast<size_t>(std::countr_zero(hits));
      if (std::memcmp(text.data() + hit + 1, pattern.data() + 1, distance - 1) == 0) return hit;
      compared += distance;
    }
    if (compared > 1024 + 4 * (from - start)) break;
  }
#endif
  return findByMemmem(text, pattern, from);
}

}  // namespace gene
