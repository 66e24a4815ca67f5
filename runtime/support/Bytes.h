#pragma once
// Numbers and texts as bytes, one behind the other: numbers take as many bytes as they need.

#include <cstdint>
#include <string>
#include <string_view>

namespace gene {

class ByteWriter {
 public:
  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void integer(int64_t value) {
    number(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
  }
  /// Eight bytes, whatever they mean.
  void word(uint64_t value) {
    for (int i = 0; i < 8; i++) bytes_ += static_cast<char>(value >> (8 * i));
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter has written. What is not there is 0, and empty; then isDamaged().
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t number() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = next();
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    damaged_ = true;
    return 0;
  }
  int64_t integer() {
    const uint64_t value = number();
    return static_cast<int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  uint64_t word() {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value |= uint64_t{next()} << (8 * i);
    return value;
  }
  std::string_view text() {
    const size_t size = count();
    const std::string_view text = bytes_.substr(at_, size);
    at_ += size;
    return text;
  }
  /// A number of things of which each takes a byte at least.
  size_t count() {
    const uint64_t count = number();
    if (count <= bytes_.size() - at_) return count;
    damaged_ = true;
    return 0;
  }
  /// A number below `end`.
  size_t below(size_t end) {
    const uint64_t value = number();
    if (value < end) return value;
    damaged_ = true;
    return 0;
  }
  void fail() { damaged_ = true; }
  [[nodiscard]] bool isDamaged() const { return damaged_; }
  [[nodiscard]] bool isAtEnd() const { return at_ == bytes_.size(); }

 private:
  uint8_t next() {
    if (at_ < bytes_.size()) return static_cast<uint8_t>(bytes_[at_++]);
    damaged_ = true;
    return 0;
  }

  std::string_view bytes_;
  size_t at_ = 0;
  bool damaged_ = false;
};

}  // namespace gene
