#pragma once
// Buffered reading and writing of open files, pipes and terminals.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/system/Io.h"

namespace gene {

/// Bytes from a file, by lines or by number. Memory is bounded by the longest line.
class InputStream {
 public:
  explicit InputStream(FileDescriptor file) : file_(std::move(file)) {}

  enum class Got : uint8_t { Something, End, Failure };
  /// The next line without its end (\n or \r\n), valid until the next call.
  Got line(std::string_view* line);
  /// Is the last line ASCII? Known without looking at it again in most cases.
  [[nodiscard]] bool lineIsAscii() const { return bufferIsAscii_; }
  /// Appends all that is left; End when nothing was.
  Got rest(std::string* out);
  /// Appends at most `size` bytes, fewer only at the end.
  Got bytes(size_t size, std::string* out);
  /// What is there now, without waiting for more than some; appends it.
  Got available(std::string* out);
  /// Something as long as there is more to read.
  Got more();
  /// Asked before a read that may have to wait; false: the read is to fail with EINTR. Null: nobody asks.
  static bool (*beforeWaiting)(int file);
  /// Goes on after a failure with EINTR.
  void retry() { status_ = {}; }

  /// What is longer cannot be a String: Failure.
  static constexpr size_t MostBytes = (size_t{4} << 30) - 65;
  /// Why the last call gave Failure.
  [[nodiscard]] const IoStatus& status() const { return status_; }

  /// How many bytes were taken, from the beginning of the file.
  [[nodiscard]] uint64_t position() const { return position_; }
  IoStatus seek(uint64_t position);
  [[nodiscard]] bool isOpen() const { return file_.isOpen(); }
  void close();

 private:
  /// Reads more behind what is there; false at the end and on failure.
  bool fill();
  void take(size_t bytes);
  Got tooLarge();

  static constexpr size_t Block = size_t{64} << 10;

  FileDescriptor file_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  uint64_t position_ = 0;
  bool bufferIsAscii_ = true;
  bool atEnd_ = false;
  IoStatus status_;
};

/// Bytes to a file, collected.
class OutputStream {
 public:
  explicit OutputStream(FileDescriptor file) : file_(std::move(file)) {}
  /// What cannot be written any more is lost: close() tells, this does not.
  ~OutputStream();

  IoStatus write(std::string_view bytes);
  IoStatus flush();
  /// Flushes and closes; closed once, it is done.
  IoStatus close();
  /// Makes the disk keep what is written.
  IoStatus sync();
  [[nodiscard]] bool isOpen() const { return file_.isOpen(); }

 private:
  static constexpr size_t Block = size_t{64} << 10;

  FileDescriptor file_;
  std::string buffer_;
};

}  // namespace gene
