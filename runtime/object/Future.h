#pragma once
// Futures, as far as every program has them: how they print and die. All else is in runtime/async, which programs that use
// futures are linked with.

#include "runtime/Async.h"

namespace gene {

inline bool isFuture(Value v) { return isKind(v, Kind::Future); }
/// <Future FsPending>
const char* futureText(const FutureObject& future);

/// What a Fiber object owns.
void freeFiber(FiberObject* object);

}  // namespace gene
