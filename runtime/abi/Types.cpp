// `is`, typeof and annotations.

#include "runtime/object/Types.h"

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/String.h"

using namespace gene;

Value gene_is(Context* context, Value value, Value type) { return isOfType(*context, value, type); }

Value gene_type_new(Context* context, Value expression) { return newType(*context, expression); }

Value gene_typeof(Context* context, Value value) {
  return newString(*context, typeofName(value, *context));
}

Value gene_check_type(Context* context, Value type, Value where, InlineCache* cache, Value value) {
  std::string_view text = stringView(where);
  const bool strict = text.starts_with('!');
  if (strict) text.remove_prefix(1);
  if (text.starts_with("...") && isArray(value)) {
    text.remove_prefix(3);
    auto* rest = as<ArrayObject>(value);
    for (uint32_t i = 0; i < rest->size; i++) {
      const Value element = checkType(*context, type, text, arrayAt(rest, i), Conversion::Numeric,
                                      strict ? NilRule::Strict : NilRule::Accepted);
      if (element.isPending()) return element;
      arraySet(rest, i, element);
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
  // Values of variables are not converted: their text is "variable @ PLACE".
  return checkType(*context, type, text, value,
                   text.starts_with("variable @ ") ? Conversion::None : Conversion::Numeric,
                   strict ? NilRule::Strict : NilRule::Accepted);
}
