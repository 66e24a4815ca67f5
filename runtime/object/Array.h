#pragma once
// Arrays: growable vectors of slots.

#include <span>

#include "runtime/Context.h"

namespace gene {

ArrayObject* newArray(Context& context, uint32_t capacity);
ArrayObject* newArrayFrom(Context& context, const Value* items, uint32_t count);
inline bool isArray(Value v) { return isKind(v, Kind::Array); }
void arrayPush(Context& context, ArrayObject* array, Value item);
/// Removes and returns the last item; the array must not be empty.
Value arrayPop(ArrayObject* array);
/// Removes items [from, to).
void arrayErase(ArrayObject* array, uint32_t from, uint32_t to);
void arrayInsert(Context& context, ArrayObject* array, uint32_t index, Value item);
void arrayClear(ArrayObject* array);
/// A new array with the items [from, to).
ArrayObject* arraySlice(Context& context, ArrayObject* array, uint32_t from, uint32_t to);
inline Value arrayAt(const ArrayObject* array, uint32_t index) { return array->items[index].get(); }

}  // namespace gene
