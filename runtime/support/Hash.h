#pragma once
// The hash of a text: of strings and symbols alike, so that a string's cached hash finds its symbol.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace gene {

/// Never 0, which stands for "not computed yet".
inline uint32_t hashText(std::string_view text) {
  // Multiply and fold over words; the length keeps zero-padded tails apart.
  uint64_t h = 0x9E3779B97F4A7C15ull ^ text.size();
  const char* p = text.data();
  size_t left = text.size();
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    h = (h ^ word) * 0xFF51AFD7ED558CCDull;
    h ^= h >> 32;
  }
  // The last bytes one by one into a word: two overlapping loads where there are four or more.
  uint64_t tail = 0;
  if (left >= 4) {
    uint32_t low, high;
    std::memcpy(&low, p, 4);
    std::memcpy(&high, p + left - 4, 4);
    tail = uint64_t{high} << 32 | low;
  } else if (left > 0) {
    tail = static_cast<uint8_t>(p[0]) | uint64_t{static_cast<uint8_t>(p[left / 2])} << 8 |
           uint64_t{static_cast<uint8_t>(p[left - 1])} << 16;
  }
  h = (h ^ tail) * 0xC4CEB9FE1A85EC53ull;
  h ^= h >> 29;
  return static_cast<uint32_t>(h ^ h >> 32) | 1;
}

}  // namespace gene
