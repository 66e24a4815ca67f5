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
std::unique_ptr<Reader> openArgument(Context& context, Arguments args, const char* function) {
  std::string path;
  Invalid invalid;
  if (!pathArgument(context, args, 0, function, PathUse::Read, &path) ||
      !invalidArgument(context, args, function, &invalid))
    return nullptr;
  return open(context, path, invalid);
}

Value lineArray(Context& context, Arguments args) {
  const auto reader = openArgument(context, args, "File/read_lines");
  return reader ? readLines(context, *reader) : Value::pending();
}

Value forEachLine(Context& context, Arguments args) {
  const auto reader = openArgument(context, args, "File/each_line");
  return reader ? eachLine(context, *reader, args[1]) : Value::pending();
}

Value lines(Context& context, Arguments args) {
  auto reader = openArgument(context, args, "File/lines");
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
Value withOpened(Context& context, Arguments args, Value opened, Builtin close) {
  if (args.count < 2) return opened;
  const Value result = call(context, args[1], &opened, 1);
  if (!result.isPending())
    return close(context, {&opened, 1}).isPending() ? Value::pending() : result;
  // What the function raised counts, not what closing has to say.
  const Value exception = context.exception;
  context.exception = Value::pending();
  static_cast<void>(close(context, {&opened, 1}));
  context.exception = exception;
  return Value::pending();
}

// --- FileReader --------------------------------------------------------------------------------------------------------

Reader* reader(Context& context, Arguments args) {
  Reader* found = resourceAs<Reader>(context, args[0]);
  if (!found) raise(context, ErrorClass::IO, "FileReader is not open");
  return found;
}

Value readLine(Context& context, Arguments args) {
  Reader* r = reader(context, args);
  if (!r) return Value::pending();
  const Value line = r->next(context);
  return line.isNotFound() ? Value::nil() : line;
}

Value readRest(Context& context, Arguments args) {
  Reader* r = reader(context, args);
  return r ? r->rest(context) : Value::pending();
}

Value readSomeBytes(Context& context, Arguments args) {
  uint64_t size = 0;
  if (args.count > 1 && !sizeArgument(context, args, 1, "FileReader.read_bytes", &size))
    return Value::pending();
  Reader* r = reader(context, args);
  return r ? readBytes(context, *r, args.count > 1 ? &size : nullptr) : Value::pending();
}

Value readerIterator(Context& context, Arguments args) {
  if (!reader(context, args)) return Value::pending();
  return Value::object(newResourceIterator(context, resourceValue(context, args[0])));
}

Value readerEachLine(Context& context, Arguments args) {
  Reader* r = reader(context, args);
  return r ? eachLine(context, *r, args[1]) : Value::pending();
}

Value position(Context& context, Arguments args) {
  Reader* r = reader(context, args);
  return r ? newInt(context, static_cast<int64_t>(r->stream.position())) : Value::pending();
}

Value seek(Context& context, Arguments args) {
  uint64_t to = 0;
  if (!sizeArgument(context, args, 1, "FileReader.seek", &to)) return Value::pending();
  Reader* r = reader(context, args);
  if (!r) return Value::pending();
  const IoStatus status = r->stream.seek(to);
  return status ? Value::nil() : raiseFailed(context, "seek in file", r->path, status);
}

Value closeReader(Context& context, Arguments args) {
  if (Reader* r = resourceAs<Reader>(context, args[0])) r->stream.close();
  return Value::nil();
}

Value openReader(Context& context, Arguments args) {
  auto resource = openArgument(context, args, "File/reader");
  if (!resource) return Value::pending();
  const Value opened = makeInstance(context, "FileReader", args[0], std::move(resource));
  return withOpened(context, args, opened, closeReader);
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

Writer* writer(Context& context, Arguments args) {
  Writer* found = resourceAs<Writer>(context, args[0]);
  if (!found) raise(context, ErrorClass::IO, "FileWriter is not open");
  return found;
}

Value written(Context& context, const Writer& w, const IoStatus& status) {
  return status ? Value::nil() : raiseFailed(context, "write file", w.path, status);
}

Value writeValue(Context& context, Arguments args, std::string_view end) {
  Writer* w = writer(context, args);
  if (!w) return Value::pending();
  IoStatus status;
  if (args.count > 1) status = w->stream.write(DisplayedText(context, args[1]).view());
  if (status && !end.empty()) status = w->stream.write(end);
  return written(context, *w, status);
}
Value writeText(Context& context, Arguments args) { return writeValue(context, args, ""); }
Value writeLine(Context& context, Arguments args) { return writeValue(context, args, "\n"); }

Value writeBytes(Context& context, Arguments args) {
  std::string_view bytes;
  if (!bytesArgument(context, args, 1, "FileWriter.write_bytes", &bytes)) return Value::pending();
  Writer* w = writer(context, args);
  return w ? written(context, *w, w->stream.write(bytes)) : Value::pending();
}

template <IoStatus (OutputStream::*operation)()>
Value onStream(Context& context, Arguments args) {
  Writer* w = writer(context, args);
  return w ? written(context, *w, (w->stream.*operation)()) : Value::pending();
}

Value openWriter(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/writer", PathUse::Write, &path))
    return Value::pending();
  const bool isAppend = keywordArgument(args, "append").isTruthy();
  FileDescriptor file;
  const IoStatus status =
      openForWriting(path, isAppend ? WriteMode::Append : WriteMode::Replace, &file);
  if (!status) return raiseFailed(context, "open file", path, status);
  const Value opened =
      makeInstance(context, "FileWriter", args[0], std::make_unique<Writer>(path, std::move(file)));
  return withOpened(context, args, opened, onStream<&OutputStream::close>);
}

constexpr BuiltinRow fileRows[] = {
    {"read_lines", lineArray, "path:String ^invalid -> Array", "RrwaF",
     "an array of the lines without their ends", Missing{"File/read_lines requires a string path"}},
    {"each_line", forEachLine, "path:String f ^invalid -> Value", "RrwacF",
     "calls f(line) for each line", Missing{"File/each_line requires a function"}},
    {"lines", lines, "path:String ^invalid -> Iterator", "RrwaF",
     "the lines for a `for` loop, read as it goes on",
     Missing{"File/lines requires a string path"}},
    {"reader", openReader, "path:String f? ^invalid -> Value", "RrwacF",
     "a FileReader; with a function, what that gives of it, and it is closed",
     Missing{"File/reader requires a string path"}},
    {"writer", openWriter, "path:String f? ^append -> Value", "RrwacW",
     "a FileWriter, likewise; `^append true` keeps what is there",
     Missing{"File/writer requires a string path"}},
};
constexpr BuiltinRow readerRows[] = {
    {"read_line", readLine, "-> String|Nil", "Rrwac", "the next line, or nil"},
    {"read", readRest, "-> String", "Rrwac", "the text that is left"},
    {"read_bytes", readSomeBytes, "count? -> Bytes|Nil", "Rrwac",
     "Bytes: all that are left, or as many, or nil at the end"},
    {"each_line", readerEachLine, "f -> Value", "Rrwac", "calls f(line) for each line that is left",
     Missing{"FileReader.each_line requires a function"}},
    {"lines iter", readerIterator, "-> Iterator", "Rrwa",
     "the lines that are left, for a `for` loop"},
    {"position", position, "-> Int", "Rrw", "how many bytes from the start it is"},
    {"seek", seek, "position -> Value", "Rrw", "goes on at that many bytes from the start"},
    {"close", closeReader, "-> Value", "Rrw", "closes it; then there is nothing left"},
};
constexpr BuiltinRow writerRows[] = {
    {"write", writeText, "value -> Value", "Rrwac", "writes a value's text"},
    {"write_line", writeLine, "value? -> Value", "Rrwac", "the same with a line end"},
    {"write_bytes", writeBytes, "bytes -> Value", "Rrwac", "writes Bytes"},
    {"flush", onStream<&OutputStream::flush>, "-> Value", "Rrw",
     "hands to the system what is collected"},
    {"sync", onStream<&OutputStream::sync>, "-> Value", "Rrw", "waits until the disk has it"},
    {"close", onStream<&OutputStream::close>, "-> Value", "Rrw",
     "writes what is collected and closes it"},
};

}  // namespace

BUILTIN_TABLE(fileStreamTable, "File", Functions, fileRows)
BUILTIN_TABLE(fileReaderTable, "FileReader", Methods, readerRows)
BUILTIN_TABLE(fileWriterTable, "FileWriter", Methods, writerRows)

void defineFileClasses(Context& context) {
  setLayout(defineClass(context, "File"), std::array{Symbol::of("path")});
  setResourceLayout(defineClass(context, "FileReader"), {"path"});
  setResourceLayout(defineClass(context, "FileWriter"), {"path"});
}

}  // namespace gene
