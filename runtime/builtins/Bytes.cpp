// Bytes methods (14 system §14.2).

#include <algorithm>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

BytesObject* self(Arguments args) { return as<BytesObject>(args[0]); }

Value size(Context&, Arguments args) { return Value::smallInt(self(args)->size); }

Value get(Context& context, Arguments args) {
  if (!isInt(args[1])) return raiseType(context, "Bytes.get index must be an integer");
  const int64_t i = asInt(args[1]);
  if (i < 0 || i >= self(args)->size)
    return raise(context, ErrorClass::Exception,
                 "Bytes index out of bounds: " + std::to_string(i) +
                     " (size: " + std::to_string(self(args)->size) + ")");
  return Value::smallInt(self(args)->data[i]);
}

Value toArray(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++)
    arrayPush(context, result, Value::smallInt(self(args)->data[i]));
  return Value::object(result);
}

/// The bytes [start, end): negative positions count from the end, both are cut to what is there.
Value slice(Context& context, Arguments args) {
  const int64_t n = self(args)->size;
  int64_t bounds[] = {0, n};
  for (uint32_t i = 0; i < 2 && i + 1 < args.count; i++) {
    if (args[i + 1].isNil()) continue;
    if (!isInt(args[i + 1])) return raiseType(context, "Bytes.slice requires integer positions");
    const int64_t at = asInt(args[i + 1]);
    bounds[i] = std::clamp<int64_t>(at < 0 ? at + n : at, 0, n);
  }
  const auto size = static_cast<size_t>(std::max<int64_t>(bounds[1] - bounds[0], 0));
  return newBytes(context, {self(args)->data + bounds[0], size});
}

Value concat(Context& context, Arguments args) {
  std::vector<uint8_t> all;
  for (uint32_t i = 0; i < args.count; i++) {
    const auto* part = asOrNull<BytesObject>(args[i], Kind::Bytes);
    if (!part) return raiseType(context, "Bytes.concat requires Bytes");
    all.insert(all.end(), part->data, part->data + part->size);
  }
  if (all.size() > UINT32_MAX - 64) return raise(context, ErrorClass::Runtime, "Bytes too long");
  return newBytes(context, all);
}

Value toString(Context& context, Arguments args) {
  const std::string_view text(reinterpret_cast<const char*>(self(args)->data), self(args)->size);
  const size_t valid = utf8::validPrefix(text);
  if (valid == text.size()) return newString(context, text);
  return raise(context, ErrorClass::Exception, "invalid UTF-8 at byte " + std::to_string(valid));
}

/// (new Bytes [65 66]), (new Bytes "text")
Value construct(Context& context, Arguments args) {
  const Value from = args.at(0);
  if (isString(from)) {
    const std::string_view text = stringView(from);
    return newBytes(context, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  std::vector<uint8_t> all;
  if (!isArray(from)) return raiseArgument(context, "new Bytes requires an array or a string");
  for (uint32_t i = 0; i < as<ArrayObject>(from)->size; i++) {
    const Value v = arrayAt(as<ArrayObject>(from), i);
    if (!isInt(v) || asInt(v) < 0 || asInt(v) > 255)
      return raiseArgument(context, "new Bytes requires integers from 0 to 255");
    all.push_back(static_cast<uint8_t>(asInt(v)));
  }
  return newBytes(context, all);
}

constexpr BuiltinRow constructors[] = {
    {"new", construct, "from -> Bytes", "Rra", "the Bytes of an array of Ints, or of a string",
     Missing{"new Bytes requires an array or a string"}, Constructor},
};
constexpr BuiltinRow rows[] = {
    {"size", size, "-> Int", "", "the number of bytes"},
    {"get", get, "index:Int -> Int", "Rr", "the byte at an index, an Int from 0 to 255",
     Missing{"Bytes.get requires an index"}},
    {"to_array", toArray, "-> Array", "ra", "an array of its bytes"},
    {"slice", slice, "start? end? -> Bytes", "Rra",
     "the bytes from a start to before an end; negative: from the end"},
    {"concat", concat, "other... -> Bytes", "Rra", "its bytes and those of the arguments"},
    {"to_string", toString, "-> String", "Rra", "the String that its bytes are as UTF-8"},
};

}  // namespace

BUILTIN_TABLE(bytesConstructors, "Bytes", Functions, constructors)
BUILTIN_TABLE(bytesTable, "Bytes", Methods, rows)

}  // namespace gene
