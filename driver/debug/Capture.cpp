#include "driver/debug/Capture.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "runtime/support/Check.h"

namespace gene::debug {

Capture::Capture(int fd, Take take) : take_(std::move(take)) {
  int pipe[2];
  GENE_CHECK(::pipe2(pipe, O_CLOEXEC) == 0 && ::pipe2(stop_, O_CLOEXEC) == 0,
             "there are descriptors");
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  ::dup2(pipe[1], fd);
  ::close(pipe[1]);
  out_ = pipe[0];
  thread_ = std::thread([this] { pump(); });
}

Capture::~Capture() {
  ::close(stop_[1]);
  thread_.join();
  drain();
  ::close(stop_[0]);
  ::close(out_);
}

void Capture::pump() {
  for (;;) {
    pollfd wait[] = {{out_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(wait, 2, -1);
    if (wait[1].revents) return;
    drain();
  }
}

void Capture::drain() {
  const std::lock_guard lock(mutex_);
  char part[16384];
  ssize_t n;
  while ((n = ::read(out_, part, sizeof part)) > 0) {
    rest_.append(part, static_cast<size_t>(n));
    // Only whole characters are text.
    size_t end = rest_.size();
    for (size_t back = 1; back <= 3 && back <= rest_.size(); back++) {
      const auto byte = static_cast<unsigned char>(rest_[rest_.size() - back]);
      if ((byte & 0xC0) == 0x80) continue;
      const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
      if (length > back) end = rest_.size() - back;
      break;
    }
    if (end > 0) take_(rest_.substr(0, end));
    rest_.erase(0, end);
  }
}

}  // namespace gene::debug
