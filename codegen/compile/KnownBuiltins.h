#pragma once
// What the rows of runtime/builtins say, for passes and back ends.

namespace gene {

/// To be called before anything is compiled; calls after the first one cost nothing.
void useKnownBuiltins();

}  // namespace gene
