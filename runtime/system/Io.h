#pragma once
// What every operation on the system says about itself: done, or why not. Nothing in this folder knows of values or may
// raise: an operation runs in the calling thread and gives an IoStatus, from which a built-in makes an exception, or
// whoever runs it elsewhere the end of a future.

#include <string>
#include <string_view>

namespace gene {

/// Success, an errno, or words of our own.
class [[nodiscard]] IoStatus {
 public:
  IoStatus() = default;
  /// The failure that `errno` tells of.
  static IoStatus lastError();
  static IoStatus error(int number);
  static IoStatus because(std::string words);

  [[nodiscard]] bool ok() const { return number_ == 0 && words_.empty(); }
  explicit operator bool() const { return ok(); }
  /// The errno; 0 where there is none.
  [[nodiscard]] int number() const { return number_; }
  /// For people: "No such file or directory".
  [[nodiscard]] std::string reason() const;

 private:
  int number_ = 0;
  std::string words_;
};

/// A file descriptor, closed at the end.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { close(); }

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool isOpen() const { return number_ >= 0; }
  int release();
  void close();

 private:
  int number_ = -1;
};

/// open(2) with close-on-exec, again when a signal interrupts it. Refuses what the sandbox does not allow.
IoStatus openFile(const std::string& path, int flags, int mode, FileDescriptor* file);
/// Writes all of it.
IoStatus writeFully(int file, std::string_view bytes);
/// Reads at most `size` bytes: `*got` is 0 at the end.
IoStatus readSome(int file, char* buffer, size_t size, size_t* got);
/// Writing to a pipe that nobody reads is an error (EPIPE), not the end of the process.
void ignoreBrokenPipes();

}  // namespace gene
