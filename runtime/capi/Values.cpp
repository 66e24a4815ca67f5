// The values of gene.h: made, read, changed, held.

#include <cstring>
#include <string>

#include "runtime/capi/Functions.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene::capi {
namespace {

constexpr size_t MostBytes = UINT32_MAX - 64;

/// The value of a word, or 0: for what reads and never fails.
Value peek(GeneValue word) {
  const Api* const api = current();
  return api ? api->find(word) : Value::pending();
}

GeneKind kindOf(Value v) {
  if (v.isPending()) return GENE_NO_VALUE;
  if (v.isNil()) return GENE_NIL;
  if (v.isVoid()) return GENE_VOID;
  if (v.isBool()) return GENE_BOOL;
  if (isInt(v)) return GENE_INT;
  if (v.isFloat()) return GENE_FLOAT;
  if (v.isChar()) return GENE_CHAR;
  if (v.isSymbol()) return GENE_SYMBOL;
  if (!v.isObject()) return GENE_OTHER;
  if (isInstance(v)) return GENE_INSTANCE;
  constexpr struct {
    Kind kind;
    GeneKind name;
  } kinds[] = {
      {Kind::String, GENE_STRING},
      {Kind::Bytes, GENE_BYTES},
      {Kind::Array, GENE_ARRAY},
      {Kind::Map, GENE_MAP},
      {Kind::Gene, GENE_GENE},
      {Kind::Function, GENE_FUNCTION},
      {Kind::BoundMethod, GENE_FUNCTION},
      {Kind::Class, GENE_CLASS},
      {Kind::Namespace, GENE_NAMESPACE},
  };
  for (const auto& row : kinds)
    if (isKind(v, row.kind)) return row.name;
  return GENE_OTHER;
}

std::string_view textOf(Value v) {
  if (v.isPending()) return {};
  if (v.isSymbol()) return v.symbol().text();
  return isString(v) ? stringView(v) : std::string_view{};
}

bool isText(Value v) { return !v.isPending() && (v.isSymbol() || isString(v)); }

/// An Array or Map that may be changed; null with an exception pending.
template <class T>
T* changeable(Api& api, GeneValue word, Kind kind, const char* wanted, const char* what) {
  T* const object = objectOf<T>(api, word, kind, wanted);
  if (!object || !(object->countAndFlags & (Object::Sealed | Object::Frozen))) return object;
  raiseSealed(api.context, Value::object(object), what);
  return nullptr;
}

Value bytesOf(Api& api, const void* data, size_t size) {
  if (size > MostBytes || !hasRoom(api.context, size)) return raiseOutOfMemory(api.context);
  return newBytes(api.context, {static_cast<const uint8_t*>(data), size});
}

}  // namespace

extern "C" {

uint32_t gene_api_version(void) { return GENE_API_VERSION; }

GeneKind gene_kind(GeneValue value) { return kindOf(peek(value)); }

GeneValue gene_nil(void) { return Value::nil().bits; }
GeneValue gene_to_value_bool(bool value) { return Value::boolean(value).bits; }
GeneValue gene_to_value_float(double value) { return Value::floating(value).bits; }

GeneValue gene_to_value_int(int64_t value) {
  if (Value::fitsSmallInt(value)) return Value::smallInt(value).bits;
  return valueOf([&](Api& api) { return newInt(api.context, value); });
}

GeneValue gene_to_value_string(const char* text) {
  return gene_to_value_string_n(text, text ? static_cast<int64_t>(std::strlen(text)) : -1);
}

GeneValue gene_to_value_string_n(const char* text, int64_t length) {
  if (!text || length < 0) return gene_nil();
  const std::string_view view(text, static_cast<size_t>(length));
  if (!utf8::isValid(view)) return gene_nil();
  return valueOf([&](Api& api) {
    if (view.size() > MostBytes || !hasRoom(api.context, view.size()))
      return raiseOutOfMemory(api.context);
    return newString(api.context, view);
  });
}

GeneValue gene_to_value_symbol(const char* name) {
  return valueOf([&](Api& api) {
    Symbol symbol;
    return nameOf(api, name, &symbol) ? Value::symbol(symbol) : Value::pending();
  });
}

bool gene_is_nil(GeneValue value) { return peek(value).isNil(); }

int64_t gene_to_int(GeneValue value) {
  const Value v = peek(value);
  if (v.isPending()) return 0;
  if (isInt(v)) return asInt(v);
  if (!v.isFloat()) return 0;
  const double d = v.floating();
  constexpr double Limit = 9223372036854775808.0;
  return d >= -Limit && d < Limit ? static_cast<int64_t>(d) : 0;
}

double gene_to_float(GeneValue value) {
  const Value v = peek(value);
  return !v.isPending() && isNumber(v) ? asDouble(v) : 0.0;
}

bool gene_to_bool(GeneValue value) {
  const Value v = peek(value);
  return !v.isPending() && (v.isTruthy() || v.isVoid());
}

const char* gene_to_string(GeneValue value) {
  const Value v = peek(value);
  const std::string_view text = textOf(v);
  if (!isText(v) || text.find('\0') != std::string_view::npos) return nullptr;
  char* const lent = current()->lend(text.size());
  if (lent) text.copy(lent, text.size());
  return lent;
}

int64_t gene_string_len(GeneValue value) {
  return static_cast<int64_t>(textOf(peek(value)).size());
}

const char* gene_string_data(GeneValue value, size_t* length) {
  const Value v = peek(value);
  const std::string_view text = textOf(v);
  if (length) *length = text.size();
  if (!isText(v)) return nullptr;
  return text.data() ? text.data() : "";
}

GeneValue gene_display(GeneValue value) {
  return valueOf([&](Api& api) {
    const Value v = api.take(value);
    return v.isPending() ? v : checkedString(api.context, displayText(api.context, v));
  });
}

bool gene_equals(GeneValue a, GeneValue b) {
  return done([&](Api& api) {
    const Value first = api.take(a);
    const Value second = first.isPending() ? first : api.take(b);
    return !second.isPending() && equal(api.context, first, second);
  });
}

// --- bytes ---------------------------------------------------------------------------------------------------------------

GeneValue gene_make_bytes(const void* data, size_t size) {
  return valueOf([&](Api& api) {
    if (!data && size != 0) return raise(api.context, ErrorClass::Argument, "bytes are missing");
    return bytesOf(api, data, size);
  });
}

GeneValue gene_make_buffer(size_t size, unsigned char** data) {
  if (data) *data = nullptr;
  return valueOf([&](Api& api) {
    if (!data) return raise(api.context, ErrorClass::Argument, "a buffer has no place to go");
    if (size > MostBytes || !hasRoom(api.context, size)) return raiseOutOfMemory(api.context);
    auto* bytes = allocate<BytesObject>(api.context, Kind::Bytes);
    bytes->data = nullptr;
    bytes->size = bytes->capacity = 0;
    bytes->data = static_cast<uint8_t*>(allocatePayload(api.context, size));
    bytes->size = bytes->capacity = static_cast<uint32_t>(size);
    std::memset(bytes->data, 0, size);
    *data = bytes->data;
    return Value::object(bytes);
  });
}

bool gene_shorten_bytes(GeneValue bytes, size_t size) {
  return done([&](Api& api) {
    auto* object = objectOf<BytesObject>(api, bytes, Kind::Bytes, "Bytes");
    if (!object) return false;
    if (size > object->size || object->isImmortal()) {
      raise(api.context, ErrorClass::Argument, "Bytes cannot be made longer, or are a literal");
      return false;
    }
    object->size = static_cast<uint32_t>(size);
    return true;
  });
}

const unsigned char* gene_bytes_data(GeneValue bytes, size_t* size) {
  const unsigned char* data = nullptr;
  if (size) *size = 0;
  done([&](Api& api) {
    const auto* object = objectOf<BytesObject>(api, bytes, Kind::Bytes, "Bytes");
    if (!object) return false;
    static constexpr unsigned char nothing[1] = {};
    data = object->size != 0 ? object->data : nothing;
    if (size) *size = object->size;
    return true;
  });
  return data;
}

// --- arrays ---------------------------------------------------------------------------------------------------------------

GeneValue gene_make_array(const GeneValue* items, size_t count) {
  return valueOf([&](Api& api) {
    if ((!items && count != 0) || count > UINT32_MAX / 2)
      return raise(api.context, ErrorClass::Argument, "the items of an Array are missing");
    if (!hasRoom(api.context, count * sizeof(Slot))) return raiseOutOfMemory(api.context);
    ArrayObject* array = newArray(api.context, static_cast<uint32_t>(count));
    for (size_t i = 0; i < count; i++) {
      const Value item = api.take(items[i]);
      if (item.isPending()) return item;
      arrayPush(api.context, array, item);
    }
    return Value::object(array);
  });
}

size_t gene_array_length(GeneValue array) {
  size_t length = 0;
  done([&](Api& api) {
    const auto* object = objectOf<ArrayObject>(api, array, Kind::Array, "an Array");
    length = object ? object->size : 0;
    return object != nullptr;
  });
  return length;
}

GeneValue gene_array_at(GeneValue array, size_t index) {
  return valueOf([&](Api& api) {
    const auto* object = objectOf<ArrayObject>(api, array, Kind::Array, "an Array");
    if (!object) return Value::pending();
    return index < object->size ? arrayAt(object, static_cast<uint32_t>(index)) : Value::nil();
  });
}

bool gene_array_append_value(GeneValue array, GeneValue item) {
  return done([&](Api& api) {
    auto* object = changeable<ArrayObject>(api, array, Kind::Array, "an Array", "append to");
    const Value v = object ? api.take(item) : Value::pending();
    if (v.isPending()) return false;
    if (!arrayTakes(api.context, object)) return !raiseOutOfMemory(api.context).isPending();
    arrayPush(api.context, object, v);
    return true;
  });
}

bool gene_array_store(GeneValue array, size_t index, GeneValue item) {
  return done([&](Api& api) {
    auto* object = changeable<ArrayObject>(api, array, Kind::Array, "an Array", "set item on");
    const Value v = object ? api.take(item) : Value::pending();
    if (v.isPending()) return false;
    if (index >= object->size)
      return !raise(api.context, ErrorClass::Argument, "there is no such item in the Array")
                  .isPending();
    arraySet(object, static_cast<uint32_t>(index), v);
    return true;
  });
}

// --- maps -----------------------------------------------------------------------------------------------------------------

GeneValue gene_make_map(void) {
  return valueOf([](Api& api) { return Value::object(newMap(api.context)); });
}

size_t gene_map_length(GeneValue map) {
  size_t length = 0;
  done([&](Api& api) {
    const auto* object = objectOf<MapObject>(api, map, Kind::Map, "a Map");
    length = object ? object->size : 0;
    return object != nullptr;
  });
  return length;
}

GeneValue gene_map_lookup(GeneValue map, const char* key) {
  return valueOf([&](Api& api) {
    Symbol name;
    const auto* object = objectOf<MapObject>(api, map, Kind::Map, "a Map");
    if (!object || !nameOf(api, key, &name)) return Value::pending();
    return mapGetOr(object, name, Value::nil());
  });
}

bool gene_map_store(GeneValue map, const char* key, GeneValue value) {
  return done([&](Api& api) {
    Symbol name;
    auto* object = changeable<MapObject>(api, map, Kind::Map, "a Map", "set item on");
    if (!object || !nameOf(api, key, &name)) return false;
    const Value v = api.take(value);
    if (v.isPending()) return false;
    mapPut(api.context, object, name, v);
    return true;
  });
}

bool gene_map_next(GeneValue map, size_t* position, GeneValue* key, GeneValue* value) {
  return done([&](Api& api) {
    const auto* object = objectOf<MapObject>(api, map, Kind::Map, "a Map");
    if (!object || !position || *position >= MapEnd) return false;
    const uint32_t at = mapNext(object, static_cast<uint32_t>(*position));
    if (at == MapEnd) return false;
    *position = size_t{at} + 1;
    if (key) *key = api.give(object->entries[at].key.get());
    if (value) *value = api.give(object->entries[at].value.get());
    return api.context.exception.isPending();
  });
}

// --- members ---------------------------------------------------------------------------------------------------------------

GeneValue gene_read_member(GeneValue value, const char* name) {
  return valueOf([&](Api& api) {
    Symbol member;
    const Value v = api.take(value);
    if (v.isPending() || !nameOf(api, name, &member)) return Value::pending();
    return getMember(api.context, v, member);
  });
}

bool gene_write_member(GeneValue value, const char* name, GeneValue member) {
  return done([&](Api& api) {
    Symbol symbol;
    const Value v = api.take(value);
    if (v.isPending() || !nameOf(api, name, &symbol)) return false;
    const Value written = api.take(member);
    return !written.isPending() && setMember(api.context, v, symbol, written);
  });
}

GeneValue gene_get_global(const char* name) {
  return valueOf([&](Api& api) {
    Symbol symbol;
    if (!nameOf(api, name, &symbol)) return Value::pending();
    const Value own = namedValue(api.context, symbol);
    const Value found = own.isAbsent() ? namespaceGet(api.context.globals, symbol) : own;
    return found.isAbsent() ? Value::nil() : found;
  });
}

// --- how long values are held ------------------------------------------------------------------------------------------------

GeneValue gene_keep(GeneValue value) {
  Api* const api = ready();
  if (!api) return GENE_FAILED;
  GeneValue kept = GENE_FAILED;
  inside(*api, [&] {
    const Value v = api->take(value);
    if (!v.isPending()) kept = api->keep(v);
  });
  return kept;
}

bool gene_release(GeneValue kept) {
  Api* const api = current();
  return api && api->release(kept);
}

void gene_scope_begin(void) {
  if (Api* const api = current()) api->beginScope();
}

bool gene_scope_end(void) {
  Api* const api = current();
  return api && api->endScope();
}

}  // extern "C"

}  // namespace gene::capi
