// Actors (10 §10.3): a handler, a state, and one message at a time. An actor with messages stands in the ready queue of its
// thread, and its turns run on a fiber. Without `^workers` all of them share the thread of the program.

#include <algorithm>
#include <cstdlib>

#include "runtime/async/Futures.h"
#include "runtime/async/Messages.h"
#include "runtime/async/Scheduler.h"
#include "runtime/async/Workers.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/system/Environment.h"

namespace gene {
namespace {

/// So many turns of one actor before the next one's.
constexpr int MostTurns = 64;
constexpr int64_t DefaultWorkers = 1024;
constexpr int64_t SyncTimeout = 2'000'000;  // microseconds

Value raisePlain(Context& context, std::string_view message) {
  return raise(context, ErrorClass::Exception, message);
}

// --- turns -------------------------------------------------------------------------------------------------------------------

/// Was it waited for too long?
bool hasTimedOut(Context& context, const FutureObject* future) {
  if (future->state != FutureObject::Failure) return false;
  auto* exception = static_cast<InstanceObject*>(future->value.get().object());
  return classOf(context, future->value) == errorClass(context, ErrorClass::Timeout) &&
         !getField(context, exception, Symbol::of("code")).isAbsent();
}

std::string messageOf(Context& context, Value exception) {
  const Value message =
      getField(context, static_cast<InstanceObject*>(exception.object()), sym::Message);
  return message.isAbsent() ? literalText(context, exception) : displayText(context, message);
}

/// Gives who asked something else than a reply: `target` is a future, what stands for one of another thread (Workers.h), or nil.
void fail(Context& context, Value target, std::string_view message) {
  if (auto* future = asOrNull<FutureObject>(target, Kind::Future))
    endFromLoop(context, future, FutureObject::Failure, replyFailure(context, message));
  else if (!target.isNil())
    failFar(context, target, message);
}

/// Answers with a value that may cross; 0 and an exception when it may not.
bool reply(Context& context, Value target, Value given) {
  auto* future = asOrNull<FutureObject>(target, Kind::Future);
  if (!future) return replyFar(context, target, given);
  const Value copy = copyMessage(context, given);
  if (copy.isPending()) return false;
  endFromLoop(context, future, FutureObject::Success, copy);
  return true;
}

void endTurn(Context& context, ActorObject* actor, ActorContextObject* turn, Value result) {
  const Value target = turn->replied ? Value::nil() : turn->future.get();
  turn->replied = true;
  if (result.isPending()) {
    const Value exception = takeException(context);
    if (!target.isNil()) fail(context, target, messageOf(context, exception));
    return;
  }
  actor->state.set(result);
  if (target.isNil()) return;
  if (actor->stopped)
    fail(context, target, "Actor is stopped");
  else
    reply(context, target, Value::nil());
}

void takeTurn(Context& context, ActorObject* actor) {
  Scheduler& s = schedulerOf(context);
  const auto [message, future] = queuePop(as<QueueObject>(actor->mailbox));
  if (actor->share) tookMessages(actor->share, 1);
  auto* turn = allocate<ActorContextObject>(context, Kind::ActorContext);
  turn->actor.init(Value::object(actor));
  turn->future.init(future);
  turn->replied = false;
  actor->turn.set(Value::object(turn));
  s.turns++;
  const Value args[] = {Value::object(turn), message, actor->state};
  const Value result = call(context, actor->handler, args, 3);
  if (!actor->stopped) s.turns--;
  endTurn(context, actor, turn, result);
  actor->turn.clear();
  if (!actor->senders.get().isNil()) wakeAll(s, actor->senders);
}

uint32_t messagesOf(const ActorObject* actor) {
  return actor->mailbox.get().isNil() ? 0 : as<QueueObject>(actor->mailbox)->size;
}

/// Has another thread stopped it? Its letter may come later.
bool wasStopped(Context& context, ActorObject* actor) {
  if (actor->share && actor->share->stopped && !actor->stopped) stopActor(context, actor);
  return actor->stopped;
}

// --- sending -----------------------------------------------------------------------------------------------------------------

/// Waits until the mailbox takes another message; false with an exception. Who is an actor does not wait.
bool waitForRoom(Context& context, ActorObject* actor) {
  Scheduler& s = schedulerOf(context);
  while (messagesOf(actor) >= MailboxLimit) {
    if (s.running->isActor) {
      if (messagesOf(actor) < 2 * MailboxLimit) return true;
      raisePlain(context, "Actor mailbox is full");
      return false;
    }
    if (const Wakeup why = parkIn(s, actor->senders); why != Wakeup::Ended) {
      raiseWakeup(context, why);
      return false;
    }
    if (actor->stopped) {
      raisePlain(context, "Actor is stopped");
      return false;
    }
  }
  return true;
}

/// Puts a message into the mailbox. `asks`: the answer is the future of its reply, else nil; 0 after an exception.
Value post(Context& context, Arguments args, bool asks) {
  ActorObject* const actor = atHome(context, as<ActorObject>(args[0]));
  if (!actor) return postFar(context, as<ActorObject>(args[0])->share, args[1], asks);
  if (actor->stopped) return raisePlain(context, "Actor is stopped");
  const Value message = copyMessage(context, args[1]);
  if (message.isPending()) return message;
  if (!waitForRoom(context, actor)) return Value::pending();
  const Value future = asks ? Value::object(newFuture(context)) : Value::nil();
  if (actor->share) actor->share->waiting++;
  deliver(context, actor, message, future);
  return future;
}

Value actorSend(Context& c, Arguments a) { return post(c, a, false); }
Value actorAsk(Context& c, Arguments a) { return post(c, a, true); }

Value actorAskSync(Context& context, Arguments args) {
  int64_t timeout = SyncTimeout;
  const Value given = args.keyword("timeout");
  if (!given.isAbsent() && !durationOf(given, &timeout))
    return raiseType(context,
                     "Actor.send_expect_reply_sync ^timeout must be int milliseconds or float "
                     "seconds");
  const Value reply = post(context, args, true);
  if (reply.isPending()) return reply;
  auto* future = as<FutureObject>(reply);
  if (!waitForFuture(context, future, timeout)) return Value::pending();
  if (hasTimedOut(context, future))
    return raise(context, ErrorClass::Timeout, "Actor.send_expect_reply_sync timed out");
  return futureOutcome(context, future);
}

Value actorStop(Context& context, Arguments args) {
  auto* given = as<ActorObject>(args[0]);
  if (ActorObject* actor = atHome(context, given))
    stopActor(context, actor);
  else
    stopFar(context, given->share);
  return Value::nil();
}

// --- what a handler sees -------------------------------------------------------------------------------------------------------

ActorContextObject* turnOf(Arguments args) { return as<ActorContextObject>(args[0]); }

Value contextActor(Context&, Arguments args) { return turnOf(args)->actor; }

Value contextReply(Context& context, Arguments args) {
  ActorContextObject* turn = turnOf(args);
  if (turn->future.get().isNil())
    return raisePlain(context, "ActorContext.reply requires send_expect_reply");
  if (turn->replied)
    return raisePlain(context, "ActorContext.reply can only be called once per message");
  if (!reply(context, turn->future, args[1])) return Value::pending();
  turn->replied = true;
  return Value::nil();
}

Value contextStop(Context& context, Arguments args) {
  stopActor(context, as<ActorObject>(turnOf(args)->actor));
  return Value::nil();
}

// --- gene/actor --------------------------------------------------------------------------------------------------------------

int64_t workerPool() {
  const std::string text = environmentValue("GENE_WORKERS").value_or("");
  const int64_t asked = std::strtoll(text.c_str(), nullptr, 10);
  return asked > 0 ? asked : DefaultWorkers;
}

Value enableActors(Context& context, Arguments args) {
  if (context.domain->actorsEnabled)
    return raisePlain(context, "gene/actor/enable can only be called once");
  uint32_t threads = 0;
  if (const Value workers = args.keyword("workers"); !workers.isAbsent()) {
    if (!isInt(workers))
      return raisePlain(context, "gene/actor/enable ^workers expects an integer");
    if (asInt(workers) < 1)
      return raisePlain(context, "gene/actor/enable requires at least one worker");
    if (asInt(workers) > workerPool() - 1)
      return raisePlain(context, "gene/actor/enable exceeds the configured worker pool");
    threads = static_cast<uint32_t>(asInt(workers));
  }
  // A debugger stops the program's own thread: that is where it finds the actors.
  if (isDebugged(context)) threads = 0;
  if (!reserveThreads(context, threads, "gene/actor/enable ^workers")) return Value::pending();
  context.domain->actorThreads = threads;
  context.domain->actorsEnabled = true;
  return Value::nil();
}

Value spawnActor(Context& context, Arguments args) {
  if (!context.domain->actorsEnabled)
    return raisePlain(context, "gene/actor/spawn requires gene/actor/enable first");
  const auto* function = asOrNull<FunctionObject>(args[0], Kind::Function);
  if (!function || function->info->isBlock || function->info->isMacro)
    return raisePlain(context, "gene/actor/spawn expects a callable handler");
  const Value handler = args[0];
  const Value given = args.keyword("state");
  if (freeze(context, {&handler, 1}).isPending()) return Value::pending();
  if (Worker* here = workerOf(context))
    if (Worker& home = nextHome(*here); &home != here)
      return spawnAt(context, home, handler, given.isAbsent() ? Value::nil() : given);
  const Value state = given.isAbsent() ? Value::nil() : copyMessage(context, given);
  return state.isPending() ? state : Value::object(newActor(context, handler, state));
}

constexpr BuiltinRow spaceRows[] = {
    {"enable", enableActors, "^workers -> Value", "Rrwac-", "allows actors; `^workers N`"},
    {"spawn", spawnActor, "handler ^state -> Actor", "Rrwac",
     "an actor that handles messages by (handler context message state); `^state S`",
     Missing{"gene/actor/spawn expects exactly one handler"},
     Surplus{"gene/actor/spawn expects exactly one handler"}},
};
constexpr BuiltinRow actorRows[] = {
    {"send", actorSend, "message -> Nil", "Rrwac", "puts a message into its mailbox",
     Missing{"Actor.send requires a message"}},
    {"send_expect_reply", actorAsk, "message -> Future", "Rrwac", "the same; a future of the reply",
     Missing{"Actor.send requires a message"}},
    {"send_expect_reply_sync", actorAskSync, "message ^timeout -> Value", "Rrwac",
     "the same; waits for the reply, 2000 ms or `^timeout T`",
     Missing{"Actor.send requires a message"}},
    {"stop", actorStop, "-> Nil", "Rrwac", "takes no more messages, and drops those that wait"},
};
constexpr BuiltinRow contextRows[] = {
    {"actor", contextActor, "-> Actor", "r", "the actor whose turn it is"},
    {"reply", contextReply, "value -> Nil", "Rrwac", "answers the message",
     Missing{"ActorContext.reply requires a value"}},
    {"stop", contextStop, "-> Nil", "Rrwac", "stops the actor after this turn"},
};

}  // namespace

ActorObject* newActor(Context& context, Value handler, Value state) {
  auto* actor = allocate<ActorObject>(context, Kind::Actor);
  actor->handler.init(handler);
  actor->state.init(state);
  for (Slot* slot : {&actor->mailbox, &actor->turn, &actor->senders}) slot->init(Value::nil());
  actor->queued = actor->stopped = actor->isHandle = false;
  actor->share = nullptr;
  return actor;
}

Value replyFailure(Context& context, std::string_view message) {
  return codedException(context, ErrorClass::Exception, message, "GENE.THREAD.REPLY.FAILURE");
}

void deliver(Context& context, ActorObject* actor, Value message, Value target) {
  if (actor->mailbox.get().isNil()) actor->mailbox.set(Value::object(newQueue(context)));
  queuePush(context, as<QueueObject>(actor->mailbox), message, target);
  if (actor->queued) return;
  actor->queued = true;
  makeReady(schedulerOf(context), Value::object(actor), Value::nil());
}

void dropMessages(Context& context, ActorObject* actor) {
  uint32_t dropped = 0;
  if (!actor->mailbox.get().isNil()) {
    auto* mailbox = as<QueueObject>(actor->mailbox);
    for (; mailbox->size != 0; dropped++)
      fail(context, queuePop(mailbox).second, "Actor is stopped");
  }
  if (actor->share) tookMessages(actor->share, dropped);
}

void stopActor(Context& context, ActorObject* actor) {
  // The end of the program does not wait for a turn of an actor that was stopped.
  if (!actor->stopped && !actor->turn.get().isNil()) schedulerOf(context).turns--;
  actor->stopped = true;
  if (actor->share) actor->share->stopped = true;
  dropMessages(context, actor);
  if (!actor->senders.get().isNil()) wakeAll(schedulerOf(context), actor->senders);
}

void runActor(Context& context, ActorObject* actor) {
  Scheduler& s = schedulerOf(context);
  s.running->isActor = true;
  // When the program has ended, no turn begins.
  for (int i = 0; i < MostTurns && !wasStopped(context, actor) && messagesOf(actor) != 0; i++) {
    if (s.ending) break;
    takeTurn(context, actor);
  }
  schedulerOf(context).running->isActor = false;
  actor->queued = messagesOf(actor) != 0 && !s.ending;
  if (actor->queued) makeReady(s, Value::object(actor), Value::nil());
}

BUILTIN_TABLE(actorSpaceTable, "gene/actor", Functions, spaceRows)
BUILTIN_TABLE(actorTable, "Actor", Methods, actorRows)
BUILTIN_TABLE(actorContextTable, "ActorContext", Methods, contextRows)

}  // namespace gene
