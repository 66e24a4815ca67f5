#include "runtime/async/Interrupt.h"

#include <atomic>
#include <csignal>

#include "runtime/async/Scheduler.h"
#include "runtime/vm/Code.h"

namespace gene {
namespace {

// What the handler may touch. The signal may come to any thread of the process.
std::atomic<bool> asleep = false;
std::atomic<bool> arrived = false;
std::atomic<bool> byCall = false;
std::atomic<uv_async_t*> wakeLoop = nullptr;
static_assert(std::atomic<bool>::is_always_lock_free);

void onInterrupt(int) {  // the disposition is the default one again (SA_RESETHAND)
  if (asleep) {
    arrived = true;
    if (uv_async_t* const loop = wakeLoop) uv_async_send(loop);
  } else {
    std::raise(SIGINT);
  }
}

}  // namespace

void watchInterrupts(Scheduler& s) {
  // A program that another one embeds leaves the signals of the process alone.
  if (wakeLoop.load() || (s.context.vm && s.context.vm->limits)) return;
  struct sigaction before{};
  const bool isTaken = sigaction(SIGINT, nullptr, &before) != 0 || before.sa_handler != SIG_DFL;
  if (isTaken && !byCall) return;
  GENE_CHECK(uv_async_init(&s.loop, &s.interrupt, [](uv_async_t*) {}) == 0,
             "the loop can be woken");
  uv_unref(reinterpret_cast<uv_handle_t*>(&s.interrupt));
  s.hearsInterrupts = true;
  wakeLoop = &s.interrupt;
  if (byCall) return;
  struct sigaction action{};
  action.sa_handler = onInterrupt;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
}

void ignoreInterrupts(Scheduler& s) {
  if (!s.hearsInterrupts) return;
  s.hearsInterrupts = false;
  if (!byCall) std::signal(SIGINT, SIG_DFL);
  wakeLoop = nullptr;
}

void sleeping(Scheduler& s, bool sleeps) {
  if (s.hearsInterrupts) asleep = sleeps;
}

bool takeInterrupt(Scheduler& s) { return s.hearsInterrupts && arrived.exchange(false); }

bool endsInterrupted() { return !byCall; }

void interruptByCall() { byCall = true; }

void interruptWaiting() {
  if (!byCall) return;
  arrived = true;
  if (uv_async_t* const loop = wakeLoop) uv_async_send(loop);
}

void forgetInterrupt() { arrived = false; }

}  // namespace gene
