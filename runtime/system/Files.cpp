#include "runtime/system/Files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "runtime/support/Activity.h"
#include "runtime/support/Sandbox.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

constexpr int NewFileMode = 0666;
constexpr int NewDirectoryMode = 0777;

bool statusOf(const std::string& path, struct stat* status) {
  return ::stat(path.c_str(), status) == 0;
}

/// A new file beside `path`, with a name that nothing has.
IoStatus createBeside(const std::string& path, std::string* name, FileDescriptor* file) {
  static std::atomic<uint32_t> last = 0;
  for (;;) {
    *name = joinPaths(directoryName(path), "." + std::string(baseName(path)) + "." +
                                               std::to_string(::getpid()) + "." +
                                               std::to_string(++last));
    const IoStatus opened = openForWriting(*name, WriteMode::Create, file);
    if (opened.number() != EEXIST) return opened;
  }
}

/// What a symbolic link leads to, or the path itself.
std::string resolved(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (!real) return path;
  std::string result(real);
  std::free(real);
  return result;
}

}  // namespace

IoStatus openForReading(const std::string& path, FileDescriptor* file, uint64_t* size) {
  if (IoStatus opened = openFile(path, O_RDONLY, 0, file); !opened) return opened;
  struct stat status{};
  if (::fstat(file->get(), &status) != 0) return IoStatus::lastError();
  if (S_ISDIR(status.st_mode)) return IoStatus::error(EISDIR);
  *size = S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
  return {};
}

IoStatus openForWriting(const std::string& path, WriteMode mode, FileDescriptor* file) {
  ignoreBrokenPipes();
  const int flags = mode == WriteMode::Append   ? O_APPEND
                    : mode == WriteMode::Create ? O_EXCL
                                                : O_TRUNC;
  return openFile(path, O_WRONLY | O_CREAT | flags, NewFileMode, file);
}

IoStatus writeWholeFile(const std::string& path, std::string_view bytes, WriteMode mode) {
  FileDescriptor file;
  if (IoStatus opened = openForWriting(path, mode, &file); !opened) return opened;
  if (IoStatus written = writeFully(file.get(), bytes); !written) return written;
  return ::close(file.release()) == 0 || errno == EINTR ? IoStatus() : IoStatus::lastError();
}

IoStatus replaceFile(const std::string& path, std::string_view bytes) {
  const std::string target = resolved(path);
  if (isDirectory(target)) return IoStatus::error(EISDIR);
  std::string temporary;
  FileDescriptor file;
  IoStatus status = createBeside(target, &temporary, &file);
  if (!status) return status;
  struct stat before{};
  if (statusOf(target, &before) && ::fchmod(file.get(), before.st_mode & 07777) != 0)
    status = IoStatus::lastError();
  if (status) status = writeFully(file.get(), bytes);
  if (status && ::fsync(file.get()) != 0) status = IoStatus::lastError();
  file.close();
  if (status) status = renameFile(temporary, target);
  if (!status) ::unlink(temporary.c_str());
  return status;
}

IoStatus copyFile(const std::string& from, const std::string& to) {
  FileDescriptor source, target;
  uint64_t size;
  if (IoStatus opened = openForReading(from, &source, &size); !opened) return opened;
  struct stat before{}, after{};
  if (::fstat(source.get(), &before) != 0) return IoStatus::lastError();
  if (statusOf(to, &after) && before.st_dev == after.st_dev && before.st_ino == after.st_ino)
    return IoStatus::because("it is the same file");
  if (IoStatus opened = openForWriting(to, WriteMode::Replace, &target); !opened) return opened;
  if (S_ISREG(before.st_mode)) ::fchmod(target.get(), before.st_mode & 07777);
  std::string buffer(size_t{256} << 10, '\0');
  for (;;) {
    size_t got = 0;
    if (IoStatus read = readSome(source.get(), buffer.data(), buffer.size(), &got); !read)
      return read;
    if (got == 0) break;
    if (IoStatus written = writeFully(target.get(), {buffer.data(), got}); !written) return written;
  }
  return ::close(target.release()) == 0 || errno == EINTR ? IoStatus() : IoStatus::lastError();
}

IoStatus removeFile(const std::string& path) {
  if (!sandbox::allowsPath(Permission::Write, path))
    return IoStatus::because(sandbox::refusal(Permission::Write, path));
  GENE_NOTE(outside);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  // Linux says EISDIR, others EPERM.
  return errno == EPERM && isDirectory(path) ? IoStatus::error(EISDIR) : IoStatus::lastError();
}

IoStatus renameFile(const std::string& from, const std::string& to) {
  for (const std::string& path : {from, to})
    if (!sandbox::allowsPath(Permission::Write, path))
      return IoStatus::because(sandbox::refusal(Permission::Write, path));
  GENE_NOTE(outside);
  return std::rename(from.c_str(), to.c_str()) == 0 ? IoStatus() : IoStatus::lastError();
}

bool isDirectory(const std::string& path) {
  struct stat status{};
  return statusOf(path, &status) && S_ISDIR(status.st_mode);
}

bool isFile(const std::string& path) {
  struct stat status{};
  return statusOf(path, &status) && !S_ISDIR(status.st_mode);
}

IoStatus createDirectories(const std::string& path) {
  GENE_NOTE(outside);
  if (path.empty()) return IoStatus::error(ENOENT);
  if (!sandbox::allowsPath(Permission::Write, path))
    return IoStatus::because(sandbox::refusal(Permission::Write, path));
  for (size_t end = 1; end <= path.size(); end++) {
    if (end != path.size() && path[end] != '/') continue;
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), NewDirectoryMode) == 0) continue;
    const int error = errno;  // what exists may also not be writable, or lie on a disk that is not
    if (isDirectory(part)) continue;
    return IoStatus::error(error == EEXIST && end != path.size() ? ENOTDIR : error);
  }
  return {};
}

IoStatus createTemporary(const std::string& folder, std::string_view prefix,
                         std::string_view suffix, bool directory, std::string* path) {
  *path = joinPaths(folder, std::string(prefix) + "XXXXXX");
  if (!directory) path->append(suffix);
  if (!sandbox::allowsPath(Permission::Write, *path))
    return IoStatus::because(sandbox::refusal(Permission::Write, *path));
  const FileDescriptor file(
      directory ? -1 : ::mkostemps(path->data(), static_cast<int>(suffix.size()), O_CLOEXEC));
  if (directory ? ::mkdtemp(path->data()) == nullptr : !file.isOpen()) return IoStatus::lastError();
  return {};
}

}  // namespace gene
