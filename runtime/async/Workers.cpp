#include "runtime/async/Workers.h"

#include <malloc.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "runtime/Async.h"
#include "runtime/Budget.h"
#include "runtime/Domain.h"
#include "runtime/Runtime.h"
#include "runtime/Sharing.h"
#include "runtime/heap/HeapState.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Watch.h"

namespace gene {
namespace {

/// Of the VM, for what is no actor's turn: fibers have their own.
constexpr size_t ValueStack = size_t{1} << 20;
constexpr uint32_t EndPlace = 1, Places = 2;  // in Worker::places

Slot& place(Worker& worker, uint32_t index) {
  return as<ScopeObject>(worker.places)->slots()[index];
}

void ring(Worker& worker) {
  if (worker.asleep) uv_async_send(&worker.bell);
}

/// Makes this thread's context a worker.
void enroll(Worker& worker, Context& context) {
  Scheduler& s = schedulerOf(context);
  worker.context = &context;
  worker.scheduler = &s;
  for (const Value* root : {&worker.known, &worker.places}) addRoots(context, root, 1);
  worker.known = Value::object(newArray(context, 0));
  worker.places = Value::object(newScope(context, Places));
  GENE_CHECK(uv_async_init(&s.loop, &worker.bell, [](uv_async_t*) {}) == 0,
             "the loop can be woken");
  if (s.seed != 0) s.seed += worker.index;
  s.worker = &worker;
}

void* runWorker(void* data) {
  Worker& worker = *static_cast<Worker*>(data);
  Context& first = *worker.all.members[0]->context;
  Context* context = createContextBeside(first, ValueStack);
  if (!context) outOfMemory();
  context->async = first.async;
  enroll(worker, *context);
  worker.all.started.count_down();
  Scheduler& s = *worker.scheduler;
  while (!worker.all.ending) parkIn(s, place(worker, EndPlace));
  context->async->finish(*context, 0);
  return nullptr;
}

Workers* startWorkers(Context& context) {
  const uint32_t count = context.domain->workers;
  shareBuiltins(context);
  auto* all = new Workers(count);  // as long as the process
  for (uint32_t i = 0; i <= count; i++) all->members.push_back(std::make_unique<Worker>(*all, i));
  enroll(*all->members[0], context);
  mallopt(M_ARENA_MAX, static_cast<int>(count) + 1);
  for (uint32_t i = 1; i <= count; i++) {
    Worker& worker = *all->members[i];
    if (pthread_create(&worker.thread, nullptr, runWorker, &worker) != 0) outOfMemory();
  }
  // They look at this context while they make theirs.
  all->started.wait();
  return all;
}

/// Nobody has anything to do and no letter is on its way: true only if that stays so.
bool isQuiet(const Workers& all) {
  uint64_t taken = 0, sent = 0;
  for (const auto& worker : all.members) taken += worker->taken;
  for (const auto& worker : all.members)
    if (!worker->isFirst() && !worker->idle) return false;
  for (const auto& worker : all.members) sent += worker->sent;
  return taken == sent;
}

/// Has the loop something to wait for, beside letters?
bool isLoopAlive(Worker& worker) {
  auto* bell = reinterpret_cast<uv_handle_t*>(&worker.bell);
  uv_unref(bell);
  const bool alive = uv_loop_alive(&worker.scheduler->loop) != 0;
  uv_ref(bell);
  return alive;
}

void noticeEnd(Worker& worker) {
  const Workers& all = worker.all;
  Scheduler& s = *worker.scheduler;
  if (worker.isFirst() || !all.ending) return;
  wakeAll(s, place(worker, EndPlace));
  if (!s.ending) return;
  if (all.leaving) {
    if (!endInterrupted(s) && !s.mainObject.isNil())
      wake(s, as<FiberObject>(s.mainObject), Wakeup::Ended);
  } else if (as<QueueObject>(s.ready)->size == 0 && s.finite == 0 && s.turns == 0 &&
             !worker.done.exchange(true)) {
    uv_async_send(&all.members[0]->bell);
  }
}

}  // namespace

bool isDebugged(Context& context) {
  const vm::Watch* const watch = context.vm ? context.vm->watch : nullptr;
  return watch && !watch->looks();
}

bool reserveThreads(Context& context, uint32_t count, std::string_view what) {
  Domain& domain = *context.domain;
  const bool isWatched = context.vm && context.vm->limits && context.vm->watch;
  if (count != 0 && (isWatched || isKeptToOneThread())) {
    raise(context, ErrorClass::Runtime,
          std::string(what) + ": a program that is held to limits runs on one thread");
    return false;
  }
  const bool areRunning = context.scheduler && context.scheduler->worker;
  if (areRunning && count > domain.workers) {
    raise(context, ErrorClass::Exception,
          std::string(what) + ": the program runs on " + std::to_string(domain.workers) +
              " threads beside its own already");
    return false;
  }
  if (!areRunning) domain.workers = std::max(domain.workers, count);
  return true;
}

Worker& startedWorker(Context& context) {
  if (!context.scheduler || !context.scheduler->worker) startWorkers(context);
  return *context.scheduler->worker;
}

Worker* workerOf(Context& context) {
  return context.domain->actorThreads == 0 ? nullptr : &startedWorker(context);
}

Worker& nextHome(Worker& here) {
  Workers& all = here.all;
  return *all.members[1 + all.next++ % here.context->domain->actorThreads];
}

void send(Worker& from, Worker& to, std::unique_ptr<Letter> letter) {
  from.sent.store(from.sent.load(std::memory_order_relaxed) + 1);
  Letter* const sent = letter.release();
  Letter* before = to.inbox.load(std::memory_order_relaxed);
  do {
    sent->next = before;
  } while (!to.inbox.compare_exchange_weak(before, sent));
  if (!before) ring(to);
}

void sendErrand(Worker& from, Worker& to, std::unique_ptr<Errand> errand) {
  auto letter = std::make_unique<Letter>(Letter::Run);
  letter->errand = std::move(errand);
  send(from, to, std::move(letter));
}

void takeLetters(Scheduler& s) {
  Worker& worker = *s.worker;
  // With a seed, others get ahead now and then.
  if (s.seed != 0)
    for (uint64_t i = nextRandom(s) % 4; i > 0; i--) sched_yield();
  Letter* latest = worker.inbox.exchange(nullptr);
  Letter* first = nullptr;
  while (latest) {
    Letter* const before = latest->next;
    latest->next = std::exchange(first, latest);
    latest = before;
  }
  while (first) {
    const std::unique_ptr<Letter> letter(std::exchange(first, first->next));
    worker.taken.store(worker.taken.load(std::memory_order_relaxed) + 1);
    openLetter(worker, *letter);
  }
  noticeEnd(worker);
}

bool mayFallAsleep(Scheduler& s) {
  Worker& worker = *s.worker;
  auto* bell = reinterpret_cast<uv_handle_t*>(&worker.bell);
  uv_ref(bell);
  worker.asleep = true;
  if (worker.inbox.load() || (!worker.isFirst() && worker.all.leaving)) {
    worker.asleep = false;
    return false;
  }
  if (worker.isFirst()) {
    // Without anything else to wait for it is stuck, and has to hear of it.
    if (isQuiet(worker.all)) uv_unref(bell);
  } else if (!isLoopAlive(worker)) {
    worker.idle = true;
    if (isQuiet(worker.all)) uv_async_send(&worker.all.members[0]->bell);
  }
  return true;
}

void wokeUp(Scheduler& s) {
  s.worker->idle = false;
  s.worker->asleep = false;
}

void beginEnd(Scheduler& s) {
  Worker& worker = *s.worker;
  if (!worker.isFirst()) return dropAllMessages(worker);
  worker.all.ending = true;
  for (const auto& other : worker.all.members)
    if (!other->isFirst()) uv_async_send(&other->bell);
}

bool endInterrupted(Scheduler& s) {
  const Workers& all = s.worker->all;
  if (s.worker->isFirst() || !all.leaving || !all.interrupted || s.interrupted) return false;
  s.interrupted = true;
  interruptAll(s);
  return true;
}

bool isAtRest(const Scheduler& s) {
  const Workers& all = s.worker->all;
  if (!s.worker->isFirst()) return all.leaving;
  for (const auto& other : all.members)
    if (!other->isFirst() && !other->done) return false;
  return true;
}

int endWorkers(Scheduler& s, int code) {
  Workers& all = s.worker->all;
  if (!s.worker->isFirst()) return code;
  all.interrupted = s.interrupted;
  all.leaving = true;
  for (const auto& other : all.members)
    if (!other->isFirst()) uv_async_send(&other->bell);
  for (const auto& other : all.members)
    if (!other->isFirst()) pthread_join(other->thread, nullptr);
  all.ended = true;
  RuntimeOptions options;
  options.checkLeaks = s.context.domain->checksLeaks;
  for (const auto& other : all.members) {
    for (Letter* letter = other->inbox.exchange(nullptr); letter;)
      delete std::exchange(letter, letter->next);
    if (other->isFirst()) continue;
    enterContext(*other->context);
    if (finishProgram(*other->context, 0, options) != 0) code = 99;
    destroyContext(other->context);
  }
  enterContext(s.context);
  for (const Value* root : {&s.worker->known, &s.worker->places}) removeRoots(s.context, root);
  return code;
}

}  // namespace gene
