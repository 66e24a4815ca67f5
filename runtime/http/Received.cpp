// Responses that the client got: whole ones, and those whose body is read as it comes, also by lines and by server-sent events.

#include <algorithm>

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/http/Reading.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/support/Utf8.h"

namespace gene::http {
namespace {

/// Behind a Response with such a body.
class BodyResource : public NativeResource {
 public:
  static const char Type;
  explicit BodyResource(std::shared_ptr<Reading> of)
      : NativeResource(&Type), reading(std::move(of)) {}
  const std::shared_ptr<Reading> reading;
};
const char BodyResource::Type = 0;

/// Fields with one name become one, as RFC 9110 §5.3 says; those of Set-Cookie an array.
Value headersOf(Context& context, const Transfer& transfer) {
  MapObject* map = newMap(context);
  for (const auto& [name, value] : transfer.fields) {
    const Symbol key = symbolOfString(checkedString(context, name));
    const Value text = checkedString(context, value);
    const Value known = mapGet(map, key);
    if (name == "set-cookie") {
      if (known.isAbsent())
        mapPut(context, map, key, Value::object(newArrayFrom(context, &text, 1)));
      else
        arrayPush(context, as<ArrayObject>(known), text);
    } else if (known.isAbsent()) {
      mapPut(context, map, key, text);
    } else {
      mapPut(context, map, key,
             checkedString(context, std::string(stringView(known)) + ", " + value));
    }
  }
  return Value::object(map);
}

Value textOrBytes(Context& context, std::string_view body) {
  return utf8::isValid(body) ? newString(context, body) : bytesOf(context, body);
}

// --- lines and events ------------------------------------------------------------------------------------------------------

/// What both iterators share: one value ahead.
class BodyIterator : public NativeResource {
 public:
  static const char Type;
  BodyIterator() : NativeResource(&Type) {}
  Value next(Context& context) override {
    if (hasAhead_) {
      hasAhead_ = false;
      return ahead_ ? make(context) : Value::notFound();
    }
    bool isThere = false;
    if (!read(context, &isThere)) return Value::pending();
    return isThere ? make(context) : Value::notFound();
  }
  bool hasNext(Context& context) override {
    if (!hasAhead_) {
      if (!read(context, &ahead_)) return false;
      hasAhead_ = true;
    }
    return ahead_;
  }

 protected:
  /// Reads the next one; false with an exception.
  virtual bool read(Context& context, bool* isThere) = 0;
  virtual Value make(Context& context) = 0;

 private:
  bool hasAhead_ = false, ahead_ = false;
};
const char BodyIterator::Type = 0;

class LineIterator : public BodyIterator {
 public:
  explicit LineIterator(std::shared_ptr<Reading> of) : lines_(std::move(of)) {}
  bool read(Context& context, bool* isThere) override {
    const Lines::Found found = lines_.next(context, &line_);
    *isThere = found == Lines::Found::Line;
    return found != Lines::Found::Raised;
  }
  Value make(Context& context) override { return checkedString(context, line_); }

 private:
  Lines lines_;
  std::string line_;
};

class EventIterator : public BodyIterator {
 public:
  explicit EventIterator(std::shared_ptr<Reading> of) : events_(std::move(of)) {}
  bool read(Context& context, bool* isThere) override {
    const Events::Found found = events_.next(context, &event_);
    *isThere = found == Events::Found::Event;
    return found != Events::Found::Raised;
  }
  Value make(Context& context) override {
    MapObject* map = newMap(context);
    const auto put = [&](const char* name, std::string_view text) {
      mapPut(context, map, Symbol::of(name), checkedString(context, text));
    };
    put("event", event_.event);
    put("data", event_.data);
    put("id", event_.id);
    return Value::object(map);
  }

 private:
  Events events_;
  ServerEvent event_;
};

// --- methods ---------------------------------------------------------------------------------------------------------------

/// The body of a Response, of which a stream gives what is still to come; false with an exception.
bool wholeBody(Context& context, Value response, std::string* text) {
  if (const auto* stream = resourceAs<BodyResource>(context, response))
    return readRest(context, *stream->reading->transfer, text);
  const Value body = getField(context, as<InstanceObject>(response), Symbol::of("body"));
  return body.isAbsent() || bodyText(context, body, text);
}

std::shared_ptr<Reading> streamOf(Context& context, Arguments args, const char* method) {
  if (const auto* stream = resourceAs<BodyResource>(context, args[0])) return stream->reading;
  raise(context, ErrorClass::Exception,
        std::string("Response.") + method + " requires a response to a request with ^stream true");
  return nullptr;
}

Value json(Context& context, Arguments args) {
  std::string text;
  if (!wholeBody(context, args[0], &text)) return Value::pending();
  return parseJson(context, text);
}

Value text(Context& context, Arguments args) {
  std::string all;
  if (!wholeBody(context, args[0], &all)) return Value::pending();
  return checkedString(context, all);
}

Value bytes(Context& context, Arguments args) {
  std::string all;
  if (!wholeBody(context, args[0], &all)) return Value::pending();
  return bytesOf(context, all);
}

Value read(Context& context, Arguments args) {
  const auto reading = streamOf(context, args, "read");
  if (!reading || !waitForPart(context, *reading->transfer)) return Value::pending();
  std::string& body = reading->transfer->body;
  if (body.empty()) return Value::nil();
  const Value part = bytesOf(context, body);
  body.clear();
  return part;
}

template <class T>
Value iterator(Context& context, Arguments args, const char* method) {
  auto reading = streamOf(context, args, method);
  if (!reading) return Value::pending();
  return Value::object(
      newResourceIterator(context, newResource(context, std::make_unique<T>(std::move(reading)))));
}
Value linesOf(Context& c, Arguments a) { return iterator<LineIterator>(c, a, "lines"); }
Value eventsOf(Context& c, Arguments a) { return iterator<EventIterator>(c, a, "events"); }

Value close(Context& context, Arguments args) {
  if (const auto* stream = resourceAs<BodyResource>(context, args[0])) {
    Transfer& transfer = *stream->reading->transfer;
    transfer.abort();
    transfer.body.clear();
    transfer.hasFailed = false;  // there is nothing more, and that is no mistake
    transfer.client.settle();
  }
  return Value::nil();
}

constexpr BuiltinRow rows[] = {
    {"json", json, "-> Value", "Rrwac", "the JSON in the body as a value"},
    {"text", text, "-> String", "Rrwac",
     "the body as a String; of a stream: what is still to come"},
    {"bytes", bytes, "-> Bytes", "Rrwac", "the same as Bytes"},
    {"read", read, "-> Bytes|Nil", "Rrwac",
     "the next part of the body as Bytes, nil at the end: of requests with `^stream true`, as "
     "those "
     "that follow"},
    {"lines", linesOf, "-> Iterator", "Rrwac", "its lines for a `for` loop, as they come"},
    {"events", eventsOf, "-> Iterator", "Rrwac",
     "its server-sent events for a `for` loop: Maps with `event`, `data`, `id`"},
    {"close", close, "-> Nil", "Rrwac", "wants no more of it"},
};

}  // namespace

Value responseOf(Context& context, const std::shared_ptr<Transfer>& transfer) {
  const bool isStream = transfer->order.isStream;
  InstanceObject* response =
      isStream ? newResourceInstance(
                     context, httpClass(context, "Response"),
                     std::make_unique<BodyResource>(std::make_shared<Reading>(context, transfer)))
               : newInstance(context, httpClass(context, "Response"));
  setField(context, response, Symbol::of("status"), newInt(context, transfer->status));
  setField(context, response, Symbol::of("headers"), headersOf(context, *transfer));
  setField(context, response, Symbol::of("body"),
           isStream ? Value::nil() : textOrBytes(context, transfer->body));
  return Value::object(response);
}

}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpResponseTable, "genex/http/Response", Methods, http::rows)
}  // namespace gene
