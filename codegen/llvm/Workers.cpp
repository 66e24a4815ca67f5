#include "codegen/llvm/Workers.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>

namespace gene::native {
namespace {

/// What stands before a result in a worker's file.
struct Header {
  uint64_t job, size;
  uint64_t good;  // a bool; no byte of the header is padding
};

bool writeAll(int file, const void* bytes, size_t size) {
  const char* rest = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t n = ::write(file, rest, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

using Job = std::function<Expected<std::string>(size_t)>;

/// The number of the next job, for all processes. Each takes the next one when it is done with another.
class Queue {
 public:
  Queue()
      : next_(::mmap(nullptr, sizeof(std::atomic<size_t>), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (isThere()) new (next_) std::atomic<size_t>(0);
  }
  ~Queue() {
    if (isThere()) ::munmap(next_, sizeof(std::atomic<size_t>));
  }
  Queue(const Queue&) = delete;
  [[nodiscard]] bool isThere() const { return next_ != MAP_FAILED; }
  [[nodiscard]] size_t take() { return static_cast<std::atomic<size_t>*>(next_)->fetch_add(1); }
  [[nodiscard]] size_t taken() const { return static_cast<std::atomic<size_t>*>(next_)->load(); }

 private:
  void* next_;
};

/// A process that takes jobs from the queue, and the file that it writes results to.
class Worker {
 public:
  Worker() : file_(::memfd_create("gene-results", MFD_CLOEXEC)) {}
  ~Worker() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    wait();
    if (file_ >= 0) ::close(file_);
  }
  Worker(const Worker&) = delete;

  [[nodiscard]] bool start(Queue& queue, size_t count, const Job& job) {
    if (file_ < 0) return false;
    const pid_t process = ::fork();
    if (process != 0) {
      process_ = std::max(process, 0);
      return process > 0;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool good = true;
    for (size_t i = queue.take(); good && i < count; i = queue.take()) {
      Expected<std::string> result = job(i);
      const std::string& text = result ? *result : result.message();
      const Header header{i, text.size(), result.ok() ? 1u : 0u};
      good = writeAll(file_, &header, sizeof header) && writeAll(file_, text.data(), text.size());
    }
    ::_exit(good ? 0 : 1);
  }

  bool isRunning() {
    if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
    return process_ > 0;
  }

  void wait() {
    while (process_ > 0 && ::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
  }

  void read(std::vector<std::optional<Expected<std::string>>>& results) const {
    ::lseek(file_, 0, SEEK_SET);
    Header header{};
    while (::read(file_, &header, sizeof header) == sizeof header) {
      std::string text(header.size, '\0');
      for (size_t at = 0; at < text.size();) {
        const ssize_t n = ::read(file_, text.data() + at, text.size() - at);
        if (n <= 0) return;
        at += static_cast<size_t>(n);
      }
      if (header.good)
        results[header.job].emplace(std::move(text));
      else
        results[header.job].emplace(Failure{std::move(text)});
    }
  }

 private:
  int file_;
  pid_t process_ = 0;
};

/// A line for a terminal: how far it is.
class Progress {
 public:
  Progress(bool isShown, size_t count) : count_(isShown ? count : 0) {}
  ~Progress() {
    if (count_ > 0) std::fputs("\r\033[K", stderr);
  }
  Progress(const Progress&) = delete;
  [[nodiscard]] bool isShown() const { return count_ > 0; }
  void show(size_t begun) const {
    if (count_ > 0) std::fprintf(stderr, "\rcompiling %zu of %zu", std::min(begun, count_), count_);
  }

 private:
  size_t count_;
};

}  // namespace

Expected<std::vector<std::string>> inProcesses(unsigned processes, size_t count, bool showProgress,
                                               const Job& job) {
  const Progress progress(showProgress, count);
  std::vector<std::optional<Expected<std::string>>> results(count);
  Queue queue;
  processes = static_cast<unsigned>(std::min<size_t>(processes, count));
  if (processes > 1 && queue.isThere()) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < processes; i++) {
      workers.push_back(std::make_unique<Worker>());
      if (!workers.back()->start(queue, count, job)) break;
    }
    constexpr useconds_t Often = 50'000;
    while (progress.isShown() &&
           std::ranges::any_of(workers, [](auto& worker) { return worker->isRunning(); })) {
      progress.show(queue.taken());
      ::usleep(Often);
    }
    for (const std::unique_ptr<Worker>& worker : workers) {
      worker->wait();
      worker->read(results);
    }
  }
  // What no process has done: all of it, or what one had begun that was ended from elsewhere.
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; i++) {
    if (!results[i]) {
      progress.show(i + 1);
      results[i].emplace(job(i));
    }
    if (!*results[i]) return results[i]->failure();
    texts.push_back(std::move(**results[i]));
  }
  return texts;
}

}  // namespace gene::native
