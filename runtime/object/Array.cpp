#include "runtime/object/Array.h"

#include <algorithm>
#include <cstring>

#include "runtime/heap/Allocate.h"

namespace gene {
namespace {

/// Fills a new array's room with items.
void fill(ArrayObject* array, const Value* items, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (items[i].isObject()) arrayExpectObjects(array);
    array->items[i].init(items[i]);
  }
  array->size = count;
}

}  // namespace

void arrayReserve(Context& context, ArrayObject* array, uint32_t capacity) {
  if (capacity <= array->capacity) return;
  const uint32_t grown = std::max({capacity, array->capacity + array->capacity / 2, 4u});
  array->items = static_cast<Slot*>(growPayload(
      context, array->items, size_t{array->capacity} * sizeof(Slot), size_t{grown} * sizeof(Slot)));
  array->capacity = grown;
}

ArrayObject* newArray(Context& context, uint32_t capacity) {
  auto* array = allocate<ArrayObject>(context, Kind::Array);
  array->items = nullptr;
  array->size = 0;
  array->capacity = 0;
  array->elements = Elements::Immediate;
  array->unused = 0;
  if (capacity) arrayReserve(context, array, capacity);
  return array;
}

ArrayObject* newArrayFrom(Context& context, const Value* items, uint32_t count) {
  ArrayObject* array = newArray(context, count);
  fill(array, items, count);
  return array;
}

Value arrayPop(ArrayObject* array) {
  GENE_ASSERT(array->size > 0, "an item to remove");
  const Value item = array->items[--array->size].get();
  release(item);
  return item;
}

void arrayErase(ArrayObject* array, uint32_t from, uint32_t to) {
  if (array->elements == Elements::Counted)
    for (uint32_t i = from; i < to; i++) release(array->items[i].get());
  std::memmove(static_cast<void*>(array->items + from), static_cast<const void*>(array->items + to),
               (array->size - to) * sizeof(Slot));
  array->size -= to - from;
  if (array->size == 0) array->elements = Elements::Immediate;
}

void arrayClear(ArrayObject* array) { arrayErase(array, 0, array->size); }

ArrayObject* arraySlice(Context& context, ArrayObject* array, uint32_t from, uint32_t to) {
  ArrayObject* result = newArray(context, to - from);
  if (array->elements == Elements::Counted) {
    fill(result, reinterpret_cast<const Value*>(array->items + from), to - from);
  } else {
    if (to > from)
      std::memcpy(static_cast<void*>(result->items), static_cast<const void*>(array->items + from),
                  (to - from) * sizeof(Slot));
    result->size = to - from;
  }
  return result;
}

}  // namespace gene
