// Open files: FileReader, FileWriter, and reading by lines (14 system §14.4).

#include "runtime/builtins/Io.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Print.h"
#include "runtime/system/Files.h"

namespace gene {
namespace {

ClassObject* classNamed(Context& context, const char* name) {
  return as<ClassObject>(namespaceGet(context.globals, Symbol::of(name)));
}

// --- opening -----------------------------------------------------------------------------------------------------------

/// The reader of a file; null with `cannot open: P` raised.
std::unique_ptr<Reader> open(Context& context, const std::string& path, Invalid invalid) {
  FileDescriptor file;
  uint64_t size;
  if (const IoStatus status = openForReading(path, &file, &size); !status) {
    raiseIo(context, "cannot open: " + path, path, status);
    return nullptr;
  }
  return std::make_unique<Reader>(path, std::move(file), invalid);
}

/// The same with the arguments of a built-in.
std::unique_ptr<Reader> openArgument(Context& context, const Value* args, uint32_t count,
                                     const char* function) {
  std::string path;
  Invalid invalid;
  if (!pathArgument(context, args, count, 0, function, &path) ||
      !invalidArgument(context, function, &invalid))
    return nullptr;
  return open(context, path, invalid);
}

Value lineArray(Context& context, const Value* args, uint32_t count) {
  const auto reader = openArgument(context, args, count, "File/read_lines");
  return reader ? readLines(context, *reader) : Value::pending();
}

Value forEachLine(Context& context, const Value* args, uint32_t count) {
  if (!functionArgument(context, count, 1, "File/each_line")) return Value::pending();
  const auto reader = openArgument(context, args, count, "File/each_line");
  return reader ? eachLine(context, *reader, args[1]) : Value::pending();
}

Value lines(Context& context, const Value* args, uint32_t count) {
  auto reader = openArgument(context, args, count, "File/lines");
  if (!reader) return Value::pending();
  return Value::object(newResourceIterator(context, newResource(context, std::move(reader))));
}

Value makeInstance(Context& context, const char* cls, Value path,
                   std::unique_ptr<NativeResource> resource) {
  InstanceObject* instance =
      newResourceInstance(context, classNamed(context, cls), std::move(resource));
  setField(context, instance, Symbol::of("path"), path);
  return Value::object(instance);
}

/// What `opened` is, or with a function what that gives of it; `close` is called then in any case.
Value withOpened(Context& context, const Value* args, uint32_t count, Value opened, Builtin close) {
  if (count < 2) return opened;
  const Value result = call(context, args[1], &opened, 1);
  if (!result.isPending())
    return close(context, &opened, 1).isPending() ? Value::pending() : result;
  // What the function raised counts, not what closing has to say.
  const Value exception = context.exception;
  context.exception = Value::pending();
  static_cast<void>(close(context, &opened, 1));
  context.exception = exception;
  return Value::pending();
}

// --- FileReader --------------------------------------------------------------------------------------------------------

Reader* reader(Context& context, const Value* args) {
  Reader* found = resourceAs<Reader>(context, args[0]);
  if (!found) raise(context, ErrorClass::IO, "FileReader is not open");
  return found;
}

Value readLine(Context& context, const Value* args, uint32_t) {
  Reader* r = reader(context, args);
  if (!r) return Value::pending();
  const Value line = r->next(context);
  return line.isNotFound() ? Value::nil() : line;
}

Value readRest(Context& context, const Value* args, uint32_t) {
  Reader* r = reader(context, args);
  return r ? r->rest(context) : Value::pending();
}

Value readSomeBytes(Context& context, const Value* args, uint32_t count) {
  uint64_t size = 0;
  if (count > 1 && !sizeArgument(context, args, count, 1, "FileReader.read_bytes", &size))
    return Value::pending();
  Reader* r = reader(context, args);
  return r ? readBytes(context, *r, count > 1 ? &size : nullptr) : Value::pending();
}

Value readerIterator(Context& context, const Value* args, uint32_t) {
  if (!reader(context, args)) return Value::pending();
  return Value::object(newResourceIterator(context, resourceValue(context, args[0])));
}

Value readerEachLine(Context& context, const Value* args, uint32_t count) {
  if (!functionArgument(context, count, 1, "FileReader.each_line")) return Value::pending();
  Reader* r = reader(context, args);
  return r ? eachLine(context, *r, args[1]) : Value::pending();
}

Value position(Context& context, const Value* args, uint32_t) {
  Reader* r = reader(context, args);
  return r ? newInt(context, static_cast<int64_t>(r->stream.position())) : Value::pending();
}

Value seek(Context& context, const Value* args, uint32_t count) {
  uint64_t to = 0;
  if (!sizeArgument(context, args, count, 1, "FileReader.seek", &to)) return Value::pending();
  Reader* r = reader(context, args);
  if (!r) return Value::pending();
  const IoStatus status = r->stream.seek(to);
  return status ? Value::nil() : raiseFailed(context, "seek in file", r->path, status);
}

Value closeReader(Context& context, const Value* args, uint32_t) {
  if (Reader* r = resourceAs<Reader>(context, args[0])) r->stream.close();
  return Value::nil();
}

Value openReader(Context& context, const Value* args, uint32_t count) {
  auto resource = openArgument(context, args, count, "File/reader");
  if (!resource) return Value::pending();
  const Value opened = makeInstance(context, "FileReader", args[0], std::move(resource));
  return withOpened(context, args, count, opened, closeReader);
}

// --- FileWriter --------------------------------------------------------------------------------------------------------

/// The open file of a FileWriter.
class Writer : public NativeResource {
 public:
  static const char Type;
  Writer(std::string writtenTo, FileDescriptor file)
      : NativeResource(&Type), path(std::move(writtenTo)), stream(std::move(file)) {}

  std::string path;
  OutputStream stream;
};
const char Writer::Type = 0;

Writer* writer(Context& context, const Value* args) {
  Writer* found = resourceAs<Writer>(context, args[0]);
  if (!found) raise(context, ErrorClass::IO, "FileWriter is not open");
  return found;
}

Value written(Context& context, const Writer& w, const IoStatus& status) {
  return status ? Value::nil() : raiseFailed(context, "write file", w.path, status);
}

Value writeValue(Context& context, const Value* args, uint32_t count, std::string_view end) {
  Writer* w = writer(context, args);
  if (!w) return Value::pending();
  IoStatus status;
  if (count > 1) status = w->stream.write(DisplayedText(context, args[1]).view());
  if (status && !end.empty()) status = w->stream.write(end);
  return written(context, *w, status);
}
Value writeText(Context& context, const Value* args, uint32_t count) {
  return writeValue(context, args, count, "");
}
Value writeLine(Context& context, const Value* args, uint32_t count) {
  return writeValue(context, args, count, "\n");
}

Value writeBytes(Context& context, const Value* args, uint32_t count) {
  std::string_view bytes;
  if (!bytesArgument(context, args, count, 1, "FileWriter.write_bytes", &bytes))
    return Value::pending();
  Writer* w = writer(context, args);
  return w ? written(context, *w, w->stream.write(bytes)) : Value::pending();
}

template <IoStatus (OutputStream::*operation)()>
Value onStream(Context& context, const Value* args, uint32_t) {
  Writer* w = writer(context, args);
  return w ? written(context, *w, (w->stream.*operation)()) : Value::pending();
}

Value openWriter(Context& context, const Value* args, uint32_t count) {
  std::string path;
  if (!pathArgument(context, args, count, 0, "File/writer", &path)) return Value::pending();
  const bool isAppend = keywordArgument(context, "append").isTruthy();
  FileDescriptor file;
  const IoStatus status =
      openForWriting(path, isAppend ? WriteMode::Append : WriteMode::Replace, &file);
  if (!status) return raiseFailed(context, "open file", path, status);
  const Value opened =
      makeInstance(context, "FileWriter", args[0], std::make_unique<Writer>(path, std::move(file)));
  return withOpened(context, args, count, opened, onStream<&OutputStream::close>);
}

constexpr BuiltinRow fileRows[] = {
    {"read_lines", lineArray, 1, 1, 0, "an array of the lines without their ends"},
    {"each_line", forEachLine, 2, 2, 0, "calls f(line) for each line"},
    {"lines", lines, 1, 1, 0, "the lines for a `for` loop, read as it goes on"},
    {"reader", openReader, 1, 2, 0,
     "a FileReader; with a function, what that gives of it, and it is closed"},
    {"writer", openWriter, 1, 2, 0, "a FileWriter, likewise; `^append true` keeps what is there"},
};
constexpr BuiltinRow readerRows[] = {
    {"read_line", readLine, 0, 0, 0, "the next line, or nil"},
    {"read", readRest, 0, 0, 0, "the text that is left"},
    {"read_bytes", readSomeBytes, 0, 1, 0,
     "Bytes: all that are left, or as many, or nil at the end"},
    {"each_line", readerEachLine, 1, 1, 0, "calls f(line) for each line that is left"},
    {"lines iter", readerIterator, 0, 0, 0, "the lines that are left, for a `for` loop"},
    {"position", position, 0, 0, 0, "how many bytes from the start it is"},
    {"seek", seek, 1, 1, 0, "goes on at that many bytes from the start"},
    {"close", closeReader, 0, 0, 0, "closes it; then there is nothing left"},
};
constexpr BuiltinRow writerRows[] = {
    {"write", writeText, 1, 1, 0, "writes a value's text"},
    {"write_line", writeLine, 0, 1, 0, "the same with a line end"},
    {"write_bytes", writeBytes, 1, 1, 0, "writes Bytes"},
    {"flush", onStream<&OutputStream::flush>, 0, 0, 0, "hands to the system what is collected"},
    {"sync", onStream<&OutputStream::sync>, 0, 0, 0, "waits until the disk has it"},
    {"close", onStream<&OutputStream::close>, 0, 0, 0, "writes what is collected and closes it"},
};

}  // namespace

extern const BuiltinTable fileStreamTable, fileReaderTable, fileWriterTable;
constinit const BuiltinTable fileStreamTable{"File", false, fileRows};
constinit const BuiltinTable fileReaderTable{"FileReader", true, readerRows};
constinit const BuiltinTable fileWriterTable{"FileWriter", true, writerRows};

void defineFileClasses(Context& context) {
  setLayout(defineClass(context, "File"), std::array{Symbol::of("path")});
  setResourceLayout(defineClass(context, "FileReader"), {"path"});
  setResourceLayout(defineClass(context, "FileWriter"), {"path"});
}

}  // namespace gene
