#include "runtime/system/Child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <memory>
#include <mutex>

#include "runtime/system/Environment.h"

namespace gene {
namespace {

/// How long a poll lasts where the system cannot say that a process has ended.
constexpr int BlindMilliseconds = 5;

/// The exit code of a status of wait(2), as shells count it.
int codeOf(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Children that nobody has any more and that had not ended: asked for again when others start, so that they leave nothing
/// behind.
struct Orphans {
  std::mutex mutex;
  std::vector<pid_t> all;
};
Orphans& orphans() {
  static auto* const instance = new Orphans;
  return *instance;
}
void reapOrphans() {
  const std::lock_guard lock(orphans().mutex);
  std::erase_if(orphans().all, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

struct Pipe {
  FileDescriptor read, write;
};
IoStatus makePipe(Pipe* pipe) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return IoStatus::lastError();
  pipe->read = FileDescriptor(ends[0]);
  pipe->write = FileDescriptor(ends[1]);
  return {};
}

/// The environment with other values and further variables.
std::vector<std::string> environmentWith(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (std::string& entry : environmentEntries()) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    if (std::ranges::none_of(added, [&](const auto& a) { return a.first == name; }))
      all.push_back(std::move(entry));
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// posix_spawn's attributes and actions, freed at the end.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // Signals that we ignore or block are none of the child's business.
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  /// Where the child's descriptor `number` leads.
  void redirect(ChildOptions::Stream stream, const FileDescriptor& end, int number) {
    if (stream == ChildOptions::Stream::Pipe)
      posix_spawn_file_actions_adddup2(&actions, end.get(), number);
    else if (stream == ChildOptions::Stream::Null)
      posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0);
  }
};

/// Appends what can be read without waiting, up to a limit: a child may write faster than we read. Closes the pipe at its
/// end.
void drain(FileDescriptor& file, std::string* text) {
  constexpr size_t AtMost = size_t{1} << 20;
  constexpr size_t Block = 65536;  // too much for the stack of a fiber
  const std::unique_ptr<char[]> buffer(new char[Block]);
  for (size_t got = 0; file.isOpen() && got < AtMost;) {
    const ssize_t n = ::read(file.get(), buffer.get(), Block);
    if (n > 0) {
      text->append(buffer.get(), static_cast<size_t>(n));
      got += static_cast<size_t>(n);
    } else if (n == 0) {
      file.close();
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      file.close();
    }
  }
}

}  // namespace

// --- deadlines ---------------------------------------------------------------------------------------------------------

Deadline Deadline::in(double seconds) {
  constexpr double Longest = 1e9;
  Deadline deadline;
  deadline.end_ = std::chrono::steady_clock::now() +
                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                      std::chrono::duration<double>(std::min(seconds, Longest)));
  return deadline;
}

bool Deadline::isOver() const { return end_ && std::chrono::steady_clock::now() >= *end_; }

int Deadline::left() const {
  if (!end_) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*end_ - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
}

// --- starting ----------------------------------------------------------------------------------------------------------

IoStatus Child::start(const ChildOptions& options) {
  ignoreBrokenPipes();
  reapOrphans();
  using Stream = ChildOptions::Stream;
  Pipe in, out, err;
  IoStatus status;
  if (options.input == Stream::Pipe) status = makePipe(&in);
  if (status && options.output == Stream::Pipe) status = makePipe(&out);
  if (status && options.error == Stream::Pipe && !options.errorToOutput) status = makePipe(&err);
  if (!status) return status;
  SpawnPlan plan;
  if (!options.directory.empty())
    posix_spawn_file_actions_addchdir_np(&plan.actions, options.directory.c_str());
  plan.redirect(options.input, in.read, STDIN_FILENO);
  plan.redirect(options.output, out.write, STDOUT_FILENO);
  if (options.errorToOutput)
    posix_spawn_file_actions_adddup2(&plan.actions, STDOUT_FILENO, STDERR_FILENO);
  else
    plan.redirect(options.error, err.write, STDERR_FILENO);
  const std::vector<std::string> environment = environmentWith(options.environment);
  int failed;
  {
    const std::lock_guard lock(environmentMutex());  // it looks for PATH
    failed = ::posix_spawnp(&pid_, options.command[0].c_str(), &plan.actions, &plan.attributes,
                            pointers(options.command).data(), pointers(environment).data());
  }
  if (failed != 0) {
    pid_ = -1;
    return IoStatus::error(failed);
  }
  input_ = std::move(in.write);
  output_ = std::move(out.read);
  error_ = std::move(err.read);
  for (const FileDescriptor* pipe : {&input_, &output_, &error_})
    if (pipe->isOpen()) ::fcntl(pipe->get(), F_SETFL, O_NONBLOCK);
#ifdef SYS_pidfd_open
  process_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
#endif
  return {};
}

Child::~Child() {
  if (!isAlive()) return;
  const std::lock_guard lock(orphans().mutex);
  orphans().all.push_back(pid_);
}

std::optional<int> Child::exitCode() {
  if (exitCode_ || pid_ <= 0) return exitCode_;
  int status = 0;
  pid_t ended;
  do ended = ::waitpid(pid_, &status, WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended == pid_)
    exitCode_ = codeOf(status);
  else if (ended < 0)
    exitCode_ = 0;  // somebody else has waited for it
  return exitCode_;
}

// --- talking -----------------------------------------------------------------------------------------------------------

void Child::pump(Deadline deadline, bool wantsInput) {
  pollfd waiting[4];
  nfds_t count = 0;
  const auto add = [&](const FileDescriptor& file, short events) {
    if (file.isOpen()) waiting[count++] = {file.get(), events, 0};
  };
  add(output_, POLLIN);
  add(error_, POLLIN);
  if (wantsInput) add(input_, POLLOUT);
  if (!exitCode_) add(process_, POLLIN);
  int left = deadline.left();
  if (!exitCode_ && !process_.isOpen())
    left = left < 0 ? BlindMilliseconds : std::min(left, BlindMilliseconds);
  ::poll(waiting, count, left);  // interrupted: whoever waits asks again
  drain(output_, &outputText_);
  drain(error_, &errorText_);
}

IoStatus Child::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(input_.get(), text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      pump({}, true);
    } else if (errno != EINTR) {
      return IoStatus::lastError();
    }
  }
  return {};
}

Child::Got Child::readUntil(std::string_view delimiter, Deadline deadline, std::string* text) {
  size_t searched = taken_;
  for (;;) {
    const size_t found = outputText_.find(delimiter, searched);
    if (found != std::string::npos) {
      *text = outputText_.substr(taken_, found + delimiter.size() - taken_);
      taken_ = found + delimiter.size();
      return Got::Something;
    }
    if (!output_.isOpen()) {
      *text = takeOutput();
      return text->empty() ? Got::End : Got::Something;
    }
    outputText_.erase(0, std::exchange(taken_, 0));
    searched = outputText_.size() - std::min(outputText_.size(), delimiter.size() - 1);
    const size_t before = outputText_.size();
    drain(output_, &outputText_);
    if (outputText_.size() != before || !output_.isOpen()) continue;
    if (deadline.isOver()) return Got::Timeout;
    pump(deadline);
  }
}

std::string Child::takeOutput() {
  outputText_.erase(0, std::exchange(taken_, 0));
  return std::exchange(outputText_, {});
}

std::string Child::readAvailable() {
  drain(output_, &outputText_);
  drain(error_, &errorText_);
  return takeOutput();
}

Child::Got Child::readError(Deadline deadline, std::string* text) {
  drain(error_, &errorText_);
  while (errorText_.empty() && error_.isOpen()) {
    if (deadline.isOver()) return Got::Timeout;
    pump(deadline);
  }
  *text = takeError();
  return text->empty() ? Got::End : Got::Something;
}

bool Child::wait(Deadline deadline) {
  while (!exitCode()) {
    if (deadline.isOver()) return false;
    pump(deadline);
  }
  return true;
}

bool Child::communicate(std::string_view text, Deadline deadline) {
  while (!text.empty() && input_.isOpen() && !deadline.isOver()) {
    const ssize_t n = ::write(input_.get(), text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<size_t>(n));
    else if (errno == EAGAIN)
      pump(deadline, true);
    else if (errno != EINTR)
      break;  // a child that reads no more has what it wanted
  }
  closeInput();
  // A grandchild may keep a pipe open: the end of the child counts, with what is there then.
  while ((output_.isOpen() || error_.isOpen()) && !exitCode()) {
    if (deadline.isOver()) return false;
    pump(deadline);
  }
  if (!wait(deadline)) return false;
  drain(output_, &outputText_);
  drain(error_, &errorText_);
  return true;
}

// --- ending ------------------------------------------------------------------------------------------------------------

IoStatus Child::signal(int number) {
  if (!isAlive()) return {};
  return ::kill(pid_, number) == 0 || errno == ESRCH ? IoStatus() : IoStatus::lastError();
}

std::optional<int> Child::shutDown(double seconds) {
  constexpr double AfterTerm = 0.25,
                   AfterKill = 1;  // at least: a busy machine needs time to end a process
  closeInput();
  if (wait(Deadline::in(seconds / 2))) return exitCode_;
  static_cast<void>(signal(SIGTERM));
  if (wait(Deadline::in(std::max(seconds / 2, AfterTerm)))) return exitCode_;
  static_cast<void>(signal(SIGKILL));
  wait(Deadline::in(AfterKill));
  return exitCode_;
}

int signalNumber(std::string_view name) {
  if (name == "INT") return SIGINT;
  if (name == "TERM") return SIGTERM;
  return name == "KILL" ? SIGKILL : 0;
}

}  // namespace gene
