#include "runtime/profile/Ticks.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/Context.h"

namespace gene::profile {
namespace {

/// A little less than a millisecond, so that a program that does something each millisecond is not always seen at the same place.
constexpr int64_t Period = 997'000;

struct Thread {
  Sampled* sampled;
  pid_t id;
  clockid_t clock;
  int status;     // its file of /proc; -1: there is none
  uint64_t seen;  // what the clock said when a signal was sent last
};
struct Threads {
  std::mutex mutex;
  std::vector<Thread> all;
  bool ticks = false;  // the thread that looks at the clocks is there
};
/// Never destroyed: the ticking thread uses it to the end of the process.
Threads& threads() {
  static auto* const known = new Threads;
  return *known;
}

GENE_THREAD_LOCAL Sampled* sampledHere = nullptr;

bool read(clockid_t clock, uint64_t& nanoseconds) {
  timespec time;
  if (::clock_gettime(clock, &time) != 0) return false;
  nanoseconds =
      static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
  return true;
}

void onSignal(int, siginfo_t*, void* machine) {
  const int error = errno;
  if (Sampled* const sampled = sampledHere)
    if (const uint64_t used = sampled->used.exchange(0, std::memory_order_relaxed); used > 0)
      sampled->tick(used, machine);
  errno = error;
}

/// What waits is not at the place any more that took the time: it hears of it when it runs. `now` is what its clock said.
bool isRunnable(const Thread& thread, uint64_t now) {
  uint64_t later;
  if (read(thread.clock, later) && later != now) return true;
  // It waits, or it has no processor at the moment, perhaps because this thread took it: "ID (name) STATE …"
  char text[64];
  const ssize_t size = ::pread(thread.status, text, sizeof text, 0);
  const std::string_view line(text, size > 0 ? static_cast<size_t>(size) : 0);
  const size_t name = line.rfind(") ");
  return name == std::string_view::npos || line.substr(name + 2).starts_with('R');
}

void forget(Thread& thread) {
  if (thread.status >= 0) ::close(thread.status);
}

/// Sends a signal to the threads that ran.
void lookAtClocks() {
  Threads& known = threads();
  const std::lock_guard lock(known.mutex);
  std::erase_if(known.all, [](Thread& thread) {
    uint64_t now;
    if (!read(thread.clock, now)) {
      forget(thread);  // it has ended
      return true;
    }
    if (now - thread.seen < static_cast<uint64_t>(Period) / 2) return false;
    if (!isRunnable(thread, now)) return false;
    thread.sampled->used.fetch_add(now - thread.seen, std::memory_order_relaxed);
    thread.seen = now;
    ::syscall(SYS_tgkill, ::getpid(), thread.id, SIGPROF);
    return false;
  });
}

void tickForEver() {
  timespec next;
  ::clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    next.tv_nsec += Period;
    if (next.tv_nsec >= 1'000'000'000) {
      next.tv_nsec -= 1'000'000'000;
      next.tv_sec++;
    }
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    lookAtClocks();
  }
}

/// Under the lock.
void beginTicking(Threads& known) {
  struct sigaction action = {};
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigaction(SIGPROF, &action, nullptr);
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // signals of the program are none of its business
  std::thread(tickForEver).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  known.ticks = true;
}

}  // namespace

void beginTicks(Sampled& sampled) {
  Threads& known = threads();
  const std::lock_guard lock(known.mutex);
  const auto id = static_cast<pid_t>(::syscall(SYS_gettid));
  Thread thread{&sampled, id, {}, -1, 0};
  if (::pthread_getcpuclockid(::pthread_self(), &thread.clock) != 0 ||
      !read(thread.clock, thread.seen))
    return;
  const std::string file = "/proc/self/task/" + std::to_string(id) + "/stat";
  thread.status = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  sampledHere = &sampled;
  known.all.push_back(thread);
  if (!known.ticks) beginTicking(known);
}

void endTicks(Sampled& sampled) {
  Threads& known = threads();
  const std::lock_guard lock(known.mutex);
  if (sampledHere == &sampled) sampledHere = nullptr;
  std::erase_if(known.all, [&](Thread& thread) {
    if (thread.sampled != &sampled) return false;
    forget(thread);
    return true;
  });
}

void stopTicks() {
  Threads& known = threads();
  const std::lock_guard lock(known.mutex);
  known.all.clear();
}

}  // namespace gene::profile
