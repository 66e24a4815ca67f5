#include "driver/lsp/Transport.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gene::lsp {
namespace {

/// Reads lines and blocks from a descriptor.
class Input {
 public:
  explicit Input(int fd) : fd_(fd) {}
  /// A line without its end; false at the end of input.
  bool line(std::string* text) {
    for (;;) {
      const size_t end = buffer_.find('\n', at_);
      if (end != std::string::npos) {
        text->assign(buffer_, at_, end - at_);
        at_ = end + 1;
        if (text->ends_with('\r')) text->pop_back();
        return true;
      }
      if (!fill()) return false;
    }
  }
  bool block(size_t size, std::string* text) {
    while (buffer_.size() - at_ < size)
      if (!fill()) return false;
    text->assign(buffer_, at_, size);
    at_ += size;
    return true;
  }

 private:
  bool fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    char part[65536];
    ssize_t n;
    while ((n = ::read(fd_, part, sizeof part)) < 0 && errno == EINTR) {
    }
    if (n <= 0) return false;
    buffer_.append(part, static_cast<size_t>(n));
    return true;
  }
  const int fd_;
  std::string buffer_;
  size_t at_ = 0;
};

void writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

class Framed : public Transport {
 public:
  Framed(int in, int out) : input_(in), out_(out) {}
  bool read(std::string* message) override {
    constexpr size_t Most = size_t{1} << 30;
    size_t length = 0;
    bool isKnown = false;
    std::string line;
    while (input_.line(&line)) {
      if (line.empty()) {
        // Headers without a length are skipped: there is no other way to find the next message.
        if (isKnown) return input_.block(length, message);
        continue;
      }
      const size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      });
      if (name != "content-length" || colon == std::string::npos) continue;
      length = std::min<size_t>(std::strtoull(line.c_str() + colon + 1, nullptr, 10), Most);
      isKnown = true;
    }
    return false;
  }
  void write(std::string_view message) override {
    writeAll(out_, "Content-Length: " + std::to_string(message.size()) + "\r\n\r\n" +
                       std::string(message));
  }

 private:
  Input input_;
  const int out_;
};

class Tcp : public Transport {
 public:
  explicit Tcp(int fd) : fd_(fd), input_(fd) {}
  ~Tcp() override { ::close(fd_); }
  bool read(std::string* message) override {
    while (input_.line(message))
      if (!message->empty()) return true;
    return false;
  }
  void write(std::string_view message) override { writeAll(fd_, std::string(message) + "\n"); }

 private:
  const int fd_;
  Input input_;
};

}  // namespace

std::unique_ptr<Transport> framedTransport(int in, int out) {
  return std::make_unique<Framed>(in, out);
}
std::unique_ptr<Transport> stdioTransport() { return framedTransport(STDIN_FILENO, STDOUT_FILENO); }

Expected<std::unique_ptr<Transport>> tcpTransport(const std::string& host,
                                                  const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string place = host + ":" + port;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    return Failure{"Cannot listen on " + place + ": " + ::gai_strerror(error)};
  const int server = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  int client = -1;
  if (server >= 0) {
    ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(server, found->ai_addr, found->ai_addrlen) == 0 && ::listen(server, 1) == 0) {
      std::fprintf(stderr, "gene lsp listens on %s\n", place.c_str());
      client = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    }
  }
  const int error = errno;
  ::freeaddrinfo(found);
  if (server >= 0) ::close(server);
  if (client < 0) return Failure{"Cannot listen on " + place + ": " + std::strerror(error)};
  return std::unique_ptr<Transport>(std::make_unique<Tcp>(client));
}

}  // namespace gene::lsp
