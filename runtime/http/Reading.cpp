#include "runtime/http/Reading.h"

#include <algorithm>

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"

namespace gene::http {
namespace {

constexpr size_t LongestLine = size_t{16} << 20;

}  // namespace

Reading::~Reading() {
  if (context.scheduler) transfer->abort();  // else it is the end of the program
}

bool waitForPart(Context& context, Transfer& transfer) {
  Scheduler& s = schedulerOf(context);
  while (transfer.body.empty() && !transfer.isDone) {
    transfer.taken();
    if (!transfer.body.empty() || transfer.isDone) break;
    FutureObject* future = hasEnded(transfer.arrived) ? beginOperation(context, transfer.arrived)
                                                      : futureOf(s, transfer.arrived);
    if (!waitForFuture(context, future, -1)) return false;
  }
  if (!transfer.body.empty() || !transfer.hasFailed) return true;
  transfer.raiseFailure(context);
  return false;
}

bool readRest(Context& context, Transfer& transfer, std::string* text) {
  for (;;) {
    if (!waitForPart(context, transfer)) return false;
    if (transfer.body.empty()) return true;
    *text += transfer.body;
    transfer.body.clear();
  }
}

Lines::Found Lines::next(Context& context, std::string* line) {
  for (;;) {
    const size_t end = rest_.find('\n', searched_);
    if (end != std::string::npos) {
      line->assign(rest_, 0, end > 0 && rest_[end - 1] == '\r' ? end - 1 : end);
      rest_.erase(0, end + 1);
      searched_ = 0;
      return Found::Line;
    }
    searched_ = rest_.size();
    if (rest_.size() > LongestLine) {
      raise(context, ErrorClass::Network, "A line of the response is too long");
      return Found::Raised;
    }
    Transfer& transfer = *reading_->transfer;
    if (!waitForPart(context, transfer)) return Found::Raised;
    if (transfer.body.empty()) {
      if (rest_.empty()) return Found::End;
      *line = std::exchange(rest_, {});
      searched_ = 0;
      return Found::Line;
    }
    rest_ += transfer.body;
    transfer.body.clear();
  }
}

Events::Found Events::next(Context& context, ServerEvent* event) {
  event->event.clear();
  event->data.clear();
  bool hasData = false;
  for (std::string line;;) {
    switch (lines_.next(context, &line)) {
      case Lines::Found::Raised: return Found::Raised;
      case Lines::Found::End: return Found::End;  // what is not whole does not count
      case Lines::Found::Line: break;
    }
    if (line.empty()) {
      if (!hasData) {
        event->event.clear();
        continue;
      }
      if (event->event.empty()) event->event = "message";
      event->id = id_;
      return Found::Event;
    }
    const size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = std::string_view(line).substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (name == "data") {
      if (hasData) event->data += '\n';
      event->data += value;
      hasData = true;
    } else if (name == "event") {
      event->event = value;
    } else if (name == "id") {
      id_ = value;
    }
  }
}

}  // namespace gene::http
