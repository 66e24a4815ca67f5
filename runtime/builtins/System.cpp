// system/: the process itself (14 system §14.6).

#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/Domain.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Array.h"

namespace gene {
namespace {

Value changeDirectory(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "system/cd", PathUse::Read, &path)) return Value::pending();
  if (::chdir(path.c_str()) == 0) return Value::nil();
  const IoStatus why = IoStatus::lastError();
  return raiseIo(context, "Failed to change directory: '" + path + "': " + why.reason(), path, why);
}

Value arguments(Context& context, Arguments) {
  ArrayObject* all = newArray(context, 0);
  arrayPush(context, all, checkedString(context, context.domain->programName));
  for (const std::string& a : context.domain->programArguments)
    arrayPush(context, all, checkedString(context, a));
  return Value::object(all);
}

Value os(Context& context, Arguments) {
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

Value arch(Context& context, Arguments) {
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

Value processId(Context&, Arguments) { return Value::smallInt(::getpid()); }

Value hostName(Context& context, Arguments) {
  utsname names{};
  return checkedString(context, ::uname(&names) == 0 ? names.nodename : "");
}

constexpr BuiltinRow rows[] = {
    {"exit", exitWith, "status? -> Value", "Rrwac", "as the global"},
    {"cwd", cwd, "-> String", "RrwaF", "as the global"},
    {"cd", changeDirectory, "path:String -> Value", "RrwF", "makes a directory the current one",
     Missing{"system/cd requires a string path"}},
    {"args", arguments, "-> Array", "rwa", "the program and its arguments"},
    {"os", os, "-> String", "a", "`\"linux\"`, `\"macos\"`, `\"freebsd\"` …"},
    {"arch", arch, "-> String", "a", "`\"amd64\"`, `\"i386\"`, `\"arm\"`, `\"arm64\"`"},
    {"pid", processId, "-> Int", "r", "the number of this process"},
    {"hostname", hostName, "-> String", "RrwaE", "the name of this machine"},
};

}  // namespace

BUILTIN_TABLE(systemTable, "system", Functions, rows)

}  // namespace gene
