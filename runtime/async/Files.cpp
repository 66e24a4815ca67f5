// gene/io/read_async and write_async: whole files, on another thread (10 §10.2).

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/async/Futures.h"
#include "runtime/async/Operation.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Future.h"
#include "runtime/object/Print.h"

namespace gene {
namespace {

int readWhole(const std::string& path, std::string& text) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  char buffer[size_t{64} << 10];
  int error = 0;
  for (;;) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  ::close(file);
  return error;
}

int writeWhole(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put >= 0)
      text.remove_prefix(static_cast<size_t>(put));
    else if (errno != EINTR)
      error = errno;
  }
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

struct ReadJob {
  std::string path, text = {};
  int error = 0;
  void run() { error = readWhole(path, text); }
  Value result(Context& context) {
    return error ? raiseFailed(context, "read file", path, IoStatus::error(error))
                 : textOf(context, text, Invalid::Raise, path);
  }
};

struct WriteJob {
  std::string path, text;
  int error = 0;
  void run() { error = writeWhole(path, text); }
  Value result(Context& context) {
    return error ? raiseFailed(context, "write file", path, IoStatus::error(error)) : Value::nil();
  }
};

Value readAsync(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseArgument(context, "File/read_async requires a string path");
  if (!mayUse(context, Permission::Read, std::string(stringView(args[0])))) return Value::pending();
  return inBackground(context, ReadJob{.path = std::string(stringView(args[0]))});
}

Value writeAsync(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseArgument(context, "File/write_async requires a string path");
  if (!isString(args[1])) return raiseType(context, "File/write_async requires string content");
  if (!mayUse(context, Permission::Write, std::string(stringView(args[0]))))
    return Value::pending();
  return inBackground(context, WriteJob{.path = std::string(stringView(args[0])),
                                        .text = std::string(stringView(args[1]))});
}

constexpr BuiltinRow rows[] = {
    {"read_async", readAsync, "path -> Future", "RrwacF", "a future of a file's text",
     Missing{"File/read_async requires a string path"}},
    {"write_async", writeAsync, "path content -> Future", "RrwacW",
     "writes a file anew; a future of nil", Missing{"File/write_async requires a string path"}},
};

}  // namespace

BUILTIN_TABLE(asyncFileTable, "gene/io", Functions, rows)

}  // namespace gene
