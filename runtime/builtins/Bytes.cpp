// Bytes methods (14 system §14.2).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

BytesObject* self(const Value* args) { return as<BytesObject>(args[0]); }

Value size(Context&, const Value* args, uint32_t) { return Value::smallInt(self(args)->size); }

Value get(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Bytes.get requires an index");
  if (!isInt(args[1])) return raiseType(context, "Bytes.get index must be an integer");
  const int64_t i = asInt(args[1]);
  if (i < 0 || i >= self(args)->size)
    return raise(context, ErrorClass::Exception,
                 "Bytes index out of bounds: " + std::to_string(i) +
                     " (size: " + std::to_string(self(args)->size) + ")");
  return Value::smallInt(self(args)->data[i]);
}

Value toArray(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++)
    arrayPush(context, result, Value::smallInt(self(args)->data[i]));
  return Value::object(result);
}

constexpr BuiltinRow rows[] = {
    {"size", size, 0, 0, 0, "the number of bytes"},
    {"get", get, 1, 1, 0, "the byte at an index, an Int from 0 to 255"},
    {"to_array", toArray, 0, 0, 0, "an array of its bytes"},
};

}  // namespace

extern const BuiltinTable bytesTable;
constinit const BuiltinTable bytesTable{"Bytes", true, rows};

}  // namespace gene
