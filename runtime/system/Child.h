#pragma once
// Child processes with pipes that cannot deadlock: whoever writes to a child, reads from it or waits for it takes at the
// same time what the child has to say on its other pipes, into buffers.

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/system/Io.h"

namespace gene {

struct ChildOptions {
  enum class Stream : uint8_t { Inherit, Pipe, Null };
  std::vector<std::string> command;  // the program, looked up in $PATH, and its arguments
  std::string directory;             // empty: the current one
  std::vector<std::pair<std::string, std::string>> environment;  // added to ours
  Stream input = Stream::Pipe, output = Stream::Pipe, error = Stream::Pipe;
  bool errorToOutput = false;
};

/// When to stop waiting.
class Deadline {
 public:
  /// Never.
  Deadline() = default;
  static Deadline in(double seconds);
  [[nodiscard]] bool isOver() const;
  /// Milliseconds for poll(2), rounded up; -1: no end.
  [[nodiscard]] int left() const;

 private:
  std::optional<std::chrono::steady_clock::time_point> end_;
};

class Child {
 public:
  enum class Got : uint8_t { Something, End, Timeout };

  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Does not end the process: it is left to itself, and what remains of it is taken when it ends.
  ~Child();

  IoStatus start(const ChildOptions& options);
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// 128 + n where signal n ended it; nothing while it runs.
  std::optional<int> exitCode();
  bool isAlive() { return pid_ > 0 && !exitCode(); }

  /// Writes all of it; EPIPE when the child reads no more.
  IoStatus write(std::string_view text);
  [[nodiscard]] bool inputIsOpen() const { return input_.isOpen(); }
  void closeInput() { input_.close(); }

  /// Output up to and including `delimiter`; what is left at the end; End when there is nothing.
  Got readUntil(std::string_view delimiter, Deadline deadline, std::string* text);
  /// What is there now; no waiting.
  std::string readAvailable();
  /// Error output: what is there, or the next that comes.
  Got readError(Deadline deadline, std::string* text);
  /// Waits for the end, or the deadline: false.
  bool wait(Deadline deadline);
  /// Writes `text`, closes the input, and collects all output until the process has ended; false at the deadline.
  bool communicate(std::string_view text, Deadline deadline);
  [[nodiscard]] std::string takeOutput();
  [[nodiscard]] std::string takeError() { return std::exchange(errorText_, {}); }
  IoStatus signal(int number);
  /// Closes the input; if that does not end it, terminates it after half of the time, kills it after all of it.
  std::optional<int> shutDown(double seconds);

 private:
  /// Waits until one of the pipes has something, or it may be that the process has ended; takes what there is.
  void pump(Deadline deadline, bool wantsInput = false);

  pid_t pid_ = -1;
  FileDescriptor input_, output_, error_;
  FileDescriptor process_;  // a pidfd, where the system has them
  std::string outputText_, errorText_;
  size_t taken_ = 0;  // how much of outputText_ was read
  std::optional<int> exitCode_;
};

/// The number of INT, TERM or KILL; 0 for others.
int signalNumber(std::string_view name);

}  // namespace gene
