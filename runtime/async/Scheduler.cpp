#include "runtime/async/Scheduler.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "runtime/Output.h"
#include "runtime/Trace.h"
#include "runtime/async/Interrupt.h"
#include "runtime/async/Workers.h"
#include "runtime/heap/HeapState.h"
#include "runtime/object/Array.h"
#include "runtime/object/Future.h"
#include "runtime/system/Environment.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Profile.h"

namespace gene {
namespace {

/// So many entries run before the event loop is looked at again.
constexpr uint32_t MostPasses = 64;
/// Of the fiber of the event loop: what is lent to code that recurses deeply.
constexpr size_t LoopStack = size_t{256} << 20;

QueueObject* ready(Scheduler& s) { return as<QueueObject>(s.ready); }
bool isTask(Value subject) { return !isKind(subject, Kind::Fiber); }

// --- the words of one flow ---------------------------------------------------------------------------------------------------

/// What a call changes in the context: kept on the parked flow's own stack.
struct Flow {
  Value current;
  EnvironmentObject* caller;
  uint32_t missingDepth, generatorDepth;
  bool wantsLocation;
  std::optional<Trace> trace;
  std::optional<vm::Profile::Flow> profile;
  vm::Whereabouts whereabouts;

  explicit Flow(Context& c)
      : current(c.current),
        caller(c.caller),
        missingDepth(c.missingDepth),
        generatorDepth(c.generatorDepth),
        wantsLocation(c.wantsLocation) {
    if (!c.trace->isBlank()) trace.emplace(std::move(*c.trace));
    if (!c.vm) return;
    if (c.vm->profile) profile = c.vm->profile->suspend();
    whereabouts = *c.vm;
  }
  void restoreWords(Context& c) {
    c.current = current;
    c.caller = caller;
    c.missingDepth = missingDepth;
    c.generatorDepth = generatorDepth;
    c.wantsLocation = wantsLocation;
    if (!c.vm) return;
    if (profile) c.vm->profile->resume(std::move(*profile));
    static_cast<vm::Whereabouts&>(*c.vm) = whereabouts;
  }
  void restore(Context& c) {
    restoreWords(c);
    if (trace)
      *c.trace = std::move(*trace);
    else if (!c.trace->isBlank())
      *c.trace = Trace();
  }
};

/// No Gene code runs.
void leavePlace(Context& c) {
  if (c.vm) static_cast<vm::Whereabouts&>(*c.vm) = {};
}

void beginFlow(Context& c) {
  c.current = Value::nil();
  c.caller = nullptr;
  c.missingDepth = c.generatorDepth = 0;
  c.wantsLocation = false;
  if (!c.trace->isBlank()) *c.trace = Trace();
  leavePlace(c);
}

void installValueStack(Context& c, Fiber& from, Fiber& to) {
  if (!c.vm) return;
  vm::State& state = *c.vm;
  if (from.valueLow) from.valueTop = state.top;
  if (!to.valueLow) return;  // the event loop, which runs no Gene code
  state.top = to.valueTop;
  state.stack = to.valueLow;
  state.fiberEnd = to.valueEnd;
  state.limit = to.valueLimit;
  setValueStack(c, state.stack, &state.top);
  vm::limitFiber(state);
}

/// Makes the stacks of `to` those of the context.
void install(Context& c, Fiber& from, Fiber& to) {
  c.stackLimit = to.limit;
  setStackBase(c, reinterpret_cast<const void*>(to.high));
  installValueStack(c, from, to);
  if (c.outOfMemory) refuseCalls(c);
}

/// Goes to another fiber; the words of the flow are the caller's business.
void exchangeStacks(Scheduler& s, Fiber& to) {
  Fiber& from = *s.running;
  install(s.context, from, to);
  s.running = &to;
  switchStacks(from, to);
}

void switchTo(Scheduler& s, Fiber& to) {
  GENE_ASSERT(s.context.exception.isPending(), "no fiber leaves with an exception pending");
  Flow flow(s.context);
  exchangeStacks(s, to);
  flow.restore(s.context);
}

// --- parked fibers -----------------------------------------------------------------------------------------------------------

void link(Scheduler& s, Fiber& fiber) {
  fiber.previous = nullptr;
  fiber.next = s.parked;
  if (s.parked) s.parked->previous = &fiber;
  s.parked = &fiber;
}

void unlink(Scheduler& s, Fiber& fiber) {
  (fiber.previous ? fiber.previous->next : s.parked) = fiber.next;
  if (fiber.next) fiber.next->previous = fiber.previous;
  fiber.next = fiber.previous = nullptr;
}

void hold(FiberObject* object, Object* target) {
  if (object->heldCount == object->heldCapacity) {
    object->heldCapacity = object->heldCapacity ? object->heldCapacity * 2 : 16;
    object->held =
        static_cast<Slot*>(std::realloc(object->held, object->heldCapacity * sizeof(Slot)));
    if (!object->held) outOfMemory();
  }
  object->held[object->heldCount++].init(Value::object(target));
}

__attribute__((no_sanitize("address", "undefined"))) void holdWords(Heap& heap, FiberObject* object,
                                                                    const uint64_t* from,
                                                                    const uint64_t* to) {
  for (; from < to; from++) {
    if (*from - heap.lowest > heap.highest - heap.lowest) continue;
    Object* target = heap.objectAt(*from);
    if (!target && (*from & 15) == 0) target = heap.objectAt(*from - 1);
    if (target && !target->isImmortal()) hold(object, target);
  }
}

/// The object of the running fiber, which is about to park.
FiberObject* parkedObject(Scheduler& s) {
  auto* object = allocate<FiberObject>(s.context, Kind::Fiber);
  object->next.init(Value::nil());
  object->held = nullptr;
  object->heldCount = object->heldCapacity = 0;
  object->fiber = s.running;
  s.running->object = object;
  s.running->wakeup = Wakeup::Ended;
  s.running->ready = s.running->counted = false;
  if (s.running == &s.main) s.mainObject = Value::object(object);
  return object;
}

/// The parked fiber goes on: its stack is scanned as that of the running one.
void resumed(Scheduler& s, Fiber& fiber) {
  unlink(s, fiber);
  FiberObject* object = std::exchange(fiber.object, nullptr);
  object->fiber = nullptr;
  object->next.clear();
  for (uint32_t i = 0; i < object->heldCount; i++) object->held[i].clear();
  object->heldCount = 0;
  if (&fiber == &s.main) s.mainObject = Value::nil();
}

// --- entries -----------------------------------------------------------------------------------------------------------------

bool mayMove(Value subject) { return isKind(subject, Kind::Fiber) || isKind(subject, Kind::Actor); }

/// With a seed: another fiber or actor may come first.
void permute(Scheduler& s) {
  QueueObject* queue = ready(s);
  if (s.seed == 0 || queue->size < 2) return;
  const auto index = static_cast<uint32_t>(nextRandom(s) % queue->size);
  if (index != 0 && mayMove(queueFirst(queue, 0)) && mayMove(queueFirst(queue, index)))
    queueSwap(queue, index);
}

void fiberEntry();

/// The fiber that runs the next entry, or that of the event loop.
Fiber& nextFiber(Scheduler& s) {
  if (ready(s)->size == 0 || (s.passes >= MostPasses && s.looksAtLoop)) return s.loopFiber;
  s.passes++;
  permute(s);
  const auto [subject, argument] = queuePop(ready(s));
  if (!isTask(subject)) return *as<FiberObject>(subject)->fiber;
  s.subject = subject;
  s.argument = argument;
  Fiber* fiber = s.pool.take(fiberEntry);
  if (!fiber) outOfMemory();
  return *fiber;
}

void runTask(Scheduler& s, Value subject, Value argument) {
  Context& c = s.context;
  if (isKind(subject, Kind::Future)) return deliverFuture(c, as<FutureObject>(subject));
  if (isKind(subject, Kind::Actor)) return runActor(c, as<ActorObject>(subject));
  if (auto* task = asOrNull<ResourceObject>(subject, Kind::Resource))
    return static_cast<FiberTask*>(task->resource)->run(c, argument);
  runLateCallback(c, subject, as<FutureObject>(argument));
}

/// Fibers that wait for what nobody can end are found by the mark-sweep, which the heap's size alone would call late: their
/// stacks are no part of it.
void collectFibers(Scheduler& s) {
  if (s.pool.inUse() < s.fiberLimit) return;
  collectCycles(s.context);
  s.fiberLimit = std::max(s.fiberLimit, 2 * s.pool.inUse());
}

/// What every fiber of the pool runs, for ever: one entry after the other.
void fiberEntry() {
  Scheduler& s = *currentContext().scheduler;
  Fiber& self = *s.running;
  enterStack(self);
  for (;;) {
    beginFlow(s.context);
    const Value subject = std::exchange(s.subject, Value::nil());
    const Value argument = std::exchange(s.argument, Value::nil());
    collectFibers(s);
    runTask(s, subject, argument);
    beginFlow(s.context);
    // It goes back to the pool, from which the next entry may take it at once.
    s.pool.give(&self);
    Fiber& next = nextFiber(s);
    if (&next != &self) switchTo(s, next);
  }
}

// --- the event loop ------------------------------------------------------------------------------------------------------------

/// Nothing is ready and nothing can become so: the main program hears of it.
void reportStuck(Scheduler& s) {
  if (s.mainObject.isNil()) return;
  wake(s, as<FiberObject>(s.mainObject), Wakeup::Stuck);
}

/// Is nothing left that the end of the program waits for?
bool mayEnd(const Scheduler& s) {
  const bool isFree = s.finite == 0 && s.turns == 0;
  if (!s.worker) return isFree;
  return isAtRest(s) && (isFree || s.context.isBeside);
}

void lookAtLoop(Scheduler& s) {
  s.passes = 0;
  leavePlace(s.context);
  if (s.worker) takeLetters(s);
  const bool sleeps = ready(s)->size == 0 && (!s.worker || mayFallAsleep(s));
  if (sleeps) flushOut();
  sleeping(s, sleeps);
  boundWait(s);
  const int left = uv_run(&s.loop, sleeps ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  sleeping(s, false);
  if (s.worker) wokeUp(s);
  if (takeInterrupt(s)) {
    s.interrupted = endsInterrupted();
    interruptAll(s);
  }
  if (waitIsOver(s)) interruptAll(s);
  if (s.ending && ready(s)->size == 0 && mayEnd(s) && !s.mainObject.isNil())
    wake(s, as<FiberObject>(s.mainObject), Wakeup::Ended);
  else if (ready(s)->size == 0 && left == 0)
    reportStuck(s);
}

void loopEntry() {
  Scheduler& s = *currentContext().scheduler;
  enterStack(s.loopFiber);
  for (;;) {
    if (s.request) {
      std::exchange(s.request, nullptr)(s.requestData);
      exchangeStacks(s, *as<FiberObject>(s.requester)->fiber);
      continue;
    }
    lookAtLoop(s);
    if (ready(s)->size != 0) switchTo(s, nextFiber(s));
  }
}

}  // namespace

Scheduler& schedulerOf(Context& context) {
  if (context.scheduler) return *context.scheduler;
  if (!context.vm && context.evaluate) vm::createState(context, 0);
  auto* s = new Scheduler(context);
  GENE_CHECK(uv_loop_init(&s->loop) == 0, "the event loop starts");
  s->ready = Value::object(newQueue(context));
  addRoots(context, &s->ready, 1);
  s->operations = Value::object(newArray(context, 0));
  for (const Value* root :
       {&s->operations, &s->subject, &s->argument, &s->mainObject, &s->requester, &s->forever})
    addRoots(context, root, 1);
  s->main.high = reinterpret_cast<uintptr_t>(context.heap->stackBase);
  s->main.low = s->main.limit = usualStackLimit(context);
  if (context.vm) {
    s->main.valueLow = context.vm->stack;
    s->main.valueTop = context.vm->top;
    s->main.valueLimit = usualValueLimit(context);
  }
  if (!mapStack(s->loopFiber, LoopStack) && !mapStack(s->loopFiber, fiberStackBytes()))
    outOfMemory();
  prepareFiber(s->loopFiber, loopEntry);
  if (const auto text = environmentValue("GENE_SCHEDULE"))
    s->seed = std::strtoull(text->c_str(), nullptr, 10);
  context.scheduler = s;
  startTimers(*s);
  watchInterrupts(*s);
  return *s;
}

uint64_t nextRandom(Scheduler& s) {  // xorshift64*
  s.seed ^= s.seed >> 12;
  s.seed ^= s.seed << 25;
  s.seed ^= s.seed >> 27;
  return s.seed * 0x2545F4914F6CDD1D;
}

void interruptAll(Scheduler& s) {
  std::vector<FiberObject*> all;
  for (Fiber* fiber = s.parked; fiber; fiber = fiber->next)
    if (fiber != &s.main) all.push_back(fiber->object);
  for (size_t i = all.size(); i-- > 0;) wake(s, all[i], Wakeup::Interrupted);
  if (!s.mainObject.isNil()) wake(s, as<FiberObject>(s.mainObject), Wakeup::Interrupted);
}

void makeReady(Scheduler& s, Value subject, Value argument) {
  // The loop would go on to sleep behind a timer that was due.
  if (s.running == &s.loopFiber) uv_stop(&s.loop);
  queuePush(s.context, ready(s), subject, argument);
}

void wake(Scheduler& s, FiberObject* object, Wakeup why) {
  Fiber* fiber = object->fiber;
  if (!fiber || fiber->object != object) return;
  if (why != Wakeup::Ended) fiber->wakeup = why;
  if (fiber->ready) return;
  fiber->ready = true;
  makeReady(s, Value::object(object), Value::nil());
}

void wakeAll(Scheduler& s, Slot& list) {
  if (list.get().isNil()) return;
  // The list has the latest one first.
  Value reversed = Value::nil();
  Value at = list.get();
  while (!at.isNil()) {
    auto* object = as<FiberObject>(at);
    const Value next = object->next.get();
    object->next.set(reversed);
    reversed = at;
    at = next;
  }
  list.clear();
  while (!reversed.isNil()) {
    auto* object = as<FiberObject>(reversed);
    reversed = object->next.get();
    object->next.clear();
    wake(s, object, Wakeup::Ended);
  }
}

namespace {

/// Takes the fiber out of a list in which it may still stand.
void removeFrom(Slot& list, const FiberObject* object) {
  Slot* at = &list;
  while (!at->get().isNil() && as<FiberObject>(at->get()) != object)
    at = &as<FiberObject>(at->get())->next;
  if (!at->get().isNil()) at->set(object->next.get());
}

/// Gives control to others until the parked fiber is woken.
Wakeup leave(Scheduler& s) {
  Fiber& self = *s.running;
  link(s, self);
  Fiber& next = nextFiber(s);
  if (&next != &self) switchTo(s, next);
  resumed(s, self);
  return self.wakeup;
}

}  // namespace

Wakeup parkIn(Scheduler& s, Slot& list) {
  FiberObject* object = parkedObject(s);
  object->next.set(list.get());
  list.set(Value::object(object));
  const Wakeup why = leave(s);
  if (why != Wakeup::Ended) removeFrom(list, object);
  return why;
}

void yieldTo(Scheduler& s) {
  FiberObject* object = parkedObject(s);
  wake(s, object, Wakeup::Ended);
  leave(s);
}

Value raiseWakeup(Context& context, Wakeup why) {
  if (why == Wakeup::Interrupted) return raise(context, ErrorClass::Cancellation, "interrupted");
  return raise(context, ErrorClass::Concurrency,
               "deadlock: nothing is left that could end this wait");
}

// --- hooks -------------------------------------------------------------------------------------------------------------------

void countParked(Context& context) {
  Scheduler& s = *context.scheduler;
  for (Fiber* fiber = s.parked; fiber && !fiber->counted; fiber = fiber->next) {
    fiber->counted = true;
    Heap& heap = *context.heap;
    holdWords(heap, fiber->object, static_cast<const uint64_t*>(fiber->stackPointer),
              reinterpret_cast<const uint64_t*>(fiber->high));
    holdWords(heap, fiber->object, reinterpret_cast<const uint64_t*>(fiber->valueLow),
              reinterpret_cast<const uint64_t*>(fiber->valueTop));
  }
}

void giveUpFiber(Fiber* fiber) {
  Context& context = currentContext();
  fiber->object = nullptr;
  if (!context.scheduler) return;
  unlink(*context.scheduler, *fiber);
  // Its frames are forgotten: it begins anew.
  fiber->stackPointer = nullptr;
  fiber->valueTop = fiber->valueLow;
  if (fiber != &context.scheduler->main) context.scheduler->pool.give(fiber);
}

int finishScheduler(Context& context, int code) {
  Scheduler& s = *context.scheduler;
  s.ending = true;
  s.passes = MostPasses;  // what is due or done already
  yieldTo(s);
  s.looksAtLoop = false;
  while (ready(s)->size != 0) yieldTo(s);
  s.looksAtLoop = true;
  if (s.worker) beginEnd(s);
  while (!mayEnd(s) && !s.interrupted) {
    parkedObject(s);
    if (leave(s) != Wakeup::Ended) break;
    while (ready(s)->size != 0) yieldTo(s);
  }
  // The others may have come to their end before this thread began to wait for it.
  if (s.worker) endInterrupted(s);
  while (s.context.isBeside && ready(s)->size != 0) yieldTo(s);
  if (s.worker) code = endWorkers(s, code);
  if (s.interrupted) code = 130;
  ignoreInterrupts(s);
  keepScheduler(s);
  context.scheduler = nullptr;
  for (const Value* root :
       {&s.ready, &s.operations, &s.subject, &s.argument, &s.mainObject, &s.requester, &s.forever})
    removeRoots(context, root);
  return code;
}

void callOnLargeStack(Context& context, void (*f)(void* data), void* data) {
  Scheduler& s = *context.scheduler;
  if (s.running == &s.main || s.running == &s.loopFiber) return f(data);
  s.requester = Value::object(parkedObject(s));
  s.request = f;
  s.requestData = data;
  Fiber& self = *s.running;
  Flow flow(context);
  link(s, self);
  exchangeStacks(s, s.loopFiber);
  resumed(s, self);
  s.requester = Value::nil();
  // What f raised goes on.
  if (context.exception.isPending())
    flow.restore(context);
  else
    flow.restoreWords(context);
}

}  // namespace gene
