#include "runtime/http/WebSocket.h"

#include <sys/random.h>

#include "runtime/async/Scheduler.h"

namespace gene::http {
namespace {

/// For the other side to answer a Close.
constexpr uint64_t CloseTime = 5'000;
/// A message that waits counts as so many bytes more.
constexpr size_t MessageCost = 64;

}  // namespace

WebSocket::WebSocket(Context& c, const WebSocketOptions& options, WebSocketTransport* transport)
    : context(c),
      options_(options),
      transport_(transport),
      reader_(options.isServer, options.mostMessage) {}

// --- output ------------------------------------------------------------------------------------------------------------

void WebSocket::write(Opcode opcode, std::string_view payload) {
  if (!transport_) return;
  unsigned char mask[4];
  if (!options_.isServer && getrandom(mask, sizeof mask, 0) != sizeof mask) return fail(BrokenOff);
  transport_->writeBytes(frameOf(opcode, payload, options_.isServer ? nullptr : mask));
}

void WebSocket::send(Opcode opcode, std::string_view payload) {
  if (state_ == State::Open) write(opcode, payload);
}

void WebSocket::close(int why, std::string_view text, uint64_t now) {
  if (state_ != State::Open) return;
  state_ = State::Closing;
  closeDeadline_ = now + CloseTime;
  const std::shared_ptr<WebSocket> self = shared_from_this();
  write(Opcode::Close, closePayload(why, text));
  if (state_ != State::Closing) return;
  messages_.clear();
  held_ = 0;
  isHeldBack_ = false;
  if (transport_) transport_->wantBytes(true);
}

void WebSocket::abandon() {
  if (state_ == State::Open) write(Opcode::Close, closePayload(GoingAway, ""));
  finish(GoingAway, "");
}

/// What the other side did was wrong: it is told so, and heard no more.
void WebSocket::fail(CloseCode why) {
  if (state_ == State::Closed) return;
  if (state_ == State::Open && why != BrokenOff) write(Opcode::Close, closePayload(why, ""));
  finish(why, "");
}

/// The WebSocket is closed; the transport ends when all is sent.
void WebSocket::finish(int why, std::string_view text) {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  code = why;
  reason = text;
  WebSocketTransport* const transport = std::exchange(transport_, nullptr);
  if (transport && why == BrokenOff)
    transport->endNow();
  else if (transport)
    transport->endWhenSent();
  for (Operation* operation : {&arrived, &drained, &closed})
    succeed(context, *operation, Value::nil());
}

// --- input -------------------------------------------------------------------------------------------------------------

void WebSocket::received(std::string_view bytes, uint64_t now) {
  const std::shared_ptr<WebSocket> self = shared_from_this();
  heard_ = now;
  hasAsked_ = false;
  reader_.put(bytes);
  Message message;
  while (state_ != State::Closed && reader_.next(&message)) handle(std::move(message));
  if (state_ != State::Closed && reader_.wrong() != 0) fail(reader_.wrong());
  if (state_ == State::Open && held_ > HighWater && !isHeldBack_) {
    isHeldBack_ = true;
    transport_->wantBytes(false);
  }
}

void WebSocket::handle(Message message) {
  switch (message.opcode) {
    case Opcode::Ping: return send(Opcode::Pong, message.payload);
    case Opcode::Pong:
    case Opcode::Continuation: return;
    case Opcode::Close:
      // The answer has the same code.
      if (state_ == State::Open)
        write(Opcode::Close, std::string_view(message.payload).substr(0, 2));
      return finish(closeCodeOf(message.payload),
                    message.payload.size() > 2 ? message.payload.substr(2) : "");
    case Opcode::Text:
    case Opcode::Binary: break;
  }
  if (state_ != State::Open) return;
  held_ += message.payload.size() + MessageCost;
  messages_.push_back(std::move(message));
  succeed(context, arrived, Value::nil());
}

Message WebSocket::takeMessage() {
  Message message = std::move(messages_.front());
  messages_.pop_front();
  held_ -= message.payload.size() + MessageCost;
  if (isHeldBack_ && held_ <= HighWater / 2) {
    isHeldBack_ = false;
    if (transport_) transport_->wantBytes(true);
  }
  return message;
}

void WebSocket::sentSome() {
  if (!isCrowded()) succeed(context, drained, Value::nil());
}

void WebSocket::ended() {
  const std::shared_ptr<WebSocket> self = shared_from_this();
  finish(BrokenOff, "");
}

void WebSocket::tick(uint64_t now) {
  const std::shared_ptr<WebSocket> self = shared_from_this();
  if (state_ == State::Closing && now >= closeDeadline_) return finish(BrokenOff, "");
  if (state_ != State::Open || options_.ping == 0 || isHeldBack_) return;
  if (heard_ == 0) heard_ = now;
  if (now < heard_ + options_.ping * (hasAsked_ ? 2 : 1)) return;
  if (hasAsked_) return finish(BrokenOff, "");
  hasAsked_ = true;
  write(Opcode::Ping, "");
}

}  // namespace gene::http
