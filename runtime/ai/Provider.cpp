#include "runtime/ai/Provider.h"

#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"

namespace gene::ai {

Value fieldOf(Value map, std::string_view name) {
  return isMap(map) ? mapGetOr(as<MapObject>(map), Symbol::of(name), Value::nil()) : Value::nil();
}
Value itemOf(Value array, uint32_t index) {
  return isArray(array) && index < as<ArrayObject>(array)->size
             ? arrayAt(as<ArrayObject>(array), index)
             : Value::nil();
}
std::string textOf(Value value) {
  return isString(value) ? std::string(stringView(value)) : std::string();
}
int64_t intOf(Value value) { return isInt(value) ? asInt(value) : 0; }

void put(Context& context, MapObject* map, const char* name, Value value) {
  mapPut(context, map, Symbol::of(name), value);
}
void putText(Context& context, MapObject* map, const char* name, std::string_view text) {
  put(context, map, name, checkedString(context, text));
}

Value jsonOf(Context& context, Value value) {
  return value.isNil() ? newString(context, "{}") : jsonText(context, value);
}

}  // namespace gene::ai
