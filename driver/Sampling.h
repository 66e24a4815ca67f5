#pragma once
// `gene run --profile=sample` and `--heap-profile`: which options ask for them, and what becomes of them.

#include "driver/Options.h"
#include "runtime/Context.h"

namespace gene::driver {

/// Do the options of run ask for samples, and not for the exact profile?
bool takesSamples(const Options& options);
/// Has samples taken of all that runs in the context and its threads from now on, and reported when the program ends. False
/// after a failure that was reported.
bool sampleRun(Context& context, const Options& options);
/// Has objects noted that the context makes from now on, and reported when the program ends. False after a failure that was
/// reported.
bool profileHeap(Context& context, const Options& options);

}  // namespace gene::driver
