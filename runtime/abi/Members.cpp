// Members with their inline caches (Caches.h), and the other path segments.

#include "runtime/object/Members.h"

#include <string>

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

using namespace gene;

namespace {

Slot* slotAt(Value instance, uint32_t offset) {
  return reinterpret_cast<Slot*>(reinterpret_cast<char*>(instance.object()) + offset);
}

/// The number of the field among those inside the object, or -1.
int64_t inlineField(const Shape* shape, Symbol name) {
  const auto found = shape->slots.find(name);
  if (found == shape->slots.end() || found->second >= shape->inlineCapacity) return -1;
  return found->second;
}
uint32_t offsetOf(int64_t field) {
  return static_cast<uint32_t>(sizeof(InstanceObject) +
                               static_cast<uint64_t>(field) * sizeof(Slot));
}

Value getWithCache(Context& context, Symbol name, InlineCache* cache, Value object) {
  if (isInstance(object)) {
    const uint32_t id = object.object()->shape;
    MethodTable::RecentField& recent = recentField(context.methods->recent->reads, id, name);
    if (recent.key != fieldKey(id, name)) {
      const int64_t field = inlineField(shapeById(context, id), name);
      if (field < 0) return getMember(context, object, name);
      recent = {fieldKey(id, name), {id, offsetOf(field)}};
    }
    writeCache(cache, id, recent.cache.index);
    return slotAt(object, recent.cache.index)->get();
  }
  if (isMap(object)) {
    const auto* map = as<MapObject>(object);
    const int32_t entry = mapFind(map, name);
    if (entry < 0) return Value::void_();
    writeCache(cache, MapCache, static_cast<uint32_t>(entry));
    return map->entries[entry].value.get();
  }
  return getMember(context, object, name);
}

/// Is the field free of declarations that a write would have to check?
bool isPlainField(Context& context, Value instance, Symbol name) {
  FieldDeclaration declaration;
  return !findFieldDeclaration(classOf(context, instance), name, &declaration) ||
         (declaration.type.isNil() && !declaration.readonly);
}

/// Writes a field as `known` says, if it is for the object's shape.
bool setKnown(InlineCache known, Value object, Value value) {
  Object* o = object.object();
  if (GENE_LIKELY(o->shape == known.shape)) {
    slotAt(object, known.index)->set(value);
    return true;
  }
  if ((o->shape | AddsField) != known.shape) return false;
  o->shape += known.index >> SlotBits;
  slotAt(object, offsetOf(known.index & ((1u << SlotBits) - 1)))->init(value);
  return true;
}

/// Sets a field whose declaration has to be looked at: what it has then.
Value setDeclared(Context& context, Symbol name, Value object, Value value) {
  if (!setMember(context, object, name, value)) return Value::pending();
  return getMember(context, object, name);
}

Value setInstance(Context& context, Symbol name, InlineCache* cache, Value object, Value value) {
  const uint64_t key = fieldKey(object.object()->shape, name);
  MethodTable::RecentField& recent =
      recentField(context.methods->recent->writes, object.object()->shape, name);
  if (recent.key == key) {
    writeCache(cache, recent.cache.shape, recent.cache.index);
    return setKnown(recent.cache, object, value) ? value : Value::pending();
  }
  if (!isPlainField(context, object, name)) return setDeclared(context, name, object, value);
  const Shape* before = shapeById(context, object.object()->shape);
  setField(context, static_cast<InstanceObject*>(object.object()), name, value);
  const Shape* after = shapeById(context, object.object()->shape);
  const int64_t field = inlineField(after, name);
  if (field < 0) return value;
  if (before == after) {
    recent = {key, {after->id, offsetOf(field)}};
  } else if (after->id - before->id <= MaxShapeStep && field < (1 << SlotBits)) {
    recent = {key,
              {AddsField | before->id,
               (after->id - before->id) << SlotBits | static_cast<uint32_t>(field)}};
  } else {
    return value;
  }
  writeCache(cache, recent.cache.shape, recent.cache.index);
  return value;
}

/// The symbol of a key that is a string or symbol.
bool entryName(Value key, Symbol* name) {
  if (!key.isSymbol() && !isString(key)) return false;
  *name = key.isSymbol() ? key.symbol() : symbolOfString(key);
  return true;
}

}  // namespace

Value gene_member_get(Context* context, Value name, InlineCache* cache, Value object) {
  const InlineCache cached = readCache(cache);
  if (GENE_LIKELY(object.isObject())) {
    if (GENE_LIKELY(object.object()->shape == cached.shape))
      return slotAt(object, cached.index)->get();
    if (cached.shape == MapCache && isMap(object)) {
      const auto* map = as<MapObject>(object);
      if (cached.index < map->used && map->entries[cached.index].key.get() == name)
        return map->entries[cached.index].value.get();
    }
  }
  return getWithCache(*context, name.symbol(), cache, object);
}

Value gene_member_set(Context* context, Value name, InlineCache* cache, Value object, Value value) {
  const InlineCache cached = readCache(cache);
  if (GENE_LIKELY(object.isObject())) {
    if (GENE_LIKELY(setKnown(cached, object, value))) return value;
    Object* o = object.object();
    if (cached.shape == MapCache && o->is(Kind::Map) && !o->sealed()) {
      auto* map = as<MapObject>(object);
      if (cached.index < map->used && map->entries[cached.index].key.get() == name) {
        map->entries[cached.index].value.set(value);
        return value;
      }
    }
  }
  if (isInstance(object)) return setInstance(*context, name.symbol(), cache, object, value);
  if (isKind(object, Kind::Adapter)) return setDeclared(*context, name.symbol(), object, value);
  if (!setMember(*context, object, name.symbol(), value)) return Value::pending();
  if (isMap(object))
    writeCache(cache, MapCache,
               static_cast<uint32_t>(mapFind(as<MapObject>(object), name.symbol())));
  return value;
}

Value gene_index_get(Context* context, uint64_t index, Value object) {
  if (isArray(object) && index < as<ArrayObject>(object)->size)
    return arrayAt(as<ArrayObject>(object), static_cast<uint32_t>(index));
  return getIndex(*context, object, static_cast<int64_t>(index));
}

Value gene_index_set(Context* context, uint64_t index, Value object, Value value) {
  return setIndex(*context, object, static_cast<int64_t>(index), value) ? value : Value::pending();
}

Value gene_element_get(Context* context, Value object, Value key) {
  if (key.isSmallInt() && isArray(object)) return getIndex(*context, object, key.smallInt());
  if (Symbol name; isMap(object) && entryName(key, &name))
    return mapGetOr(as<MapObject>(object), name, Value::void_());
  return getElement(*context, object, key);
}

Value gene_element_set(Context* context, Value object, Value key, Value value) {
  if (Symbol name; isMap(object) && !object.object()->sealed() && entryName(key, &name)) {
    mapPut(*context, as<MapObject>(object), name, value);
    return value;
  }
  return setElement(*context, object, key, value) ? value : Value::pending();
}

Value gene_member_select(Context* context, Value object, Value key) {
  return getElement(*context, object, key);
}

Value gene_select_assert(Context* context, Value value) {
  if (value.isVoid())
    return raise(*context, ErrorClass::Exception, "Selector did not match (VOID)");
  if (value.isNil())
    return raise(*context, ErrorClass::Exception, "Selector matched but value is nil");
  return value;
}

Value gene_path_method(Context* context, Value name, Value object) {
  return callMethod(*context, name.symbol(), &object, 1);
}

Value gene_path_method_dynamic(Context* context, Value object, Value name) {
  return gene_call_method_dynamic(context, nullptr, object, name, nullptr, 0);
}

void gene_slot_set(Value* slot, Value value) { reinterpret_cast<Slot*>(slot)->set(value); }
