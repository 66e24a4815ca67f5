// WebSockets to servers: the connection is libcurl's, with its proxies and certificates; the loop watches its socket.

#include <sys/random.h>
#include <uv.h>

#include <algorithm>
#include <utility>

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/http/Client.h"
#include "runtime/http/Text.h"
#include "runtime/http/WebSocketValues.h"
#include "runtime/object/Future.h"
#include "runtime/support/Base64.h"

namespace gene::http {
namespace {

constexpr size_t LongestHead = size_t{16} << 10;
/// For the server to end the connection behind the closing handshake.
constexpr uint64_t EndTime = 2'000;

/// The carrier of one. The loop has it until its handles are closed.
class CurlConnection final : public WebSocketTransport,
                             public std::enable_shared_from_this<CurlConnection> {
 public:
  CurlConnection(Context& context, std::shared_ptr<Transfer> transfer)
      : context_(context), transfer_(std::move(transfer)) {}

  /// Watches the socket; 0 or an error of libuv.
  int start();
  void writeBytes(std::string_view bytes) override;
  [[nodiscard]] size_t unsentBytes() const override { return out_.size() - sent_; }
  void wantBytes(bool wanted) override;
  void endWhenSent() override;
  void endNow() override;
  /// From now on what comes is the WebSocket's.
  void carry(std::shared_ptr<WebSocket> socket);

  Operation answered;  // the head of the response is there, or the end
  std::string head;

 private:
  void watch();
  void readable();
  void flush();
  void received(std::string_view bytes);
  void tick();

  Context& context_;
  std::shared_ptr<Transfer> transfer_;
  std::shared_ptr<WebSocket> socket_;
  uv_poll_t poll_;
  uv_timer_t timer_;
  std::shared_ptr<CurlConnection> self_;  // while the loop knows it
  int handles_ = 0;
  std::string out_;
  size_t sent_ = 0;  // of it
  bool isWanted_ = true, isEnding_ = false, isClosed_ = false;
  uint64_t endDeadline_ = 0;
};

CurlConnection& connectionOf(void* handle) {
  return *static_cast<CurlConnection*>(static_cast<uv_handle_t*>(handle)->data);
}

int CurlConnection::start() {
  uv_loop_t* loop = eventLoop(context_);
  const int error = uv_poll_init_socket(loop, &poll_, transfer_->socket());
  if (error != 0) return error;
  self_ = shared_from_this();
  uv_timer_init(loop, &timer_);
  poll_.data = timer_.data = this;
  handles_ = 2;
  uv_timer_start(&timer_, [](uv_timer_t* timer) { connectionOf(timer).tick(); }, 250, 250);
  watch();
  return 0;
}

void CurlConnection::watch() {
  if (isClosed_) return;
  const int events = (isWanted_ ? UV_READABLE : 0) | (unsentBytes() != 0 ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(&poll_);
    return;
  }
  uv_poll_start(&poll_, events, [](uv_poll_t* poll, int status, int happened) {
    CurlConnection& self = connectionOf(poll);
    const std::shared_ptr<WebSocket> socket = self.socket_;
    if (status < 0) return self.endNow();
    if (happened & UV_WRITABLE) self.flush();
    if (happened & UV_READABLE) self.readable();
    if (socket) socket->sentSome();
  });
}

void CurlConnection::writeBytes(std::string_view bytes) {
  if (isClosed_) return;
  out_.append(bytes);
  flush();
}

void CurlConnection::flush() {
  while (!isClosed_ && unsentBytes() != 0) {
    const int64_t count = transfer_->send(std::string_view(out_).substr(sent_));
    if (count == -1) break;
    if (count < 0) return endNow();
    sent_ += static_cast<size_t>(count);
  }
  if (unsentBytes() == 0 || sent_ > WebSocket::HighWater) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  watch();
}

void CurlConnection::readable() {
  std::string part(size_t{64} << 10, '\0');
  while (!isClosed_ && isWanted_) {
    const int64_t count = transfer_->receive(part.data(), part.size());
    if (count == -1) return;
    if (count <= 0) return endNow();
    received(std::string_view(part).substr(0, static_cast<size_t>(count)));
  }
}

void CurlConnection::received(std::string_view bytes) {
  if (isEnding_) return;
  if (const std::shared_ptr<WebSocket> socket = socket_)
    return socket->received(bytes, uv_now(timer_.loop));
  head.append(bytes);
  if (head.find("\r\n\r\n") == std::string::npos && head.size() < LongestHead) return;
  isWanted_ = false;  // until it is read
  watch();
  succeed(context_, answered, Value::nil());
}

void CurlConnection::wantBytes(bool wanted) {
  const bool wasWanted = std::exchange(isWanted_, wanted);
  watch();
  if (wanted && !wasWanted) readable();  // TLS may have bytes that the socket has not any more
}

void CurlConnection::carry(std::shared_ptr<WebSocket> socket) {
  socket_ = std::move(socket);
  wantBytes(true);
}

/// The server is the one that ends the connection, if it does so in time.
void CurlConnection::endWhenSent() {
  isEnding_ = isWanted_ = true;
  socket_.reset();
  endDeadline_ = uv_now(timer_.loop) + EndTime;
  watch();
}

void CurlConnection::endNow() {
  if (isClosed_) return;
  isClosed_ = true;
  if (const std::shared_ptr<WebSocket> socket = std::move(socket_)) socket->ended();
  succeed(context_, answered, Value::nil());
  uv_poll_stop(&poll_);
  transfer_.reset();  // with its socket
  const auto closed = [](uv_handle_t* handle) {
    CurlConnection& self = connectionOf(handle);
    if (--self.handles_ == 0) self.self_.reset();
  };
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), closed);
}

void CurlConnection::tick() {
  const uint64_t now = uv_now(timer_.loop);
  if (endDeadline_ != 0 && now >= endDeadline_) return endNow();
  if (const std::shared_ptr<WebSocket> socket = socket_) socket->tick(now);
}

// --- the handshake -----------------------------------------------------------------------------------------------------

std::string requestOf(const WebSocketOrder& order, const std::string& key) {
  const size_t host = order.url.find("://") + 3;
  const std::string_view rest =
      std::string_view(order.url).substr(host, order.url.find('#', host) - host);
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  std::string text = "GET ";
  if (end == rest.size() || rest[end] == '?') text += '/';
  text.append(rest.substr(end)).append(" HTTP/1.1\r\nHost: ").append(authority);
  text += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13";
  text += "\r\nSec-WebSocket-Key: " + key + "\r\n";
  for (size_t i = 0; i < order.protocols.size(); i++)
    text += (i == 0 ? "Sec-WebSocket-Protocol: " : ", ") + order.protocols[i];
  if (!order.protocols.empty()) text += "\r\n";
  for (const auto& [name, value] : order.fields) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

/// What is wrong with the head of a response, "" if nothing is; the protocol that the server has chosen.
std::string readAnswer(std::string_view head, const WebSocketOrder& order, const std::string& key,
                       std::string* protocol) {
  if (!head.starts_with("HTTP/1.1 ")) return "the server does not speak HTTP/1.1";
  const std::string status(head.substr(9, 3));
  if (status != "101") return "the server answered with the status " + status;
  bool isUpgraded = false, isAccepted = false, hasConnection = false;
  for (size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    std::string_view line = head.substr(at + 2);
    line = line.substr(0, line.find("\r\n"));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lowerCase(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "upgrade") isUpgraded |= lowerCase(value) == "websocket";
    if (name == "connection")
      hasConnection |= lowerCase(value).find("upgrade") != std::string::npos;
    if (name == "sec-websocket-accept") isAccepted |= value == acceptKey(key);
    if (name == "sec-websocket-protocol") *protocol = value;
    if (name == "sec-websocket-extensions")
      return "the server uses an extension that nobody asked for";
  }
  if (!isUpgraded || !hasConnection || !isAccepted) return "the server does not speak WebSocket";
  if (!protocol->empty() && std::ranges::find(order.protocols, *protocol) == order.protocols.end())
    return "the server speaks a protocol that nobody asked for: " + *protocol;
  return "";
}

std::shared_ptr<WebSocket> raiseFailed(Context& context, const WebSocketOrder& order,
                                       std::string_view why) {
  raise(context, ErrorClass::Network, "ws_connect " + order.url + " failed: " + std::string(why));
  return nullptr;
}

/// Waits until the future ends, at most until `end` (nanoseconds; 0: for ever); false with an exception.
bool waitUntil(Context& context, FutureObject* future, uint64_t end) {
  const uint64_t now = uv_hrtime();
  const int64_t left = end == 0 ? -1 : end > now ? static_cast<int64_t>((end - now) / 1000) : 0;
  if (!waitForFuture(context, future, left)) return false;
  if (future->state == FutureObject::Success) return true;
  futureOutcome(context, future);
  return false;
}

/// A connection to the server, perhaps through a proxy; null with an exception.
std::shared_ptr<Transfer> connectTo(Context& context, const WebSocketOrder& order, uint64_t end) {
  Client* client = clientOf(context);
  if (!client) return nullptr;
  Order plain;
  plain.isConnection = true;
  plain.redirects = 0;
  plain.url = "http" + order.url.substr(2);  // ws, wss
  plain.timeout = 0;
  if (order.timeout != 0) plain.connectTimeout = std::min(order.timeout, plain.connectTimeout);
  plain.authorities = order.authorities;
  plain.hasProxy = order.proxy.has_value();
  plain.proxy = order.proxy.value_or("");
  auto transfer = std::make_shared<Transfer>(*client, std::move(plain));
  return waitUntil(context, client->start(transfer), end) ? transfer : nullptr;
}

}  // namespace

std::shared_ptr<WebSocket> connectWebSocket(Context& context, WebSocketOrder order) {
  const uint64_t end = order.timeout == 0 ? 0 : uv_hrtime() + order.timeout * 1'000'000;
  std::shared_ptr<Transfer> transfer = connectTo(context, order, end);
  if (!transfer) return nullptr;
  const auto connection = std::make_shared<CurlConnection>(context, std::move(transfer));
  if (const int error = connection->start(); error != 0)
    return raiseFailed(context, order, uv_strerror(error));
  char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    connection->endNow();
    return raiseFailed(context, order, "there are no random numbers");
  }
  const std::string key = base64::encode({bytes, sizeof bytes});
  FutureObject* future = beginOperation(context, connection->answered);
  connection->writeBytes(requestOf(order, key));
  if (!waitUntil(context, future, end)) {
    const Value exception = takeException(context);
    connection->endNow();
    context.exception = exception;
    return nullptr;
  }
  const std::string head = std::exchange(connection->head, {});
  const size_t size = head.find("\r\n\r\n");
  std::string protocol;
  const std::string failure =
      size == std::string::npos
          ? "the server ended the connection"
          : readAnswer(std::string_view(head).substr(0, size), order, key, &protocol);
  if (!failure.empty()) {
    connection->endNow();
    return raiseFailed(context, order, failure);
  }
  auto socket = std::make_shared<WebSocket>(context, order.options, connection.get());
  socket->protocol = protocol;
  socket->received(std::string_view(head).substr(size + 4), uv_now(eventLoop(context)));
  connection->carry(socket);
  return socket;
}

}  // namespace gene::http
