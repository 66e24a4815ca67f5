#pragma once
// What the built-ins for files, directories and streams share: arguments, exceptions, texts of lines.

#include <mutex>
#include <string>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Resource.h"
#include "runtime/support/Sandbox.h"
#include "runtime/system/Streams.h"

namespace gene {

// --- exceptions --------------------------------------------------------------------------------------------------------

/// Raises an IOError with this message and the fields `path` and `reason`.
Value raiseIo(Context& context, std::string_view message, std::string_view path,
              const IoStatus& why);
/// The same with `Failed to WHAT 'PATH': REASON`.
Value raiseFailed(Context& context, std::string_view what, std::string_view path,
                  const IoStatus& why);

// --- arguments ---------------------------------------------------------------------------------------------------------

/// What is done with a path, which the sandbox has to allow. Unseen: it is a name only, or what it leads to is asked for elsewhere.
enum class PathUse : uint8_t { Read, Write, Unseen };
/// The path in args[index]; false with `FUNCTION requires a string path` raised where there is none, or with a refusal.
bool pathArgument(Context& context, Arguments args, uint32_t index, const char* function,
                  PathUse use, std::string* path);
/// Raises that the sandbox does not allow something.
Value raiseRefused(Context& context, Permission permission, std::string_view what);
/// May it be done with the path? False with a refusal raised.
bool mayUse(Context& context, Permission permission, const std::string& path);
/// The same for a host, or the name of a variable.
bool mayName(Context& context, Permission permission, std::string_view name);
/// A keyword argument, else nil.
inline Value keywordArgument(Arguments args, std::string_view name) {
  const Value given = args.keyword(name);
  return given.isAbsent() ? Value::nil() : given;
}
/// How many bytes are asked for: args[index] where it is given. False with `FUNCTION requires a size of at least 0` raised.
bool sizeArgument(Context& context, Arguments args, uint32_t index, const char* function,
                  uint64_t* size);

/// The text of a value as `print` shows it; a String's own bytes.
class DisplayedText {
 public:
  DisplayedText(Context& context, Value v);
  [[nodiscard]] std::string_view view() const {
    return isString(value_) ? stringView(value_) : own_;
  }

 private:
  Value value_;
  std::string own_;
};

// --- texts of bytes from outside ---------------------------------------------------------------------------------------

/// What becomes of bytes that are no UTF-8: an error, or U+FFFD.
enum class Invalid : uint8_t { Raise, Replace };
/// ^invalid "error" | "replace". False with an exception pending for others.
bool invalidArgument(Context& context, Arguments args, const char* function, Invalid* invalid);

/// An open file or pipe that values read: of a FileReader, of iterators over lines. One context has it, but for standard input,
/// which is the process's: each reading is done while `shared` is held, and the handler of a signal runs without it.
class Reader : public NativeResource {
 public:
  static const char Type;
  Reader(std::string readFrom, FileDescriptor file, Invalid what)
      : NativeResource(&Type), path(std::move(readFrom)), stream(std::move(file)), invalid(what) {}

  /// The next line as a String, not_found at the end, 0 when it raised.
  Value next(Context& context) override;
  bool hasNext(Context& context) override;
  /// All that is left as a String.
  Value rest(Context& context);
  /// Raises the failure of the stream, if nothing is raised yet.
  Value fail(Context& context) const;
  /// Bytes of what is left, or of `size` bytes; false at the end, or with an exception pending.
  bool bytes(Context& context, const uint64_t* size, std::string* all);
  /// Handles the signal that interrupted reading; false when that raised. Null: there is no handler.
  static bool (*onInterrupt)(Context& context);

  std::string path;
  InputStream stream;
  Invalid invalid;
  uint64_t lines = 0;
  std::mutex* shared = nullptr;

 private:
  [[nodiscard]] std::unique_lock<std::mutex> hold() const {
    return shared ? std::unique_lock(*shared) : std::unique_lock<std::mutex>();
  }
  /// After a failure: a signal was handled, and reading may go on.
  bool recovers(Context& context);
  Value lineValue(Context& context, std::string_view line);
};

/// The String of bytes, by `invalid`; `path` is for the message.
Value textOf(Context& context, std::string_view bytes, Invalid invalid, std::string_view path);
/// Standard input: one buffer for all who read it.
Reader& standardInput();
/// Calls `function` with each line of the reader; nil, or 0 when it raised.
Value eachLine(Context& context, Reader& reader, Value function);
Value readLines(Context& context, Reader& reader);
/// Bytes of what is left, or of `size` bytes (nil at the end).
Value readBytes(Context& context, Reader& reader, const uint64_t* size);
Value bytesOf(Context& context, std::string_view bytes);
/// The bytes of a Bytes value; false with `FUNCTION requires Bytes` raised.
bool bytesArgument(Context& context, Arguments args, uint32_t index, const char* function,
                   std::string_view* bytes);

// --- classes -----------------------------------------------------------------------------------------------------------

/// File, FileReader, FileWriter; before the tables are read.
void defineFileClasses(Context& context);
/// system/Process, likewise.
void defineProcessClass(Context& context);

}  // namespace gene
