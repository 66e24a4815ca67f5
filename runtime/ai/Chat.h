#pragma once
// Conversations with a model: requests that are tried again, streams, calls of tools until the model has an answer.

#include <memory>
#include <optional>

#include "runtime/ai/Provider.h"
#include "runtime/http/Reading.h"

namespace gene::ai {

/// How a service is asked: what (new genex/ai/Client …) was given.
struct Service {
  const Provider* provider = nullptr;
  std::string url, key, model;
  uint32_t retries = 2;
  uint64_t retryDelay = 500;  // milliseconds before the first one, then twice as long each time
  uint64_t timeout = 120'000;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// The HTTP request of a question; nothing, and raised, where it has no JSON.
std::optional<http::Order> orderOf(Context& context, const Service& service,
                                   const Question& question);

/// One answer of the service, maybe while it comes. Waits; ends with its last part.
class Exchange {
 public:
  Exchange(Service service, http::Order order)
      : service_(std::move(service)), order_(std::move(order)) {}
  /// Asks, again where that may help; false with an exception.
  bool begin(Context& context);
  /// Reads the next part of a stream, whose text is then behind `answer.text`; false at the end, and with an exception.
  bool next(Context& context);
  Answer answer;

 private:
  enum class Tried : uint8_t { Begun, Raised, Again };
  Tried tryOnce(Context& context, bool isLast, uint64_t* wait);
  bool readWhole(Context& context);

  Service service_;
  http::Order order_;
  std::unique_ptr<http::Events> events_;
};

/// A future of the Reply to a conversation. `tools` may be nil; `onText` is called with the pieces of a stream, or nil.
Value startChat(Context& context, Service service, const Question& question, Value onText,
                int64_t mostTurns);

}  // namespace gene::ai
