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
int64_t descriptor(Context& context, Arguments args) {
  const Value fd = getField(context, as<InstanceObject>(args[0]), Symbol::of("fd"));
  return isInt(fd) ? asInt(fd) : -1;
}

// --- writing -----------------------------------------------------------------------------------------------------------

Value writeTo(Context& context, Arguments args, std::string_view text) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return raise(context, ErrorClass::IO, "stdin is not writable");
  if (fd == 2)
    writeError(text);
  else
    writeOut(text);
  return Value::nil();
}

Value handleWriteText(Context& context, Arguments args) {
  return writeTo(context, args, DisplayedText(context, args.at(1)).view());
}
Value handleWriteLine(Context& context, Arguments args) {
  return writeTo(context, args, displayText(context, args.at(1)) + "\n");
}
Value handleWriteBytes(Context& context, Arguments args) {
  std::string_view bytes;
  if (!bytesArgument(context, args, 1, "IOHandle.write_bytes", &bytes)) return Value::pending();
  return writeTo(context, args, bytes);
}

Value handleFlush(Context&, Arguments) {
  flushOut();
  return Value::nil();
}

// --- reading -----------------------------------------------------------------------------------------------------------

bool readable(Context& context, Arguments args) {
  flushOut();
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return true;
  raise(context, ErrorClass::IO, fd == 1 ? "stdout is not readable" : "stderr is not readable");
  return false;
}

/// What an operation on standard input gives, where the handle is that.
template <class F>
Value reading(Context& context, Arguments args, F&& operation) {
  return readable(context, args) ? operation() : Value::pending();
}

Value handleReadLine(Context& context, Arguments args) {
  return reading(context, args, [&] { return nextInputLine(context); });
}
Value handleRead(Context& context, Arguments args) {
  return reading(context, args, [&] { return standardInput().rest(context); });
}
Value handleReadLines(Context& context, Arguments args) {
  return reading(context, args, [&] { return readLines(context, standardInput()); });
}
Value handleEachLine(Context& context, Arguments args) {
  return reading(context, args, [&] { return eachLine(context, standardInput(), args[1]); });
}
Value handleReadBytes(Context& context, Arguments args) {
  uint64_t size = 0;
  if (args.count > 1 && !sizeArgument(context, args, 1, "IOHandle.read_bytes", &size))
    return Value::pending();
  return reading(context, args, [&] {
    return readBytes(context, standardInput(), args.count > 1 ? &size : nullptr);
  });
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

Value handleLines(Context& context, Arguments args) {
  return reading(context, args, [&] {
    const Value lines = newResource(context, std::make_unique<InputLines>());
    return Value::object(newResourceIterator(context, lines));
  });
}

Value handleIsTerminal(Context& context, Arguments args) {
  return Value::boolean(::isatty(static_cast<int>(descriptor(context, args))) == 1);
}

Value readline(Context& context, Arguments) { return nextInputLine(context); }

constexpr BuiltinRow globalRows[] = {
    {"readline", readline, "-> String|Nil", "Rrwac", "the next line of standard input, or nil",
     Surplus{"readline does not accept arguments"}},
};
constexpr BuiltinRow handleRows[] = {
    {"read", handleRead, "-> String", "Rrwac", "everything up to the end"},
    {"read_line", handleReadLine, "-> String|Nil", "Rrwac", "the next line, or nil"},
    {"read_lines", handleReadLines, "-> Array", "Rrwac", "an array of the lines up to the end"},
    {"each_line", handleEachLine, "f -> Value", "Rrwac", "calls f(line) for each line",
     Missing{"IOHandle.each_line requires a function"}},
    {"lines iter", handleLines, "-> Iterator", "Rrwa",
     "the lines for a `for` loop: `(for line in stdin …)`"},
    {"read_bytes", handleReadBytes, "count? -> Bytes|Nil", "Rrwac",
     "Bytes: all up to the end, or as many, or nil there"},
    {"write", handleWriteText, "value -> Value", "Rrwac", "writes a value's text"},
    {"write_line", handleWriteLine, "value? -> Value", "Rrwac", "the same with a line end"},
    {"write_bytes", handleWriteBytes, "bytes -> Value", "Rrwac", "writes Bytes"},
    {"flush", handleFlush, "-> Value", "Rrw", "writes what is buffered"},
    {"isatty?", handleIsTerminal, "-> Bool", "rw", "is it a terminal?"},
};

}  // namespace

extern const BuiltinTable signalTable;
BUILTIN_TABLE(handleTable, "IOHandle", Methods, handleRows)
BUILTIN_TABLE(readlineTable, "", Functions, globalRows)

GENE_LIBRARY(handles) {
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
