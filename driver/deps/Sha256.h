#pragma once
// SHA-256 (FIPS 180-4).

#include <cstdint>
#include <string>
#include <string_view>

namespace gene::driver {

class Sha256 {
 public:
  void add(std::string_view bytes);
  /// The digest in hexadecimal digits; nothing may be added any more.
  std::string finish();

 private:
  void block(const uint8_t* data);
  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t rest_[64];
  size_t restSize_ = 0;
  uint64_t size_ = 0;
};

std::string sha256(std::string_view bytes);

}  // namespace gene::driver
