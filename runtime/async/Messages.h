#pragma once
// What crosses between actors: values are copied, with cycles and shared parts kept; what cannot change is shared (10 §10.4).

#include "runtime/Context.h"

namespace gene {

/// What becomes of a value: it goes as it is, a copy of it goes, or nothing does.
enum class Crossing : uint8_t { Shared, Copied, Refused };
Crossing crossing(Value v);
/// Raises that the value cannot cross. Gives 0.
Value refuseCrossing(Context& context, Value v);

/// A copy of `v` for another actor, or 0 and an exception when something in it may not cross.
Value copyMessage(Context& context, Value v);

}  // namespace gene
