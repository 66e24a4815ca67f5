#pragma once
// What crosses between actors: values are copied, with cycles and shared parts kept; what cannot change is shared (10 §10.4).

#include "runtime/Context.h"

namespace gene {

/// A copy of `v` for another actor, or 0 and an exception when something in it may not cross.
Value copyMessage(Context& context, Value v);

}  // namespace gene
