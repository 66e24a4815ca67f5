#pragma once
// UTF-8: decoding, encoding, validation, counting.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gene::utf8 {

inline bool isContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

/// Decodes the character at `p` (p < end) and moves behind it. Bytes that are no UTF-8 give U+FFFD, one at a time.
inline char32_t decode(const char*& p, const char* end) {
  const auto first = static_cast<uint8_t>(*p++);
  if (first < 0x80) return first;
  int more = 0;
  char32_t c = 0, least = 0;
  if ((first & 0xE0) == 0xC0) {
    more = 1, c = first & 0x1F, least = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    more = 2, c = first & 0x0F, least = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    more = 3, c = first & 0x07, least = 0x10000;
  } else {
    return 0xFFFD;
  }
  const char* q = p;
  for (int i = 0; i < more; i++, q++) {
    if (q == end || !isContinuation(*q)) return 0xFFFD;
    c = c << 6 | (static_cast<uint8_t>(*q) & 0x3F);
  }
  if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return 0xFFFD;
  p = q;
  return c;
}

/// Writes the one to four bytes of a character; where they end.
inline char* write(char* to, char32_t c) {
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *to++ = static_cast<char>(0xC0 | c >> 6);
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *to++ = static_cast<char>(0xE0 | c >> 12);
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *to++ = static_cast<char>(0xF0 | c >> 18);
    *to++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return to;
}

inline void append(std::string& out, char32_t c) {
  char bytes[4];
  out.append(bytes, write(bytes, c));
}

/// The number of characters of valid UTF-8.
inline size_t count(std::string_view text) {
  size_t n = 0;
  for (char c : text) n += !isContinuation(c);
  return n;
}

/// How many bytes from the start are well-formed.
inline size_t validPrefix(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) {
    uint64_t word;  // eight ASCII characters at a time
    while (end - p >= 8 && (std::memcpy(&word, p, 8), (word & 0x8080808080808080) == 0)) p += 8;
    if (p == end) break;
    if (static_cast<uint8_t>(*p) < 0x80) {
      p++;
      continue;
    }
    const char* before = p;
    if (decode(p, end) == 0xFFFD &&
        !(p - before == 3 && std::string_view(before, 3) == "\xEF\xBF\xBD"))
      return static_cast<size_t>(before - text.data());
  }
  return text.size();
}
inline bool isValid(std::string_view text) { return validPrefix(text) == text.size(); }
/// The text with U+FFFD for bytes that are no UTF-8.
inline std::string valid(std::string_view text) {
  std::string out;
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) append(out, decode(p, end));
  return out;
}

}  // namespace gene::utf8
