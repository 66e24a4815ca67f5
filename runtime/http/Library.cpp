// genex/http: start_server, and what programs link that name something of it (Libraries.def). The functions are global, and
// members of the namespace as well.

#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Values.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"

namespace gene::http {
namespace {

/// The servers of a program that listen, in the hidden list that keeps them and their handlers.
constexpr const char* ServerList = "__http_servers";

class ServerResource : public NativeResource {
 public:
  static const char Type;
  explicit ServerResource(std::shared_ptr<Server> of)
      : NativeResource(&Type), server(std::move(of)) {}
  const std::shared_ptr<Server> server;
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

Server& serverAt(Context& context, const ArrayObject* list, uint32_t i) {
  return *resourceAs<ServerResource>(context, arrayAt(list, i))->server;
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

/// The handler of the server, in its field.
Value handlerOf(Context& context, const Server& server) {
  const ArrayObject* list = serverList(context);
  for (uint32_t i = 0; i < list->size; i++)
    if (&serverAt(context, list, i) == &server)
      return getField(context, as<InstanceObject>(arrayAt(list, i)), Symbol::of("handler"));
  return Value::nil();
}

void handle(std::shared_ptr<Exchange> exchange) {
  Context& context = exchange->server->context;
  const Value handler = handlerOf(context, *exchange->server);
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

bool readOptions(Context& context, Arguments args, Options* o) {
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
  uint32_t workers = 1;
  return numberOption(context, args, "workers", 1, &workers) &&
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
         numberOption(context, args, "max_body", 0, &o->limits.body);
}

// --- functions -------------------------------------------------------------------------------------------------------------

Value startServer(Context& context, Arguments args) {
  Options options;
  if (!isInt(args[0]) || asInt(args[0]) < 0 || asInt(args[0]) > 65535)
    return raiseArgument(context, "start_server requires a port from 0 to 65535");
  if (!isCallable(args[1]) &&
      !(isInstance(args[1]) && !methodOf(context, args[1], sym::Call).isAbsent()))
    return raiseType(context, "start_server requires a function as handler");
  if (!readOptions(context, args, &options)) return Value::pending();
  options.port = static_cast<int>(asInt(args[0]));
  forgetEnded(context);
  const auto server = std::make_shared<Server>(context, std::move(options), handle);
  if (const int error = server->listen(); error != 0)
    return raise(context, ErrorClass::Network,
                 "Failed to listen on " + server->options.host + ":" +
                     std::to_string(server->options.port) + ": " + uv_strerror(error));
  InstanceObject* instance = newResourceInstance(context, httpClass(context, "Server"),
                                                 std::make_unique<ServerResource>(server));
  setField(context, instance, Symbol::of("port"), Value::smallInt(server->port()));
  setField(context, instance, Symbol::of("handler"), args[1]);
  arrayPush(context, serverList(context), Value::object(instance));
  return Value::object(instance);
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
  return Value::object(resource->server->stop(static_cast<uint64_t>(timeout)));
}

Value serverStatus(Context& context, Arguments) {
  forgetEnded(context);
  const ArrayObject* list = serverList(context);
  Counters sum;
  uint64_t active = 0, waiting = 0, open = 0;
  for (uint32_t i = 0; i < list->size; i++) {
    const Server& server = serverAt(context, list, i);
    active += server.active();
    waiting += server.waiting();
    open += server.open();
    sum.requests += server.counters.requests;
    sum.connections += server.counters.connections;
    sum.refused += server.counters.refused;
    sum.overloaded += server.counters.overloaded;
    sum.timeouts += server.counters.timeouts;
    sum.errors += server.counters.errors;
  }
  MapObject* map = newMap(context);
  const std::pair<const char*, uint64_t> entries[] = {
      {"servers", list->size},  {"requests", sum.requests},     {"active", active},
      {"queued", waiting},      {"open_connections", open},     {"connections", sum.connections},
      {"refused", sum.refused}, {"overloaded", sum.overloaded}, {"timeouts", sum.timeouts},
      {"errors", sum.errors}};
  for (const auto& [name, number] : entries)
    mapPut(context, map, Symbol::of(name), newInt(context, static_cast<int64_t>(number)));
  return Value::object(map);
}

constexpr BuiltinRow rows[] = {
    {"start_server", startServer,
     "port handler ^host ^concurrent ^workers ^max_in_flight ^queue_limit ^overload_status "
     "^request_timeout_ms ^head_timeout_ms ^body_timeout_ms ^idle_timeout_ms ^write_timeout_ms "
     "^max_head ^max_headers ^max_body ^stream ^log -> Instance",
     "Rrwac",
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
  setResourceLayout(defineClass(context, "genex/http/Server"), {"port", "handler"});
  setResourceLayout(defineClass(context, "genex/http/EventStream"));
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
