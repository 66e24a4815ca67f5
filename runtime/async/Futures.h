#pragma once
// How futures end: waiters are woken, callbacks run (10 §10.1).

#include "runtime/Context.h"

namespace gene {

FutureObject* newFuture(Context& context);
/// `value` is an exception for a failure. Not for cancelled ones.
FutureObject* newFinishedFuture(Context& context, FutureObject::State state, Value value);
/// pending, success, failure, cancelled.
std::string_view futureState(FutureObject::State state);
/// The value of a finished future, or its exception raised.
Value futureOutcome(Context& context, const FutureObject* future);

/// Ends a pending future: stops its operation, wakes who waits, and runs the callbacks before it returns. `value` is an
/// exception for a failure, the reason of a cancellation.
void endFuture(Context& context, FutureObject* future, FutureObject::State state, Value value);
/// The same from the event loop, which cannot run callbacks: they get a fiber. Nothing if the future has ended.
void endFromLoop(Context& context, FutureObject* future, FutureObject::State state, Value value);
/// What `throw` would raise, without raising it.
Value exceptionOf(Context& context, Value thrown);
/// A new exception with the extra field `code`.
Value codedException(Context& context, ErrorClass which, std::string_view message,
                     std::string_view code);
Value timeoutException(Context& context);
/// Stops the operation that was going to end the future, if there is one.
void stopOperation(Context& context, FutureObject* future);

Value finishedFuture(Context& context, bool failed, Value value);
Value awaitFuture(Context& context, uint64_t timeout, Value value);
Value awaitFutures(Context& context, uint64_t timeout, const Value* values, uint64_t count);
/// Parks the running fiber until the future has ended, at most so many microseconds (-1: for ever), then it fails. False with
/// an exception pending: it cannot end, or the program was interrupted.
bool waitForFuture(Context& context, FutureObject* future, int64_t timeout);
bool sleepFor(Context& context, int64_t microseconds);

/// A duration: an Int in milliseconds, a Float in seconds. False for other values.
bool durationOf(Value v, int64_t* microseconds);

/// genex/Subscription (Publish.cpp); before the tables are read.
void defineSubscriptions(Context& context);

}  // namespace gene
