#pragma once
// What the program writes, also by programs that it starts, goes to whoever debugs it.

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace gene::debug {

/// Takes what is written to a descriptor of the process from now on.
class Capture {
 public:
  using Take = std::function<void(const std::string& text)>;
  Capture(int fd, Take take);
  ~Capture();
  Capture(const Capture&) = delete;
  /// Hands on all that was written so far.
  void drain();

 private:
  void pump();
  const Take take_;
  int out_ = -1;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  std::string rest_;  // of a character that is not complete
  std::thread thread_;
};

}  // namespace gene::debug
