#include "runtime/builtins/Sort.h"

#include <algorithm>
#include <vector>

#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// Bottom-up merge sort over two arrays that the heap sees, so that the comparing function may do what it likes.
/// Insertion sort for short runs. `before(a, b)` says whether b must come before a: 1 yes, 0 no, -1 it raised.
template <class After>
bool mergeSort(Context& context, ArrayObject* array, After&& after) {
  const uint32_t n = array->size;
  std::vector<Value> items(n), buffer(n);
  for (uint32_t i = 0; i < n; i++) items[i] = arrayAt(array, i);
  // The array itself holds all items while this runs: it is the caller's own copy, which no program sees.
  constexpr uint32_t Run = 8;
  for (uint32_t from = 0; from < n; from += Run) {
    const uint32_t to = std::min(from + Run, n);
    for (uint32_t i = from + 1; i < to; i++) {
      const Value v = items[i];
      uint32_t j = i;
      for (; j > from; j--) {
        const int result = after(items[j - 1], v);
        if (result < 0) return false;
        if (!result) break;
        items[j] = items[j - 1];
      }
      items[j] = v;
    }
  }
  for (uint32_t width = Run; width < n; width *= 2) {
    for (uint32_t from = 0; from < n; from += 2 * width) {
      const uint32_t middle = std::min(from + width, n), end = std::min(from + 2 * width, n);
      uint32_t i = from, j = middle, k = from;
      if (middle < end) {
        const int ordered = after(items[middle - 1], items[middle]);
        if (ordered < 0) return false;
        if (ordered == 0) {
          std::copy(items.begin() + from, items.begin() + end, buffer.begin() + from);
          continue;
        }
      }
      while (i < middle && j < end) {
        const int result = after(items[i], items[j]);
        if (result < 0) return false;
        buffer[k++] = result ? items[j++] : items[i++];
      }
      while (i < middle) buffer[k++] = items[i++];
      while (j < end) buffer[k++] = items[j++];
    }
    items.swap(buffer);
  }
  ArrayObject* sorted = newArrayFrom(context, items.data(), n);
  std::swap(sorted->items, array->items);  // items of the same elements kind
  std::swap(sorted->capacity, array->capacity);
  return true;
}

}  // namespace

bool sortArray(Context& context, ArrayObject* array, Value function) {
  if (array->size < 2) {
    if (array->size == 0 || !function.isNil()) return true;
    const Value only = arrayAt(array, 0);
    if (isNumber(only) || isString(only)) return true;
    raise(context, ErrorClass::Type,
          "Cannot compare " + kindName(context, only) + " < " + kindName(context, only));
    return false;
  }
  if (!function.isNil()) {
    return mergeSort(context, array, [&](Value a, Value b) {
      const Value pair[] = {a, b};
      const Value result = call(context, function, pair, 2);
      if (result.isPending()) return -1;
      return static_cast<int>(isInt(result) ? asInt(result) > 0 : result.isFalsy());
    });
  }
  bool ints = true, numbers = true, strings = true;
  for (uint32_t i = 0; i < array->size; i++) {
    const Value v = arrayAt(array, i);
    ints &= v.isSmallInt();
    numbers &= isNumber(v);
    strings &= isString(v);
  }
  if (ints)
    return mergeSort(context, array,
                     [](Value a, Value b) { return static_cast<int>(a.bits > b.bits); });
  if (numbers) {
    return mergeSort(context, array, [](Value a, Value b) {
      if (isInt(a) && isInt(b)) return static_cast<int>(asInt(a) > asInt(b));
      return static_cast<int>(asDouble(a) > asDouble(b));
    });
  }
  // UTF-8 orders like code points.
  if (strings)
    return mergeSort(context, array, [](Value a, Value b) {
      return static_cast<int>(stringView(a) > stringView(b));
    });
  // The first pair that cannot be compared names the error.
  Value a = arrayAt(array, 0), b = arrayAt(array, 1);
  for (uint32_t i = 1; i < array->size; i++) {
    b = arrayAt(array, i);
    if (!(isNumber(a) && isNumber(b)) && !(isString(a) && isString(b))) break;
  }
  raise(context, ErrorClass::Type,
        "Cannot compare " + kindName(context, a) + " < " + kindName(context, b));
  return false;
}

}  // namespace gene
