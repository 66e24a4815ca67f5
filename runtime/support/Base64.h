#pragma once
// Base64 (RFC 4648, section 4), with padding.

#include <cstdint>
#include <string>
#include <string_view>

namespace gene::base64 {

inline constexpr std::string_view Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text that stands for these bytes: four digits for each three of them, the last ones filled up with `=`.
inline std::string encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    for (size_t k = 0; k < 3; k++)
      word = word << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; k++)
      text += i + k > bytes.size() ? '=' : Digits[word >> (18 - 6 * k) & 63];
  }
  return text;
}

}  // namespace gene::base64
