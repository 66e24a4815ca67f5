#pragma once
// One WebSocket, of a server or a client: messages that came and wait until Gene code takes them, the closing handshake, pings to a
// peer that says nothing. It lives on the event loop, whatever the fiber that has it does: a ping is answered, a close is noticed
// while nobody reads. What it is carried by (Transport) may end before it, and the other way.

#include <deque>
#include <memory>
#include <string>

#include "runtime/async/Operation.h"
#include "runtime/http/WebSocketFrames.h"

namespace gene::http {

/// What carries a WebSocket. None of its functions waits, and each may end it.
class WebSocketTransport {
 public:
  virtual void writeBytes(std::string_view bytes) = 0;
  /// Bytes that are not sent yet.
  [[nodiscard]] virtual size_t unsentBytes() const = 0;
  /// Whether more is wanted from the other side.
  virtual void wantBytes(bool wanted) = 0;
  /// Ends the connection when all is sent, and in time; at once.
  virtual void endWhenSent() = 0;
  virtual void endNow() = 0;

 protected:
  ~WebSocketTransport() = default;
};

struct WebSocketOptions {
  bool isServer = false;
  uint64_t mostMessage = uint64_t{16} << 20;
  uint64_t ping =
      30'000;  // milliseconds without a word after which the other side is asked for one; 0: never
};

class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  static constexpr size_t HighWater = size_t{256}
                                      << 10;  // of what nobody has taken, and of what is not sent

  WebSocket(Context& context, const WebSocketOptions& options, WebSocketTransport* transport);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // --- for the transport ---------------------------------------------------------------------------------------------------
  void received(std::string_view bytes, uint64_t now);
  /// Some of what was written is sent.
  void sentSome();
  /// The transport is gone, or nothing more comes.
  void ended();
  /// Looks at what the other side has to do in time.
  void tick(uint64_t now);

  // --- for Gene code -------------------------------------------------------------------------------------------------------
  enum class State : uint8_t { Open, Closing, Closed };
  [[nodiscard]] State state() const { return state_; }
  void send(Opcode opcode, std::string_view payload);
  /// Says that this side wants to end.
  void close(int code, std::string_view reason, uint64_t now);
  /// Nobody waits for the other side's answer any more.
  void abandon();
  [[nodiscard]] bool hasMessage() const { return !messages_.empty(); }
  Message takeMessage();
  [[nodiscard]] bool isCrowded() const {
    return transport_ && transport_->unsentBytes() > HighWater;
  }

  Context& context;
  Operation arrived;  // there is a message, or the end
  Operation drained;  // there is room for more, or the end
  Operation closed;
  int code = 0;  // why it was closed
  std::string reason;
  std::string protocol;  // that both sides speak, "" for none

 private:
  void handle(Message message);
  void fail(CloseCode code);
  void finish(int code, std::string_view reason);
  void write(Opcode opcode, std::string_view payload);

  const WebSocketOptions options_;
  WebSocketTransport* transport_;
  FrameReader reader_;
  std::deque<Message> messages_;
  size_t held_ = 0;  // bytes of them
  State state_ = State::Open;
  bool isHeldBack_ = false;
  bool hasAsked_ = false;  // by a ping
  uint64_t heard_ = 0;     // when something came
  uint64_t closeDeadline_ = 0;
};

}  // namespace gene::http
