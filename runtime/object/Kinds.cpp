// What objects own besides their cells.

#include "runtime/heap/HeapState.h"
#include "runtime/object/Class.h"
#include "runtime/object/Regex.h"

namespace gene {

void freePayloads(Object* object) {
  if (object->isInstance()) {
    auto* instance = static_cast<InstanceObject*>(object);
    if (!instance->overflow) return;
    const Shape* shape = shapeOfId(object->shape);
    freePayload(instance->overflow, shape->overflowCount * sizeof(Slot));
    return;
  }
  switch (object->kind()) {
    case Kind::Array: {
      auto* array = static_cast<ArrayObject*>(object);
      if (array->items) freePayload(array->items, size_t{array->capacity} * sizeof(Slot));
      return;
    }
    case Kind::Map:
    case Kind::HashMap:
    case Kind::HashSet: {
      auto* map = static_cast<MapObject*>(object);
      if (map->entries && map->entries != map->inlineEntries())
        freePayload(map->entries, size_t{map->capacity} * sizeof(MapObject::Entry));
      if (map->index) freePayload(map->index, (size_t{map->indexMask} + 1) * sizeof(uint32_t));
      return;
    }
    case Kind::Gene: {
      auto* gene = static_cast<GeneObject*>(object);
      if (gene->children != gene->inlineChildren())
        freePayload(gene->children, size_t{gene->capacity} * sizeof(Slot));
      return;
    }
    case Kind::Bytes: {
      auto* bytes = static_cast<BytesObject*>(object);
      if (bytes->data) freePayload(bytes->data, bytes->capacity);
      return;
    }
    case Kind::Regex: freeRegex(static_cast<RegexObject*>(object)); return;
    default: return;
  }
}

}  // namespace gene
