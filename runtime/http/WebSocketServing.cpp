// WebSockets of a server: which requests become one, and the fiber that has it.

#include <algorithm>

#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Text.h"
#include "runtime/http/WebSocketValues.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"

namespace gene::http {
namespace {

// --- the handshake -----------------------------------------------------------------------------------------------------

/// Calls f(word) for the words of the fields with this name, which are lists; the first for which it is true.
template <class F>
std::string_view findWord(const Head& head, std::string_view name, F&& f) {
  for (const Head::Field& field : head.fields) {
    if (head.name(field) != name) continue;
    std::string_view rest = head.value(field);
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      if (f(trimmed(part))) return trimmed(part);
    }
  }
  return {};
}

bool hasWord(const Head& head, std::string_view name, std::string_view lower) {
  return !findWord(head, name, [&](std::string_view word) {
            return lowerCase(word) == lower;
          }).empty();
}

/// Pages of other sites may not use what the browser knows of this one.
bool mayConnect(const Head& head, const WebSocketRoute& route) {
  const std::string_view origin = head.field("origin");
  if (origin.empty()) return true;  // no browser
  if (!route.origins.empty())
    return std::ranges::any_of(route.origins,
                               [&](const std::string& o) { return o == "*" || o == origin; });
  const size_t host = origin.find("://");
  return host != std::string_view::npos &&
         lowerCase(origin.substr(host + 3)) == lowerCase(head.field("host"));
}

/// The status to refuse the request with; 0: it is as it has to be.
int refusalOf(const Exchange& exchange, const WebSocketRoute& route) {
  const Head& head = exchange.head;
  if (head.field("sec-websocket-version") != "13") return 426;
  if (!isHandshakeKey(head.field("sec-websocket-key")) || !exchange.bodyIsDone ||
      !exchange.body.empty())
    return 400;
  return mayConnect(head, route) ? 0 : 403;
}

void refuse(Exchange& exchange, int status) {
  const std::string body = std::to_string(status) + " " + std::string(reasonOf(status)) + "\n";
  std::string fields = "Content-Type: text/plain; charset=utf-8\r\n";
  if (status == 426) fields += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  const std::shared_ptr<Server> server = exchange.server;
  server->counters->refused++;
  exchange.connection->reply({.status = status, .fields = std::move(fields), .body = body});
  server->handlerEnded(exchange);
}

/// The fiber of a WebSocket: it is closed when the handler ends.
class WebSocketTask : public FiberTask {
 public:
  static const char Type;
  WebSocketTask(std::shared_ptr<Server> server, std::shared_ptr<WebSocket> socket, Value handler)
      : FiberTask(&Type),
        server_(std::move(server)),
        socket_(std::move(socket)),
        handler_(handler) {}
  void run(Context& context, Value instance) override {
    const std::shared_ptr<WebSocket> socket = socket_;
    const std::shared_ptr<Server> server = server_;
    const Value result = handled(context, handler_, instance);
    if (!result.isPending()) return socket->close(NormalClosure, "", uv_now(server->loop));
    reportFailure(context, *server, socket->state() == WebSocket::State::Open);
    socket->close(HandlerFailed, "", uv_now(server->loop));
  }

 private:
  const std::shared_ptr<Server> server_;
  const std::shared_ptr<WebSocket> socket_;
  const Value handler_;  // a field of the instance has it
};
const char WebSocketTask::Type = 0;

}  // namespace

const WebSocketRoute* webSocketRouteOf(const Exchange& exchange) {
  const Head& head = exchange.head;
  const auto& routes = exchange.server->options.webSockets;
  if (routes.empty() || head.method() != "GET" || !head.isVersion11 ||
      !hasWord(head, "upgrade", "websocket") || !hasWord(head, "connection", "upgrade"))
    return nullptr;
  const std::string path = pathOf(head);
  const auto found = std::ranges::find_if(
      routes, [&](const WebSocketRoute& r) { return r.path.empty() || r.path == path; });
  return found == routes.end() ? nullptr : &*found;
}

void openWebSocket(Context& context, const std::shared_ptr<Exchange>& exchange,
                   const WebSocketRoute& route, Value handler) {
  if (const int status = refusalOf(*exchange, route); status != 0) return refuse(*exchange, status);
  const Head& head = exchange->head;
  const std::string protocol(findWord(head, "sec-websocket-protocol", [&](std::string_view word) {
    return std::ranges::find(route.protocols, word) != route.protocols.end();
  }));
  std::string fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                       acceptKey(head.field("sec-websocket-key")) + "\r\n";
  if (!protocol.empty()) fields += "Sec-WebSocket-Protocol: " + protocol + "\r\n";
  const std::shared_ptr<Server> server = exchange->server;
  const auto socket = exchange->connection->upgrade(std::move(fields), route.options);
  socket->protocol = protocol;
  server->counters->webSockets++;
  server->handlerEnded(*exchange);  // it is no request any more
  InstanceObject* request =
      newResourceInstance(context, httpClass(context, "ServerRequest"),
                          std::make_unique<RequestResource>(exchange, Value::nil()));
  InstanceObject* instance = newWebSocket(context, socket, Value::object(request), handler);
  makeReady(schedulerOf(context),
            newResource(context, std::make_unique<WebSocketTask>(server, socket, handler)),
            Value::object(instance));
}

// --- options -------------------------------------------------------------------------------------------------------------

namespace {

bool wrongRoute(Context& context, const char* what) {
  raiseArgument(context, std::string("start_server requires ^websocket ") + what);
  return false;
}

/// An array of Strings, or none.
bool readTexts(Context& context, const MapObject* map, const char* name,
               std::vector<std::string>* texts) {
  const Value given = mapGet(map, Symbol::of(name));
  if (given.isAbsent() || given.isNil()) return true;
  if (isArray(given)) {
    const auto* array = as<ArrayObject>(given);
    for (uint32_t i = 0; i < array->size && isString(arrayAt(array, i)); i++)
      texts->emplace_back(stringView(arrayAt(array, i)));
    if (texts->size() == array->size) return true;
  }
  return wrongRoute(context, (std::string("^") + name + " to be an array of Strings").c_str());
}

bool readNumber(Context& context, const MapObject* map, const char* name, uint64_t* number) {
  const Value given = mapGet(map, Symbol::of(name));
  if (given.isAbsent() || given.isNil()) return true;
  if (!isInt(given) || asInt(given) < 0 || asInt(given) > UINT32_MAX)
    return wrongRoute(context, (std::string("^") + name + " to be an Int of at least 0").c_str());
  *number = static_cast<uint64_t>(asInt(given));
  return true;
}

bool readRoute(Context& context, Value given, std::vector<WebSocketRoute>* routes,
               std::vector<Value>* handlers) {
  if (!isMap(given)) return wrongRoute(context, "to be a Map, or an array of Maps");
  const auto* map = as<MapObject>(given);
  WebSocketRoute route;
  route.options.isServer = true;
  const Value path = mapGet(map, Symbol::of("path")), handler = mapGet(map, Symbol::of("handler"));
  if (isString(path))
    route.path = stringView(path);
  else if (!path.isAbsent() && !path.isNil())
    return wrongRoute(context, "^path to be a String");
  if (handler.isAbsent() || !isCallable(handler))
    return wrongRoute(context, "^handler to be a function");
  if (!readTexts(context, map, "origins", &route.origins) ||
      !readTexts(context, map, "protocols", &route.protocols) ||
      !readNumber(context, map, "max_message", &route.options.mostMessage) ||
      !readNumber(context, map, "ping_ms", &route.options.ping))
    return false;
  routes->push_back(std::move(route));
  handlers->push_back(handler);
  return true;
}

}  // namespace

bool readWebSocketRoutes(Context& context, Value given, std::vector<WebSocketRoute>* routes,
                         std::vector<Value>* handlers) {
  if (given.isNil()) return true;
  if (!isArray(given)) return readRoute(context, given, routes, handlers);
  const auto* array = as<ArrayObject>(given);
  for (uint32_t i = 0; i < array->size; i++)
    if (!readRoute(context, arrayAt(array, i), routes, handlers)) return false;
  return true;
}

}  // namespace gene::http
