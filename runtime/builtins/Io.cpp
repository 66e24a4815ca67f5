#include "runtime/builtins/Io.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/support/Utf8.h"

namespace gene {

// --- exceptions --------------------------------------------------------------------------------------------------------

Value raiseIo(Context& context, std::string_view message, std::string_view path,
              const IoStatus& why) {
  raise(context, ErrorClass::IO, utf8::valid(message));
  auto* exception = as<InstanceObject>(context.exception);
  setField(context, exception, Symbol::of("path"), checkedString(context, path));
  setField(context, exception, Symbol::of("reason"), checkedString(context, why.reason()));
  return Value::pending();
}

Value raiseFailed(Context& context, std::string_view what, std::string_view path,
                  const IoStatus& why) {
  return raiseIo(context,
                 "Failed to " + std::string(what) + " '" + std::string(path) + "': " + why.reason(),
                 path, why);
}

// --- arguments ---------------------------------------------------------------------------------------------------------

bool pathArgument(Context& context, Arguments args, uint32_t index, const char* function,
                  PathUse use, std::string* path) {
  const Value v = args.at(index);
  if (!isString(v)) {
    raiseArgument(context, std::string(function) + " requires a string path");
    return false;
  }
  *path = stringView(v);
  if (path->find('\0') != std::string::npos) {
    raiseArgument(context, std::string(function) + " requires a path without NUL characters");
    return false;
  }
  switch (use) {
    case PathUse::Read: return mayUse(context, Permission::Read, *path);
    case PathUse::Write: return mayUse(context, Permission::Write, *path);
    case PathUse::Unseen: break;
  }
  return true;
}

Value raiseRefused(Context& context, Permission permission, std::string_view what) {
  return raise(context, ErrorClass::IO, utf8::valid(sandbox::refusal(permission, what)));
}

bool mayUse(Context& context, Permission permission, const std::string& path) {
  if (sandbox::allowsPath(permission, path)) return true;
  raiseRefused(context, permission, path);
  return false;
}

bool mayName(Context& context, Permission permission, std::string_view name) {
  if (sandbox::allowsName(permission, name)) return true;
  raiseRefused(context, permission, name);
  return false;
}

bool sizeArgument(Context& context, Arguments args, uint32_t index, const char* function,
                  uint64_t* size) {
  const Value v = args.at(index);
  if (isInt(v) && asInt(v) >= 0) {
    *size = static_cast<uint64_t>(asInt(v));
    return true;
  }
  raiseArgument(context, std::string(function) + " requires a size of at least 0");
  return false;
}

DisplayedText::DisplayedText(Context& context, Value v) : value_(v) {
  if (!isString(v)) own_ = displayText(context, v);
}

bool bytesArgument(Context& context, Arguments args, uint32_t index, const char* function,
                   std::string_view* bytes) {
  const auto* object = asOrNull<BytesObject>(args.at(index), Kind::Bytes);
  if (object) {
    *bytes = {reinterpret_cast<const char*>(object->data), object->size};
    return true;
  }
  raiseType(context, std::string(function) + " requires Bytes");
  return false;
}

// --- texts of bytes from outside ---------------------------------------------------------------------------------------

bool invalidArgument(Context& context, Arguments args, const char* function, Invalid* invalid) {
  const Value given = keywordArgument(args, "invalid");
  const std::string_view word = isString(given) ? stringView(given) : "";
  *invalid = word == "replace" ? Invalid::Replace : Invalid::Raise;
  if (given.isNil() || word == "replace" || word == "error") return true;
  raiseArgument(context, std::string(function) + " ^invalid must be \"error\" or \"replace\"");
  return false;
}

Value textOf(Context& context, std::string_view bytes, Invalid invalid, std::string_view path) {
  const size_t valid = utf8::validPrefix(bytes);
  if (valid == bytes.size()) return newString(context, bytes);
  if (invalid == Invalid::Replace) return checkedString(context, bytes);
  return raiseFailed(context, "read file", path,
                     IoStatus::because("invalid UTF-8 at byte " + std::to_string(valid)));
}

const char Reader::Type = 0;

bool (*Reader::onInterrupt)(Context& context) = nullptr;

bool Reader::recovers(Context& context) {
  {
    const auto held = hold();
    if (stream.status().number() != EINTR || !onInterrupt) return false;
    stream.retry();
  }
  return onInterrupt(context);
}

Value Reader::fail(Context& context) const {
  if (!context.exception.isPending()) return Value::pending();
  if (&standardInput() == this)
    return raiseIo(context, "Failed to read stdin: " + stream.status().reason(), path,
                   stream.status());
  return raiseFailed(context, "read file", path, stream.status());
}

Value Reader::lineValue(Context& context, std::string_view line) {
  lines++;
  if (stream.lineIsAscii()) {
    StringObject* s = newStringBuffer(context, static_cast<uint32_t>(line.size()));
    if (!line.empty()) std::memcpy(s->ownBytes(), line.data(), line.size());
    s->chars = s->bytes;
    return Value::object(s);
  }
  if (utf8::isValid(line)) return newString(context, line);
  if (invalid == Invalid::Replace) return checkedString(context, line);
  return raiseFailed(context, "read file", path,
                     IoStatus::because("invalid UTF-8 in line " + std::to_string(lines)));
}

Value Reader::next(Context& context) {
  do {
    const auto held = hold();
    std::string_view line;
    switch (stream.line(&line)) {
      case InputStream::Got::Something: return lineValue(context, line);
      case InputStream::Got::End: return Value::notFound();
      case InputStream::Got::Failure: break;
    }
  } while (recovers(context));
  return fail(context);
}

bool Reader::hasNext(Context& context) {
  do {
    const auto held = hold();
    const InputStream::Got got = stream.more();
    if (got != InputStream::Got::Failure) return got == InputStream::Got::Something;
  } while (recovers(context));
  fail(context);
  return false;
}

Value Reader::rest(Context& context) {
  std::string all;
  if (!bytes(context, nullptr, &all) && !context.exception.isPending()) return Value::pending();
  return textOf(context, all, invalid, path);
}

bool Reader::bytes(Context& context, const uint64_t* size, std::string* all) {
  do {
    const auto held = hold();
    const uint64_t wanted = size ? *size - all->size() : 0;
    const InputStream::Got got =
        size ? stream.bytes(std::min<uint64_t>(wanted, InputStream::MostBytes), all)
             : stream.rest(all);
    if (got != InputStream::Got::Failure) return got == InputStream::Got::Something;
  } while (recovers(context));
  fail(context);
  return false;
}

Reader& standardInput() {
  static Reader* const reader = [] {
    auto* made = new Reader("stdin", FileDescriptor(0), Invalid::Replace);
    made->shared = new std::mutex;
    return made;
  }();
  return *reader;
}

Value eachLine(Context& context, Reader& reader, Value function) {
  for (;;) {
    const Value line = reader.next(context);
    if (line.isNotFound()) return Value::nil();
    if (line.isPending() || call(context, function, &line, 1).isPending()) return Value::pending();
  }
}

Value readLines(Context& context, Reader& reader) {
  ArrayObject* lines = newArray(context, 0);
  for (;;) {
    const Value line = reader.next(context);
    if (line.isPending()) return line;
    if (line.isNotFound()) return Value::object(lines);
    arrayPush(context, lines, line);
  }
}

Value bytesOf(Context& context, std::string_view bytes) {
  return newBytes(context, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

Value readBytes(Context& context, Reader& reader, const uint64_t* size) {
  std::string bytes;
  const bool isEnd = !reader.bytes(context, size, &bytes);
  if (isEnd && !context.exception.isPending()) return Value::pending();
  return isEnd && size && bytes.empty() ? Value::nil() : bytesOf(context, bytes);
}

}  // namespace gene
