// Responses: respond, redirect, and how what a handler gives becomes one (14 system §14.8).

#include "runtime/abi/Entry.h"
#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"

namespace gene::http {

ClassObject* httpClass(Context& context, const char* name) {
  return as<ClassObject>(namespaceGet(namespaceAt(context, "genex/http"), Symbol::of(name)));
}

Value newResponse(Context& context, int64_t status, Value headers, Value body) {
  InstanceObject* response = newInstance(context, httpClass(context, "Response"));
  setField(context, response, Symbol::of("status"), newInt(context, status));
  setField(context, response, Symbol::of("headers"),
           headers.isNil() ? Value::object(newMap(context)) : headers);
  setField(context, response, Symbol::of("body"), body);
  return Value::object(response);
}

namespace {

/// What the server says itself.
bool isOurs(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "date" ||
         name == "keep-alive";
}

bool addLine(Context& context, std::string_view name, Value value, FieldLines* lines) {
  const std::string text = displayText(context, value);
  if (!isFieldName(name) || !isFieldValue(text)) {
    raiseArgument(context, "A header cannot be sent: " + std::string(name));
    return false;
  }
  const std::string lower = lowerCase(name);
  if (isOurs(lower)) return true;
  if (lower == "connection") {
    lines->closes = lowerCase(text) == "close";
    return true;
  }
  if (lower == "content-type") lines->hasType = true;
  lines->text.append(name).append(": ").append(text).append("\r\n");
  return true;
}

}  // namespace

bool fieldLines(Context& context, Value headers, FieldLines* lines) {
  if (headers.isNil() || headers.isVoid()) return true;
  if (!isMap(headers)) {
    raiseType(context, "The headers of a response must be a Map");
    return false;
  }
  const auto* map = as<MapObject>(headers);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    const std::string_view name = map->entries[i].key.get().symbol().text();
    const Value value = map->entries[i].value.get();
    const uint32_t count = isArray(value) ? as<ArrayObject>(value)->size : 1;
    for (uint32_t k = 0; k < count; k++)
      if (!addLine(context, name, isArray(value) ? arrayAt(as<ArrayObject>(value), k) : value,
                   lines))
        return false;
  }
  return true;
}

bool bodyText(Context& context, Value body, std::string* text) {
  if (body.isNil() || body.isVoid()) return true;
  if (isString(body)) {
    *text = stringView(body);
  } else if (auto* bytes = asOrNull<BytesObject>(body, Kind::Bytes)) {
    text->assign(reinterpret_cast<const char*>(bytes->data), bytes->size);
  } else {
    const Value json = jsonText(context, body);
    if (json.isPending()) return false;
    *text = stringView(json);
  }
  return true;
}

bool writePart(Context& context, const std::shared_ptr<Exchange>& exchange, std::string_view part) {
  if (exchange->connection) exchange->connection->write(part);
  while (exchange->connection && exchange->connection->queued() > Connection::HighWater) {
    Scheduler& s = schedulerOf(context);
    FutureObject* future = hasEnded(exchange->drained) ? beginOperation(context, exchange->drained)
                                                       : futureOf(s, exchange->drained);
    if (!waitForFuture(context, future, -1)) return false;
  }
  if (exchange->connection) return true;
  raise(context, ErrorClass::Network, "The client has closed the connection");
  return false;
}

namespace {

std::string_view typeOfBody(Value body) {
  if (isString(body)) return "text/html; charset=utf-8";
  if (isKind(body, Kind::Bytes) || isKind(body, Kind::Generator)) return "application/octet-stream";
  return "application/json";
}

/// The body's parts as the generator makes them.
bool sendGenerated(Context& context, const std::shared_ptr<Exchange>& exchange, Reply& reply,
                   Value generator) {
  exchange->connection->begin(reply);
  while (exchange->connection) {
    const Value part = gene_iter_next(&context, generator);
    if (part.isPending()) return false;
    if (part.isNotFound()) break;
    std::string text;
    if (!bodyText(context, part, &text)) return false;
    if (!writePart(context, exchange, text)) {
      if (exchange->connection) return false;
      takeException(context);  // nobody is interested in the rest
    }
  }
  if (exchange->connection) exchange->connection->finish();
  return true;
}

bool answerResponse(Context& context, const std::shared_ptr<Exchange>& exchange,
                    InstanceObject* response) {
  const auto field = [&](const char* name) {
    const Value v = getField(context, response, Symbol::of(name));
    return v.isAbsent() ? Value::nil() : v;
  };
  const Value body = field("body"), status = field("status");
  FieldLines lines;
  if (!fieldLines(context, field("headers"), &lines)) return false;
  if (!isInt(status) || asInt(status) < 200 || asInt(status) > 999) {
    raiseArgument(context, "The status of a response must be an Int from 200 to 999");
    return false;
  }
  Reply reply{.status = static_cast<int>(asInt(status)), .closes = lines.closes};
  if (!lines.hasType && !body.isNil())
    lines.text.append("Content-Type: ").append(typeOfBody(body)).append("\r\n");
  reply.fields = std::move(lines.text);
  if (auto* file = resourceAs<FileResource>(context, Value::object(response)))
    return sendFile(context, exchange, reply, Value::object(response), *file);
  if (isKind(body, Kind::Generator)) return sendGenerated(context, exchange, reply, body);
  if (isString(body)) {
    reply.body = stringView(body);
    exchange->connection->reply(reply);
    return true;
  }
  std::string text;
  if (!bodyText(context, body, &text)) return false;
  reply.body = text;
  if (exchange->connection) exchange->connection->reply(reply);
  return true;
}

}  // namespace

bool answer(Context& context, const std::shared_ptr<Exchange>& exchange, Value response) {
  if (!exchange->connection || exchange->phase != Exchange::Phase::Waiting) return true;
  if (response.isNil() || response.isVoid()) {
    exchange->connection->reply({.status = 404,
                                 .fields = "Content-Type: text/plain; charset=utf-8\r\n",
                                 .body = "Not Found\n"});
    return true;
  }
  if (isString(response)) response = newResponse(context, 200, Value::nil(), response);
  if (isInstance(response) && classOf(context, response) == httpClass(context, "Response"))
    return answerResponse(context, exchange, as<InstanceObject>(response));
  raiseType(context,
            "A handler must give a response, a String or nil, not " + kindName(context, response));
  return false;
}

namespace {

Value respond(Context& context, Arguments args) {
  FieldLines lines;
  if (args.count == 1 && !isInt(args[0])) return newResponse(context, 200, Value::nil(), args[0]);
  if (!isInt(args[0])) return raiseType(context, "respond requires an Int status");
  if (asInt(args[0]) < 200 || asInt(args[0]) > 999)
    return raiseArgument(context, "respond requires a status from 200 to 999");
  if (!fieldLines(context, args.at(2), &lines)) return Value::pending();
  return newResponse(context, asInt(args[0]), args.at(2), args.at(1));
}

Value redirect(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "redirect requires a String URL");
  const Value status = args.count > 1 ? args[1] : Value::smallInt(302);
  if (!isInt(status) || asInt(status) < 300 || asInt(status) > 399)
    return raiseArgument(context, "redirect requires a status from 300 to 399");
  MapObject* headers = newMap(context);
  mapPut(context, headers, Symbol::of("Location"), args[0]);
  FieldLines lines;
  if (!fieldLines(context, Value::object(headers), &lines)) return Value::pending();
  return newResponse(context, asInt(status), Value::object(headers), Value::nil());
}

constexpr BuiltinRow rows[] = {
    {"respond", respond, "status_or_body body? headers? -> Instance", "Rrwac",
     "a response: of a body, a status, or a status, a body and headers",
     Missing{"respond requires 1 to 3 arguments"}},
    {"redirect", redirect, "url status? -> Instance", "Rrwac",
     "a response that leads to another URL, with status 302", Missing{"redirect requires a URL"}},
};

}  // namespace
}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpRespondTable, "", Functions, http::rows)
}  // namespace gene
