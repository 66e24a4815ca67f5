#pragma once
// One connection to a client, and the exchanges on it: a request and its response, one after the other. A request that comes
// while another one is answered waits in `in_` (pipelining). All of this is C++ on the event loop; Gene code runs on the fiber that
// Server::dispatch starts, and reaches the connection through the Exchange, which outlives it.

#include <uv.h>

#include <memory>
#include <optional>
#include <string>

#include "runtime/async/Operation.h"
#include "runtime/http/Message.h"
#include "runtime/http/Tls.h"
#include "runtime/http/WebSocket.h"

namespace gene::http {

class Connection;
class Server;

/// A request and what is answered to it. Gene code may have it for longer than the client does.
struct Exchange {
  enum class Phase : uint8_t {
    Waiting,    // for a response
    Streaming,  // its head is sent
    Done,
  };

  std::shared_ptr<Server> server;
  Connection* connection = nullptr;  // null: the response is finished, or the client is gone
  Head head;
  std::string body;           // what has come and was not taken
  std::string remote;         // the address of the client
  bool bodyIsDone = false;    // nothing more will come
  bool bodyIsBroken = false;  // ... because it was wrong, or the client is gone
  bool isRunning = false;     // its handler
  bool isHead = false;        // only the head of the response is sent
  Phase phase = Phase::Waiting;
  bool isChunked = false;  // the response
  int status = 0;          // of the response
  uint64_t sent = 0;       // bytes of its body
  uint64_t begun = 0;      // nanoseconds
  // What fibers wait for; several wait for one future.
  Operation drained;  // there is room for more of the response
  Operation arrived;  // there is more of the body
};

/// A response but for what the connection adds.
struct Reply {
  int status = 200;
  std::string fields = {};  // complete lines
  std::string_view body = {};
  bool hasLength =
      false;  // `fields` says how long the body is: what is not sent here comes later, or never (HEAD)
  bool closes = false;  // the connection, afterwards
};

class Connection final : public WebSocketTransport {
 public:
  static constexpr size_t HighWater = size_t{256} << 10;

  /// Takes the connection that waits at the listening socket.
  static void accept(Server& server);

  /// Answers the exchange that is in progress.
  void reply(const Reply& reply);
  /// Sends the head of a response whose body comes by `write` and ends with `finish`.
  void begin(const Reply& reply);
  void write(std::string_view part);
  void finish();
  /// Bytes that are not sent yet.
  [[nodiscard]] size_t queued() const;
  /// Some of the body was taken: there is room for more.
  void bodyTaken();
  /// Ends the connection at once; what was not sent is lost.
  void close();
  /// The exchange that is in progress was the last one: what comes from now on is a WebSocket's. `fields` are of the response.
  std::shared_ptr<WebSocket> upgrade(std::string fields, const WebSocketOptions& options);
  /// The server ends: the client is told, unless a request is answered.
  void leave();
  /// No request is in progress and none has begun.
  [[nodiscard]] bool isIdle() const;
  /// Looks at what the client has to do in time.
  void tick(uint64_t now);

  void writeBytes(std::string_view bytes) override { send(bytes, {}); }
  [[nodiscard]] size_t unsentBytes() const override { return queued(); }
  void wantBytes(bool wanted) override { wanted ? startReading() : stopReading(); }
  void endWhenSent() override;
  void endNow() override { close(); }

  Connection* next = nullptr;  // in the server's list
  Connection* previous = nullptr;

 private:
  enum class Phase : uint8_t { Idle, Head, Body, Handling, Upgraded, Refused, Lingering, Closing };

  explicit Connection(Server& server);
  ~Connection() = default;
  void received(ssize_t count, const char* data);
  bool decrypt(std::string_view bytes);
  void feedWebSocket();
  void ended();
  void advance();
  void parse();
  void take();
  void dispatch();
  void refuse(int status);
  void responded();
  void nextRequest();
  void send(std::string_view head, std::string_view body);
  void sendBytes(std::string_view head, std::string_view body);
  void written(int status);
  void endInput(bool isBroken);
  void closeAfterWrites();
  void linger();
  void startReading();
  void stopReading();
  void setPhase(Phase phase, uint64_t milliseconds);
  [[nodiscard]] bool mayKeepAlive(const Reply& reply) const;
  [[nodiscard]] std::string headOf(const Reply& reply, bool hasBody, bool& keeps) const;

  uv_tcp_t socket_;
  uv_shutdown_t shutdown_;
  Server& server_;
  std::string in_;  // what was received and is not parsed
  RequestParser parser_;
  std::shared_ptr<Exchange> current_;
  std::unique_ptr<TlsSession> tls_;       // of a server with ^tls
  std::shared_ptr<WebSocket> webSocket_;  // of Phase::Upgraded
  Phase phase_ = Phase::Idle;
  bool isReading_ = false;
  bool isAdvancing_ = false;
  bool inputEnded_ = false;
  bool tlsEnded_ = false;    // the client has said in TLS that it sends nothing more
  bool closesNext_ = false;  // once all is written
  bool keepsAlive_ = true;   // after the response that is being sent
  bool isStreaming_ = false;
  size_t stalled_ = 0;     // what was queued when `writeDeadline_` was set
  uint64_t deadline_ = 0;  // of the phase, on the loop's clock; 0: none
  uint64_t bodyDeadline_ =
      0;  // before a body has come, without what its size allows; of one that is read, for the next part
  uint64_t writeDeadline_ = 0;  // for some of what is queued; 0: nothing is
};

}  // namespace gene::http
