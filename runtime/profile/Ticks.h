#pragma once
// A clock for sampling profilers: threads are told about every millisecond of CPU time that they use.
//
// Timers on CPU time go by the kernel's own tick, which may be 4 ms. So a thread of our own looks at the clocks of the
// sampled ones each millisecond and sends SIGPROF to those that ran meanwhile; one that waits
// is left alone until it runs.

#include <atomic>
#include <cstdint>

namespace gene::profile {

/// A thread that is sampled.
class Sampled {
 public:
  virtual ~Sampled() = default;
  /// The thread has used this much CPU time since the last call. Runs on the thread, as a signal handler: it may do what
  /// such a handler may. `machine` is the ucontext_t of the code that was interrupted.
  virtual void tick(uint64_t nanoseconds, const void* machine) = 0;

  std::atomic<uint64_t> used = 0;  // since the last call of tick
};

/// From now on the calling thread is told; `sampled` has to live until endTicks.
void beginTicks(Sampled& sampled);
/// No tick comes any more. By the thread that is told.
void endTicks(Sampled& sampled);
/// No thread is told anything any more.
void stopTicks();

}  // namespace gene::profile
