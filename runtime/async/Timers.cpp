// Timers: a heap of what is due, and one timer of the event loop for the first of it. Their clock counts nanoseconds, so
// nothing is early; those that are due at the same time come in the order in which they were made.

#include <algorithm>
#include <utility>

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Future.h"

namespace gene {

struct Timer {
  Operation operation;  // first, so that it leads to its timer
  void (*due)(Context& context, Timer* timer);
  uint64_t time, number;
  size_t position;  // in the heap
};

namespace {

constexpr size_t Fanout = 4;
constexpr size_t NotInHeap = SIZE_MAX;

using TimerHeap = std::vector<Timer*>;

bool isBefore(const Timer* a, const Timer* b) {
  return a->time != b->time ? a->time < b->time : a->number < b->number;
}

void place(TimerHeap& heap, size_t position, Timer* timer) {
  heap[position] = timer;
  timer->position = position;
}

void rise(TimerHeap& heap, size_t position, Timer* timer) {
  while (position != 0) {
    const size_t parent = (position - 1) / Fanout;
    if (!isBefore(timer, heap[parent])) break;
    place(heap, position, heap[parent]);
    position = parent;
  }
  place(heap, position, timer);
}

void sink(TimerHeap& heap, size_t position, Timer* timer) {
  for (;;) {
    const size_t first = position * Fanout + 1;
    if (first >= heap.size()) break;
    size_t least = first;
    for (size_t child = first + 1; child < std::min(first + Fanout, heap.size()); child++)
      if (isBefore(heap[child], heap[least])) least = child;
    if (!isBefore(heap[least], timer)) break;
    place(heap, position, heap[least]);
    position = least;
  }
  place(heap, position, timer);
}

void takeOut(TimerHeap& heap, Timer* timer) {
  const size_t position = std::exchange(timer->position, NotInHeap);
  Timer* last = heap.back();
  heap.pop_back();
  if (last == timer) return;
  sink(heap, position, last);
  rise(heap, last->position, last);
}

void setAlarm(Scheduler& s);

void onAlarm(uv_timer_t* handle) {
  Scheduler& s = *static_cast<Scheduler*>(handle->data);
  const uint64_t now = uv_hrtime();
  while (!s.timers.empty() && s.timers[0]->time <= now) {
    Timer* timer = s.timers[0];
    takeOut(s.timers, timer);
    timer->due(s.context, timer);
  }
  setAlarm(s);
}

void setAlarm(Scheduler& s) {
  if (s.timers.empty()) {
    uv_timer_stop(&s.alarm);
    return;
  }
  constexpr uint64_t Millisecond = 1'000'000;
  uv_update_time(&s.loop);
  const uint64_t now = uv_hrtime(), time = s.timers[0]->time;
  uv_timer_start(&s.alarm, onAlarm, time > now ? (time - now + Millisecond - 1) / Millisecond : 0,
                 0);
}

Timer* newTimer(Scheduler& s, int64_t microseconds, void (*due)(Context&, Timer*)) {
  auto* timer = new Timer{};
  timer->due = due;
  timer->time = uv_hrtime() + static_cast<uint64_t>(microseconds) * 1000;
  timer->number = s.timersMade++;
  s.timers.push_back(timer);
  rise(s.timers, s.timers.size() - 1, timer);
  if (timer->position == 0) setAlarm(s);
  return timer;
}

/// Forgets a timer, in the heap or not.
void drop(Scheduler& s, Timer* timer) {
  if (timer->position != NotInHeap) {
    const bool wasFirst = timer->position == 0;
    takeOut(s.timers, timer);
    if (wasFirst) setAlarm(s);
  }
  delete timer;
}

}  // namespace

void startTimers(Scheduler& s) {
  uv_timer_init(&s.loop, &s.alarm);
  s.alarm.data = &s;
}

FutureObject* sleepingFuture(Context& context, int64_t microseconds) {
  Timer* timer = newTimer(schedulerOf(context), microseconds, [](Context& c, Timer* due) {
    succeed(c, due->operation, Value::nil());
    delete due;
  });
  timer->operation.stop = [](Operation* operation) {
    drop(*currentContext().scheduler, reinterpret_cast<Timer*>(operation));
  };
  return beginOperation(context, timer->operation);
}

Timer* startTimeout(Context& context, FutureObject* future, int64_t microseconds) {
  Scheduler& s = schedulerOf(context);
  Timer* timer = newTimer(s, microseconds, [](Context& c, Timer* due) {
    FutureObject* late = futureOf(schedulerOf(c), due->operation);
    if (late->state == FutureObject::Pending)
      endFromLoop(c, late, FutureObject::Failure, timeoutException(c));
  });
  keepFuture(s, timer->operation, future);
  return timer;
}

void stopTimer(Context& context, Timer* timer) {
  releaseFuture(schedulerOf(context), timer->operation);
  drop(schedulerOf(context), timer);
}

}  // namespace gene
