#include "runtime/Output.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/support/Activity.h"

namespace gene {
namespace {

constexpr size_t BufferSize = size_t{64} << 10;

/// Standard output of the process; actors write to it as well.
struct Output {
  std::mutex mutex;
  size_t used = 0;
  bool terminal = false;
  char buffer[BufferSize];

  Output() : terminal(isatty(STDOUT_FILENO)) { std::signal(SIGPIPE, SIG_IGN); }
};

Output& output() {
  static Output* const instance = new Output();
  return *instance;
}

/// Writes all of `text`; false with errno set when that is impossible.
bool writeAll(int file, const char* text, size_t size) {
  while (size != 0) {
    const ssize_t written = ::write(file, text, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

[[noreturn]] void outputLost() {
  if (errno == EPIPE) {  // nobody reads any more: the end that others have, too
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  std::string_view reason = std::strerror(errno);
  constexpr std::string_view message = "Error: cannot write to standard output: ";
  writeAll(STDERR_FILENO, message.data(), message.size());
  writeAll(STDERR_FILENO, reason.data(), reason.size());
  writeAll(STDERR_FILENO, "\n", 1);
  ::_exit(1);
}

void flushLocked(Output& out) {
  const size_t size = out.used;
  out.used = 0;
  if (!writeAll(STDOUT_FILENO, out.buffer, size)) outputLost();
}

struct EndReport {
  const Context* context;
  std::function<void()> report;
};
std::mutex reportsMutex;
std::vector<EndReport> endReports;

/// Takes out and calls those of a context; of all: null.
void callReports(const Context* context) {
  std::vector<EndReport> mine;
  {
    const std::lock_guard lock(reportsMutex);
    std::erase_if(endReports, [&](EndReport& r) {
      const bool isMine = !context || r.context == context;
      if (isMine) mine.push_back(std::move(r));
      return isMine;
    });
  }
  for (const EndReport& r : mine) r.report();
}

}  // namespace

thread_local constinit const OutputSink* outputSink = nullptr;

void writeOut(std::string_view text) {
  GENE_NOTE(outside);
  if (outputSink) return outputSink->write(outputSink->data, text.data(), text.size());
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (text.size() > BufferSize - out.used) flushLocked(out);
  if (text.size() > BufferSize) {
    if (!writeAll(STDOUT_FILENO, text.data(), text.size())) outputLost();
    return;
  }
  std::memcpy(out.buffer + out.used, text.data(), text.size());
  out.used += text.size();
  if (out.terminal && text.find('\n') != std::string_view::npos) flushLocked(out);
}

void writeLinesAtOnce() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.terminal = true;
}

void flushOut() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  flushLocked(out);
}

void writeError(std::string_view text) {
  GENE_NOTE(outside);
  if (outputSink) return outputSink->write(outputSink->data, text.data(), text.size());
  flushOut();
  writeAll(STDERR_FILENO, text.data(), text.size());
}

void writeWarning(std::string_view text) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char time[32];
  const size_t size = std::strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S", &parts);
  writeError(std::string(time, size) + " warning: " + std::string(text) + "\n");
}

void atEnd(const Context& context, std::function<void()> report) {
  const std::lock_guard lock(reportsMutex);
  endReports.push_back({&context, std::move(report)});
}

void reportEnd(const Context& context) { callReports(&context); }

namespace {
std::atomic<bool> hasFailed = false;
}
void failAtEnd() { hasFailed = true; }
bool failsAtEnd() { return hasFailed; }

void exitProcess(int code) {
  flushOut();
  callReports(nullptr);
  ::_exit(code);
}

}  // namespace gene
