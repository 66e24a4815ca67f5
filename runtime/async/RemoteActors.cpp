// Actors on other threads: shares and handles, questions and their answers, room in a mailbox.

#include <utility>

#include "runtime/Domain.h"
#include "runtime/async/Futures.h"
#include "runtime/async/Workers.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Resource.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

constexpr uint32_t RoomPlace = 0;  // in Worker::places

Worker* here(Context& context) { return context.scheduler ? context.scheduler->worker : nullptr; }

void keepAlive(Worker& home, ActorShare* share) {
  if (share->root != ActorShare::NoRoot) return;
  auto* known = as<ArrayObject>(home.known);
  const Value actor = Value::object(share->object);
  if (home.freeRoots.empty()) {
    share->root = known->size;
    arrayPush(*home.context, known, actor);
  } else {
    share->root = home.freeRoots.back();
    home.freeRoots.pop_back();
    arraySet(known, share->root, actor);
  }
}

void letGo(Worker& home, ActorShare* share) {
  if (share->root == ActorShare::NoRoot || share->handles != 0) return;
  home.freeRoots.push_back(share->root);
  arraySet(as<ArrayObject>(home.known), std::exchange(share->root, ActorShare::NoRoot),
           Value::nil());
}

void forget(ActorShare* share) {
  if (share->references.fetch_sub(1) == 1) delete share;
}

/// What a mailbox has for a question from another thread. Dropped without an answer, it says that there is none.
class Asker : public NativeResource {
 public:
  static constexpr char Type = 0;
  Asker(Worker& home, Worker& to, Question* question)
      : NativeResource(&Type), home_(home), to_(to), question_(question) {}
  ~Asker() override { fail("Actor is stopped"); }

  void reply(Parcel parcel) {
    auto letter = std::make_unique<Letter>(Letter::Reply);
    letter->parcel = std::move(parcel);
    answer(std::move(letter));
  }
  void fail(std::string_view message) {
    if (!question_ || home_.all.ended) return;
    auto letter = std::make_unique<Letter>(Letter::Failure);
    letter->text = message;
    answer(std::move(letter));
  }

 private:
  void answer(std::unique_ptr<Letter> letter) {
    letter->question = std::exchange(question_, nullptr);
    if (letter->question) send(home_, to_, std::move(letter));
  }
  Worker& home_;
  Worker& to_;
  Question* question_;  // null once it has its answer
};

Asker* askerOf(Value target) { return static_cast<Asker*>(as<ResourceObject>(target)->resource); }

}  // namespace

// --- shares ------------------------------------------------------------------------------------------------------------------

ActorObject* atHome(Context& context, ActorObject* actor) {
  if (!actor->isHandle) return actor;
  return actor->share->home == here(context) ? actor->share->object : nullptr;
}

ActorShare* shareOf(Context& context, ActorObject* actor) {
  if (actor->share) return actor->share;
  auto* share = new ActorShare(here(context));
  share->handles = 0;
  share->object = actor;
  share->stopped = actor->stopped;
  if (!actor->mailbox.get().isNil()) share->waiting = as<QueueObject>(actor->mailbox)->size;
  return actor->share = share;
}

void takeHandle(ActorShare* share) {
  share->references++;
  share->handles++;
  Context& context = currentContext();
  if (here(context) == share->home && share->object) keepAlive(*share->home, share);
}

void dropHandle(ActorShare* share) {
  if (share->handles.fetch_sub(1) != 1 || share->home->all.ended) return forget(share);
  Worker* const worker = here(currentContext());
  if (worker == share->home) {
    letGo(*worker, share);
    return forget(share);
  }
  // The letter has the reference of the handle.
  auto letter = std::make_unique<Letter>(Letter::Release);
  letter->actor = share;
  send(*worker, *share->home, std::move(letter));
}

Value handleOf(Context& context, ActorShare* share) {
  if (here(context) == share->home) return Value::object(share->object);
  ActorObject* handle = newActor(context, Value::nil(), Value::nil());
  handle->isHandle = true;
  takeHandle(share);
  handle->share = share;
  return Value::object(handle);
}

void freeActor(ActorObject* actor) {
  if (actor->isHandle) return dropHandle(actor->share);
  actor->share->object = nullptr;
  forget(actor->share);
}

// --- what a thread says to another -------------------------------------------------------------------------------------------

Value spawnAt(Context& context, Worker& home, Value handler, Value state) {
  auto letter = std::make_unique<Letter>(Letter::Spawn);
  if (!packHandler(context, handler, &letter->parcel)) return Value::pending();
  if (!pack(context, state, &letter->state)) return Value::pending();
  letter->customEquality = context.customEquality;
  letter->actor = new ActorShare(&home);
  ActorObject* handle = newActor(context, Value::nil(), Value::nil());
  handle->isHandle = true;
  handle->share = letter->actor;  // which begins with one handle
  send(*here(context), home, std::move(letter));
  return Value::object(handle);
}

namespace {

/// Waits until the mailbox takes another message; false with an exception. Who is an actor does not wait.
bool waitForFarRoom(Context& context, ActorShare* to) {
  Scheduler& s = schedulerOf(context);
  while (to->waiting >= MailboxLimit && !to->stopped) {
    if (s.running->isActor) {
      if (to->waiting < 2 * MailboxLimit) return true;
      raise(context, ErrorClass::Exception, "Actor mailbox is full");
      return false;
    }
    {
      const std::lock_guard lock(to->home->waitersMutex);
      to->home->waiters[to].push_back(s.worker);
      to->isAwaited = true;
    }
    if (to->waiting < MailboxLimit || to->stopped) break;  // it may not have seen that we wait
    Slot& place = as<ScopeObject>(s.worker->places)->slots()[RoomPlace];
    if (const Wakeup why = parkIn(s, place); why != Wakeup::Ended) {
      raiseWakeup(context, why);
      return false;
    }
  }
  if (!to->stopped) return true;
  raise(context, ErrorClass::Exception, "Actor is stopped");
  return false;
}

}  // namespace

Value postFar(Context& context, ActorShare* to, Value message, bool asks) {
  if (to->stopped) return raise(context, ErrorClass::Exception, "Actor is stopped");
  auto letter = std::make_unique<Letter>(Letter::Post);
  if (!pack(context, message, &letter->parcel) || !waitForFarRoom(context, to))
    return Value::pending();
  Worker& worker = *here(context);
  Value future = Value::nil();
  if (asks) {
    letter->question = new Question;
    letter->from = &worker;
    future = Value::object(beginOperation(context, letter->question->operation));
  }
  letter->actor = to;
  to->waiting++;
  send(worker, *to->home, std::move(letter));
  return future;
}

void stopFar(Context& context, ActorShare* actor) {
  if (actor->stopped.exchange(true)) return;
  auto letter = std::make_unique<Letter>(Letter::Stop);
  letter->actor = actor;
  send(*here(context), *actor->home, std::move(letter));
}

bool replyFar(Context& context, Value target, Value reply) {
  Parcel parcel;
  if (!pack(context, reply, &parcel)) return false;
  askerOf(target)->reply(std::move(parcel));
  return true;
}

void failFar(Context&, Value target, std::string_view message) { askerOf(target)->fail(message); }

void tookMessages(ActorShare* share, uint32_t count) {
  const uint32_t left = share->waiting.fetch_sub(count) - count;
  if (!share->isAwaited || (left >= MailboxLimit / 2 && !share->stopped)) return;
  Worker& home = *share->home;
  std::vector<Worker*> waiters;
  {
    const std::lock_guard lock(home.waitersMutex);
    share->isAwaited = false;
    const auto found = home.waiters.find(share);
    if (found == home.waiters.end()) return;
    waiters = std::move(found->second);
    home.waiters.erase(found);
  }
  for (Worker* waiter : waiters) send(home, *waiter, std::make_unique<Letter>(Letter::Room));
}

// --- what a letter says ------------------------------------------------------------------------------------------------------

namespace {

void openSpawn(Worker& worker, Letter& letter) {
  Context& context = *worker.context;
  context.customEquality |= letter.customEquality;
  const Value handler = unpack(context, letter.parcel);
  const Value state = unpack(context, letter.state);
  ActorObject* actor = newActor(context, handler, state);
  actor->share = letter.actor;
  actor->stopped = letter.actor->stopped;
  letter.actor->references++;
  letter.actor->object = actor;
  keepAlive(worker, letter.actor);
}

void openPost(Worker& worker, Letter& letter) {
  Context& context = *worker.context;
  ActorObject* actor = letter.actor->object;
  const bool isRefused = !actor || actor->stopped || worker.scheduler->ending;
  Value target = Value::nil();
  if (letter.question)
    target = newResource(context, std::make_unique<Asker>(worker, *letter.from, letter.question));
  if (!isRefused) return deliver(context, actor, unpack(context, letter.parcel), target);
  if (!target.isNil()) failFar(context, target, "Actor is stopped");
  tookMessages(letter.actor, 1);
}

void openAnswer(Worker& worker, Letter& letter) {
  Context& context = *worker.context;
  const std::unique_ptr<Question> question(letter.question);
  if (hasEnded(question->operation)) return;
  if (letter.kind == Letter::Reply)
    succeed(context, question->operation, unpack(context, letter.parcel));
  else
    fail(context, question->operation, replyFailure(context, letter.text));
}

}  // namespace

void openLetter(Worker& worker, Letter& letter) {
  switch (letter.kind) {
    case Letter::Spawn: return openSpawn(worker, letter);
    case Letter::Post: return openPost(worker, letter);
    case Letter::Reply:
    case Letter::Failure: return openAnswer(worker, letter);
    case Letter::Stop:
      if (letter.actor->object) stopActor(*worker.context, letter.actor->object);
      return;
    case Letter::Room:
      return wakeAll(*worker.scheduler, as<ScopeObject>(worker.places)->slots()[RoomPlace]);
    case Letter::Release: letGo(worker, letter.actor); return forget(letter.actor);
    case Letter::Run: return letter.errand->run(worker);
  }
}

void dropAllMessages(Worker& worker) {
  const auto* known = as<ArrayObject>(worker.known);
  for (uint32_t i = 0; i < known->size; i++)
    if (isKind(arrayAt(known, i), Kind::Actor))
      dropMessages(*worker.context, as<ActorObject>(arrayAt(known, i)));
}

}  // namespace gene
