// stdin, stdout and stderr: instances of IOHandle (14 system §14.4).

#include <unistd.h>

#include "runtime/Output.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Print.h"

namespace gene {

namespace {

Value nextInputLine(Context& context) {
  flushOut();
  const Value line = standardInput().next(context);
  return line.isNotFound() ? Value::nil() : line;
}

/// 0, 1 or 2, kept in a field of the handle.
int64_t descriptor(Context& context, const Value* args) {
  const Value fd = getField(context, as<InstanceObject>(args[0]), Symbol::of("fd"));
  return isInt(fd) ? asInt(fd) : -1;
}

// --- writing -----------------------------------------------------------------------------------------------------------

Value writeTo(Context& context, const Value* args, std::string_view text) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return raise(context, ErrorClass::IO, "stdin is not writable");
  if (fd == 2)
    writeError(text);
  else
    writeOut(text);
  return Value::nil();
}

Value handleWriteText(Context& context, const Value* args, uint32_t count) {
  return writeTo(context, args, DisplayedText(context, argument(args, count, 1)).view());
}
Value handleWriteLine(Context& context, const Value* args, uint32_t count) {
  return writeTo(context, args, displayText(context, argument(args, count, 1)) + "\n");
}
Value handleWriteBytes(Context& context, const Value* args, uint32_t count) {
  std::string_view bytes;
  if (!bytesArgument(context, args, count, 1, "IOHandle.write_bytes", &bytes))
    return Value::pending();
  return writeTo(context, args, bytes);
}

Value handleFlush(Context&, const Value*, uint32_t) {
  flushOut();
  return Value::nil();
}

// --- reading -----------------------------------------------------------------------------------------------------------

bool readable(Context& context, const Value* args) {
  flushOut();
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return true;
  raise(context, ErrorClass::IO, fd == 1 ? "stdout is not readable" : "stderr is not readable");
  return false;
}

/// What an operation on standard input gives, where the handle is that.
template <class F>
Value reading(Context& context, const Value* args, F&& operation) {
  return readable(context, args) ? operation() : Value::pending();
}

Value handleReadLine(Context& context, const Value* args, uint32_t) {
  return reading(context, args, [&] { return nextInputLine(context); });
}
Value handleRead(Context& context, const Value* args, uint32_t) {
  return reading(context, args, [&] { return standardInput().rest(context); });
}
Value handleReadLines(Context& context, const Value* args, uint32_t) {
  return reading(context, args, [&] { return readLines(context, standardInput()); });
}
Value handleEachLine(Context& context, const Value* args, uint32_t count) {
  if (!functionArgument(context, count, 1, "IOHandle.each_line")) return Value::pending();
  return reading(context, args, [&] { return eachLine(context, standardInput(), args[1]); });
}
Value handleReadBytes(Context& context, const Value* args, uint32_t count) {
  uint64_t size = 0;
  if (count > 1 && !sizeArgument(context, args, count, 1, "IOHandle.read_bytes", &size))
    return Value::pending();
  return reading(context, args,
                 [&] { return readBytes(context, standardInput(), count > 1 ? &size : nullptr); });
}

/// Iterators over standard input share its buffer.
class InputLines : public NativeResource {
 public:
  static const char Type;
  InputLines() : NativeResource(&Type) {}
  Value next(Context& context) override { return standardInput().next(context); }
  bool hasNext(Context& context) override { return standardInput().hasNext(context); }
};
const char InputLines::Type = 0;

Value handleLines(Context& context, const Value* args, uint32_t) {
  return reading(context, args, [&] {
    const Value lines = newResource(context, std::make_unique<InputLines>());
    return Value::object(newResourceIterator(context, lines));
  });
}

Value handleIsTerminal(Context& context, const Value* args, uint32_t) {
  return Value::boolean(::isatty(static_cast<int>(descriptor(context, args))) == 1);
}

Value readline(Context& context, const Value*, uint32_t count) {
  if (count > 0) return raiseArgument(context, "readline does not accept arguments");
  return nextInputLine(context);
}

constexpr BuiltinRow globalRows[] = {
    {"readline", readline, 0, 0, 0, "the next line of standard input, or nil"},
};
constexpr BuiltinRow handleRows[] = {
    {"read", handleRead, 0, 0, 0, "everything up to the end"},
    {"read_line", handleReadLine, 0, 0, 0, "the next line, or nil"},
    {"read_lines", handleReadLines, 0, 0, 0, "an array of the lines up to the end"},
    {"each_line", handleEachLine, 1, 1, 0, "calls f(line) for each line"},
    {"lines iter", handleLines, 0, 0, 0, "the lines for a `for` loop: `(for line in stdin …)`"},
    {"read_bytes", handleReadBytes, 0, 1, 0, "Bytes: all up to the end, or as many, or nil there"},
    {"write", handleWriteText, 1, 1, 0, "writes a value's text"},
    {"write_line", handleWriteLine, 1, 1, 0, "the same with a line end"},
    {"write_bytes", handleWriteBytes, 1, 1, 0, "writes Bytes"},
    {"flush", handleFlush, 0, 0, 0, "writes what is buffered"},
    {"isatty?", handleIsTerminal, 0, 0, 0, "is it a terminal?"},
};

}  // namespace

extern const BuiltinTable handleTable, readlineTable, signalTable;
constinit const BuiltinTable handleTable{"IOHandle", true, handleRows};
constinit const BuiltinTable readlineTable{"", false, globalRows};

extern "C" void gene_library_handles(Context& context);
extern "C" void gene_library_handles(Context& context) {
  static constexpr const char* names[] = {"stdin", "stdout", "stderr"};
  ClassObject* handle = defineClass(context, "IOHandle");
  setLayout(handle, std::array{Symbol::of("fd")});
  defineTable(context, handleTable);
  defineTable(context, readlineTable);
  defineTable(context, signalTable);
  for (int fd = 0; fd < 3; fd++) {
    InstanceObject* instance = newInstance(context, handle);
    setField(context, instance, Symbol::of("fd"), Value::smallInt(fd));
    namespaceSet(context, context.globals, Symbol::of(names[fd]), Value::object(instance));
  }
}

}  // namespace gene
