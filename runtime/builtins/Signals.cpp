// (on_signal "INT" f): what happens on Ctrl-C while the program waits for console input (14 system §14.4). The signal
// writes to a pipe of ours, and reading standard input waits for that as well.

#include "runtime/system/Streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <mutex>

#include "runtime/builtins/Io.h"
#include "runtime/heap/Heap.h"

namespace gene {
namespace {

int wakeUp[2] = {-1, -1};  // read, write: of the process, as the signal is
std::mutex installing;

void onInterrupt(int) {
  const int error = errno;
  const char byte = 0;
  static_cast<void>(!::write(wakeUp[1], &byte, 1));
  errno = error;
}

/// Waits until the file has something to read; false when the signal came.
bool waitForInput(int file) {
  pollfd waiting[] = {{file, POLLIN, 0}, {wakeUp[0], POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  return waiting[1].revents == 0;
}

/// Calls the handler; false when it raised.
bool runHandler(Context& context) {
  char bytes[64];
  while (::read(wakeUp[0], bytes, sizeof bytes) > 0) {
  }
  return context.onInterrupt.isNil() || !call(context, context.onInterrupt, nullptr, 0).isPending();
}

Value onSignal(Context& context, Arguments args) {
  if (!isString(args[0]) || stringView(args[0]) != "INT")
    return raiseArgument(context, "on_signal currently supports only INT");
  const std::lock_guard lock(installing);
  if (wakeUp[0] < 0) {
    if (::pipe2(wakeUp, O_CLOEXEC | O_NONBLOCK) != 0)
      return raise(context, ErrorClass::IO, "on_signal: " + IoStatus::lastError().reason());
    InputStream::beforeWaiting = waitForInput;
    Reader::onInterrupt = runHandler;
  }
  context.onInterrupt = args[1];
  struct sigaction action{};
  action.sa_handler = onInterrupt;
  ::sigaction(SIGINT, &action, nullptr);
  return Value::nil();
}

constexpr BuiltinRow rows[] = {
    {"on_signal", onSignal, "name f -> Value", "RrwacX",
     "`\"INT\"`: calls f() on Ctrl-C while the program waits for console input",
     Missing{"on_signal requires 2 arguments (name, function)"}},
};

}  // namespace

BUILTIN_TABLE(signalTable, "", Functions, rows)

}  // namespace gene
