#include "runtime/http/Connection.h"

#include <algorithm>
#include <charconv>

#include "runtime/http/Server.h"
#include "runtime/http/Text.h"

namespace gene::http {
namespace {

/// For the client to read what was said, and to end.
constexpr uint64_t LingerTime = 2'000;
/// A body that comes slower than this many bytes a second is given up.
constexpr uint64_t LeastRate = 16 << 10;

Connection& connectionOf(void* handle) {
  return *static_cast<Connection*>(static_cast<uv_handle_t*>(handle)->data);
}

struct WriteRequest {
  uv_write_t request;
  std::string bytes;
};

std::string addressOf(const uv_tcp_t& socket) {
  sockaddr_storage address{};
  int size = sizeof address;
  char text[INET6_ADDRSTRLEN] = "";
  if (uv_tcp_getpeername(&socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  if (address.ss_family == AF_INET)
    uv_ip4_name(reinterpret_cast<sockaddr_in*>(&address), text, sizeof text);
  else
    uv_ip6_name(reinterpret_cast<sockaddr_in6*>(&address), text, sizeof text);
  return text;
}

bool hasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

Connection::Connection(Server& server) : server_(server), parser_(server.options.limits) {
  if (server.options.tls) tls_ = std::make_unique<TlsSession>(server.options.tls);
}

// --- beginning and end -------------------------------------------------------------------------------------------------

void Connection::accept(Server& server) {
  auto* connection = new Connection(server);
  uv_tcp_init(server.loop, &connection->socket_);
  connection->socket_.data = connection;
  server.add(*connection);
  if (uv_accept(reinterpret_cast<uv_stream_t*>(&server.listener),
                reinterpret_cast<uv_stream_t*>(&connection->socket_)) != 0)
    return connection->close();
  uv_tcp_nodelay(&connection->socket_, 1);
  connection->setPhase(Phase::Idle, server.options.headTimeout);
  connection->startReading();
}

void Connection::close() {
  if (phase_ == Phase::Closing) return;
  phase_ = Phase::Closing;
  isReading_ = false;
  if (current_) {
    const std::shared_ptr<Exchange> exchange = std::move(current_);
    exchange->connection = nullptr;
    exchange->phase = Exchange::Phase::Done;
    if (!exchange->bodyIsDone) exchange->bodyIsDone = exchange->bodyIsBroken = true;
    succeed(server_.context, exchange->arrived, Value::nil());
    succeed(server_.context, exchange->drained, Value::nil());
  }
  if (const std::shared_ptr<WebSocket> socket = std::move(webSocket_)) socket->ended();
  uv_close(reinterpret_cast<uv_handle_t*>(&socket_), [](uv_handle_t* handle) {
    Connection& self = connectionOf(handle);
    Server& server = self.server_;
    server.remove(self);  // which may be the last that keeps the server
    delete &self;
  });
}

void Connection::closeAfterWrites() {
  closesNext_ = true;
  if (queued() == 0) linger();
}

/// Says that nothing more will come, and waits for the client to say the same: a connection that is closed with input unread
/// would take the response away from it.
void Connection::linger() {
  if (phase_ == Phase::Lingering || phase_ == Phase::Closing) return;
  if (tls_) sendBytes(tls_->farewell(), {});
  if (inputEnded_) return close();
  if (phase_ == Phase::Closing) return;
  setPhase(Phase::Lingering, LingerTime);
  in_.clear();
  const int error =
      uv_shutdown(&shutdown_, reinterpret_cast<uv_stream_t*>(&socket_), [](uv_shutdown_t*, int) {});
  if (error != 0) return close();
  startReading();
}

bool Connection::isIdle() const { return phase_ == Phase::Idle && in_.empty(); }

// --- time --------------------------------------------------------------------------------------------------------------

void Connection::setPhase(Phase phase, uint64_t milliseconds) {
  phase_ = phase;
  deadline_ = milliseconds == 0 ? 0 : server_.now() + milliseconds;
}

void Connection::tick(uint64_t now) {
  if (writeDeadline_ != 0 && now >= writeDeadline_) {
    if (queued() >= stalled_) return close();
    stalled_ = queued();
    writeDeadline_ = now + server_.options.writeTimeout;
  }
  if (webSocket_) return webSocket_->tick(now);
  if (current_ && bodyDeadline_ != 0 && now >= bodyDeadline_ && isReading_) {
    bodyDeadline_ = 0;
    server_.counters->timeouts++;
    if (!current_->bodyIsDone) endInput(true);
  }
  if (deadline_ == 0 || now < deadline_) return;
  deadline_ = 0;
  switch (phase_) {
    case Phase::Idle: return closeAfterWrites();
    case Phase::Head:
    case Phase::Body: server_.counters->timeouts++; return refuse(408);
    case Phase::Handling:
      if (current_->phase != Exchange::Phase::Waiting) return;
      server_.counters->timeouts++;
      return reply({.status = 504, .closes = true});
    case Phase::Refused:
    case Phase::Lingering: return close();
    case Phase::Upgraded:
    case Phase::Closing: return;
  }
}

// --- input -------------------------------------------------------------------------------------------------------------

void Connection::startReading() {
  if (isReading_ || inputEnded_ || phase_ == Phase::Closing) return;
  isReading_ = true;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&socket_),
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        Server& server = connectionOf(handle).server_;
        *buffer = uv_buf_init(server.buffer, sizeof server.buffer);
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        connectionOf(stream).received(count, buffer->base);
      });
}

void Connection::stopReading() {
  if (!isReading_) return;
  isReading_ = false;
  uv_read_stop(reinterpret_cast<uv_stream_t*>(&socket_));
}

void Connection::received(ssize_t count, const char* data) {
  if (count == 0) return;
  if (count == UV_EOF) return ended();
  if (count < 0) return close();
  if (phase_ == Phase::Refused || phase_ == Phase::Lingering) return;
  const std::string_view bytes(data, static_cast<size_t>(count));
  if (!tls_)
    in_.append(bytes);
  else if (!decrypt(bytes))
    return;
  advance();
  if (tlsEnded_ && phase_ != Phase::Closing) ended();
}

/// What the network has brought is read through TLS; false where that ended the connection.
bool Connection::decrypt(std::string_view bytes) {
  std::string answer;
  const TlsSession::Opened opened = tls_->open(bytes, &in_, &answer);
  if (!answer.empty()) sendBytes(answer, {});
  if (phase_ == Phase::Closing) return false;
  tlsEnded_ = opened == TlsSession::Opened::Ended;
  if (opened != TlsSession::Opened::Broken) return true;
  server_.counters->refused++;
  if (current_ || webSocket_) {
    close();
  } else {
    setPhase(Phase::Refused, LingerTime);
    closeAfterWrites();
  }
  return false;
}

/// The client sends nothing more. It may still read: what it has asked for is answered.
void Connection::ended() {
  inputEnded_ = true;
  stopReading();
  if (webSocket_) return webSocket_->ended();
  if (phase_ == Phase::Lingering || phase_ == Phase::Idle) return close();
  if (phase_ == Phase::Head || phase_ == Phase::Body || isStreaming_) return close();
  if (phase_ == Phase::Handling && current_ && !current_->bodyIsDone) endInput(true);
}

/// The body of the request has ended.
void Connection::endInput(bool isBroken) {
  current_->bodyIsDone = true;
  current_->bodyIsBroken = isBroken;
  succeed(server_.context, current_->arrived, Value::nil());
}

/// Parses what has come, up to the end of one request, or further where that is answered at once.
void Connection::advance() {
  if (isAdvancing_) return;
  isAdvancing_ = true;
  parse();
  isAdvancing_ = false;
  if (webSocket_) return feedWebSocket();
  // Requests that wait do so in the network.
  if (current_ && in_.size() > HighWater) stopReading();
}

void Connection::parse() {
  while (!in_.empty() && phase_ != Phase::Closing && phase_ != Phase::Refused &&
         phase_ != Phase::Lingering && phase_ != Phase::Upgraded) {
    if (current_ && current_->bodyIsDone) break;
    if (phase_ == Phase::Idle) {
      // A line end behind the last request is let pass (RFC 9112 §2.2).
      if (in_.starts_with("\r\n") && !parser_.hasBegun()) {
        in_.erase(0, 2);
        continue;
      }
      setPhase(Phase::Head, server_.options.headTimeout);
    }
    const size_t used = parser_.put(in_);
    in_.erase(0, used);
    if (const int status = parser_.refusal(); status != 0) {
      if (!current_) return refuse(status);
      endInput(true);
      return stopReading();
    }
    if (parser_.headIsDone()) take();
    if (used == 0) break;
  }
}

/// The head of a request has come, and perhaps some of its body, or all.
void Connection::take() {
  const bool isWhole = parser_.isDone();
  if (!current_) {
    if (phase_ == Phase::Head && !isWhole) {
      setPhase(Phase::Body, server_.options.bodyTimeout);
      bodyDeadline_ = deadline_;
      if (parser_.expectsContinue() && in_.empty() && parser_.body().empty())
        send("HTTP/1.1 100 Continue\r\n\r\n", {});
    }
    if (!isWhole && !server_.options.streamsBodies) {
      if (deadline_ != 0) deadline_ = bodyDeadline_ + parser_.body().size() * 1000 / LeastRate;
      return;
    }
    dispatch();
  }
  if (!current_) return;
  current_->body.append(parser_.body());
  parser_.body().clear();
  const uint64_t patience = server_.options.bodyTimeout;
  bodyDeadline_ = isWhole || patience == 0 ? 0 : server_.now() + patience;
  if (isWhole)
    endInput(false);
  else if (current_->body.size() > HighWater)
    stopReading();
  succeed(server_.context, current_->arrived, Value::nil());
}

void Connection::bodyTaken() {
  if (current_ && !current_->bodyIsDone && current_->body.size() < HighWater) startReading();
}

void Connection::dispatch() {
  current_ = std::make_shared<Exchange>();
  current_->server = server_.shared_from_this();
  current_->connection = this;
  current_->head = std::move(parser_.head());
  current_->body = std::move(parser_.body());
  parser_.body().clear();
  current_->bodyIsDone = parser_.isDone();
  current_->isHead = current_->head.method() == "HEAD";
  current_->remote = addressOf(socket_);
  current_->begun = uv_hrtime();
  setPhase(Phase::Handling, server_.options.requestTimeout);
  server_.counters->requests++;
  server_.dispatch(current_);
}

// --- output ------------------------------------------------------------------------------------------------------------

size_t Connection::queued() const { return socket_.write_queue_size; }

void Connection::send(std::string_view head, std::string_view body) {
  if (phase_ == Phase::Closing || !tls_) return sendBytes(head, body);
  std::string sealed;
  if (!tls_->seal(head, &sealed) || !tls_->seal(body, &sealed)) return close();
  sendBytes(sealed, {});
}

void Connection::sendBytes(std::string_view head, std::string_view body) {
  if (phase_ == Phase::Closing) return;
  uv_buf_t parts[] = {
      uv_buf_init(const_cast<char*>(head.data()), static_cast<unsigned>(head.size())),
      uv_buf_init(const_cast<char*>(body.data()), static_cast<unsigned>(body.size()))};
  auto* const stream = reinterpret_cast<uv_stream_t*>(&socket_);
  size_t sent = 0;
  if (queued() == 0) {
    const int count = uv_try_write(stream, parts, body.empty() ? 1 : 2);
    if (count < 0 && count != UV_EAGAIN) return close();
    sent = static_cast<size_t>(std::max(count, 0));
    if (sent == head.size() + body.size()) return;
  }
  auto* write = new WriteRequest;
  const size_t ofHead = std::min(sent, head.size());
  write->bytes.append(head.substr(ofHead)).append(body.substr(sent - ofHead));
  write->request.data = write;
  uv_buf_t rest = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  if (writeDeadline_ == 0) writeDeadline_ = server_.now() + server_.options.writeTimeout;
  stalled_ = queued() + write->bytes.size();
  uv_write(&write->request, stream, &rest, 1, [](uv_write_t* request, int status) {
    Connection& self = connectionOf(request->handle);
    delete static_cast<WriteRequest*>(request->data);
    self.written(status);
  });
}

void Connection::written(int status) {
  if (phase_ == Phase::Closing) return;
  if (status < 0) return close();
  stalled_ = queued();
  writeDeadline_ = stalled_ == 0 ? 0 : server_.now() + server_.options.writeTimeout;
  if (current_ && stalled_ < HighWater) succeed(server_.context, current_->drained, Value::nil());
  if (webSocket_) webSocket_->sentSome();
  if (stalled_ == 0 && closesNext_) linger();
}

std::string Connection::headOf(const Reply& reply, bool hasBody, bool& keeps) const {
  std::string text;
  text.reserve(160 + reply.fields.size());
  char digits[24];
  const auto number = [&](uint64_t n) {
    text.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
  };
  text += "HTTP/1.1 ";
  number(static_cast<uint64_t>(reply.status));
  text.append(" ").append(reasonOf(reply.status)).append("\r\nDate: ").append(server_.date());
  text.append("\r\n").append(reply.fields);
  const bool isVersion11 = !current_ || current_->head.isVersion11;
  if (hasBody && !hasNoBody(reply.status) && !reply.hasLength) {
    text += "Content-Length: ";
    number(reply.body.size());
    text += "\r\n";
  } else if (!hasBody && current_->isChunked) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (!hasBody && !reply.hasLength) {
    keeps = false;  // the end of the connection is that of the body
  }
  if (!keeps)
    text += "Connection: close\r\n";
  else if (!isVersion11)
    text += "Connection: keep-alive\r\n";
  text += "\r\n";
  return text;
}

/// A request that is not understood, or did not come in time: answered without Gene code, and the last one.
void Connection::refuse(int status) {
  server_.counters->refused++;
  const std::string body = std::to_string(status) + " " + std::string(reasonOf(status)) + "\n";
  bool keeps = false;
  const Reply reply{
      .status = status, .fields = "Content-Type: text/plain; charset=utf-8\r\n", .body = body};
  setPhase(Phase::Refused, LingerTime);
  in_.clear();
  send(headOf(reply, true, keeps), body);
  if (phase_ != Phase::Closing) closeAfterWrites();
}

/// Behind the response to the current request: the body has to be read, and somebody has to ask for more.
bool Connection::mayKeepAlive(const Reply& reply) const {
  return current_->head.keepsAlive && !reply.closes && !server_.isStopping() &&
         current_->bodyIsDone && !current_->bodyIsBroken && (!inputEnded_ || !in_.empty());
}

void Connection::reply(const Reply& reply) {
  Exchange& exchange = *current_;
  keepsAlive_ = mayKeepAlive(reply);
  const std::string head = headOf(reply, true, keepsAlive_);
  exchange.status = reply.status;
  const bool sendsBody = !exchange.isHead && !hasNoBody(reply.status);
  exchange.sent = sendsBody ? reply.body.size() : 0;
  send(head, sendsBody ? reply.body : std::string_view());
  if (phase_ != Phase::Closing) responded();
}

void Connection::begin(const Reply& reply) {
  Exchange& exchange = *current_;
  keepsAlive_ = mayKeepAlive(reply);
  exchange.isChunked = exchange.head.isVersion11 && !reply.hasLength && !hasNoBody(reply.status);
  exchange.status = reply.status;
  exchange.phase = Exchange::Phase::Streaming;
  isStreaming_ = true;
  deadline_ = 0;
  send(headOf(reply, false, keepsAlive_), {});
}

void Connection::write(std::string_view part) {
  Exchange& exchange = *current_;
  if (part.empty() || exchange.isHead || hasNoBody(exchange.status)) return;
  exchange.sent += part.size();
  if (!exchange.isChunked) return send(part, {});
  char size[24];
  char* end = std::to_chars(size, size + 16, part.size(), 16).ptr;
  std::string framed;
  framed.reserve(part.size() + 24);
  framed.append(size, end).append("\r\n").append(part).append("\r\n");
  send(framed, {});
}

void Connection::finish() {
  if (current_->isChunked && !current_->isHead) send("0\r\n\r\n", {});
  if (phase_ != Phase::Closing) responded();
}

/// The response is finished, though perhaps not sent.
void Connection::responded() {
  const std::shared_ptr<Exchange> exchange = std::move(current_);
  exchange->connection = nullptr;
  exchange->phase = Exchange::Phase::Done;
  if (!exchange->bodyIsDone) exchange->bodyIsDone = exchange->bodyIsBroken = true;
  succeed(server_.context, exchange->arrived, Value::nil());
  succeed(server_.context, exchange->drained, Value::nil());
  server_.log(*exchange);
  isStreaming_ = false;
  if (!keepsAlive_ || server_.isStopping()) {
    setPhase(Phase::Refused, 0);  // until all is written
    return closeAfterWrites();
  }
  nextRequest();
}

void Connection::nextRequest() {
  parser_ = RequestParser(server_.options.limits);
  setPhase(Phase::Idle, server_.options.idleTimeout);
  if (!in_.empty()) advance();
  if (phase_ == Phase::Closing || phase_ == Phase::Refused || phase_ == Phase::Lingering) return;
  if (inputEnded_ && !current_) return closeAfterWrites();
  if (in_.size() <= HighWater) startReading();
}

// --- WebSockets --------------------------------------------------------------------------------------------------------

std::shared_ptr<WebSocket> Connection::upgrade(std::string fields,
                                               const WebSocketOptions& options) {
  const std::shared_ptr<Exchange> exchange = current_;
  bool keeps = true;
  exchange->status = 101;
  send(headOf({.status = 101, .fields = std::move(fields)}, true, keeps), {});
  auto socket = std::make_shared<WebSocket>(server_.context, options, this);
  if (phase_ == Phase::Closing) {
    socket->ended();
    return socket;
  }
  current_.reset();
  exchange->connection = nullptr;
  exchange->phase = Exchange::Phase::Done;
  server_.log(*exchange);
  webSocket_ = socket;
  setPhase(Phase::Upgraded, 0);
  startReading();
  if (!isAdvancing_) feedWebSocket();
  return socket;
}

void Connection::feedWebSocket() {
  const std::shared_ptr<WebSocket> socket = webSocket_;
  if (!in_.empty()) socket->received(std::exchange(in_, {}), server_.now());
}

void Connection::endWhenSent() {
  if (phase_ == Phase::Closing) return;
  webSocket_.reset();
  setPhase(Phase::Refused, 0);  // until all is written
  closeAfterWrites();
}

void Connection::leave() {
  if (webSocket_)
    webSocket_->close(GoingAway, "", server_.now());
  else if (isIdle())
    close();
}

}  // namespace gene::http
