// Files that the commands read and write.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "driver/Command.h"
#include "runtime/system/Paths.h"

namespace gene::driver {

namespace fs = std::filesystem;

Expected<std::string> readFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return Failure{"File not found: " + path};
    return Failure{"Cannot read " + path + ": " + std::strerror(errno)};
  }
  std::string text;
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(file, buffer, sizeof buffer)) > 0) text.append(buffer, n);
  const int error = errno;
  ::close(file);
  if (n < 0) return Failure{"Cannot read " + path + ": " + std::strerror(error)};
  return text;
}

std::string readStandardInput() {
  std::string text;
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0) text.append(buffer, n);
  return text;
}

Expected<Location> addSource(SourceManager& sources, const std::string& path) {
  if (path == "-") return sources.add("<stdin>", readStandardInput());
  return sources.addFile(path);
}

namespace {

Failure cannotWrite(const std::string& path, int error) {
  return Failure{"Cannot write " + path + ": " + std::strerror(error)};
}

/// All of `bytes` into the open file, which is closed.
Status writeAll(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(file);
      return cannotWrite(path, error);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return ::close(file) == 0 ? Status{} : cannotWrite(path, errno);
}

Status writeStandardOutput(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
      std::fflush(stdout) == 0)
    return {};
  if (errno == EPIPE) {  // nobody reads any more: that is no mistake
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return Failure{std::string("cannot write to standard output: ") + std::strerror(errno)};
}

/// The file that writing to `path` changes: links are followed.
fs::path targetOf(const std::string& path) {
  std::error_code failed;
  fs::path target = fs::weakly_canonical(path, failed);
  return failed ? fs::path(path) : target;
}

}  // namespace

Status replaceFile(const std::string& path,
                   const std::function<Status(const std::string&)>& write) {
  const fs::path target = targetOf(path);
  std::error_code failed;
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), failed);
  struct stat before{};
  const bool exists = ::stat(target.c_str(), &before) == 0;
  if (exists && S_ISDIR(before.st_mode)) return cannotWrite(path, EISDIR);
  if (exists && !S_ISREG(before.st_mode)) return write(target.string());  // a device or pipe
  if (exists && ::access(target.c_str(), W_OK) != 0) return cannotWrite(path, errno);
  std::string name = target.string() + ".XXXXXX";
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return cannotWrite(path, errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(file, exists ? before.st_mode & 07777 : 0666 & ~mask);
  ::close(file);
  Status status = write(name);
  if (status && ::rename(name.c_str(), target.c_str()) != 0) status = cannotWrite(path, errno);
  if (!status) ::unlink(name.c_str());
  return status;
}

Status writeFile(const std::string& path, std::string_view bytes) {
  if (path == "-") return writeStandardOutput(bytes);
  return replaceFile(path, [&](const std::string& name) -> Status {
    const int file = ::open(name.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    return file < 0 ? Status(cannotWrite(path, errno)) : writeAll(file, bytes, path);
  });
}

Status checkOutput(const std::string& path, const Session& session) {
  std::error_code failed;
  for (const InputFile& file : session.dependencies())
    if (path != "-" && fs::equivalent(path, file.path, failed) && !failed)
      return Failure{"The output " + path + " would overwrite the source " + file.name +
                     "; choose another one with -o"};
  return {};
}

Expected<std::unique_ptr<TemporaryFolder>> TemporaryFolder::make() {
  const std::string parent = temporaryDirectory();
  std::string path = parent + "/gene-XXXXXX";
  if (!::mkdtemp(path.data()))
    return Failure{"Cannot make a temporary folder in " + parent + ": " + std::strerror(errno)};
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(std::move(path)));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code failed;
  fs::remove_all(path_, failed);
  if (failed) fs::remove_all(path_, failed);  // what was open then may be closed now
}

}  // namespace gene::driver
