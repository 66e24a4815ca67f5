// What programs call to ask other servers: http_get and its like, and gene/Request (14 system §14.8).

#include "runtime/abi/Entry.h"
#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Client.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"

namespace gene::http {
namespace {

constexpr size_t HighWater = size_t{256} << 10;  // of a body that is made faster than it is sent

// --- bodies that a generator makes ---------------------------------------------------------------------------------------

/// Runs the generator beside the request.
class Upload : public FiberTask {
 public:
  static const char Type;
  explicit Upload(std::shared_ptr<Transfer> of) : FiberTask(&Type), transfer(std::move(of)) {}
  void run(Context& context, Value generator) override {
    const std::shared_ptr<Transfer> own = transfer;
    if (sendAll(context, *own, generator))
      own->endParts();
    else
      own->failWith(takeException(context));
  }

 private:
  static bool sendAll(Context& context, Transfer& to, Value generator) {
    while (!to.isDone) {
      const Value part = gene_iter_next(&context, generator);
      if (part.isPending()) return false;
      if (part.isNotFound()) return true;
      std::string text;
      if (!bodyText(context, part, &text)) return false;
      to.addPart(text);
      while (!to.isDone && to.unsent() > HighWater)
        if (!waitForFuture(context, beginOperation(context, to.sentSome), -1)) return false;
    }
    return true;
  }

  const std::shared_ptr<Transfer> transfer;
};
const char Upload::Type = 0;

// --- arguments -------------------------------------------------------------------------------------------------------------

template <class T>
bool numberOption(Context& context, Arguments args, const char* function, const char* name,
                  T* number) {
  const Value given = keywordArgument(args, name);
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= 0 && asInt(given) <= INT32_MAX) {
    *number = static_cast<T>(asInt(given));
    return true;
  }
  raiseArgument(context,
                std::string(function) + " requires ^" + name + " to be an Int of at least 0");
  return false;
}

bool textOption(Context& context, Arguments args, const char* function, const char* name,
                std::string* text) {
  const Value given = keywordArgument(args, name);
  if (given.isNil()) return true;
  if (isString(given)) {
    *text = stringView(given);
    return true;
  }
  raiseType(context, std::string(function) + " requires ^" + name + " to be a String");
  return false;
}

bool addField(Context& context, std::string_view name, Value value, Order* order) {
  const std::string text = displayText(context, value);
  if (!isFieldName(name) || !isFieldValue(text)) {
    raiseArgument(context, "A header cannot be sent: " + std::string(name));
    return false;
  }
  order->fields.emplace_back(name, text);
  return true;
}

/// Calls f(name, value) for the entries of a Map, several times where the value is an array.
template <class F>
bool eachEntry(Context& context, Value given, const char* function, const char* what, F&& f) {
  if (given.isNil() || given.isVoid()) return true;
  if (!isMap(given)) {
    raiseType(context, std::string(function) + " requires " + what + " to be a Map");
    return false;
  }
  const auto* map = as<MapObject>(given);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    const std::string_view name = map->entries[i].key.get().symbol().text();
    const Value value = map->entries[i].value.get();
    if (!isArray(value)) {
      if (!f(name, value)) return false;
      continue;
    }
    for (uint32_t k = 0; k < as<ArrayObject>(value)->size; k++)
      if (!f(name, arrayAt(as<ArrayObject>(value), k))) return false;
  }
  return true;
}

bool setUrl(Context& context, Value url, Arguments args, const char* function, Order* order) {
  if (!isString(url)) {
    raiseType(context, std::string(function) + " requires a String URL");
    return false;
  }
  order->url = stringView(url);
  const std::string lower = lowerCase(order->url.substr(0, 8));
  if (!lower.starts_with("http://") && !lower.starts_with("https://")) {
    raiseArgument(context,
                  std::string(function) + " requires a URL of http or https: " + order->url);
    return false;
  }
  if (!sandbox::allowsName(Permission::Net, sandbox::hostOf(order->url))) {
    raiseRefused(context, Permission::Net, order->url);
    return false;
  }
  std::string query;
  const bool taken =
      eachEntry(context, keywordArgument(args, "params"), function, "^params",
                [&](std::string_view name, Value value) {
                  if (!query.empty()) query += '&';
                  query += percentEncoded(name) + "=" + percentEncoded(displayText(context, value));
                  return true;
                });
  if (!taken || query.empty()) return taken;
  const size_t end = std::min(order->url.find('#'), order->url.size());
  const bool hasQuery = order->url.find('?') < end;
  order->url.insert(end, (hasQuery ? "&" : "?") + query);
  return true;
}

bool setBody(Context& context, Value body, Order* order) {
  if (body.isNil() || body.isVoid()) return true;
  order->hasBody = true;
  order->hasParts = isKind(body, Kind::Generator);
  if (!order->hasParts && !bodyText(context, body, &order->body)) return false;
  for (const auto& [name, value] : order->fields)
    if (lowerCase(name) == "content-type") return true;
  order->fields.emplace_back("Content-Type", isString(body) ? "text/plain; charset=utf-8"
                                             : isKind(body, Kind::Bytes) || order->hasParts
                                                 ? "application/octet-stream"
                                                 : "application/json");
  return true;
}

/// Begins the request that the arguments describe; its future.
Value request(Context& context, Arguments args, const char* function, std::string_view method,
              Value url, Value headers, Value body) {
  Order order;
  order.method = method;
  const auto field = [&](std::string_view name, Value value) {
    return addField(context, name, value, &order);
  };
  order.isStream = keywordArgument(args, "stream").isTruthy();
  order.hasProxy = !keywordArgument(args, "proxy").isNil();
  const bool isRead =
      setUrl(context, url, args, function, &order) &&
      eachEntry(context, headers, function, "headers", field) &&
      eachEntry(context, keywordArgument(args, "headers"), function, "^headers", field) &&
      numberOption(context, args, function, "timeout_ms", &order.timeout) &&
      numberOption(context, args, function, "connect_timeout_ms", &order.connectTimeout) &&
      numberOption(context, args, function, "max_redirects", &order.redirects) &&
      numberOption(context, args, function, "max_body", &order.mostBody) &&
      textOption(context, args, function, "proxy", &order.proxy) &&
      textOption(context, args, function, "ca_file", &order.authorities) &&
      setBody(context, body, &order);
  if (!isRead) return Value::pending();
  // Through a proxy any host can be reached.
  if (order.hasProxy && !sandbox::grantsAll(Permission::Net))
    return raiseRefused(context, Permission::Net, order.proxy);
  if (!order.authorities.empty() && !mayUse(context, Permission::Read, order.authorities))
    return Value::pending();
  Client* client = clientOf(context);
  if (!client) return Value::pending();
  const bool hasParts = order.hasParts;
  const auto transfer = std::make_shared<Transfer>(*client, std::move(order));
  FutureObject* future = client->start(transfer);
  if (hasParts)
    makeReady(schedulerOf(context), newResource(context, std::make_unique<Upload>(transfer)), body);
  return Value::object(future);
}

Value get(Context& c, Arguments a) {
  return request(c, a, "http_get", "GET", a[0], Value::nil(), Value::nil());
}
Value post(Context& c, Arguments a) {
  return request(c, a, "http_post", "POST", a[0], Value::nil(), argument(a, 1));
}
Value put(Context& c, Arguments a) {
  return request(c, a, "http_put", "PUT", a[0], Value::nil(), argument(a, 1));
}
Value patch(Context& c, Arguments a) {
  return request(c, a, "http_patch", "PATCH", a[0], Value::nil(), argument(a, 1));
}
Value remove(Context& c, Arguments a) {
  return request(c, a, "http_delete", "DELETE", a[0], Value::nil(), argument(a, 1));
}

// --- gene/Request ------------------------------------------------------------------------------------------------------------

constexpr const char* RequestFields[] = {"url", "method", "headers", "body"};

Value initialize(Context& context, Arguments args) {
  auto* self = as<InstanceObject>(args[0]);
  if (!isString(args[1])) return raiseType(context, "Request requires a String URL");
  for (uint32_t i = 0; i < std::size(RequestFields); i++)
    setField(context, self, Symbol::of(RequestFields[i]), argument(args, i + 1));
  return args[0];
}

Value send(Context& context, Arguments args) {
  const auto field = [&](const char* name) {
    const Value v = getField(context, as<InstanceObject>(args[0]), Symbol::of(name));
    return v.isAbsent() ? Value::nil() : v;
  };
  const Value given = field("method");
  std::string method = given.isNil() ? "GET" : displayText(context, given);
  for (char& c : method)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (!isFieldName(method) || method == "CONNECT")
    return raiseArgument(context, "Request cannot be sent with the method " + method);
  return request(context, args, "Request", method, field("url"), field("headers"), field("body"));
}

#define OPTIONS                                                                               \
  "^headers ^params ^timeout_ms ^connect_timeout_ms ^max_redirects ^max_body ^stream ^proxy " \
  "^ca_file"

constexpr BuiltinRow rows[] = {
    {"http_get", get, "url " OPTIONS " -> Future", "RrwacN",
     "asks a server with GET: a future of a Response. Options: docs/book/http.md",
     Missing{"http_get requires a URL"}},
    {"http_post", post, "url body? " OPTIONS " -> Future", "RrwacN",
     "the same with POST and a body: a String, Bytes, a generator of parts, else JSON of it",
     Missing{"http_post requires a URL"}},
    {"http_put", put, "url body? " OPTIONS " -> Future", "RrwacN", "the same with PUT",
     Missing{"http_put requires a URL"}},
    {"http_patch", patch, "url body? " OPTIONS " -> Future", "RrwacN", "the same with PATCH",
     Missing{"http_patch requires a URL"}},
    {"http_delete", remove, "url body? " OPTIONS " -> Future", "RrwacN", "the same with DELETE",
     Missing{"http_delete requires a URL"}},
};
constexpr BuiltinRow requestRows[] = {
    {"new", initialize, "url method? headers? body? -> Value", "Rrwac",
     "a request with any method, GET where none is given", Missing{"Request requires a URL"},
     Initializer},
    {"send", send, OPTIONS " -> Future", "RrwacN",
     "sends it: a future of a Response. May be called again"},
};

}  // namespace

void defineClientClasses(Context& context) {
  ClassObject* request = defineClass(context, "gene/Request");
  std::vector<Symbol> layout;
  for (const char* name : RequestFields) layout.push_back(Symbol::of(name));
  setLayout(request, layout);
  namespaceSet(context, namespaceAt(context, "genex/http"), Symbol::of("Request"),
               Value::object(request));
}

}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpClientTable, "", Functions, http::rows)
BUILTIN_TABLE(httpClientRequestTable, "gene/Request", Methods, http::requestRows)
}  // namespace gene
