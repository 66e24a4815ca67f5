// genex/http: start_server, and what programs link that name something of it (Libraries.def). The functions are global, and
// members of the namespace as well.

#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Fleet.h"
#include "runtime/http/Values.h"
#include "runtime/http/WebSocketValues.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"

namespace gene::http {
namespace {

/// The servers of a program that listen, in the hidden list that keeps them and their handlers.
constexpr const char* ServerList = "__http_servers";

/// One of this thread, or a fleet.
class ServerResource : public NativeResource {
 public:
  static const char Type;
  explicit ServerResource(std::shared_ptr<Server> of)
      : NativeResource(&Type), server(std::move(of)), fleet(server->fleet) {}
  explicit ServerResource(std::shared_ptr<Fleet> of)
      : NativeResource(&Type), fleet(std::move(of)) {}

  [[nodiscard]] bool isRunning() const { return server ? server->isRunning() : fleet->isRunning(); }
  FutureObject* stop(uint64_t timeout) const {
    return server ? server->stop(timeout) : fleet->stop(timeout);
  }
  /// Calls f(counters) for each thread's.
  template <class F>
  void forEachCounters(F&& f) const {
    if (!fleet) return f(*server->counters);
    for (const auto& counters : fleet->counters()) f(*counters);
  }

  const std::shared_ptr<Server> server;  // null of a fleet
  const std::shared_ptr<Fleet> fleet;    // its, or that of which the server is a member
};
const char ServerResource::Type = 0;

ArrayObject* serverList(Context& context) {
  const Symbol name = Symbol::of(ServerList);
  const Value found = namespaceGet(context.dollars, name);
  if (isArray(found)) return as<ArrayObject>(found);
  ArrayObject* list = newArray(context, 0);
  namespaceSet(context, context.dollars, name, Value::object(list));
  return list;
}

ServerResource& serverAt(Context& context, const ArrayObject* list, uint32_t i) {
  return *resourceAs<ServerResource>(context, arrayAt(list, i));
}

/// Forgets those that have ended.
void forgetEnded(Context& context) {
  ArrayObject* list = serverList(context);
  for (uint32_t i = 0; i < list->size;)
    if (serverAt(context, list, i).isRunning())
      i++;
    else
      arrayErase(list, i, i + 1);
}

/// A field of the server's instance.
Value fieldOf(Context& context, const Server& server, const char* name) {
  const ArrayObject* list = serverList(context);
  for (uint32_t i = 0; i < list->size; i++)
    if (serverAt(context, list, i).server.get() == &server)
      return getField(context, as<InstanceObject>(arrayAt(list, i)), Symbol::of(name));
  return Value::nil();
}

void handle(std::shared_ptr<Exchange> exchange) {
  Server& server = *exchange->server;
  Context& context = server.context;
  if (const WebSocketRoute* route = webSocketRouteOf(*exchange)) {
    const Value handlers = fieldOf(context, server, "sockets");
    const auto index = static_cast<uint32_t>(route - server.options.webSockets.data());
    return openWebSocket(context, exchange, *route, arrayAt(as<ArrayObject>(handlers), index));
  }
  const Value handler = fieldOf(context, server, "handler");
  InstanceObject* request =
      newResourceInstance(context, httpClass(context, "ServerRequest"),
                          std::make_unique<RequestResource>(std::move(exchange), handler));
  makeReady(schedulerOf(context), resourceValue(context, Value::object(request)),
            Value::object(request));
}

// --- options -------------------------------------------------------------------------------------------------------------

/// ^NAME, an Int of at least `least`, where it is given.
template <class T>
bool numberOption(Context& context, Arguments args, const char* name, int64_t least, T* number) {
  const Value given = keywordArgument(args, name);
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= least && asInt(given) <= UINT32_MAX) {
    *number = static_cast<T>(asInt(given));
    return true;
  }
  raiseArgument(context, "start_server requires ^" + std::string(name) +
                             " to be an Int of at least " + std::to_string(least));
  return false;
}

/// ^tls {^cert file ^key file}
bool readTls(Context& context, Value given, Options* o) {
  if (given.isNil()) return true;
  const auto* map = isMap(given) ? as<MapObject>(given) : nullptr;
  const Value certificate = map ? mapGet(map, Symbol::of("cert")) : Value::nil();
  const Value key = map ? mapGet(map, Symbol::of("key")) : Value::nil();
  if (!isString(certificate) || !isString(key)) {
    raiseArgument(context, "start_server requires ^tls to be a Map with the files ^cert and ^key");
    return false;
  }
  const std::string files[] = {std::string(stringView(certificate)), std::string(stringView(key))};
  for (const std::string& file : files)
    if (!mayUse(context, Permission::Read, file)) return false;
  std::string failure;
  o->tls = TlsIdentity::read(files[0], files[1], &failure);
  if (!o->tls) raise(context, ErrorClass::Network, "start_server ^tls: " + failure);
  return o->tls != nullptr;
}

bool readOptions(Context& context, Arguments args, Options* o, uint32_t* workers) {
  const Value host = keywordArgument(args, "host");
  if (!host.isNil() && !isString(host)) {
    raiseType(context, "start_server requires ^host to be a String");
    return false;
  }
  if (isString(host)) o->host = stringView(host);
  const Value concurrent = keywordArgument(args, "concurrent");
  if (!concurrent.isNil() && concurrent.isFalsy()) o->inFlight = 1;
  o->streamsBodies = keywordArgument(args, "stream").isTruthy();
  o->logs = keywordArgument(args, "log").isTruthy();
  return numberOption(context, args, "workers", 1, workers) &&
         numberOption(context, args, "max_in_flight", 1, &o->inFlight) &&
         numberOption(context, args, "queue_limit", 0, &o->queue) &&
         numberOption(context, args, "overload_status", 400, &o->overloadStatus) &&
         numberOption(context, args, "request_timeout_ms", 0, &o->requestTimeout) &&
         numberOption(context, args, "head_timeout_ms", 0, &o->headTimeout) &&
         numberOption(context, args, "body_timeout_ms", 0, &o->bodyTimeout) &&
         numberOption(context, args, "idle_timeout_ms", 0, &o->idleTimeout) &&
         numberOption(context, args, "write_timeout_ms", 1, &o->writeTimeout) &&
         numberOption(context, args, "max_head", 64, &o->limits.head) &&
         numberOption(context, args, "max_headers", 1, &o->limits.fields) &&
         numberOption(context, args, "max_body", 0, &o->limits.body) &&
         readTls(context, keywordArgument(args, "tls"), o);
}

// --- functions -------------------------------------------------------------------------------------------------------------

Value arrayOf(Context& context, const std::vector<Value>& values) {
  return Value::object(newArrayFrom(context, values.data(), static_cast<uint32_t>(values.size())));
}

/// The instance by which the program knows the server.
Value keepServer(Context& context, std::unique_ptr<ServerResource> resource, int port,
                 Value handler, Value sockets) {
  InstanceObject* instance =
      newResourceInstance(context, httpClass(context, "Server"), std::move(resource));
  setField(context, instance, Symbol::of("port"), Value::smallInt(port));
  setField(context, instance, Symbol::of("handler"), handler);
  setField(context, instance, Symbol::of("sockets"), sockets);
  arrayPush(context, serverList(context), Value::object(instance));
  return Value::object(instance);
}

Value cannotListen(Context& context, const Options& options, int error) {
  return raise(context, ErrorClass::Network,
               "Failed to listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                   uv_strerror(error));
}

void serveMember(Context& context, const std::shared_ptr<Server>& server, Value handler,
                 Value sockets) {
  keepServer(context, std::make_unique<ServerResource>(server), server->port(), handler, sockets);
}

Value startFleet(Context& context, const Options& options, uint32_t workers, Value handler,
                 const std::vector<Value>& sockets) {
  if (context.isBeside)
    return raise(context, ErrorClass::Concurrency,
                 "start_server ^workers: only the program's own thread starts others");
  if (!isKind(handler, Kind::Function))
    return raiseType(context, "start_server ^workers requires a function as handler");
  if (!reserveThreads(context, workers, "start_server ^workers")) return Value::pending();
  const auto fleet = std::make_shared<Fleet>(startedWorker(context), options);
  if (const int error = fleet->listen(); error != 0) return cannotListen(context, options, error);
  if (!fleet->start(handler, sockets, workers, handle, serveMember)) return Value::pending();
  return keepServer(context, std::make_unique<ServerResource>(fleet), fleet->port(), handler,
                    arrayOf(context, sockets));
}

Value startServer(Context& context, Arguments args) {
  Options options;
  uint32_t workers = 1;
  if (!isInt(args[0]) || asInt(args[0]) < 0 || asInt(args[0]) > 65535)
    return raiseArgument(context, "start_server requires a port from 0 to 65535");
  if (!isCallable(args[1]) &&
      !(isInstance(args[1]) && !methodOf(context, args[1], sym::Call).isAbsent()))
    return raiseType(context, "start_server requires a function as handler");
  std::vector<Value> sockets;
  if (!readOptions(context, args, &options, &workers) ||
      !readWebSocketRoutes(context, keywordArgument(args, "websocket"), &options.webSockets,
                           &sockets))
    return Value::pending();
  options.port = static_cast<int>(asInt(args[0]));
  if (!mayName(context, Permission::Net, options.host)) return Value::pending();
  forgetEnded(context);
  // Who handles N requests at a time has no work for more threads.
  workers = std::min(workers, options.inFlight);
  if (workers > 1 && !isDebugged(context))
    return startFleet(context, options, workers, args[1], sockets);
  const auto server =
      std::make_shared<Server>(context, std::move(options), handle, std::make_shared<Counters>());
  if (const int error = server->listen(); error != 0)
    return cannotListen(context, server->options, error);
  return keepServer(context, std::make_unique<ServerResource>(server), server->port(), args[1],
                    arrayOf(context, sockets));
}

Value stopServer(Context& context, Arguments args) {
  auto* resource = resourceAs<ServerResource>(context, args[0]);
  if (!resource) return raise(context, ErrorClass::Exception, "The server was not started");
  int64_t timeout = 30'000;
  const Value given = keywordArgument(args, "timeout_ms");
  if (isInt(given) && asInt(given) >= 0)
    timeout = asInt(given);
  else if (!given.isNil())
    return raiseArgument(context, "Server.stop requires ^timeout_ms to be an Int of at least 0");
  return Value::object(resource->stop(static_cast<uint64_t>(timeout)));
}

Value serverStatus(Context& context, Arguments) {
  forgetEnded(context);
  const ArrayObject* list = serverList(context);
  MapObject* map = newMap(context);
  mapPut(context, map, Symbol::of("servers"), Value::smallInt(list->size));
  static constexpr std::pair<const char*, Counter Counters::*> entries[] = {
      {"requests", &Counters::requests},       {"active", &Counters::active},
      {"queued", &Counters::waiting},          {"open_connections", &Counters::open},
      {"connections", &Counters::connections}, {"refused", &Counters::refused},
      {"overloaded", &Counters::overloaded},   {"timeouts", &Counters::timeouts},
      {"errors", &Counters::errors},           {"websockets", &Counters::webSockets}};
  for (const auto& [name, counter] : entries) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < list->size; i++)
      serverAt(context, list, i).forEachCounters([&](const Counters& c) { sum += c.*counter; });
    mapPut(context, map, Symbol::of(name), newInt(context, static_cast<int64_t>(sum)));
  }
  return Value::object(map);
}

constexpr BuiltinRow rows[] = {
    {"start_server", startServer,
     "port handler ^host ^concurrent ^workers ^max_in_flight ^queue_limit ^overload_status "
     "^request_timeout_ms ^head_timeout_ms ^body_timeout_ms ^idle_timeout_ms ^write_timeout_ms "
     "^max_head ^max_headers ^max_body ^stream ^log ^websocket ^tls -> Instance",
     "RrwacN",
     "has `handler` called with each request that comes to the port (0: one that is free): a "
     "Server. Options: docs/book/http.md",
     Missing{"start_server requires a port and a handler"}},
    {"http_server_status", serverStatus, "-> Map", "Rrwac", "a Map of counters over all servers"},
};
constexpr BuiltinRow serverRows[] = {
    {"stop", stopServer, "^timeout_ms -> Future", "Rrwac",
     "takes no more requests; a future that ends when those in progress are answered, or after "
     "`^timeout_ms`, 30,000"},
};

}  // namespace
}  // namespace gene::http

namespace gene {

#define HTTP_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
BUILTIN_TABLE(httpServerFunctions, "", Functions, http::rows)
BUILTIN_TABLE(httpServerTable, "genex/http/Server", Methods, http::serverRows)

namespace {

constexpr const BuiltinTable* tables[] = {
#define HTTP_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
};

}  // namespace

GENE_LIBRARY(http) {
  ClassObject* request = defineClass(context, "genex/http/ServerRequest");
  setResourceLayout(request);
  request->lazyField = http::requestField;
  setResourceLayout(defineClass(context, "genex/http/Response"), {"status", "headers", "body"});
  setResourceLayout(defineClass(context, "genex/http/Server"), {"port", "handler", "sockets"});
  setResourceLayout(defineClass(context, "genex/http/EventStream"));
  setResourceLayout(defineClass(context, "genex/http/WebSocket"),
                    {"request", "protocol", "handler"});
  setResourceLayout(defineClass(context, "genex/http/ResponseStream"));
  http::defineClientClasses(context);
  NamespaceObject* ns = namespaceAt(context, "genex/http");
  for (const BuiltinTable* table : tables) {
    defineTable(context, *table);
    if (table->members == Methods || *table->owner) continue;
    for (const BuiltinFunction& function : table->functions)
      forEachName(function.names, [&](std::string_view text) {
        const Symbol name = Symbol::of(text);
        namespaceSet(context, ns, name, namespaceGet(context.globals, name));
      });
  }
}

}  // namespace gene
