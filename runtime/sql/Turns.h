#pragma once
// Many fibers use one connection: a statement after the other, and nobody else's while a transaction is going on. Who has the
// turn may take it again; it is given on when it was given back as often as it was taken, to the one that waits longest.

#include <deque>

#include "runtime/async/Operation.h"
#include "runtime/async/Scheduler.h"

namespace gene::sql {

class Turns {
 public:
  explicit Turns(Context& context) : context_(context) {}
  /// Waits for the running fiber's turn; false with an exception.
  bool take();
  void giveBack();

 private:
  struct Waiter {
    Operation operation;
    Fiber* fiber;
    bool hasTurn = false;
  };
  Context& context_;
  Fiber* holder_ = nullptr;
  uint32_t taken_ = 0;  // by the holder
  std::deque<Waiter*> waiting_;
};

}  // namespace gene::sql
