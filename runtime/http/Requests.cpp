// ServerRequest: what a handler is given. Its fields are made when they are asked for.

#include <algorithm>

#include "runtime/Domain.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/http/Multipart.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"

namespace gene::http {

const char RequestResource::Type = 0;

RequestResource::RequestResource(std::shared_ptr<Exchange> of, Value h)
    : FiberTask(&Type), exchange(std::move(of)), handler(h) {}

RequestResource::~RequestResource() {
  if (!exchange->server->context.scheduler) return;  // the end of the program
  if (exchange->connection && exchange->phase == Exchange::Phase::Waiting)
    exchange->connection->reply({.status = 500});
  exchange->server->handlerEnded(*exchange);
}

void reportFailure(Context& context, Server& server, bool hasClient) {
  const auto* raised = classOf(context, context.exception);
  if (!hasClient && raised == errorClass(context, ErrorClass::Network)) {
    takeException(context);  // it wrote, and the client was gone
    return;
  }
  server.counters->errors++;
  RuntimeOptions options = runtimeOptionsFromEnvironment();
  options.programName = context.domain->programName;
  writeError(describeUncaught(context, options));
}

Value handled(Context& context, Value handler, Value argument) {
  Value result = call(context, handler, &argument, 1);
  while (!result.isPending() && isFuture(result)) {
    auto* future = as<FutureObject>(result);
    if (future->state == FutureObject::Pending && !waitForFuture(context, future, -1))
      return Value::pending();
    result = futureOutcome(context, future);
  }
  return result;
}

namespace {

/// The client hears only that something failed.
void answerFailure(Context& context, Exchange& exchange) {
  reportFailure(context, *exchange.server, exchange.connection != nullptr);
  if (!exchange.connection) return;
  if (exchange.phase == Exchange::Phase::Waiting)
    exchange.connection->reply({.status = 500,
                                .fields = "Content-Type: text/plain; charset=utf-8\r\n",
                                .body = "Internal Server Error\n"});
  else
    exchange.connection->close();  // the client sees that the body is not whole
}

}  // namespace

void RequestResource::run(Context& context, Value request) {
  const std::shared_ptr<Exchange> own = exchange;
  if (own->connection) {
    const Value result = handled(context, handler, request);
    if (result.isPending() || !answer(context, own, result)) answerFailure(context, *own);
  }
  own->server->handlerEnded(*own);
}

std::shared_ptr<Exchange> requestArgument(Context& context, Arguments args, const char* function) {
  RequestResource* found = args.count > 0 ? resourceAs<RequestResource>(context, args[0]) : nullptr;
  if (found) return found->exchange;
  raiseType(context, std::string(function) + " requires a request of a server");
  return nullptr;
}

bool waitForBody(Context& context, Exchange& exchange) {
  Scheduler& s = schedulerOf(context);
  FutureObject* future = hasEnded(exchange.arrived) ? beginOperation(context, exchange.arrived)
                                                    : futureOf(s, exchange.arrived);
  return waitForFuture(context, future, -1);
}

namespace {

/// Null, and raised, for an instance that no server has made.
Exchange* self(Context& context, Arguments args) {
  const auto exchange = requestArgument(context, args, "ServerRequest");
  return exchange.get();
}

/// Without the scheme and host that some clients, and proxies, send.
std::string_view pathAndQuery(const Head& head) {
  std::string_view target = head.target();
  if (target.starts_with('/') || target == "*") return target;
  target.remove_prefix(target.find("://") + 3);
  const size_t slash = target.find_first_of("/?");
  return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

}  // namespace

std::string pathOf(const Head& head) {
  const std::string_view target = pathAndQuery(head);
  const std::string path = percentDecoded(target.substr(0, target.find('?')), false);
  return path.empty() ? "/" : path;
}

namespace {

Value mapOf(Context& context, const std::vector<std::pair<std::string, std::string>>& fields) {
  MapObject* map = newMap(context);
  for (const auto& [name, value] : fields)
    mapPut(context, map, symbolOfString(checkedString(context, name)),
           checkedString(context, value));
  return Value::object(map);
}

/// Fields with one name become one, as RFC 9110 §5.3 says.
Value headersOf(Context& context, const Head& head) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Head::Field& f : head.fields) {
    const auto same = std::ranges::find(fields, head.name(f),
                                        [](const auto& p) { return std::string_view(p.first); });
    if (same == fields.end())
      fields.emplace_back(head.name(f), head.value(f));
    else
      same->second.append(same->first == "cookie" ? "; " : ", ").append(head.value(f));
  }
  return mapOf(context, fields);
}

Value cookiesOf(Context& context, const Head& head) {
  std::vector<std::pair<std::string, std::string>> cookies;
  for (const Head::Field& f : head.fields) {
    if (head.name(f) != "cookie") continue;
    std::string_view rest = head.value(f);
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      const size_t equals = part.find('=');
      if (equals == std::string_view::npos) continue;
      std::string_view value = trimmed(part.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      cookies.emplace_back(trimmed(part.substr(0, equals)), percentDecoded(value, false));
    }
  }
  return mapOf(context, cookies);
}

/// All of the body, for which a handler of `^stream true` may have to wait.
bool wholeBody(Context& context, Exchange& exchange) {
  std::string all;
  while (!exchange.bodyIsDone) {
    all += exchange.body;
    exchange.body.clear();
    if (exchange.connection) exchange.connection->bodyTaken();
    if (!waitForBody(context, exchange)) return false;
  }
  exchange.body.insert(0, all);
  if (!exchange.bodyIsBroken) return true;
  raise(context, ErrorClass::Network, "The body of the request is not whole");
  return false;
}

/// Texts as Strings, files as Maps.
Value multipartOf(Context& context, std::string_view type, std::string_view body) {
  std::vector<FormPart> parts;
  if (!readMultipart(type, body, &parts))
    return raise(context, ErrorClass::Parse, "The body of the request is no whole form");
  MapObject* map = newMap(context);
  for (const FormPart& part : parts) {
    Value value;
    if (part.isFile) {
      MapObject* file = newMap(context);
      mapPut(context, file, Symbol::of("filename"), checkedString(context, part.filename));
      mapPut(context, file, Symbol::of("type"), checkedString(context, part.type));
      mapPut(context, file, Symbol::of("bytes"), bytesOf(context, part.data));
      value = Value::object(file);
    } else {
      value = checkedString(context, part.data);
    }
    mapPut(context, map, symbolOfString(checkedString(context, part.name)), value);
  }
  return Value::object(map);
}

Value bodyParamsOf(Context& context, Exchange& exchange) {
  const std::string type = lowerCase(exchange.head.field("content-type"));
  if (!wholeBody(context, exchange)) return Value::pending();
  if (type.starts_with("application/x-www-form-urlencoded"))
    return mapOf(context, formFields(exchange.body));
  if (type.starts_with("multipart/form-data"))
    return multipartOf(context, exchange.head.field("content-type"), exchange.body);
  if (type.starts_with("application/json") && !exchange.body.empty()) {
    const Value parsed = parseJson(context, exchange.body);
    if (parsed.isPending() || isMap(parsed)) return parsed;
  }
  return Value::object(newMap(context));
}

Value makeField(Context& context, Exchange& exchange, std::string_view name) {
  const Head& head = exchange.head;
  if (name == "method") return newString(context, head.method());
  if (name == "url") return checkedString(context, head.target());
  if (name == "path") return checkedString(context, pathOf(head));
  if (name == "params") {
    const std::string_view target = pathAndQuery(head);
    const size_t query = std::min(target.find('?'), target.size());
    return mapOf(context, formFields(target.substr(std::min(query + 1, target.size()))));
  }
  if (name == "headers") return headersOf(context, head);
  if (name == "cookies") return cookiesOf(context, head);
  if (name == "remote") return newString(context, exchange.remote);
  if (name == "body")
    return wholeBody(context, exchange) ? checkedString(context, exchange.body) : Value::pending();
  if (name == "body_params") return bodyParamsOf(context, exchange);
  return Value::absent();
}

}  // namespace

Value requestField(Context& context, InstanceObject* request, Symbol name) {
  RequestResource* resource = resourceAs<RequestResource>(context, Value::object(request));
  if (!resource) return Value::absent();
  const Value made = makeField(context, *resource->exchange, name.text());
  if (!made.isPending() && !made.isAbsent()) setField(context, request, name, made);
  return made;
}

namespace {

/// The field, as a method.
Value field(Context& context, Arguments args, const char* name) {
  auto* request = as<InstanceObject>(args[0]);
  const Value known = getField(context, request, Symbol::of(name));
  if (!known.isAbsent()) return known;
  return self(context, args) ? requestField(context, request, Symbol::of(name)) : Value::pending();
}

Value method(Context& c, Arguments a) { return field(c, a, "method"); }
Value path(Context& c, Arguments a) { return field(c, a, "path"); }
Value url(Context& c, Arguments a) { return field(c, a, "url"); }
Value params(Context& c, Arguments a) { return field(c, a, "params"); }
Value headers(Context& c, Arguments a) { return field(c, a, "headers"); }
Value cookies(Context& c, Arguments a) { return field(c, a, "cookies"); }
Value remote(Context& c, Arguments a) { return field(c, a, "remote"); }
Value body(Context& c, Arguments a) { return field(c, a, "body"); }
Value bodyParams(Context& c, Arguments a) { return field(c, a, "body_params"); }

Value bodyBytes(Context& context, Arguments args) {
  Exchange* exchange = self(context, args);
  if (!exchange || !wholeBody(context, *exchange)) return Value::pending();
  return bytesOf(context, exchange->body);
}

Value json(Context& context, Arguments args) {
  Exchange* exchange = self(context, args);
  if (!exchange || !wholeBody(context, *exchange)) return Value::pending();
  return parseJson(context, exchange->body);
}

Value read(Context& context, Arguments args) {
  Exchange* found = self(context, args);
  if (!found) return Value::pending();
  Exchange& exchange = *found;
  while (exchange.body.empty() && !exchange.bodyIsDone)
    if (!waitForBody(context, exchange)) return Value::pending();
  if (exchange.body.empty() && exchange.bodyIsBroken)
    return raise(context, ErrorClass::Network, "The body of the request is not whole");
  if (exchange.body.empty()) return Value::nil();
  const Value part = bytesOf(context, exchange.body);
  exchange.body.clear();
  if (exchange.connection) exchange.connection->bodyTaken();
  return part;
}

constexpr BuiltinRow rows[] = {
    {"method", method, "-> Value", "Rrwac",
     "GET, POST …; also the field `/method`, as all that follow"},
    {"path", path, "-> Value", "Rrwac", "the decoded path"},
    {"url", url, "-> Value", "Rrwac", "the target as the client sent it"},
    {"params", params, "-> Value", "Rrwac", "a Map of the query"},
    {"headers", headers, "-> Value", "Rrwac", "a Map of the fields, their names in lower case"},
    {"cookies", cookies, "-> Value", "Rrwac", "a Map of the cookies"},
    {"remote", remote, "-> Value", "Rrwac", "the address of the client"},
    {"body", body, "-> Value", "Rrwac", "the body as a String"},
    {"body_params", bodyParams, "-> Value", "Rrwac",
     "a Map of what a form, or JSON, in the body says"},
    {"body_bytes", bodyBytes, "-> Bytes", "Rrwac", "the body as Bytes"},
    {"json", json, "-> Value", "Rrwac", "the body's JSON as a value"},
    {"read", read, "-> Bytes|Nil", "Rrwac",
     "the next part of the body as Bytes, nil at the end: of `^stream true`"},
};

}  // namespace
}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpRequestTable, "genex/http/ServerRequest", Methods, http::rows)
}  // namespace gene
