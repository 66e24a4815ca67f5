#include "runtime/system/Io.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "runtime/support/Activity.h"
#include "runtime/support/Sandbox.h"

namespace gene {

IoStatus IoStatus::lastError() { return error(errno); }

IoStatus IoStatus::error(int number) {
  IoStatus status;
  status.number_ = number;
  return status;
}

IoStatus IoStatus::because(std::string words) {
  IoStatus status;
  status.words_ = std::move(words);
  return status;
}

std::string IoStatus::reason() const {
  if (!words_.empty()) return words_;
  char buffer[256];
  return ::strerror_r(number_, buffer, sizeof buffer);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() { return std::exchange(number_, -1); }

void FileDescriptor::close() {
  if (number_ >= 0) ::close(release());
}

IoStatus openFile(const std::string& path, int flags, int mode, FileDescriptor* file) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  const Permission needs = writes ? Permission::Write : Permission::Read;
  if (!sandbox::allowsPath(needs, path)) return IoStatus::because(sandbox::refusal(needs, path));
  int opened;
  do opened = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (opened < 0 && errno == EINTR);
  if (opened < 0) return IoStatus::lastError();
  *file = FileDescriptor(opened);
  return {};
}

IoStatus writeFully(int file, std::string_view bytes) {
  GENE_NOTE(outside);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return IoStatus::lastError();
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

IoStatus readSome(int file, char* buffer, size_t size, size_t* got) {
  ssize_t n;
  do n = ::read(file, buffer, size);
  while (n < 0 && errno == EINTR);
  if (n < 0) return IoStatus::lastError();
  *got = static_cast<size_t>(n);
  return {};
}

void ignoreBrokenPipes() {
  static const bool done = std::signal(SIGPIPE, SIG_IGN) != SIG_ERR;
  static_cast<void>(done);
}

}  // namespace gene
