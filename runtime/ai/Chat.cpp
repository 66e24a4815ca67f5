#include "runtime/ai/Chat.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/ai/Schema.h"
#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Json.h"
#include "runtime/http/Reading.h"
#include "runtime/object/Array.h"

namespace gene::ai {
namespace {

constexpr uint64_t LongestDelay = 60'000;  // milliseconds

bool maySucceedLater(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504 || status == 529;
}

/// Seconds in Retry-After, as milliseconds; 0 where it says nothing.
uint64_t retryAfter(const http::Transfer& transfer) {
  for (const auto& [name, value] : transfer.fields)
    if (name == "retry-after") return std::strtoull(value.c_str(), nullptr, 10) * 1000;
  return 0;
}

/// What a service says of an error: {error: {message, type}}, of one kind or the other.
Value raiseProvider(Context& context, const std::string& what, Value json) {
  Value error = fieldOf(json, "error");
  if (error.isNil()) error = json;
  std::string message = isString(error) ? textOf(error) : textOf(fieldOf(error, "message"));
  if (message.empty()) message = "the service gives no reason";
  std::string code = textOf(fieldOf(error, "code"));
  if (code.empty()) code = textOf(fieldOf(error, "type"));
  return raiseValue(context,
                    codedException(context, ErrorClass::Provider, what + ": " + message, code));
}

/// The JSON of a body; nil where it is none.
Value jsonOrNil(Context& context, std::string_view text) {
  const Value json = parseJson(context, text);
  if (!json.isPending()) return json;
  takeException(context);
  return Value::nil();
}

bool isOurs(Context& context, ErrorClass which) {
  return classOf(context, context.exception) == errorClass(context, which);
}

}  // namespace

std::optional<http::Order> orderOf(Context& context, const Service& service,
                                   const Question& question) {
  const Value body = service.provider->request(context, question);
  const Value text = body.isPending() ? body : jsonText(context, body);
  if (text.isPending()) return std::nullopt;
  http::Order order;
  order.method = "POST";
  order.url = service.url;
  order.fields = service.fields;
  order.fields.emplace_back("Content-Type", "application/json");
  if (!service.key.empty()) service.provider->addKey(service.key, &order.fields);
  order.body = stringView(text);
  order.hasBody = true;
  order.isStream = question.isStream;
  order.timeout = service.timeout;
  return order;
}

// --- one answer ------------------------------------------------------------------------------------------------------------

bool Exchange::begin(Context& context) {
  uint64_t delay = service_.retryDelay;
  for (uint32_t i = 0;; i++) {
    uint64_t wait = 0;
    switch (tryOnce(context, i == service_.retries, &wait)) {
      case Tried::Begun: return true;
      case Tried::Raised: return false;
      case Tried::Again: break;
    }
    // Some more for some, so that not all clients of a service that was down come back at once.
    const uint64_t pause =
        std::min(std::max(wait, delay + delay * (uv_hrtime() % 256) / 1024), LongestDelay);
    if (!sleepFor(context, static_cast<int64_t>(pause) * 1000)) return false;
    delay *= 2;
  }
}

Exchange::Tried Exchange::tryOnce(Context& context, bool isLast, uint64_t* wait) {
  http::Client* client = http::clientOf(context);
  if (!client) return Tried::Raised;
  const auto transfer = std::make_shared<http::Transfer>(*client, order_);
  FutureObject* future = client->start(transfer);
  if (!waitForFuture(context, future, -1)) {
    transfer->abort();
    return Tried::Raised;
  }
  if (futureOutcome(context, future).isPending()) {
    if (isLast || !isOurs(context, ErrorClass::Network)) return Tried::Raised;
    takeException(context);
    return Tried::Again;
  }
  const auto reading = std::make_shared<http::Reading>(context, transfer);
  if (transfer->status >= 200 && transfer->status < 300) {
    events_ = std::make_unique<http::Events>(reading);
    if (order_.isStream) return Tried::Begun;
    const Value json = parseJson(context, transfer->body);
    if (json.isPending()) return Tried::Raised;
    service_.provider->read(context, json, &answer);
    return Tried::Begun;
  }
  *wait = retryAfter(*transfer);
  std::string body;
  if (!isLast && maySucceedLater(transfer->status)) return Tried::Again;
  if (!http::readRest(context, *transfer, &body)) return Tried::Raised;
  raiseProvider(context, "POST " + order_.url + " failed with " + std::to_string(transfer->status),
                jsonOrNil(context, body));
  return Tried::Raised;
}

bool Exchange::next(Context& context) {
  http::ServerEvent event;
  if (events_->next(context, &event) != http::Events::Found::Event) return false;
  if (event.data == "[DONE]") return false;
  const Value json = parseJson(context, event.data);
  if (json.isPending()) return false;
  if (!fieldOf(json, "error").isNil()) {
    raiseProvider(context, "POST " + order_.url + " broke off", json);
    return false;
  }
  service_.provider->readEvent(context, json, &answer);
  return true;
}

// --- conversations -----------------------------------------------------------------------------------------------------------

namespace {

/// The calls of tools in an answer, as a conversation has them; 0 with an exception.
Value callsOf(Context& context, const Answer& answer) {
  ArrayObject* calls = newArray(context, static_cast<uint32_t>(answer.calls.size()));
  for (const ToolCall& call : answer.calls) {
    const Value arguments =
        parseJson(context, call.arguments.empty() ? std::string_view("{}") : call.arguments);
    if (arguments.isPending()) return arguments;
    MapObject* map = newMap(context);
    putText(context, map, "id", call.id);
    putText(context, map, "name", call.name);
    put(context, map, "arguments", arguments);
    arrayPush(context, calls, Value::object(map));
  }
  return Value::object(calls);
}

Value replyOf(Context& context, const Answer& answer, Value messages, Value calls) {
  auto* cls = as<ClassObject>(namespaceGet(namespaceAt(context, "genex/ai"), Symbol::of("Reply")));
  InstanceObject* reply = newInstance(context, cls);
  MapObject* usage = newMap(context);
  put(context, usage, "input", newInt(context, answer.inputTokens));
  put(context, usage, "output", newInt(context, answer.outputTokens));
  const std::pair<const char*, Value> fields[] = {{"text", checkedString(context, answer.text)},
                                                  {"tool_calls", calls},
                                                  {"messages", messages},
                                                  {"stop", checkedString(context, answer.stop)},
                                                  {"model", checkedString(context, answer.model)},
                                                  {"usage", Value::object(usage)}};
  for (const auto& [name, value] : fields) setField(context, reply, Symbol::of(name), value);
  return Value::object(reply);
}

Value toolNamed(Context& context, Value tools, std::string_view wanted) {
  for (uint32_t i = 0; !itemOf(tools, i).isNil(); i++) {
    std::string name;
    Value description, schema;
    if (!describeTool(context, itemOf(tools, i), &name, &description, &schema)) break;
    if (name == wanted) return itemOf(tools, i);
  }
  return Value::nil();
}

/// Calls the tools and puts their results behind the conversation; false with an exception.
bool callTools(Context& context, Value tools, Value calls, ArrayObject* messages) {
  for (uint32_t i = 0; !itemOf(calls, i).isNil(); i++) {
    const Value call = itemOf(calls, i);
    const std::string name = textOf(fieldOf(call, "name"));
    const Value tool = toolNamed(context, tools, name);
    bool failed = false;
    Value result = tool.isNil() ? newString(context, "There is no tool " + name)
                                : callTool(context, tool, fieldOf(call, "arguments"), &failed);
    if (!result.isPending() && !isString(result)) result = jsonText(context, result);
    if (result.isPending()) return false;
    MapObject* map = newMap(context);
    putText(context, map, "role", "tool");
    put(context, map, "id", fieldOf(call, "id"));
    putText(context, map, "name", name);
    put(context, map, "content", result);
    arrayPush(context, messages, Value::object(map));
  }
  return true;
}

/// A conversation, on a fiber of its own. What it has of Gene values lies in one array, the argument of `run`.
class Chat : public FiberTask {
 public:
  static const char Type;
  enum Part : uint8_t { Messages, Tools, System, Temperature, OnText, PartCount };
  Chat(Service service, int64_t mostTokens, int64_t mostTurns)
      : FiberTask(&Type),
        service_(std::move(service)),
        mostTokens_(mostTokens),
        turns_(mostTurns) {}
  void run(Context& context, Value parts) override {
    const Value result = talk(context, as<ArrayObject>(parts));
    if (result.isPending())
      fail(context, done, takeException(context));
    else
      succeed(context, done, result);
  }
  Operation done;

 private:
  Value talk(Context& context, const ArrayObject* parts);
  bool ask(Context& context, const Question& question, Value onText, Answer* answer);

  const Service service_;
  const int64_t mostTokens_, turns_;
};
const char Chat::Type = 0;

/// One answer; what of it comes is given to `onText`. False with an exception.
bool Chat::ask(Context& context, const Question& question, Value onText, Answer* answer) {
  std::optional<http::Order> order = orderOf(context, service_, question);
  if (!order) return false;
  Exchange exchange(service_, std::move(*order));
  if (!exchange.begin(context)) return false;
  size_t told = 0;
  while (question.isStream && !hasEnded(done) && exchange.next(context)) {
    const std::string& text = exchange.answer.text;
    if (text.size() == told) continue;
    const Value piece = checkedString(context, std::string_view(text).substr(told));
    told = text.size();
    if (call(context, onText, &piece, 1).isPending()) return false;
  }
  if (!context.exception.isPending()) return false;
  *answer = std::move(exchange.answer);
  return true;
}

Value Chat::talk(Context& context, const ArrayObject* parts) {
  auto* messages = as<ArrayObject>(arrayAt(parts, Messages));
  Question question{.model = service_.model,
                    .messages = Value::object(messages),
                    .tools = arrayAt(parts, Tools),
                    .system = arrayAt(parts, System),
                    .temperature = arrayAt(parts, Temperature),
                    .mostTokens = mostTokens_,
                    .isStream = !arrayAt(parts, OnText).isNil()};
  for (int64_t turn = 0; turn < turns_ && !hasEnded(done); turn++) {
    Answer answer;
    if (!ask(context, question, arrayAt(parts, OnText), &answer)) return Value::pending();
    const Value calls = callsOf(context, answer);
    if (calls.isPending()) return calls;
    MapObject* message = newMap(context);
    putText(context, message, "role", "assistant");
    putText(context, message, "content", answer.text);
    if (!answer.calls.empty()) put(context, message, "tool_calls", calls);
    arrayPush(context, messages, Value::object(message));
    if (answer.calls.empty() || question.tools.isNil())
      return replyOf(context, answer, Value::object(messages), calls);
    if (!callTools(context, question.tools, calls, messages)) return Value::pending();
  }
  return raise(context, ErrorClass::Provider,
               "The model has no answer after " + std::to_string(turns_) + " calls of tools");
}

}  // namespace

Value startChat(Context& context, Service service, const Question& question, Value onText,
                int64_t mostTurns) {
  const Value parts[Chat::PartCount] = {question.messages, question.tools, question.system,
                                        question.temperature, onText};
  auto chat = std::make_unique<Chat>(std::move(service), question.mostTokens, mostTurns);
  Chat& started = *chat;
  const Value task = newResource(context, std::move(chat));
  const Value argument = Value::object(newArrayFrom(context, parts, Chat::PartCount));
  started.done.isFinite = true;
  FutureObject* future = beginOperation(context, started.done);
  makeReady(schedulerOf(context), task, argument);
  return Value::object(future);
}

}  // namespace gene::ai
