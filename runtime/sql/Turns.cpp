#include "runtime/sql/Turns.h"

#include <algorithm>

#include "runtime/async/Futures.h"

namespace gene::sql {

bool Turns::take() {
  Fiber* const running = schedulerOf(context_).running;
  if (taken_ == 0 || holder_ == running) {
    holder_ = running;
    taken_++;
    return true;
  }
  Waiter waiter{.operation = {}, .fiber = running};
  waiting_.push_back(&waiter);
  if (waitForFuture(context_, beginOperation(context_, waiter.operation), -1)) return true;
  const Value exception = takeException(context_);
  if (waiter.hasTurn)
    giveBack();
  else
    std::erase(waiting_, &waiter);
  succeed(context_, waiter.operation, Value::nil());  // nobody ends it any more
  context_.exception = exception;
  return false;
}

void Turns::giveBack() {
  if (--taken_ != 0) return;
  holder_ = nullptr;
  if (waiting_.empty() || !context_.scheduler) return;
  Waiter* const next = waiting_.front();
  waiting_.pop_front();
  next->hasTurn = true;
  holder_ = next->fiber;
  taken_ = 1;
  succeed(context_, next->operation, Value::nil());
}

}  // namespace gene::sql
