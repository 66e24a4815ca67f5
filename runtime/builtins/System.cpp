// system/: the process itself (14 system §14.6).

#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/builtins/Io.h"
#include "runtime/object/Array.h"

namespace gene {
namespace {

Value changeDirectory(Context& context, const Value* args, uint32_t count) {
  std::string path;
  if (!pathArgument(context, args, count, 0, "system/cd", &path)) return Value::pending();
  if (::chdir(path.c_str()) == 0) return Value::nil();
  const IoStatus why = IoStatus::lastError();
  return raiseIo(context, "Failed to change directory: '" + path + "': " + why.reason(), path, why);
}

Value arguments(Context& context, const Value*, uint32_t) {
  ArrayObject* all = newArray(context, 0);
  arrayPush(context, all, checkedString(context, context.programName));
  for (const std::string& a : context.programArguments)
    arrayPush(context, all, checkedString(context, a));
  return Value::object(all);
}

Value os(Context& context, const Value*, uint32_t) {
#if defined(__linux__)
  return newString(context, "linux");
#elif defined(__APPLE__)
  return newString(context, "macos");
#elif defined(__FreeBSD__)
  return newString(context, "freebsd");
#elif defined(__OpenBSD__)
  return newString(context, "openbsd");
#elif defined(__NetBSD__)
  return newString(context, "netbsd");
#else
  return newString(context, "unknown");
#endif
}

Value arch(Context& context, const Value*, uint32_t) {
#if defined(__x86_64__)
  return newString(context, "amd64");
#elif defined(__i386__)
  return newString(context, "i386");
#elif defined(__aarch64__)
  return newString(context, "arm64");
#elif defined(__arm__)
  return newString(context, "arm");
#else
  return newString(context, "unknown");
#endif
}

Value processId(Context&, const Value*, uint32_t) { return Value::smallInt(::getpid()); }

Value hostName(Context& context, const Value*, uint32_t) {
  utsname names{};
  return checkedString(context, ::uname(&names) == 0 ? names.nodename : "");
}

constexpr BuiltinRow rows[] = {
    {"exit", exitWith, 0, 1, 0, "as the global"},
    {"cwd", cwd, 0, 0, 0, "as the global"},
    {"cd", changeDirectory, 1, 1, 0, "makes a directory the current one"},
    {"args", arguments, 0, 0, 0, "the program and its arguments"},
    {"os", os, 0, 0, 0, "`\"linux\"`, `\"macos\"`, `\"freebsd\"` …"},
    {"arch", arch, 0, 0, 0, "`\"amd64\"`, `\"i386\"`, `\"arm\"`, `\"arm64\"`"},
    {"pid", processId, 0, 0, 0, "the number of this process"},
    {"hostname", hostName, 0, 0, 0, "the name of this machine"},
};

}  // namespace

extern const BuiltinTable systemTable;
constinit const BuiltinTable systemTable{"system", false, rows};

}  // namespace gene
