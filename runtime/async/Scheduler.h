#pragma once
// Who runs when. One scheduler a thread, made when something waits for the first time.
//
// The ready queue holds what can run: parked fibers whose wait is over, futures that the event loop has seen end and whose
// callbacks have to run, callbacks that came late, actors with messages. A fiber that parks takes the next entry and
// switches straight to it; when there is none, or the loop has not been looked at for a while, it switches to the fiber of
// the event loop (libuv), which is the only place where the thread sleeps. An entry that is no fiber gets one from the pool
// for as long as it runs. Nothing nests: `await` below a callback parks that callback's fiber and nobody else's.
//
// Order is first in, first out. GENE_SCHEDULE=SEED lets ready fibers and actors go in another order, the same for the same
// seed, to find programs that rely on what chapter 10 does not promise.

#include <uv.h>

#include <vector>

#include "runtime/async/Fiber.h"
#include "runtime/async/Operation.h"
#include "runtime/async/Queue.h"
#include "runtime/object/Resource.h"

namespace gene {

struct Worker;  // Workers.h

struct Scheduler {
  Context& context;
  Worker* worker = nullptr;  // once there are threads for actors
  uv_loop_t loop;
  uv_async_t interrupt;        // Ctrl-C while the thread sleeps
  uv_timer_t alarm;            // for the timer that is due first
  std::vector<Timer*> timers;  // a heap (Timers.cpp)
  uint64_t timersMade = 0;
  FiberPool pool;
  Fiber main, loopFiber;
  Fiber* running = &main;
  Fiber* parked =
      nullptr;  // all parked fibers, the latest first; those not counted yet stand first

  // Roots.
  Value ready;       // Queue
  Value operations;  // Array: the futures of the operations in progress, by Operation::slot
  Value subject = Value::nil();  // the entry that the next fiber is to run
  Value argument = Value::nil();
  Value mainObject = Value::nil();  // Fiber, while the main program is parked
  Value requester = Value::nil();   // Fiber, while the loop's stack is lent
  Value forever = Value::nil();     // Future whose waiter is in (run_forever)

  std::vector<uint32_t> freeSlots;   // of `operations`
  size_t fiberLimit = 4096;          // with so many in use, garbage is looked for
  uint32_t passes = 0;               // entries since the loop was looked at
  uint32_t finite = 0;               // operations that the end of the program waits for
  uint32_t turns = 0;                // of actors, in progress
  uint32_t questions = 0;            // for the state of pending futures (Futures.cpp)
  bool hearsInterrupts = false;      // Ctrl-C: one scheduler of the process does
  uint64_t seed = 0;                 // of the schedule; 0: first in, first out
  bool ending = false;               // the main program has ended
  bool looksAtLoop = true;           // between entries
  bool interrupted = false;          // by Ctrl-C
  bool foreverStopped = false;       // (stop_scheduler)
  void (*request)(void*) = nullptr;  // to be called on the loop's stack
  void* requestData = nullptr;
  uv_timer_t waitTimer;  // of a program with limits: ends each sleep in the loop
  bool hasWaitTimer = false;

  explicit Scheduler(Context& c) : context(c) {}
};

/// Timers.cpp: readies the alarm.
void startTimers(Scheduler& scheduler);

/// The scheduler of the context, made when it is first asked for.
Scheduler& schedulerOf(Context& context);

/// What a fiber runs that is no function: makeReady takes a Resource value of it, and the argument of `run`.
class FiberTask : public NativeResource {
 public:
  using NativeResource::NativeResource;
  /// Takes its own exceptions.
  virtual void run(Context& context, Value argument) = 0;
};

/// The next number of the schedule's seed.
uint64_t nextRandom(Scheduler& scheduler);
// Limits.cpp: programs that others embed.
/// The thread may be about to sleep: sees to it that it wakes up when the program's time is over.
void boundWait(Scheduler& scheduler);
/// Has the program come to a limit? Then whoever waits is to be woken.
bool waitIsOver(Scheduler& scheduler);
/// Has the scheduler given back with its domain, behind the heap.
void keepScheduler(Scheduler& scheduler);

/// Wakes all fibers because of Ctrl-C.
void interruptAll(Scheduler& scheduler);
/// Puts an entry behind those that are ready.
void makeReady(Scheduler& scheduler, Value subject, Value argument);
/// The parked fiber may go on.
void wake(Scheduler& scheduler, FiberObject* object, Wakeup why);
/// Wakes all fibers of a list, in the order in which they came, and leaves nil.
void wakeAll(Scheduler& scheduler, Slot& list);
/// Parks the running fiber in `list` until somebody wakes it.
Wakeup parkIn(Scheduler& scheduler, Slot& list);
/// Lets everything run that is ready.
void yieldTo(Scheduler& scheduler);
/// Raises what a fiber sees that was not woken by the end of what it waits for. Gives 0.
Value raiseWakeup(Context& context, Wakeup why);

// --- Operation.cpp: the futures of operations ------------------------------------------------------------------------------------

FutureObject* futureOf(Scheduler& scheduler, const Operation& operation);
/// Keeps the future while the operation goes on; gives it, and keeps it no longer.
void keepFuture(Scheduler& scheduler, Operation& operation, FutureObject* future);
FutureObject* releaseFuture(Scheduler& scheduler, Operation& operation);

// --- hooks -------------------------------------------------------------------------------------------------------------------

void countParked(Context& context);
void giveUpFiber(Fiber* fiber);
int finishScheduler(Context& context, int code);
void callOnLargeStack(Context& context, void (*f)(void* data), void* data);

// --- Futures.cpp, Actors.cpp: what an entry of the ready queue does ------------------------------------------------------------

void deliverFuture(Context& context, FutureObject* future);
void runLateCallback(Context& context, Value callback, FutureObject* future);
void runActor(Context& context, ActorObject* actor);

}  // namespace gene
