#pragma once
// WebSockets as they are on the wire (RFC 6455): frames, the messages that they make up, the keys of the handshake. No sockets and
// no values are here.

#include <cstdint>
#include <string>
#include <string_view>

namespace gene::http {

enum class Opcode : uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};

/// Why a connection was closed (RFC 6455 §7.4).
enum CloseCode : uint16_t {
  NormalClosure = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  NoCode = 1005,     // never sent: the other side said none
  BrokenOff = 1006,  // never sent: there was no closing handshake
  InvalidData = 1007,
  TooBig = 1009,
  HandlerFailed = 1011,
};

/// A whole text or binary message, or a frame that stands between them: Close, Ping, Pong.
struct Message {
  Opcode opcode = Opcode::Text;
  std::string payload;
};

/// May a side say this code?
bool isCloseCode(int code);

/// Reads what the other side sends.
class FrameReader {
 public:
  /// Clients mask what they send, servers do not. A message is at most `mostMessage` bytes long.
  FrameReader(bool isMasked, uint64_t mostMessage) : isMasked_(isMasked), most_(mostMessage) {}
  void put(std::string_view bytes) { in_.append(bytes); }
  /// The next message; false where more has to come, or when it is wrong. The payload of a Close is "", or a code and a reason that
  /// are right.
  bool next(Message* message);
  /// What the other side has to be told; 0: all was right so far.
  [[nodiscard]] CloseCode wrong() const { return wrong_; }

 private:
  struct Header {
    Opcode opcode;
    bool isLast;
    uint64_t size;  // of the payload
    size_t offset;  // where it begins
  };
  bool readHeader(Header* header);
  bool check(const Header& header);
  bool finish(Message* message, Opcode opcode, std::string payload);
  bool fail(CloseCode code);

  const bool isMasked_;
  const uint64_t most_;
  std::string in_;   // what came and is not used
  size_t used_ = 0;  // of it
  Message partial_;  // the fragments so far
  bool isPartial_ = false;
  CloseCode wrong_ = CloseCode(0);
};

/// A frame, masked if `mask` is not null.
std::string frameOf(Opcode opcode, std::string_view payload, const unsigned char* mask);
/// The payload of a Close.
std::string closePayload(int code, std::string_view reason);
/// The code of such a payload, NoCode if it is empty.
CloseCode closeCodeOf(std::string_view payload);

/// What the server says to prove that it has read the client's key.
std::string acceptKey(std::string_view key);
/// Is it what 16 bytes are in Base64?
bool isHandshakeKey(std::string_view key);

}  // namespace gene::http
