#pragma once
// What built-ins that wait stand on: an operation goes on outside of Gene (a timer, a file, a process) and ends a future.
//
// Blocking work is the simplest kind: `inBackground` runs a job on a thread of libuv's pool and makes its value on the
// event loop. A job that reads a file, and the built-in that starts it:
//
//   struct ReadJob {
//     std::string path, text;
//     int error = 0;
//     void run() { … }                           // on another thread: no Context, no values
//     Value result(Context& context) { … }       // on the event loop: a value, or raise(…)
//   };
//   Value readAsync(Context& context, Arguments args) {
//     return inBackground(context, ReadJob{.path = …});
//   }
//
// Other kinds start a handle of eventLoop(context) and keep an Operation beside it. Its callbacks run on the event loop: they
// may make values and raise exceptions, which they take again and give to `fail`; they must not call Gene code.

#include <uv.h>

#include "runtime/Context.h"

namespace gene {

struct Timer;

struct Operation {
  static constexpr uint32_t Ended = UINT32_MAX;
  /// The future ended otherwise (cancelled, timed out): release what the operation holds. `succeed` and `fail` do nothing
  /// any more. May be called from Gene code or from the event loop.
  void (*stop)(Operation* operation) = nullptr;
  /// The end of the program waits for it (a file that is written), or abandons it (a timer).
  bool isFinite = false;
  uint32_t slot = Ended;  // where its future is kept
};

/// The loop of this thread, started when it is first asked for.
uv_loop_t* eventLoop(Context& context);
/// A pending future that the operation will end.
FutureObject* beginOperation(Context& context, Operation& operation);
/// Ends the future; its callbacks run when the loop goes on.
void succeed(Context& context, Operation& operation, Value value);
void fail(Context& context, Operation& operation, Value exception);
/// Has the future ended?
inline bool hasEnded(const Operation& operation) { return operation.slot == Operation::Ended; }

/// A future that succeeds with nil after a time.
FutureObject* sleepingFuture(Context& context, int64_t microseconds);
/// Fails `future` after a time, unless it has ended by then. For stopTimer.
Timer* startTimeout(Context& context, FutureObject* future, int64_t microseconds);
void stopTimer(Context& context, Timer* timer);

/// Blocking work and what becomes of it: see inBackground.
struct Work {
  Operation operation;
  uv_work_t request;
  Context* context;
  void (*run)(Work& work);
  Value (*result)(Context& context, Work& work);
  void (*destroy)(Work* work);
};
FutureObject* startWork(Context& context, Work* work);

/// The future of a job: job.run() on another thread, then job.result(context) here. Once it has begun it runs to its end,
/// even if nobody wants the result any more.
template <class Job>
Value inBackground(Context& context, Job job) {
  struct JobWork : Work {
    Job job;
    explicit JobWork(Job&& j) : Work{}, job(static_cast<Job&&>(j)) {}
  };
  auto* work = new JobWork(static_cast<Job&&>(job));
  work->run = [](Work& w) { static_cast<JobWork&>(w).job.run(); };
  work->result = [](Context& c, Work& w) { return static_cast<JobWork&>(w).job.result(c); };
  work->destroy = [](Work* w) { delete static_cast<JobWork*>(w); };
  return Value::object(startWork(context, work));
}

}  // namespace gene
