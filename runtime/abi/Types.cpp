// `is`, typeof and annotations.

#include "runtime/object/Types.h"

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/support/CheckRules.h"

using namespace gene;

Value gene_is(Context* context, Value value, Value type) { return isOfType(*context, value, type); }

Value gene_type_new(Context* context, Value expression) { return newType(*context, expression); }

Value gene_typeof(Context* context, Value value) {
  return newString(*context, typeofName(value, *context));
}

Value gene_check_type(Context* context, Value type, Value where, InlineCache* cache, Value value,
                      uint64_t ruleBits) {
  const std::string_view text = operand<StringObject>(where, Kind::String)->view();
  const CheckRules rules = CheckRules::of(ruleBits);
  const NilRule nilRule = rules.strict ? NilRule::Strict : NilRule::Accepted;
  if (rules.elements && isArray(value)) {
    auto* rest = as<ArrayObject>(value);
    for (uint32_t i = 0; i < rest->size; i++) {
      const Value element =
          checkType(*context, type, text, arrayAt(rest, i), Conversion::Numeric, nilRule);
      if (element.isPending()) return element;
      arraySet(rest, i, element);
    }
    return value;
  }
  if (rules.elements && isMap(value)) {
    auto* rest = as<MapObject>(value);
    for (uint32_t i = 0; (i = mapNext(rest, i)) != MapEnd; i++) {
      const Value element = checkType(*context, type, text, rest->entries[i].value.get(),
                                      Conversion::Numeric, nilRule);
      if (element.isPending()) return element;
      rest->entries[i].value.set(element);
    }
    return value;
  }
  if (isMatchedByShape(*context, type, value)) {
    writeCache(cache, value.object()->shape, 0);
    return value;
  }
  if (isFunctionType(type) && isKind(value, Kind::Function) && matchesType(*context, type, value)) {
    writeCacheWord(cache, reinterpret_cast<uint64_t>(as<FunctionObject>(value)->info));
    return value;
  }
  return checkType(*context, type, text, value,
                   rules.converts ? Conversion::Numeric : Conversion::None, nilRule);
}
