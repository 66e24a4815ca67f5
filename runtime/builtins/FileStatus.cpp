// File: metadata, permissions and links (ours; the reference has none of it).

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/builtins/Dates.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

const char* typeName(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return "file";
    case S_IFDIR: return "directory";
    case S_IFLNK: return "link";
    case S_IFIFO: return "fifo";
    case S_IFSOCK: return "socket";
    case S_IFCHR: return "char_device";
    case S_IFBLK: return "block_device";
    default: return "unknown";
  }
}

bool statusOf(Context& context, Arguments args, const char* function, struct stat* status,
              bool follow = true) {
  std::string path;
  if (!pathArgument(context, args, 0, function, PathUse::Read, &path)) return false;
  if ((follow ? ::stat : ::lstat)(path.c_str(), status) == 0) return true;
  raiseFailed(context, "look at", path, IoStatus::lastError());
  return false;
}

Value timeOf(Context& context, const timespec& time) {
  return localDateTime(context, int64_t{time.tv_sec} * 1000000 + time.tv_nsec / 1000);
}

Value stat(Context& context, Arguments args) {
  struct stat s{};
  const Value link = keywordArgument(args, "link");
  if (!statusOf(context, args, "File/stat", &s, !link.isTruthy())) return Value::pending();
  MapObject* map = newMap(context);
  const auto put = [&](const char* key, Value v) { mapPut(context, map, Symbol::of(key), v); };
  const auto number = [&](auto n) { return newInt(context, static_cast<int64_t>(n)); };
  put("type", newString(context, typeName(s.st_mode)));
  put("size", number(s.st_size));
  put("mode", number(s.st_mode & 07777));
  put("modified", timeOf(context, s.st_mtim));
  put("accessed", timeOf(context, s.st_atim));
  put("changed", timeOf(context, s.st_ctim));
  put("uid", number(s.st_uid));
  put("gid", number(s.st_gid));
  put("links", number(s.st_nlink));
  put("inode", number(s.st_ino));
  put("device", number(s.st_dev));
  return Value::object(map);
}

Value size(Context& context, Arguments args) {
  struct stat s{};
  if (!statusOf(context, args, "File/size", &s)) return Value::pending();
  return newInt(context, s.st_size);
}

Value modified(Context& context, Arguments args) {
  struct stat s{};
  if (!statusOf(context, args, "File/modified", &s)) return Value::pending();
  return timeOf(context, s.st_mtim);
}

Value type(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/type", PathUse::Read, &path)) return Value::pending();
  struct stat s{};
  if (::lstat(path.c_str(), &s) == 0) return newString(context, typeName(s.st_mode));
  if (errno == ENOENT || errno == ENOTDIR) return Value::nil();
  return raiseFailed(context, "look at", path, IoStatus::lastError());
}

template <int access>
Value allows(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/readable", PathUse::Read, &path))
    return Value::pending();
  return Value::boolean(::access(path.c_str(), access) == 0);
}

Value chmod(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/chmod", PathUse::Write, &path)) return Value::pending();
  const Value mode = args.at(1);
  if (!isInt(mode) || asInt(mode) < 0 || asInt(mode) > 07777)
    return raiseArgument(context, "File/chmod requires a mode from 0 to 4095");
  if (::chmod(path.c_str(), static_cast<mode_t>(asInt(mode))) == 0) return Value::nil();
  return raiseFailed(context, "change the mode of", path, IoStatus::lastError());
}

/// Makes an empty file, or gives one the current time.
Value touch(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/touch", PathUse::Write, &path)) return Value::pending();
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) return Value::nil();
  IoStatus status = IoStatus::lastError();
  FileDescriptor file;
  if (status.number() == ENOENT) status = openFile(path, O_WRONLY | O_CREAT, 0666, &file);
  return status ? Value::nil() : raiseFailed(context, "touch file", path, status);
}

Value truncate(Context& context, Arguments args) {
  std::string path;
  uint64_t bytes = 0;
  if (!pathArgument(context, args, 0, "File/truncate", PathUse::Write, &path) ||
      (args.count > 1 && !sizeArgument(context, args, 1, "File/truncate", &bytes)))
    return Value::pending();
  if (::truncate(path.c_str(), static_cast<off_t>(bytes)) == 0) return Value::nil();
  return raiseFailed(context, "truncate file", path, IoStatus::lastError());
}

template <bool symbolic>
Value link(Context& context, Arguments args) {
  const char* const name = symbolic ? "File/symlink" : "File/link";
  std::string target, path;
  if (!pathArgument(context, args, 0, name, PathUse::Write, &target) ||
      !pathArgument(context, args, 1, name, PathUse::Write, &path))
    return Value::pending();
  // Moved, it would lead elsewhere: who may make one may have everything.
  for (const Permission all : {Permission::Read, Permission::Write})
    if (symbolic && !sandbox::grantsAll(all)) return raiseRefused(context, all, "/");
  if ((symbolic ? ::symlink : ::link)(target.c_str(), path.c_str()) == 0) return Value::nil();
  return raiseFailed(context, "make the link", path, IoStatus::lastError());
}

Value readLink(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/read_link", PathUse::Read, &path))
    return Value::pending();
  char target[4096];
  const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
  if (n < 0) return raiseFailed(context, "read the link", path, IoStatus::lastError());
  return checkedString(context, {target, static_cast<size_t>(n)});
}

constexpr BuiltinRow rows[] = {
    {"stat", stat, "path:String ^link -> Map", "RrwaF",
     "a map: type size mode modified accessed changed uid gid links inode device; `^link true`: of "
     "a link itself",
     Missing{"File/stat requires a string path"}},
    {"size", size, "path:String -> Int", "RrwaF", "the size in bytes",
     Missing{"File/size requires a string path"}},
    {"modified", modified, "path:String -> DateTime", "RrwaF",
     "when it was last written, a local DateTime", Missing{"File/modified requires a string path"}},
    {"type", type, "path:String -> String|Nil", "RrwaF",
     "`\"file\"`, `\"directory\"`, `\"link\"`, `\"fifo\"` …; nil where there is nothing",
     Missing{"File/type requires a string path"}},
    {"readable", allows<R_OK>, "path:String -> Bool", "RrwF", "may we read it?",
     Missing{"File/readable requires a string path"}},
    {"writable", allows<W_OK>, "path:String -> Bool", "RrwF", "may we write it?",
     Missing{"File/readable requires a string path"}},
    {"executable", allows<X_OK>, "path:String -> Bool", "RrwF", "may we run it?",
     Missing{"File/readable requires a string path"}},
    {"chmod", chmod, "path:String mode -> Value", "RrwW",
     "sets the permissions, a number as in `File/stat`",
     Missing{"File/chmod requires a string path"}},
    {"touch", touch, "path:String -> Value", "RrwW", "makes an empty file, or sets its time to now",
     Missing{"File/touch requires a string path"}},
    {"truncate", truncate, "path:String size? -> Value", "RrwW",
     "cuts a file off at a size, 0 by default", Missing{"File/truncate requires a string path"}},
    {"symlink", link<true>, "target path -> Value", "RrwFW",
     "makes a symbolic link to the first path at the second",
     Missing{"File/symlink requires a string path"}},
    {"link", link<false>, "target path -> Value", "RrwW",
     "makes another name, the second path, for the first",
     Missing{"File/link requires a string path"}},
    {"read_link", readLink, "path:String -> String", "RrwaF", "where a symbolic link leads to",
     Missing{"File/read_link requires a string path"}},
};

}  // namespace

BUILTIN_TABLE(fileStatusTable, "File", Functions, rows)

}  // namespace gene
