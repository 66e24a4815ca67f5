#pragma once
// Points in time as values, for those who get them from the system.

#include "runtime/Context.h"

namespace gene {

/// The DateTime of microseconds since 1970, in local time with its offset.
Value localDateTime(Context& context, int64_t microseconds);

}  // namespace gene
