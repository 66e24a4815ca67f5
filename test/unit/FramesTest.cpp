// Frames of WebSockets are read the same however they are cut, and bytes that are none are refused with a code.

#include <gtest/gtest.h>

#include <random>

#include "runtime/http/WebSocketFrames.h"
#include "runtime/support/Base64.h"
#include "runtime/support/Utf8.h"

namespace gene::http {
namespace {

struct Read {
  std::vector<std::pair<Opcode, std::string>> messages;
  CloseCode wrong = CloseCode(0);
  bool operator==(const Read&) const = default;
};

constexpr uint64_t Most = 100'000;

/// Reads bytes that come in pieces of at most `piece`.
Read readIn(std::string_view bytes, size_t piece) {
  FrameReader reader(true, Most);
  Read read;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    reader.put(bytes.substr(at, piece));
    for (Message message; reader.next(&message);)
      read.messages.emplace_back(message.opcode, message.payload);
  }
  read.wrong = reader.wrong();
  return read;
}

class Frames : public testing::Test {
 protected:
  std::mt19937 random{7};
  uint32_t below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random); }

  std::string randomBytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(below(256));
    return bytes;
  }
  std::string framed(Opcode opcode, std::string_view payload, bool isLast = true) {
    const std::string mask = randomBytes(4);
    std::string frame =
        frameOf(opcode, payload, reinterpret_cast<const unsigned char*>(mask.data()));
    if (!isLast) frame[0] = static_cast<char>(frame[0] & 0x7f);
    return frame;
  }
  size_t randomSize() {
    constexpr uint32_t Sizes[] = {0, 1, 5, 125, 126, 127, 300, 65535, 65536, 70000};
    return Sizes[below(std::size(Sizes))];
  }
};

TEST_F(Frames, ComeAsTheyWereSent) {
  for (int round = 0; round < 200; round++) {
    std::string bytes;
    Read want;
    for (uint32_t i = below(6); i != 0; i--) {
      const std::string payload = randomBytes(randomSize());
      want.messages.emplace_back(Opcode::Binary, payload);
      const size_t cut = below(static_cast<uint32_t>(payload.size() + 1));
      if (below(2) == 0) {
        bytes += framed(Opcode::Binary, payload);
        continue;
      }
      bytes += framed(Opcode::Binary, payload.substr(0, cut), false);
      if (below(2) == 0) {
        bytes += framed(Opcode::Ping, "between");
        want.messages.insert(want.messages.end() - 1, {Opcode::Ping, "between"});
      }
      bytes += framed(Opcode::Continuation, payload.substr(cut));
    }
    for (const size_t piece : {size_t{1} << 20, size_t{1000}, size_t{7}, size_t{1}})
      ASSERT_EQ(readIn(bytes, piece), want) << round << ", " << piece;
  }
}

TEST_F(Frames, DamagedOnesAreReadOrRefused) {
  size_t refused = 0;
  for (int round = 0; round < 20'000; round++) {
    std::string bytes;
    for (uint32_t i = 1 + below(4); i != 0; i--)
      bytes += framed(static_cast<Opcode>(below(3) == 0 ? 8 + below(3) : 1 + below(2)),
                      randomBytes(below(40)), below(4) != 0);
    for (uint32_t i = below(4); i != 0; i--)
      bytes[below(static_cast<uint32_t>(bytes.size()))] = static_cast<char>(below(256));
    const Read read = readIn(bytes, bytes.size());
    ASSERT_EQ(readIn(bytes, 1 + below(9)), read) << round;
    ASSERT_TRUE(read.wrong == 0 || read.wrong == ProtocolError || read.wrong == InvalidData ||
                read.wrong == TooBig);
    refused += read.wrong != 0;
    for (const auto& [opcode, payload] : read.messages) {
      ASSERT_LE(payload.size(), Most);
      if (opcode == Opcode::Text) ASSERT_TRUE(utf8::isValid(payload));
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_LT(refused, 20'000u);
}

TEST_F(Frames, KeysAreThoseOfTheStandard) {
  EXPECT_EQ(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(base64::encode("f"), "Zg==");
  EXPECT_EQ(base64::encode("fo"), "Zm8=");
  EXPECT_EQ(base64::encode("foo"), "Zm9v");
  EXPECT_TRUE(isHandshakeKey("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_FALSE(isHandshakeKey("dGhlIHNhbXBsZSBub25jZQ="));
}

}  // namespace
}  // namespace gene::http
