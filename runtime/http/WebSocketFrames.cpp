#include "runtime/http/WebSocketFrames.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "runtime/support/Base64.h"
#include "runtime/support/Utf8.h"

namespace gene::http {
namespace {

constexpr size_t MostOfControl = 125;  // bytes of a Close, Ping or Pong

bool isControl(Opcode opcode) { return static_cast<uint8_t>(opcode) >= 8; }

uint64_t bigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

void mask(char* data, size_t size, const unsigned char* key) {
  for (size_t i = 0; i < size; i++)
    data[i] = static_cast<char>(static_cast<unsigned char>(data[i]) ^ key[i % 4]);
}

/// SHA-1, which proves nothing any more but that the server speaks this protocol (RFC 3174).
std::string sha1(std::string text) {
  const uint64_t bits = uint64_t{text.size()} * 8;
  text += '\x80';
  text.append((120 - text.size() % 64) % 64, '\0');
  for (int i = 56; i >= 0; i -= 8) text += static_cast<char>(bits >> i);
  std::array<uint32_t, 5> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (size_t at = 0; at < text.size(); at += 64) {
    std::array<uint32_t, 80> w{};
    for (size_t i = 0; i < 80; i++)
      w[i] = i < 16 ? static_cast<uint32_t>(bigEndian(std::string_view(text).substr(at + i * 4, 4)))
                    : std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    auto [a, b, c, d, e] = state;
    for (size_t i = 0; i < 80; i++) {
      const uint32_t f = i < 20   ? (b & c) | (~b & d)
                         : i < 40 ? b ^ c ^ d
                         : i < 60 ? (b & c) | (b & d) | (c & d)
                                  : b ^ c ^ d;
      constexpr std::array<uint32_t, 4> Constants = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
                                                     0xca62c1d6};
      const uint32_t next = std::rotl(a, 5) + f + e + Constants[i / 20] + w[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    const std::array<uint32_t, 5> block = {a, b, c, d, e};
    for (size_t i = 0; i < 5; i++) state[i] += block[i];
  }
  std::string digest;
  for (const uint32_t word : state)
    for (int i = 24; i >= 0; i -= 8) digest += static_cast<char>(word >> i);
  return digest;
}

}  // namespace

bool isCloseCode(int code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// --- reading -----------------------------------------------------------------------------------------------------------

bool FrameReader::fail(CloseCode code) {
  wrong_ = code;
  in_.clear();
  used_ = 0;
  return false;
}

/// False where it is not there yet, or wrong.
bool FrameReader::readHeader(Header* header) {
  const std::string_view rest = std::string_view(in_).substr(used_);
  if (rest.size() < 2) return false;
  const auto first = static_cast<unsigned char>(rest[0]),
             second = static_cast<unsigned char>(rest[1]);
  header->isLast = first & 0x80;
  header->opcode = static_cast<Opcode>(first & 0xf);
  if (first & 0x70 || (second >> 7 != 0) != isMasked_) return fail(ProtocolError);
  header->size = second & 0x7f;
  size_t more = header->size == 126 ? 2 : header->size == 127 ? 8 : 0;
  if (rest.size() < 2 + more) return false;
  if (more != 0) {
    const uint64_t least = more == 2 ? 126 : 65536;
    header->size = bigEndian(rest.substr(2, more));
    if (header->size < least || header->size >> 63 != 0) return fail(ProtocolError);
  }
  header->offset = used_ + 2 + more + (isMasked_ ? 4 : 0);
  return check(*header) && in_.size() >= header->offset &&
         in_.size() - header->offset >= header->size;
}

/// What can be said before the payload is there.
bool FrameReader::check(const Header& header) {
  switch (header.opcode) {
    case Opcode::Continuation:
      if (!isPartial_) return fail(ProtocolError);
      break;
    case Opcode::Text:
    case Opcode::Binary:
      if (isPartial_) return fail(ProtocolError);
      break;
    case Opcode::Close:
    case Opcode::Ping:
    case Opcode::Pong:
      return header.isLast && header.size <= MostOfControl ? true : fail(ProtocolError);
    default: return fail(ProtocolError);
  }
  return header.size <= most_ - partial_.payload.size() ? true : fail(TooBig);
}

bool FrameReader::finish(Message* message, Opcode opcode, std::string payload) {
  if (opcode == Opcode::Close && !payload.empty()) {
    if (payload.size() == 1 || !isCloseCode(closeCodeOf(payload))) return fail(ProtocolError);
    if (!utf8::isValid(std::string_view(payload).substr(2))) return fail(InvalidData);
  }
  if (opcode == Opcode::Text && !utf8::isValid(payload)) return fail(InvalidData);
  message->opcode = opcode;
  message->payload = std::move(payload);
  return true;
}

bool FrameReader::next(Message* message) {
  for (Header header{}; wrong_ == 0 && readHeader(&header);) {
    std::string payload = in_.substr(header.offset, header.size);
    if (isMasked_)
      mask(payload.data(), payload.size(),
           reinterpret_cast<const unsigned char*>(in_.data() + header.offset - 4));
    used_ = header.offset + header.size;
    if (used_ == in_.size() || used_ > (size_t{64} << 10)) {
      in_.erase(0, used_);
      used_ = 0;
    }
    if (isControl(header.opcode)) return finish(message, header.opcode, std::move(payload));
    if (!isPartial_) {
      if (header.isLast) return finish(message, header.opcode, std::move(payload));
      partial_.opcode = header.opcode;
      isPartial_ = true;
    }
    partial_.payload += payload;
    if (!header.isLast) continue;
    isPartial_ = false;
    return finish(message, partial_.opcode, std::exchange(partial_.payload, {}));
  }
  return false;
}

// --- writing -----------------------------------------------------------------------------------------------------------

std::string frameOf(Opcode opcode, std::string_view payload, const unsigned char* key) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame += static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
  const size_t size = payload.size();
  const int more = size < 126 ? 0 : size < 65536 ? 2 : 8;
  frame += static_cast<char>((key ? 0x80 : 0) | (more == 0 ? size : more == 2 ? 126 : 127));
  for (int i = more - 1; i >= 0; i--) frame += static_cast<char>(uint64_t{size} >> (8 * i));
  if (key) frame.append(reinterpret_cast<const char*>(key), 4);
  const size_t begin = frame.size();
  frame += payload;
  if (key) mask(frame.data() + begin, size, key);
  return frame;
}

std::string closePayload(int code, std::string_view reason) {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code);
  return payload.append(reason);
}

CloseCode closeCodeOf(std::string_view payload) {
  return payload.size() < 2 ? NoCode : static_cast<CloseCode>(bigEndian(payload.substr(0, 2)));
}

// --- the handshake -----------------------------------------------------------------------------------------------------

std::string acceptKey(std::string_view key) {
  return base64::encode(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

bool isHandshakeKey(std::string_view key) {
  const auto isDigit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), isDigit);
}

}  // namespace gene::http
