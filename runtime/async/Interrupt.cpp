#include "runtime/async/Interrupt.h"

#include <csignal>

#include "runtime/async/Scheduler.h"

namespace gene {
namespace {

// What the handler may touch.
volatile std::sig_atomic_t asleep = 0;
volatile std::sig_atomic_t arrived = 0;
uv_async_t* wakeLoop = nullptr;

void onInterrupt(int) {  // the disposition is the default one again (SA_RESETHAND)
  if (asleep) {
    arrived = 1;
    uv_async_send(wakeLoop);
  } else {
    std::raise(SIGINT);
  }
}

}  // namespace

void watchInterrupts(Scheduler& s) {
  struct sigaction before{};
  if (sigaction(SIGINT, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) return;
  GENE_CHECK(uv_async_init(&s.loop, &s.interrupt, [](uv_async_t*) {}) == 0,
             "the loop can be woken");
  uv_unref(reinterpret_cast<uv_handle_t*>(&s.interrupt));
  wakeLoop = &s.interrupt;
  struct sigaction action{};
  action.sa_handler = onInterrupt;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
}

void ignoreInterrupts() {
  if (!wakeLoop) return;
  std::signal(SIGINT, SIG_DFL);
  wakeLoop = nullptr;
}

void sleeping(bool sleeps) { asleep = sleeps; }

bool takeInterrupt() {
  if (!arrived) return false;
  arrived = 0;
  return true;
}

}  // namespace gene
