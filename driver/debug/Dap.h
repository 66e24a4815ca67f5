#pragma once
// The debugger for editors: the Debug Adapter Protocol on standard input and output.

#include <memory>

#include "driver/Job.h"
#include "driver/debug/Debugger.h"

namespace gene::debug {

/// Talks until the client disconnects; gives the exit code.
int serveDap(driver::Job& job);

/// Compiles the job's source for the debugger and loads it; null after errors, which are reported.
std::unique_ptr<Debugger> load(Context& context, driver::Job& job, Debugger::Face face,
                               Program** loaded);

}  // namespace gene::debug
