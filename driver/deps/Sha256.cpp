#include "driver/deps/Sha256.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace gene::driver {
namespace {

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
struct Constants {
  uint32_t k[64];
  Constants() {
    int count = 0;
    for (int n = 2; count < 64; n++) {
      bool isPrime = true;
      for (int d = 2; d * d <= n; d++) isPrime &= n % d != 0;
      if (!isPrime) continue;
      // Whole cube roots below 7: 35 bits, which a long double holds exactly enough of.
      const long double root = std::cbrt(static_cast<long double>(n));
      k[count++] = static_cast<uint32_t>((root - std::floor(root)) * 4294967296.0L);
    }
  }
};

}  // namespace

void Sha256::block(const uint8_t* data) {
  static const Constants constants;
  uint32_t w[64];
  for (int i = 0; i < 16; i++)
    w[i] = uint32_t{data[4 * i]} << 24 | uint32_t{data[4 * i + 1]} << 16 |
           uint32_t{data[4 * i + 2]} << 8 | data[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  uint32_t v[8];
  std::copy(state_, state_ + 8, v);
  for (int i = 0; i < 64; i++) {
    const uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
    const uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t t1 = v[7] + s1 + choice + constants.k[i] + w[i];
    const uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
    const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    std::copy_backward(v, v + 7, v + 8);
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (int i = 0; i < 8; i++) state_[i] += v[i];
}

void Sha256::add(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), sizeof rest_ - restSize_);
    std::memcpy(rest_ + restSize_, bytes.data(), n);
    restSize_ += n;
    bytes.remove_prefix(n);
    if (restSize_ < sizeof rest_) return;
    block(rest_);
    restSize_ = 0;
  }
}

std::string Sha256::finish() {
  const uint64_t bits = size_ * 8;
  add(std::string(1 + (119 - size_ % 64) % 64, '\0').replace(0, 1, 1, '\x80'));
  char length[8];
  for (int i = 0; i < 8; i++) length[i] = static_cast<char>(bits >> (56 - 8 * i));
  add({length, 8});
  std::string text;
  for (const uint32_t word : state_)
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

}  // namespace gene::driver
