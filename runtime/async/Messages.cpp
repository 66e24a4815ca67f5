#include "runtime/async/Messages.h"

#include <unordered_map>
#include <vector>

#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"

namespace gene {

Crossing crossing(Value v) {
  if (!v.isObject()) return v.isVoid() || v.isNotFound() ? Crossing::Refused : Crossing::Shared;
  const Object* o = v.object();
  if (o->isInstance()) return Crossing::Refused;
  // (What several threads see has the flag as well.)
  if ((o->countAndFlags & Object::Frozen) && has(o->kind(), trait::Freezable))
    return Crossing::Shared;
  const auto isOneOf = [o](auto... kinds) { return (o->is(kinds) || ...); };
  if (isOneOf(Kind::BoxedInt, Kind::String, Kind::Actor)) return Crossing::Shared;  // immutable
  if (isOneOf(Kind::Array, Kind::Map, Kind::Gene, Kind::Bytes)) return Crossing::Copied;
  return Crossing::Refused;
}

Value refuseCrossing(Context& context, Value v) {
  return raise(context, ErrorClass::Exception,
               "Actor messages cannot transport " + valueKindName(v) +
                   "; only primitives, deep-frozen/shared graphs, frozen closures, and mutable "
                   "ordinary data are allowed");
}

namespace {

class Copier {
 public:
  explicit Copier(Context& context) : context_(context), made_(newArray(context, 4)) {}

  Value copy(Value root) {
    const Value result = shell(root);
    while (!result.isPending() && !work_.empty()) {
      const auto [from, to] = work_.back();
      work_.pop_back();
      if (!fill(from, to)) return Value::pending();
    }
    return result;
  }

 private:
  /// The copy of a value, still empty where it is a container; the same one for the same object.
  Value shell(Value v) {
    switch (crossing(v)) {
      case Crossing::Shared: return v;
      case Crossing::Refused: return refuseCrossing(context_, v);
      case Crossing::Copied: break;
    }
    Object* from = v.object();
    if (const auto known = copies_.find(from); known != copies_.end())
      return Value::object(known->second);
    const Value to = newShell(from);
    arrayPush(context_, made_, to);  // in sight of the heap
    copies_[from] = to.object();
    if (!from->is(Kind::Bytes)) work_.push_back({from, to.object()});
    return to;
  }

  Value newShell(Object* from) {
    if (from->is(Kind::Array))
      return Value::object(newArray(context_, static_cast<ArrayObject*>(from)->size));
    if (from->is(Kind::Map))
      return Value::object(newMap(context_, Kind::Map, static_cast<MapObject*>(from)->size));
    if (from->is(Kind::Bytes)) {
      const auto* bytes = static_cast<BytesObject*>(from);
      return newBytes(context_, {bytes->data, bytes->size});
    }
    return Value::object(newGene(context_, Value::nil(), static_cast<GeneObject*>(from)->size));
  }

  /// False: something was refused.
  bool fill(Object* from, Object* to) {
    if (from->is(Kind::Array)) {
      const auto* array = static_cast<ArrayObject*>(from);
      for (uint32_t i = 0; i < array->size; i++) {
        const Value item = shell(arrayAt(array, i));
        if (item.isPending()) return false;
        arrayPush(context_, static_cast<ArrayObject*>(to), item);
      }
      return true;
    }
    if (from->is(Kind::Map)) {
      const auto* map = static_cast<MapObject*>(from);
      for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
        const Value value = shell(map->entries[i].value);
        if (value.isPending()) return false;
        mapPut(context_, static_cast<MapObject*>(to), map->entries[i].key.get().symbol(), value);
      }
      return true;
    }
    const auto* gene = static_cast<GeneObject*>(from);
    auto* copied = static_cast<GeneObject*>(to);
    const Value type = shell(gene->type);
    if (type.isPending()) return false;
    copied->type.set(type);
    if (isMap(gene->properties)) {
      const Value properties = shell(gene->properties);
      if (properties.isPending()) return false;
      copied->properties.set(properties);
    }
    for (uint32_t i = 0; i < gene->size; i++) {
      const Value child = shell(gene->children[i]);
      if (child.isPending()) return false;
      genePush(context_, copied, child);
    }
    return true;
  }

  Context& context_;
  ArrayObject* made_;
  std::unordered_map<Object*, Object*> copies_;
  std::vector<std::pair<Object*, Object*>> work_;
};

}  // namespace

Value copyMessage(Context& context, Value v) {
  if (crossing(v) == Crossing::Shared) return v;
  Copier copier(context);
  return copier.copy(v);
}

}  // namespace gene
