// File and gene/io: whole files, by name (14 system §14.4). What is opened is in FileStreams.cpp, metadata in
// FileStatus.cpp.

#include "runtime/system/Files.h"

#include <unistd.h>

#include <algorithm>

#include "runtime/builtins/Io.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/support/Utf8.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

// --- reading -----------------------------------------------------------------------------------------------------------

/// Fills a String with a file of known size; pending without an exception when the size was wrong.
Value readExactly(Context& context, const FileDescriptor& file, uint64_t size, IoStatus* status) {
  StringObject* s = newStringBuffer(context, static_cast<uint32_t>(size));
  size_t used = 0, got = 0;
  do {
    *status = readSome(file.get(), s->ownBytes() + used, size - used, &got);
    used += got;
  } while (*status && got != 0 && used < size);
  char further;
  if (*status && used == size) *status = readSome(file.get(), &further, 1, &got);
  if (!*status || used != size || got != 0) return Value::pending();
  if (!utf8::isValid(s->view())) return Value::pending();
  return finishString(s);
}

Value readText(Context& context, const std::string& path, Invalid invalid) {
  FileDescriptor file;
  uint64_t size = 0;
  IoStatus status = openForReading(path, &file, &size);
  if (status && size > InputStream::MostBytes)
    status = IoStatus::because("it is too large for a String (4 GiB)");
  if (status && size != 0) {
    const Value text = readExactly(context, file, size, &status);
    if (!text.isPending()) return text;
    if (status && ::lseek(file.get(), 0, SEEK_SET) < 0) status = IoStatus::lastError();
  }
  if (!status) return raiseFailed(context, "read file", path, status);
  return Reader(path, std::move(file), invalid).rest(context);
}

Value read(Context& context, Arguments args) {
  std::string path;
  Invalid invalid;
  if (!pathArgument(context, args, 0, "File/read", PathUse::Read, &path) ||
      !invalidArgument(context, args, "File/read", &invalid))
    return Value::pending();
  return readText(context, path, invalid);
}

Value readAllBytes(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/read_bytes", PathUse::Read, &path))
    return Value::pending();
  FileDescriptor file;
  uint64_t size = 0;
  if (const IoStatus status = openForReading(path, &file, &size); !status)
    return raiseFailed(context, "read file", path, status);
  Reader reader(path, std::move(file), Invalid::Raise);
  return readBytes(context, reader, nullptr);
}

// --- writing -----------------------------------------------------------------------------------------------------------

Value writeText(Context& context, const std::string& path, Value content, WriteMode mode) {
  const DisplayedText text(context, content);
  const IoStatus status = writeWholeFile(path, text.view(), mode);
  if (status) return Value::nil();
  return raiseFailed(context, mode == WriteMode::Append ? "append to file" : "write file", path,
                     status);
}

Value write(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/write", PathUse::Write, &path)) return Value::pending();
  return writeText(context, path, args[1], WriteMode::Replace);
}

Value writeString(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/write", PathUse::Write, &path)) return Value::pending();
  if (!isString(args.at(1))) return raiseArgument(context, "File/write requires string content");
  return writeText(context, path, args[1], WriteMode::Replace);
}

Value append(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/append", PathUse::Write, &path))
    return Value::pending();
  return writeText(context, path, args[1], WriteMode::Append);
}

Value writeNew(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/create", PathUse::Write, &path))
    return Value::pending();
  return writeText(context, path, args.count > 1 ? args[1] : newString(context, ""),
                   WriteMode::Create);
}

/// A whole file at once or not at all; Bytes as they are, other values as `print` shows them.
Value replace(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/replace", PathUse::Write, &path))
    return Value::pending();
  std::string_view bytes;
  const DisplayedText text(context, isKind(args[1], Kind::Bytes) ? Value::nil() : args[1]);
  if (!isKind(args[1], Kind::Bytes))
    bytes = text.view();
  else if (!bytesArgument(context, args, 1, "File/replace", &bytes))
    return Value::pending();
  const IoStatus status = replaceFile(path, bytes);
  return status ? Value::nil() : raiseFailed(context, "replace file", path, status);
}

template <WriteMode mode>
Value writeAllBytes(Context& context, Arguments args) {
  constexpr bool isAppend = mode == WriteMode::Append;
  const char* const name = isAppend ? "File/append_bytes" : "File/write_bytes";
  std::string path;
  std::string_view bytes;
  if (!pathArgument(context, args, 0, name, PathUse::Write, &path) ||
      !bytesArgument(context, args, 1, name, &bytes))
    return Value::pending();
  const IoStatus status = writeWholeFile(path, bytes, mode);
  if (status) return Value::nil();
  return raiseFailed(context, isAppend ? "append to file" : "write file", path, status);
}

// --- by name -----------------------------------------------------------------------------------------------------------

Value exists(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/exists", PathUse::Read, &path)) return Value::pending();
  return Value::boolean(isFile(path));
}

Value remove(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "File/delete", PathUse::Write, &path))
    return Value::pending();
  const IoStatus status = removeFile(path);
  return status ? Value::nil() : raiseFailed(context, "delete file", path, status);
}

using TwoPaths = IoStatus (*)(const std::string&, const std::string&);
/// An operation on two paths, of which the second one is made; the exception names both.
Value onTwoPaths(Context& context, Arguments args, const char* name, const char* what, PathUse use,
                 TwoPaths operation) {
  std::string from, to;
  if (!pathArgument(context, args, 0, name, use, &from) ||
      !pathArgument(context, args, 1, name, PathUse::Write, &to))
    return Value::pending();
  const IoStatus status = operation(from, to);
  if (status) return Value::nil();
  return raiseIo(
      context,
      std::string("Failed to ") + what + " '" + from + "' to '" + to + "': " + status.reason(),
      from, status);
}

Value copy(Context& context, Arguments args) {
  return onTwoPaths(context, args, "File/copy", "copy", PathUse::Read, copyFile);
}
Value rename(Context& context, Arguments args) {
  return onTwoPaths(context, args, "File/rename", "rename", PathUse::Write, renameFile);
}

/// (File/temp ^prefix p ^suffix s ^dir d): a new file; with a function, only while that runs.
Value temporary(Context& context, Arguments args) {
  const Value function = args.at(0);
  const auto text = [&](const char* keyword, std::string_view otherwise) {
    const Value given = keywordArgument(args, keyword);
    return std::string(isString(given) ? stringView(given) : otherwise);
  };
  const std::string folder = text("dir", temporaryDirectory());
  std::string path;
  const IoStatus status =
      createTemporary(folder, text("prefix", "gene-"), text("suffix", ""), false, &path);
  if (!status) return raiseFailed(context, "create a temporary file in", folder, status);
  const Value name = checkedString(context, path);
  if (function.isNil()) return name;
  const Value result = call(context, function, &name, 1);
  static_cast<void>(removeFile(path));
  return result;
}

// --- File objects ------------------------------------------------------------------------------------------------------

Value initialize(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 1, "new File", PathUse::Unseen, &path)) return Value::pending();
  setField(context, as<InstanceObject>(args[0]), Symbol::of("path"), args[1]);
  return args[0];
}

/// (f .read) as (File/read f/path): the path takes the place of the receiver.
template <Builtin F>
Value forFile(Context& context, Arguments args) {
  ValueList all;
  all.push(context, getField(context, as<InstanceObject>(args[0]), Symbol::of("path")));
  all.push(context, args.values + 1, args.count - 1 + 2 * args.keywordCount);
  return F(context, {all.data(), args.count, args.keywordCount});
}

constexpr BuiltinRow fileRows[] = {
    {"read", read, "path:String ^invalid -> String", "RrwaF",
     "the text of a file; `^invalid \"replace\"` for bytes that are no UTF-8",
     Missing{"File/read requires a string path"}},
    {"read_bytes", readAllBytes, "path:String -> Bytes", "RrwaF", "the Bytes of a file",
     Missing{"File/read_bytes requires a string path"}},
    {"write", write, "path:String content -> Value", "RrwacW",
     "makes a file of a value's text, as `print` shows it", Missing{"File/write requires content"}},
    {"write_bytes", writeAllBytes<WriteMode::Replace>, "path:String bytes -> Value", "RrwaW",
     "makes a file of Bytes"},
    {"append", append, "path:String content -> Value", "RrwacW",
     "writes a value's text behind what is there", Missing{"File/append requires content"}},
    {"append_bytes", writeAllBytes<WriteMode::Append>, "path:String bytes -> Value", "RrwaW",
     "the same with Bytes"},
    {"replace", replace, "path:String content -> Value", "RrwacW",
     "as `write`, but readers see the old file or the new one, and a crash leaves one of them",
     Missing{"File/replace requires content"}},
    {"create", writeNew, "path:String content? -> Value", "RrwacW",
     "as `write`, but fails when the file is there", Missing{"File/create requires a string path"}},
    {"exists", exists, "path:String -> Bool", "RrwF", "is there a file (not a directory)?",
     Missing{"File/exists requires a string path"}},
    {"delete", remove, "path:String -> Value", "RrwaW",
     "removes a file; one that is absent is fine", Missing{"File/delete requires a string path"}},
    {"copy", copy, "from to -> Value", "RrwaFW", "copies a file with its permissions",
     Missing{"File/copy requires a string path"}},
    {"rename", rename, "from to -> Value", "RrwaW",
     "renames or moves a file or directory; an existing file goes",
     Missing{"File/rename requires a string path"}},
    {"temp", temporary, "f? ^prefix ^suffix ^dir -> Value", "RrwacW",
     "a new file, by `^prefix`, `^suffix`, `^dir`: its path; with a function, deleted after it"},
};
constexpr BuiltinRow methodRows[] = {
    {"new", initialize, "path:String -> Value", "Rrwa", "a File with this `path`",
     Missing{"new File requires a string path"}, Initializer},
    {"read", forFile<read>, "^invalid -> String", "RrwaF", "as `File/read`"},
    {"read_bytes", forFile<readAllBytes>, "-> Bytes", "RrwaF", "as `File/read_bytes`"},
    {"write", forFile<write>, "content -> Value", "RrwacW", "as `File/write`",
     Missing{"File/write requires content"}},
    {"write_bytes", forFile<writeAllBytes<WriteMode::Replace>>, "bytes -> Value", "RrwaW",
     "as `File/write_bytes`"},
    {"append", forFile<append>, "content -> Value", "RrwacW", "as `File/append`",
     Missing{"File/append requires content"}},
    {"exists", forFile<exists>, "-> Bool", "RrwF", "as `File/exists`"},
    {"delete", forFile<remove>, "-> Value", "RrwaW", "as `File/delete`"},
};
constexpr BuiltinRow ioRows[] = {
    {"read", read, "path:String ^invalid -> String", "RrwaF", "as `File/read`",
     Missing{"File/read requires a string path"}},
    {"write", writeString, "path:String text -> Value", "RrwacW",
     "as `File/write`, of strings only", Missing{"File/write requires content"}},
};

}  // namespace

BUILTIN_TABLE(fileTable, "File", Functions, fileRows)
BUILTIN_TABLE(fileMethodTable, "File", Methods, methodRows)
BUILTIN_TABLE(ioTable, "io", Functions, ioRows)

}  // namespace gene
