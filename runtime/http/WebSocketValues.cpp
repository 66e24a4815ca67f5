#include "runtime/http/WebSocketValues.h"

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Text.h"
#include "runtime/object/Array.h"
#include "runtime/object/Future.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/support/Utf8.h"

namespace gene::http {

namespace {

class WebSocketResource : public NativeResource {
 public:
  static const char Type;
  explicit WebSocketResource(std::shared_ptr<HeldWebSocket> of)
      : NativeResource(&Type), held(std::move(of)) {}
  const std::shared_ptr<HeldWebSocket> held;
};
const char WebSocketResource::Type = 0;

}  // namespace

HeldWebSocket::~HeldWebSocket() {
  if (socket->context.scheduler) socket->abandon();  // nobody can close it any more
}

InstanceObject* newWebSocket(Context& context, std::shared_ptr<WebSocket> socket, Value request,
                             Value handler) {
  const Value protocol = newString(context, socket->protocol);
  InstanceObject* instance = newResourceInstance(
      context, httpClass(context, "WebSocket"),
      std::make_unique<WebSocketResource>(std::make_shared<HeldWebSocket>(std::move(socket))));
  setField(context, instance, Symbol::of("request"), request);
  setField(context, instance, Symbol::of("protocol"), protocol);
  setField(context, instance, Symbol::of("handler"), handler);
  return instance;
}

namespace {

std::shared_ptr<HeldWebSocket> heldBy(Context& context, Value value) {
  if (const auto* found = resourceAs<WebSocketResource>(context, value)) return found->held;
  raise(context, ErrorClass::Exception, "The WebSocket was not made by ws_connect or a server");
  return nullptr;
}

std::shared_ptr<WebSocket> self(Context& context, Value value) {
  const auto held = heldBy(context, value);
  return held ? held->socket : nullptr;
}

uint64_t nowOf(Context& context) {
  uv_update_time(eventLoop(context));
  return uv_now(eventLoop(context));
}

/// ^timeout_ms, -1 where there is none; false with an exception.
bool timeoutOf(Context& context, Arguments args, const char* function, int64_t* timeout) {
  const Value given = keywordArgument(args, "timeout_ms");
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= 0 && asInt(given) <= INT32_MAX) {
    *timeout = asInt(given);
    return true;
  }
  raiseArgument(context,
                std::string(function) + " requires ^timeout_ms to be an Int of at least 0");
  return false;
}

/// Waits for the operation, which others may wait for as well; false with an exception.
bool waitFor(Context& context, Operation& operation, int64_t timeout) {
  FutureObject* future = hasEnded(operation) ? beginOperation(context, operation)
                                             : futureOf(schedulerOf(context), operation);
  if (!waitForFuture(context, future, timeout < 0 ? -1 : timeout * 1000)) return false;
  if (future->state != FutureObject::Failure) return true;
  futureOutcome(context, future);
  return false;
}

bool waitForMessage(Context& context, WebSocket& socket, int64_t timeout) {
  while (!socket.hasMessage() && socket.state() == WebSocket::State::Open)
    if (!waitFor(context, socket.arrived, timeout)) return false;
  return true;
}

Value valueOf(Context& context, const Message& message) {
  return message.opcode == Opcode::Text ? newString(context, message.payload)
                                        : bytesOf(context, message.payload);
}

Value recv(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  int64_t timeout = -1;
  if (!socket || !timeoutOf(context, args, "WebSocket.recv", &timeout) ||
      !waitForMessage(context, *socket, timeout))
    return Value::pending();
  return socket->hasMessage() ? valueOf(context, socket->takeMessage()) : Value::nil();
}

Value send(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  std::string text;
  if (!socket || !bodyText(context, args[1], &text)) return Value::pending();
  const bool isBytes = isKind(args[1], Kind::Bytes);
  if (!isBytes && !utf8::isValid(text))
    return raiseArgument(context, "WebSocket.send requires a String that is UTF-8, or Bytes");
  if (socket->state() == WebSocket::State::Open)
    socket->send(isBytes ? Opcode::Binary : Opcode::Text, text);
  while (socket->state() == WebSocket::State::Open && socket->isCrowded())
    if (!waitFor(context, socket->drained, -1)) return Value::pending();
  if (socket->state() == WebSocket::State::Open) return Value::nil();
  return raise(context, ErrorClass::Network, "The WebSocket is closed");
}

Value close(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  if (!socket) return Value::pending();
  const Value code = args.count > 1 ? args[1] : Value::smallInt(NormalClosure);
  if (!isInt(code) || asInt(code) > UINT16_MAX || !isCloseCode(static_cast<int>(asInt(code))))
    return raiseArgument(
        context, "WebSocket.close requires a code: 1000 to 1003, 1007 to 1014, 3000 to 4999");
  if (args.count > 2 && !isString(args[2]))
    return raiseType(context, "WebSocket.close requires a String as reason");
  const std::string_view reason = args.count > 2 ? stringView(args[2]) : std::string_view();
  if (reason.size() > 123)
    return raiseArgument(context, "WebSocket.close requires a reason of at most 123 bytes");
  socket->close(static_cast<int>(asInt(code)), reason, nowOf(context));
  while (socket->state() != WebSocket::State::Closed)
    if (!waitFor(context, socket->closed, -1)) return Value::pending();
  return Value::nil();
}

Value isClosed(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  return socket ? Value::boolean(socket->state() != WebSocket::State::Open) : Value::pending();
}

Value closeCode(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  if (!socket) return Value::pending();
  return socket->state() == WebSocket::State::Closed ? Value::smallInt(socket->code) : Value::nil();
}

Value closeReason(Context& context, Arguments args) {
  const auto socket = self(context, args[0]);
  if (!socket) return Value::pending();
  return socket->state() == WebSocket::State::Closed ? checkedString(context, socket->reason)
                                                     : Value::nil();
}

/// The messages, for loops.
class MessageIterator : public NativeResource {
 public:
  static const char Type;
  explicit MessageIterator(std::shared_ptr<HeldWebSocket> of)
      : NativeResource(&Type), held_(std::move(of)) {}
  Value next(Context& context) override {
    WebSocket& socket = *held_->socket;
    if (!waitForMessage(context, socket, -1)) return Value::pending();
    return socket.hasMessage() ? valueOf(context, socket.takeMessage()) : Value::notFound();
  }
  bool hasNext(Context& context) override {
    return waitForMessage(context, *held_->socket, -1) && held_->socket->hasMessage();
  }

 private:
  const std::shared_ptr<HeldWebSocket> held_;
};
const char MessageIterator::Type = 0;

Value messages(Context& context, Arguments args) {
  auto held = heldBy(context, args[0]);
  if (!held) return Value::pending();
  return Value::object(newResourceIterator(
      context, newResource(context, std::make_unique<MessageIterator>(std::move(held)))));
}

// --- ws_connect ------------------------------------------------------------------------------------------------------------

bool readFields(Context& context, Value given, WebSocketOrder* order) {
  if (given.isNil()) return true;
  if (!isMap(given)) {
    raiseType(context, "ws_connect requires ^headers to be a Map");
    return false;
  }
  const auto* map = as<MapObject>(given);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    const std::string_view name = map->entries[i].key.get().symbol().text();
    const std::string text = displayText(context, map->entries[i].value.get());
    if (!isFieldName(name) || !isFieldValue(text)) {
      raiseArgument(context, "A header cannot be sent: " + std::string(name));
      return false;
    }
    order->fields.emplace_back(name, text);
  }
  return true;
}

bool readProtocols(Context& context, Value given, WebSocketOrder* order) {
  if (given.isNil()) return true;
  if (isArray(given)) {
    const auto* array = as<ArrayObject>(given);
    for (uint32_t i = 0; i < array->size; i++) {
      const Value word = arrayAt(array, i);
      if (!isString(word) || !isFieldName(stringView(word))) break;
      order->protocols.emplace_back(stringView(word));
    }
    if (order->protocols.size() == array->size) return true;
  }
  raiseArgument(context, "ws_connect requires ^protocols to be an array of names");
  return false;
}

bool readText(Context& context, Arguments args, const char* name, std::string* text) {
  const Value given = keywordArgument(args, name);
  if (isString(given)) *text = stringView(given);
  if (given.isNil() || isString(given)) return true;
  raiseType(context, std::string("ws_connect requires ^") + name + " to be a String");
  return false;
}

bool readNumber(Context& context, Arguments args, const char* name, uint64_t* number) {
  const Value given = keywordArgument(args, name);
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= 0 && asInt(given) <= INT32_MAX) {
    *number = static_cast<uint64_t>(asInt(given));
    return true;
  }
  raiseArgument(context,
                std::string("ws_connect requires ^") + name + " to be an Int of at least 0");
  return false;
}

/// Does the sandbox allow it? Through a proxy any host can be reached.
bool mayConnect(Context& context, const WebSocketOrder& order) {
  const bool hasProxy = order.proxy && !order.proxy->empty();
  const std::string asHttp = "http" + order.url.substr(2);
  if (hasProxy ? !sandbox::grantsAll(Permission::Net)
               : !sandbox::allowsName(Permission::Net, sandbox::hostOf(asHttp))) {
    raiseRefused(context, Permission::Net, hasProxy ? *order.proxy : order.url);
    return false;
  }
  return order.authorities.empty() || mayUse(context, Permission::Read, order.authorities);
}

Value connect(Context& context, Arguments args) {
  WebSocketOrder order;
  std::string proxy;
  if (!isString(args[0])) return raiseType(context, "ws_connect requires a String URL");
  order.url = stringView(args[0]);
  const std::string lower = lowerCase(order.url.substr(0, 6));
  if (!lower.starts_with("ws://") && !lower.starts_with("wss://"))
    return raiseArgument(context, "ws_connect requires a URL of ws or wss: " + order.url);
  if (!readFields(context, keywordArgument(args, "headers"), &order) ||
      !readProtocols(context, keywordArgument(args, "protocols"), &order) ||
      !readNumber(context, args, "timeout_ms", &order.timeout) ||
      !readNumber(context, args, "ping_ms", &order.options.ping) ||
      !readNumber(context, args, "max_message", &order.options.mostMessage) ||
      !readText(context, args, "ca_file", &order.authorities) ||
      !readText(context, args, "proxy", &proxy))
    return Value::pending();
  if (!keywordArgument(args, "proxy").isNil()) order.proxy = std::move(proxy);
  if (!mayConnect(context, order)) return Value::pending();
  auto socket = connectWebSocket(context, std::move(order));
  if (!socket) return Value::pending();
  return Value::object(newWebSocket(context, std::move(socket), Value::nil(), Value::nil()));
}

constexpr BuiltinRow rows[] = {
    {"ws_connect", connect,
     "url ^headers ^protocols ^timeout_ms ^ping_ms ^max_message ^proxy ^ca_file -> Instance",
     "RrwacN", "opens a WebSocket to a server (ws:, wss:) and waits until it is open: a WebSocket",
     Missing{"ws_connect requires a URL"}},
};
constexpr BuiltinRow socketRows[] = {
    {"recv", recv, "^timeout_ms -> String|Bytes|Nil", "Rrwac",
     "waits for the next message: a String or Bytes, nil when the WebSocket is closed"},
    {"messages", messages, "-> Iterator", "Rrwac", "the messages for a `for` loop, as they come"},
    {"send", send, "value -> Nil", "Rrwac",
     "sends a String, Bytes, or JSON of another value. Waits for slow readers, raises when the "
     "WebSocket is closed",
     Missing{"WebSocket.send requires a value"}},
    {"close", close, "code? reason? -> Nil", "Rrwac",
     "closes it, with code 1000, and waits until the other side has done so, at most 5 seconds"},
    {"closed?", isClosed, "-> Bool", "Rrwac", "is it closed, by whichever side?"},
    {"close_code", closeCode, "-> Int|Nil", "Rrwac",
     "the code with which it was closed: 1005 for none, 1006 when it broke off"},
    {"close_reason", closeReason, "-> String|Nil", "Rrwac", "what was said with it"},
};

}  // namespace
}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpConnectTable, "", Functions, http::rows)
BUILTIN_TABLE(httpWebSocketTable, "genex/http/WebSocket", Methods, http::socketRows)
}  // namespace gene
