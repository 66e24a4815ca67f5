#pragma once
// Bodies of responses that are read as they come: parts, lines, server-sent events. Each of them waits.

#include <memory>
#include <string>

#include "runtime/http/Client.h"

namespace gene::http {

/// A body that is still coming, of a response and the iterators over it: the last one that forgets it ends the transfer.
struct Reading {
  Context& context;
  const std::shared_ptr<Transfer> transfer;
  Reading(Context& c, std::shared_ptr<Transfer> of) : context(c), transfer(std::move(of)) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading();
};

/// Waits until there is something of the body, or its end; false with an exception.
bool waitForPart(Context& context, Transfer& transfer);
/// All that is still to come; false with an exception.
bool readRest(Context& context, Transfer& transfer, std::string* text);

/// The lines of a body.
class Lines {
 public:
  explicit Lines(std::shared_ptr<Reading> of) : reading_(std::move(of)) {}
  enum class Found : uint8_t { Line, End, Raised };
  Found next(Context& context, std::string* line);

 private:
  const std::shared_ptr<Reading> reading_;
  std::string rest_;
  size_t searched_ = 0;  // of it: there is no line end
};

struct ServerEvent {
  std::string event, data, id;
};

/// Server-sent events, as the HTML standard reads them.
class Events {
 public:
  explicit Events(std::shared_ptr<Reading> of) : lines_(std::move(of)) {}
  enum class Found : uint8_t { Event, End, Raised };
  Found next(Context& context, ServerEvent* event);

 private:
  Lines lines_;
  std::string id_;  // of the last one that had one
};

}  // namespace gene::http
