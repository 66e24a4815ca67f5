// Futures: ending, waiting, callbacks; the class gene/Future and the functions of 10 §10.1.

#include "runtime/async/Futures.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/async/Operation.h"
#include "runtime/async/Scheduler.h"
#include "runtime/async/Workers.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Future.h"
#include "runtime/object/Print.h"

namespace gene {

// --- values ------------------------------------------------------------------------------------------------------------------

FutureObject* newFinishedFuture(Context& context, FutureObject::State state, Value value) {
  auto* future = allocate<FutureObject>(context, Kind::Future);
  future->value.init(value);
  future->exception.init(Value::nil());
  future->callbacks.init(Value::nil());
  future->waiters.init(Value::nil());
  future->operation = nullptr;
  future->state = state;
  future->arriving = FutureObject::Pending;
  return future;
}

FutureObject* newFuture(Context& context) {
  return newFinishedFuture(context, FutureObject::Pending, Value::nil());
}

std::string_view futureState(FutureObject::State state) {
  static constexpr std::string_view names[] = {"pending", "success", "failure", "cancelled"};
  return names[state];
}

Value futureOutcome(Context& context, const FutureObject* future) {
  switch (future->state) {
    case FutureObject::Success: return future->value;
    case FutureObject::Failure: return raiseValue(context, future->value);
    case FutureObject::Cancelled: return raiseValue(context, future->exception);
    case FutureObject::Pending: break;
  }
  GENE_UNREACHABLE("the outcome of a pending future");
}

Value finishedFuture(Context& context, bool failed, Value value) {
  return Value::object(
      newFinishedFuture(context, failed ? FutureObject::Failure : FutureObject::Success, value));
}

Value awaitFuture(Context& context, uint64_t timeout, Value value) {
  if (!isFuture(value)) {
    raise(context, ErrorClass::Argument, "await expects a Future, got: " + valueKindName(value));
    explainAwait(context, value);
    return Value::pending();
  }
  auto* future = as<FutureObject>(value);
  if (future->state == FutureObject::Pending &&
      !waitForFuture(context, future, static_cast<int64_t>(timeout)))
    return Value::pending();
  return futureOutcome(context, future);
}

Value awaitFutures(Context& context, uint64_t timeout, const Value* values, uint64_t count) {
  ArrayObject* results = newArray(context, static_cast<uint32_t>(count));
  for (uint64_t i = 0; i < count; i++) {
    const Value result = awaitFuture(context, timeout, values[i]);
    if (result.isPending()) return result;
    arrayPush(context, results, result);
  }
  return Value::object(results);
}

// --- ends --------------------------------------------------------------------------------------------------------------------

Value exceptionOf(Context& context, Value thrown) {
  raiseValue(context, thrown);
  return takeException(context);
}

Value codedException(Context& context, ErrorClass which, std::string_view message,
                     std::string_view code) {
  raise(context, which, message);
  const Value exception = takeException(context);
  setField(context, static_cast<InstanceObject*>(exception.object()), Symbol::of("code"),
           newString(context, code));
  return exception;
}

Value timeoutException(Context& context) {
  const Value exception =
      codedException(context, ErrorClass::Timeout, "await timed out", "GENE.ASYNC.TIMEOUT");
  setField(context, static_cast<InstanceObject*>(exception.object()), sym::LocationName,
           newString(context, "await"));
  return exception;
}

namespace {

Value cancelException(Context& context, Value reason) {
  const Value exception = codedException(
      context, ErrorClass::Cancellation,
      reason.isNil() ? "Future cancelled" : displayText(context, reason), "GENE.ASYNC.CANCELLED");
  if (!reason.isNil() && !isString(reason))
    setField(context, static_cast<InstanceObject*>(exception.object()), sym::Cause, reason);
  return exception;
}

/// A callback whose future has ended; false when it raised, which is how the future has ended then.
bool runCallback(Context& context, FutureObject* future, Value callback) {
  const Value given =
      future->state == FutureObject::Cancelled ? future->exception.get() : future->value.get();
  const Value handled = context.current;  // $ex belongs to whoever ends the future
  const Value result = call(context, callback, &given, 1);
  context.current = handled;
  if (!result.isPending()) return true;
  future->state = FutureObject::Failure;
  future->value.set(takeException(context));
  future->exception.clear();
  return false;
}

/// Success or Failure: the callbacks that a state runs.
FutureObject::State callbackKind(FutureObject::State state) {
  return state == FutureObject::Success ? FutureObject::Success : FutureObject::Failure;
}

void runCallbacks(Context& context, FutureObject* future) {
  if (future->callbacks.get().isNil()) return;
  auto* callbacks = as<ArrayObject>(future->callbacks.get());
  future->callbacks.clear();
  const Value kind = Value::smallInt(callbackKind(future->state));
  for (uint32_t i = 0; i + 1 < callbacks->size; i += 2)
    if (arrayAt(callbacks, i) == kind && !runCallback(context, future, arrayAt(callbacks, i + 1)))
      return;
}

/// All but the callbacks.
void settle(Context& context, FutureObject* future, FutureObject::State state, Value value) {
  if (state == FutureObject::Cancelled) future->exception.set(cancelException(context, value));
  future->state = state;
  future->arriving = FutureObject::Pending;
  future->value.set(value);
  stopOperation(context, future);
  if (!future->waiters.get().isNil()) wakeAll(schedulerOf(context), future->waiters);
}

}  // namespace

void endFuture(Context& context, FutureObject* future, FutureObject::State state, Value value) {
  settle(context, future, state, value);
  runCallbacks(context, future);
}

void endFromLoop(Context& context, FutureObject* future, FutureObject::State state, Value value) {
  if (future->state != FutureObject::Pending || future->arriving != FutureObject::Pending) return;
  if (future->callbacks.get().isNil()) return settle(context, future, state, value);
  stopOperation(context, future);
  future->arriving = state;
  future->value.set(value);
  makeReady(schedulerOf(context), Value::object(future), Value::nil());
}

void deliverFuture(Context& context, FutureObject* future) {
  if (future->state == FutureObject::Pending && future->arriving != FutureObject::Pending)
    endFuture(context, future, future->arriving, future->value);
}

void runLateCallback(Context& context, Value callback, FutureObject* future) {
  runCallback(context, future, callback);
}

// --- waiting -----------------------------------------------------------------------------------------------------------------

bool waitForFuture(Context& context, FutureObject* future, int64_t timeout) {
  Scheduler& s = schedulerOf(context);
  Timer* timer = timeout >= 0 ? startTimeout(context, future, timeout) : nullptr;
  Wakeup why = Wakeup::Ended;
  while (future->state == FutureObject::Pending && why == Wakeup::Ended)
    why = parkIn(s, future->waiters);
  if (timer) stopTimer(context, timer);
  if (why == Wakeup::Ended) return true;
  raiseWakeup(context, why);
  return false;
}

bool sleepFor(Context& context, int64_t microseconds) {
  return waitForFuture(context, sleepingFuture(context, microseconds), -1);
}

bool durationOf(Value v, int64_t* microseconds) {
  double micros;
  if (isInt(v))
    micros = static_cast<double>(asInt(v)) * 1e3;
  else if (v.isFloat())
    micros = v.floating() * 1e6;
  else
    return false;
  if (std::isnan(micros)) micros = 0;
  *microseconds = static_cast<int64_t>(std::clamp(micros, 0.0, 9e15));
  return true;
}

// --- the class ---------------------------------------------------------------------------------------------------------------

namespace {

/// So many questions for the state of a pending future, and the event loop is looked at: programs that ask again and again
/// get an answer.
constexpr uint32_t PatientQuestions = 100;

Value futureNew(Context& context, Arguments args) {
  return Value::object(args.count == 0
                           ? newFuture(context)
                           : newFinishedFuture(context, FutureObject::Success, args[0]));
}

FutureObject* self(Arguments args) { return as<FutureObject>(args[0]); }

Value futureStateOf(Context& context, Arguments args) {
  FutureObject* future = self(args);
  if (future->state == FutureObject::Pending && context.scheduler) {
    if (++context.scheduler->questions % PatientQuestions == 0) {
      context.scheduler->passes = UINT32_MAX;
      yieldTo(*context.scheduler);
    }
  }
  return Value::symbol(Symbol::of(futureState(future->state)));
}

Value futureValue(Context&, Arguments args) {
  const FutureObject* future = self(args);
  return future->state == FutureObject::Pending ? Value::nil() : future->value.get();
}

/// A future ends once.
bool checkPending(Context& context, const FutureObject* future, const char* operation) {
  if (future->state == FutureObject::Pending) return true;
  raise(context, ErrorClass::Exception,
        "GENE.ASYNC.ALREADY_TERMINAL: cannot " + std::string(operation) + " a future in state " +
            std::string(futureState(future->state)));
  return false;
}

Value futureComplete(Context& context, Arguments args) {
  if (!checkPending(context, self(args), "complete")) return Value::pending();
  endFuture(context, self(args), FutureObject::Success, args[1]);
  return Value::nil();
}

Value futureFail(Context& context, Arguments args) {
  if (!checkPending(context, self(args), "fail")) return Value::pending();
  endFuture(context, self(args), FutureObject::Failure, exceptionOf(context, args[1]));
  return args[0];
}

Value futureCancel(Context& context, Arguments args) {
  if (!checkPending(context, self(args), "cancel")) return Value::pending();
  endFuture(context, self(args), FutureObject::Cancelled, args.at(1));
  return args[0];
}

bool mayBeCalled(Context& context, Value v) {
  return isCallable(v) || isKind(v, Kind::Selector) ||
         (isInstance(v) && !methodOf(context, v, sym::Call).isAbsent());
}

Value addCallback(Context& context, Arguments args, FutureObject::State kind, const char* name) {
  if (!mayBeCalled(context, args[1]))
    return raise(context, ErrorClass::Exception,
                 std::string(name) + " callback must be a function or block");
  FutureObject* future = self(args);
  if (future->state != FutureObject::Pending) {
    if (callbackKind(future->state) == kind)
      makeReady(schedulerOf(context), args[1], Value::object(future));
    return args[0];
  }
  if (future->callbacks.get().isNil()) future->callbacks.set(Value::object(newArray(context, 2)));
  auto* callbacks = as<ArrayObject>(future->callbacks.get());
  arrayPush(context, callbacks, Value::smallInt(kind));
  arrayPush(context, callbacks, args[1]);
  return args[0];
}
Value futureOnSuccess(Context& c, Arguments a) {
  return addCallback(c, a, FutureObject::Success, "on_success");
}
Value futureOnFailure(Context& c, Arguments a) {
  return addCallback(c, a, FutureObject::Failure, "on_failure");
}

// --- functions ---------------------------------------------------------------------------------------------------------------

bool isFutureArgument(Context& context, Arguments args) {
  if (isFuture(args[0])) return true;
  raise(context, ErrorClass::Exception, "First argument must be a Future");
  return false;
}

Value completeFuture(Context& context, Arguments args) {
  return isFutureArgument(context, args) ? futureComplete(context, args) : Value::pending();
}

Value cancelFuture(Context& context, Arguments args) {
  if (!isFutureArgument(context, args)) return Value::pending();
  return futureCancel(context, args).isPending() ? Value::pending() : Value::nil();
}

Value runForever(Context& context, Arguments) {
  Scheduler& s = schedulerOf(context);
  s.foreverStopped = false;
  Wakeup why = Wakeup::Ended;
  FutureObject* stopped = newFuture(context);
  s.forever = Value::object(stopped);
  while (!s.foreverStopped && why == Wakeup::Ended) why = parkIn(s, stopped->waiters);
  s.forever = Value::nil();
  return why == Wakeup::Ended ? Value::nil() : raiseWakeup(context, why);
}

void endForever(Scheduler& s) {
  s.foreverStopped = true;
  if (!s.forever.isNil()) wakeAll(s, as<FutureObject>(s.forever)->waiters);
}

class EndForever : public Errand {
  void run(Worker& here) override { endForever(*here.scheduler); }
};

/// It is the main program that runs for ever, whichever thread ends that.
Value stopScheduler(Context& context, Arguments) {
  Scheduler& s = schedulerOf(context);
  if (!s.worker || s.worker->isFirst())
    endForever(s);
  else
    sendErrand(*s.worker, *s.worker->all.members[0], std::make_unique<EndForever>());
  return Value::nil();
}

Value sleepAsync(Context& context, Arguments args) {
  int64_t micros;
  if (!durationOf(args[0], &micros))
    return raiseType(context, "sleep_async requires a number (milliseconds)");
  return Value::object(sleepingFuture(context, micros));
}

constexpr BuiltinRow futureRows[] = {
    {"state", futureStateOf, "-> Symbol", "r",
     "pending, success, failure or cancelled, as a symbol"},
    {"value", futureValue, "-> Value", "r",
     "the value, exception or reason; nil while it is pending"},
    {"complete", futureComplete, "value -> Value", "Rrwac", "ends it with a value",
     Missing{"Future.complete requires a future and a value"}},
    {"fail", futureFail, "error -> Future", "Rrwac", "ends it with an exception; the future",
     Missing{"Future.fail requires a future and an error value"}},
    {"cancel", futureCancel, "reason? -> Future", "Rrwac", "ends it without either; the future"},
    {"on_success", futureOnSuccess, "f -> Future", "Rrwac",
     "calls a function with the value; the future",
     Missing{"Future.on_success requires 2 arguments (self and callback)"}},
    {"on_failure", futureOnFailure, "f -> Future", "Rrwac",
     "calls a function with the exception, of a cancelled one as well; the future",
     Missing{"Future.on_failure requires 2 arguments (self and callback)"}},
};
constexpr BuiltinRow constructorRows[] = {
    {"new", futureNew, "value? -> Future", "Rrwac", "a pending future, or one that has succeeded",
     Constructor},
};
constexpr BuiltinRow globalRows[] = {
    {"complete_future", completeFuture, "future value -> Value", "Rrwac", "as the method complete",
     Missing{"Future.complete requires a future and a value"}},
    {"cancel_future", cancelFuture, "future reason? -> Nil", "Rrwac", "as the method cancel; nil"},
    {"run_forever", runForever, "-> Value", "Rrwac",
     "runs the event loop until stop_scheduler is called"},
    {"stop_scheduler", stopScheduler, "-> Value", "Rrwac", "ends run_forever"},
};
constexpr BuiltinRow geneRows[] = {
    {"sleep_async", sleepAsync, "duration -> Future", "Rrwac",
     "a future that ends after a time: an Int in milliseconds, a Float in seconds",
     Missing{"sleep_async requires 1 argument"}},
};

}  // namespace

BUILTIN_TABLE(futureTable, "Future", Methods, futureRows)
BUILTIN_TABLE(futureConstructors, "Future", Functions, constructorRows)
BUILTIN_TABLE(futureFunctions, "", Functions, globalRows)
BUILTIN_TABLE(sleepTable, "gene", Functions, geneRows)

}  // namespace gene
