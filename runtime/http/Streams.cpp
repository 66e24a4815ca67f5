// Responses that are sent bit by bit: server-sent events, and streams of anything.

#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/http/Values.h"
#include "runtime/object/Print.h"

namespace gene::http {
namespace {

/// Behind an EventStream or ResponseStream.
class StreamResource : public NativeResource {
 public:
  static const char Type;
  explicit StreamResource(std::shared_ptr<Exchange> of)
      : NativeResource(&Type), exchange(std::move(of)) {}
  ~StreamResource() override {
    if (exchange->server->context.scheduler) finish();
  }
  void finish() const {
    if (exchange->connection) exchange->connection->finish();
  }
  const std::shared_ptr<Exchange> exchange;
};
const char StreamResource::Type = 0;

/// Sends the head of the response; the stream, an instance of a class of genex/http.
Value beginStream(Context& context, const std::shared_ptr<Exchange>& exchange,
                  const char* className, const Reply& reply) {
  if (!exchange->connection || exchange->phase != Exchange::Phase::Waiting)
    return raise(context, ErrorClass::Network,
                 exchange->connection ? "The request is answered already"
                                      : "The client has closed the connection");
  exchange->connection->begin(reply);
  return Value::object(newResourceInstance(context, httpClass(context, className),
                                           std::make_unique<StreamResource>(exchange)));
}

Value respondSse(Context& context, Arguments args) {
  const auto exchange = requestArgument(context, args, "respond_sse");
  if (!exchange) return Value::pending();
  return beginStream(context, exchange, "EventStream",
                     {.fields = "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n"});
}

Value respondStream(Context& context, Arguments args) {
  const auto exchange = requestArgument(context, args, "respond_stream");
  if (!exchange) return Value::pending();
  const Value status = args.count > 1 ? args[1] : Value::smallInt(200);
  if (!isInt(status) || asInt(status) < 200 || asInt(status) > 999)
    return raiseArgument(context, "respond_stream requires a status from 200 to 999");
  FieldLines lines;
  if (!fieldLines(context, args.at(2), &lines)) return Value::pending();
  return beginStream(context, exchange, "ResponseStream",
                     {.status = static_cast<int>(asInt(status)),
                      .fields = std::move(lines.text),
                      .closes = lines.closes});
}

std::shared_ptr<Exchange> self(Context& context, Arguments args) {
  auto* stream = resourceAs<StreamResource>(context, args[0]);
  if (stream) return stream->exchange;
  raise(context, ErrorClass::Exception, "The stream was not made by a server");
  return nullptr;
}

/// ^event, ^id or ^retry, which are one line.
bool addLine(Context& context, Arguments args, const char* name, std::string* text) {
  const Value given = keywordArgument(args, name);
  if (given.isNil()) return true;
  const std::string line = displayText(context, given);
  if (line.find_first_of("\r\n") != std::string::npos) {
    raiseArgument(context, "EventStream.send requires ^" + std::string(name) + " to be one line");
    return false;
  }
  text->append(name).append(": ").append(line).append("\n");
  return true;
}

Value send(Context& context, Arguments args) {
  const auto exchange = self(context, args);
  if (!exchange) return Value::pending();
  std::string event, data;
  for (const char* name : {"event", "id", "retry"})
    if (!addLine(context, args, name, &event)) return Value::pending();
  if (!bodyText(context, args.at(1), &data)) return Value::pending();
  for (size_t at = 0; at <= data.size();) {
    const size_t end = std::min(data.find_first_of("\r\n", at), data.size());
    event.append("data: ").append(data, at, end - at).append("\n");
    at = end + (data.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  }
  event += "\n";
  return writePart(context, exchange, event) ? Value::nil() : Value::pending();
}

Value write(Context& context, Arguments args) {
  const auto exchange = self(context, args);
  std::string part;
  if (!exchange || !bodyText(context, args.at(1), &part)) return Value::pending();
  return writePart(context, exchange, part) ? Value::nil() : Value::pending();
}

Value closeStream(Context& context, Arguments args) {
  const auto exchange = self(context, args);
  if (!exchange) return Value::pending();
  resourceAs<StreamResource>(context, args[0])->finish();
  return Value::nil();
}

Value isClosed(Context& context, Arguments args) {
  const auto exchange = self(context, args);
  return exchange ? Value::boolean(!exchange->connection) : Value::pending();
}

constexpr BuiltinRow rows[] = {
    {"respond_sse", respondSse, "request -> Instance", "Rrwac",
     "begins a response of server-sent events: an EventStream",
     Missing{"respond_sse requires a request of a server"}},
    {"respond_stream", respondStream, "request status? headers? -> Instance", "Rrwac",
     "begins a response with a status and headers: a ResponseStream",
     Missing{"respond_stream requires a request of a server"}},
};
constexpr BuiltinRow eventRows[] = {
    {"send", send, "value ^event ^id ^retry -> Nil", "Rrwac",
     "sends an event; `^event`, `^id`, `^retry`. Waits for slow clients, raises when they are "
     "gone"},
    {"close", closeStream, "-> Nil", "Rrwac", "ends the response"},
    {"closed?", isClosed, "-> Bool", "Rrwac", "has it ended, or is the client gone?"},
};
constexpr BuiltinRow streamRows[] = {
    {"write", write, "part -> Nil", "Rrwac",
     "sends a part of the body. Waits for slow clients, raises when they are gone"},
    {"close", closeStream, "-> Nil", "Rrwac", "ends the response"},
    {"closed?", isClosed, "-> Bool", "Rrwac", "has it ended, or is the client gone?"},
};

}  // namespace
}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpStreamTable, "", Functions, http::rows)
BUILTIN_TABLE(httpEventTable, "genex/http/EventStream", Methods, http::eventRows)
BUILTIN_TABLE(httpPartsTable, "genex/http/ResponseStream", Methods, http::streamRows)
}  // namespace gene
