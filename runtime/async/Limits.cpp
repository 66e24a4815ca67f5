// What waiting is in a program that another one embeds: it ends when the program's time is over, and what it is made of is
// given back with the program.

#include <sys/mman.h>

#include <algorithm>
#include <chrono>

#include "runtime/Domain.h"
#include "runtime/async/Scheduler.h"
#include "runtime/vm/Code.h"
#include "runtime/vm/Limits.h"

namespace gene {
namespace {

/// So often a program that sleeps looks whether somebody has interrupted it.
constexpr std::chrono::milliseconds Glance{50};

/// The limits that somebody watches, or null.
vm::Limits* limitsOf(const Scheduler& s) {
  return s.context.vm && s.context.vm->watch ? s.context.vm->limits : nullptr;
}

void giveBack(Scheduler* s) {
  bool isBusy = s->loop.active_reqs.count != 0;
  uv_walk(
      &s->loop,
      [](uv_handle_t* h, void* busy) { *static_cast<bool*>(busy) |= uv_is_closing(h) != 0; },
      &isBusy);
  if (isBusy) return;  // somebody is called back yet: it stays
  uv_walk(&s->loop, [](uv_handle_t* h, void*) { uv_close(h, nullptr); }, nullptr);
  uv_run(&s->loop, UV_RUN_DEFAULT);
  if (uv_loop_close(&s->loop) != 0) return;
  ::munmap(reinterpret_cast<void*>(s->loopFiber.low), s->loopFiber.high - s->loopFiber.low);
  delete s;
}

}  // namespace

void boundWait(Scheduler& s) {
  const vm::Limits* const limits = limitsOf(s);
  if (!limits) return;
  if (!s.hasWaitTimer) {
    s.hasWaitTimer = true;
    uv_timer_init(&s.loop, &s.waitTimer);
    uv_unref(reinterpret_cast<uv_handle_t*>(&s.waitTimer));
  }
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(limits->deadline() - vm::Limits::Clock::now());
  const int64_t wait = std::clamp(left, milliseconds{0}, Glance).count();
  uv_update_time(&s.loop);
  uv_timer_start(&s.waitTimer, [](uv_timer_t*) {}, static_cast<uint64_t>(wait), 0);
}

bool waitIsOver(Scheduler& s) {
  vm::Limits* const limits = limitsOf(s);
  return limits && limits->endsWait();
}

void keepScheduler(Scheduler& s) {
  const DomainLock lock(*s.context.domain);
  s.context.domain->kept.push_back(std::shared_ptr<Scheduler>(&s, giveBack));
}

}  // namespace gene
