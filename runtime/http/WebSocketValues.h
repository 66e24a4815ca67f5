#pragma once
// What Gene code has of a WebSocket: genex/http/WebSocket.

#include <memory>
#include <optional>

#include "runtime/http/Server.h"
#include "runtime/http/Values.h"
#include "runtime/http/WebSocket.h"

namespace gene::http {

/// A WebSocket as values have it, which are the instance and iterators over its messages: the last one that forgets it ends it.
struct HeldWebSocket {
  const std::shared_ptr<WebSocket> socket;
  explicit HeldWebSocket(std::shared_ptr<WebSocket> of) : socket(std::move(of)) {}
  HeldWebSocket(const HeldWebSocket&) = delete;
  HeldWebSocket& operator=(const HeldWebSocket&) = delete;
  ~HeldWebSocket();
};

/// The instance of a WebSocket. `request` is what it began with on a server, `handler` what runs for it; else nil.
InstanceObject* newWebSocket(Context& context, std::shared_ptr<WebSocket> socket, Value request,
                             Value handler);

/// ^websocket of start_server: a Map, or an array of them. The handlers, in the order of the routes, go to *handlers. False with an
/// exception.
bool readWebSocketRoutes(Context& context, Value given, std::vector<WebSocketRoute>* routes,
                         std::vector<Value>* handlers);
/// The route for a request that wants to become a WebSocket; null for others.
const WebSocketRoute* webSocketRouteOf(const Exchange& exchange);
/// Does so, and starts `handler` for it on a fiber; or refuses the request.
void openWebSocket(Context& context, const std::shared_ptr<Exchange>& exchange,
                   const WebSocketRoute& route, Value handler);

/// Waits until a WebSocket to a server is open (ws:, wss:); null with an exception.
struct WebSocketOrder {
  std::string url;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string> protocols;
  uint64_t timeout = 30'000;  // milliseconds; 0: none
  WebSocketOptions options;
  std::optional<std::string> proxy;
  std::string authorities;
};
std::shared_ptr<WebSocket> connectWebSocket(Context& context, WebSocketOrder order);

}  // namespace gene::http
