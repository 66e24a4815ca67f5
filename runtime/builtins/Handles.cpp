// stdin, stdout and stderr: instances of IOHandle (14 system §14.4).

#include <unistd.h>

#include <cstdio>

#include "runtime/Output.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Handles.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {

bool readLine(std::string* line) {
  flushOut();
  line->clear();
  int c;
  while ((c = std::getchar()) != EOF && c != '\n') *line += static_cast<char>(c);
  if (c == EOF && line->empty()) return false;
  if (line->ends_with('\r')) line->pop_back();
  return true;
}

namespace {

/// 0, 1 or 2, kept in a field of the handle.
int64_t descriptor(Context& context, const Value* args) {
  const Value fd = getField(context, as<InstanceObject>(args[0]), Symbol::of("fd"));
  return isInt(fd) ? asInt(fd) : -1;
}

Value handleWrite(Context& context, const Value* args, uint32_t count, const char* end) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return raise(context, ErrorClass::IO, "stdin is not writable");
  const std::string out = displayText(context, argument(args, count, 1)) + end;
  if (fd == 2)
    writeError(out);
  else
    writeOut(out);
  return Value::nil();
}
Value handleWriteText(Context& c, const Value* a, uint32_t n) { return handleWrite(c, a, n, ""); }
Value handleWriteLine(Context& c, const Value* a, uint32_t n) { return handleWrite(c, a, n, "\n"); }

bool readable(Context& context, const Value* args) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return true;
  raise(context, ErrorClass::IO, fd == 1 ? "stdout is not readable" : "stderr is not readable");
  return false;
}
Value handleReadLine(Context& context, const Value* args, uint32_t) {
  if (!readable(context, args)) return Value::pending();
  std::string line;
  return readLine(&line) ? checkedString(context, line) : Value::nil();
}
Value handleRead(Context& context, const Value* args, uint32_t) {
  if (!readable(context, args)) return Value::pending();
  flushOut();
  std::string all;
  for (int c; (c = std::getchar()) != EOF;) all += static_cast<char>(c);
  return checkedString(context, all);
}
Value handleFlush(Context&, const Value*, uint32_t) {
  flushOut();
  return Value::nil();
}
Value handleIsTerminal(Context& context, const Value* args, uint32_t) {
  return Value::boolean(::isatty(static_cast<int>(descriptor(context, args))) == 1);
}

constexpr BuiltinRow handleRows[] = {
    {"read", handleRead, 0, 0, 0, "everything up to the end"},
    {"read_line", handleReadLine, 0, 0, 0, "the next line, or nil"},
    {"write", handleWriteText, 1, 1, 0, "writes a value's text"},
    {"write_line", handleWriteLine, 1, 1, 0, "the same with a line end"},
    {"flush", handleFlush, 0, 0, 0, "writes what is buffered"},
    {"isatty?", handleIsTerminal, 0, 0, 0, "is it a terminal?"},
};

}  // namespace

extern const BuiltinTable handleTable;
constinit const BuiltinTable handleTable{"IOHandle", true, handleRows};

void defineHandleClass(Context& context) {
  ClassObject* object = as<ClassObject>(namespaceGet(context.globals, Symbol::of("Object")));
  ClassObject* handle = newClass(context, Symbol::of("IOHandle"), object);
  setLayout(handle, std::array{Symbol::of("fd")});
  namespaceSet(context, context.globals, Symbol::of("IOHandle"), Value::object(handle));
}

void defineHandles(Context& context) {
  static constexpr const char* names[] = {"stdin", "stdout", "stderr"};
  auto* handle = as<ClassObject>(namespaceGet(context.globals, Symbol::of("IOHandle")));
  for (int fd = 0; fd < 3; fd++) {
    InstanceObject* instance = newInstance(context, handle);
    setField(context, instance, Symbol::of("fd"), Value::smallInt(fd));
    namespaceSet(context, context.globals, Symbol::of(names[fd]), Value::object(instance));
  }
}

}  // namespace gene
