#include "runtime/system/Streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gene {
namespace {

/// In one pass that the compiler makes of wide registers.
bool isAscii(const char* p, size_t size) {
  uint8_t all = 0;
  for (size_t i = 0; i < size; i++) all |= static_cast<uint8_t>(p[i]);
  return all < 0x80;
}

}  // namespace

bool (*InputStream::beforeWaiting)(int file) = nullptr;

// --- reading -----------------------------------------------------------------------------------------------------------

bool InputStream::fill() {
  if (atEnd_ || !status_ || !file_.isOpen()) return false;
  if (begin_ == end_) {
    begin_ = end_ = 0;
    bufferIsAscii_ = true;
  } else if (begin_ > 0 && buffer_.size() - end_ < Block) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < Block) buffer_.resize(std::max(buffer_.size() * 2, end_ + Block));
  if (beforeWaiting && !beforeWaiting(file_.get())) {
    status_ = IoStatus::error(EINTR);
    return false;
  }
  size_t got = 0;
  status_ = readSome(file_.get(), buffer_.data() + end_, buffer_.size() - end_, &got);
  if (!status_) return false;
  atEnd_ = got == 0;
  if (bufferIsAscii_) bufferIsAscii_ = isAscii(buffer_.data() + end_, got);
  end_ += got;
  return got != 0;
}

void InputStream::take(size_t bytes) {
  begin_ += bytes;
  position_ += bytes;
}

InputStream::Got InputStream::tooLarge() {
  status_ = IoStatus::because("it is too large for a String (4 GiB)");
  return Got::Failure;
}

InputStream::Got InputStream::more() {
  if (begin_ < end_ || fill()) return Got::Something;
  return status_ ? Got::End : Got::Failure;
}

InputStream::Got InputStream::line(std::string_view* line) {
  size_t searched = 0;
  for (;;) {
    const char* start = buffer_.data() + begin_;
    const void* found =
        begin_ == end_ ? nullptr : std::memchr(start + searched, '\n', end_ - begin_ - searched);
    if (found) {
      const auto size = static_cast<size_t>(static_cast<const char*>(found) - start);
      take(size + 1);
      *line = {start, size != 0 && start[size - 1] == '\r' ? size - 1 : size};
      return Got::Something;
    }
    searched = end_ - begin_;
    if (searched > MostBytes) return tooLarge();
    if (!fill()) break;
  }
  if (!status_) return Got::Failure;
  if (begin_ == end_) return Got::End;
  *line = {buffer_.data() + begin_, end_ - begin_};
  take(end_ - begin_);
  return Got::Something;
}

InputStream::Got InputStream::rest(std::string* out) {
  const Got got = more();
  if (got != Got::Something) return got;
  do {
    out->append(buffer_.data() + begin_, end_ - begin_);
    take(end_ - begin_);
    if (out->size() > MostBytes) return tooLarge();
  } while (fill());
  return status_ ? Got::Something : Got::Failure;
}

InputStream::Got InputStream::bytes(size_t size, std::string* out) {
  if (size == 0) return Got::Something;
  const Got got = more();
  if (got != Got::Something) return got;
  do {
    const size_t n = std::min(size, end_ - begin_);
    out->append(buffer_.data() + begin_, n);
    take(n);
    size -= n;
  } while (size != 0 && (begin_ < end_ || fill()));
  return status_ ? Got::Something : Got::Failure;
}

InputStream::Got InputStream::available(std::string* out) {
  const Got got = more();
  if (got == Got::Something) {
    out->append(buffer_.data() + begin_, end_ - begin_);
    take(end_ - begin_);
  }
  return got;
}

IoStatus InputStream::seek(uint64_t position) {
  if (!file_.isOpen()) return IoStatus::because("it is closed");
  if (::lseek(file_.get(), static_cast<off_t>(position), SEEK_SET) < 0)
    return IoStatus::lastError();
  begin_ = end_ = 0;
  position_ = position;
  bufferIsAscii_ = true;
  atEnd_ = false;
  status_ = {};
  return {};
}

void InputStream::close() {
  file_.close();
  begin_ = end_ = 0;
  buffer_ = {};
}

// --- writing -----------------------------------------------------------------------------------------------------------

OutputStream::~OutputStream() { static_cast<void>(close()); }

IoStatus OutputStream::write(std::string_view bytes) {
  if (!file_.isOpen()) return IoStatus::because("it is closed");
  if (bytes.size() > Block - buffer_.size())
    if (IoStatus flushed = flush(); !flushed) return flushed;
  if (bytes.size() > Block) return writeFully(file_.get(), bytes);
  buffer_ += bytes;
  return {};
}

IoStatus OutputStream::flush() {
  if (!file_.isOpen()) return IoStatus::because("it is closed");
  const std::string collected = std::move(buffer_);
  buffer_.clear();
  return writeFully(file_.get(), collected);
}

IoStatus OutputStream::sync() {
  if (IoStatus flushed = flush(); !flushed) return flushed;
  return ::fdatasync(file_.get()) == 0 || errno == EINVAL ? IoStatus() : IoStatus::lastError();
}

IoStatus OutputStream::close() {
  if (!file_.isOpen()) return {};
  const IoStatus flushed = flush();
  if (::close(file_.release()) != 0 && flushed && errno != EINTR) return IoStatus::lastError();
  return flushed;
}

}  // namespace gene
