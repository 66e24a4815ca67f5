#pragma once
// Arrays: growable vectors of slots.

#include "runtime/support/Span.h"

#include "runtime/Context.h"
#include "runtime/heap/Heap.h"

namespace gene {

ArrayObject* newArray(Context& context, uint32_t capacity);
ArrayObject* newArrayFrom(Context& context, const Value* items, uint32_t count);
inline bool isArray(Value v) { return isKind(v, Kind::Array); }
/// Makes room for `capacity` items in all.
void arrayReserve(Context& context, ArrayObject* array, uint32_t capacity);
/// To be called before items are stored past this interface: they may be objects.
inline void arrayExpectObjects(ArrayObject* array) { array->elements = Elements::Counted; }
/// Stores over the item at `index`, which must be one.
inline void arraySet(ArrayObject* array, uint32_t index, Value item) {
  if (item.isObject()) arrayExpectObjects(array);
  array->items[index].set(item);
}
/// Is there memory for one item more? Asked by whoever may raise otherwise.
inline bool arrayTakes(Context& context, const ArrayObject* array) {
  constexpr uint32_t Most = UINT32_MAX / 2;
  if (GENE_LIKELY(array->size < array->capacity)) return true;
  return array->capacity < Most &&
         hasRoom(context, (uint64_t{array->capacity} / 2 + 4) * sizeof(Slot));
}
inline void arrayPush(Context& context, ArrayObject* array, Value item) {
  if (GENE_UNLIKELY(array->size == array->capacity)) arrayReserve(context, array, array->size + 1);
  if (item.isObject()) arrayExpectObjects(array);
  array->items[array->size++].init(item);
}
/// Removes and returns the last item; the array must not be empty.
Value arrayPop(ArrayObject* array);
/// Removes items [from, to).
void arrayErase(ArrayObject* array, uint32_t from, uint32_t to);
void arrayClear(ArrayObject* array);
/// A new array with the items [from, to).
ArrayObject* arraySlice(Context& context, ArrayObject* array, uint32_t from, uint32_t to);
inline Value arrayAt(const ArrayObject* array, uint32_t index) { return array->items[index].get(); }

}  // namespace gene
