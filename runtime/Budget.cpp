#include "runtime/Budget.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "runtime/Output.h"

namespace gene {
namespace {

bool oneThread = false;

std::string sentence(const std::string& what) {
  return "Error: the program was stopped: " + what + "\n";
}

std::string timeText(std::chrono::milliseconds time) {
  return "it has run for " + std::to_string(time.count()) + " milliseconds";
}

void waitFor(int64_t milliseconds) {
  timespec left{milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

/// Runs on a thread that takes no signals.
void inBackground(void* (*work)(void*)) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, work, nullptr) != 0) ::_exit(1);
  pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

void budgetIsSpent(const std::string& what) {
  outputSink = nullptr;
  writeError(sentence(what));
  ::_exit(1);
}

void limitTime(std::chrono::milliseconds time) {
  static std::chrono::milliseconds limit;
  limit = time;
  inBackground([](void*) -> void* {
    waitFor(limit.count());
    // Where nobody takes what the program writes, another thread holds standard output for ever.
    inBackground([](void*) -> void* {
      waitFor(300);
      const std::string text = sentence(timeText(limit));
      static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
      ::_exit(1);
    });
    budgetIsSpent(timeText(limit));
  });
}

void keepToOneThread() { oneThread = true; }
bool isKeptToOneThread() { return oneThread; }

}  // namespace gene
