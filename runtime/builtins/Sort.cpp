#include "runtime/builtins/Sort.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Equality.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// Bottom-up merge sort; insertion sort for short runs. `after(a, b)` says whether b must come before a: 1 yes, 0 no, -1 it
/// raised.
template <class Item, class After>
bool mergeSort(std::vector<Item>& items, After&& after) {
  const auto n = static_cast<uint32_t>(items.size());
  std::vector<Item> buffer(n);
  constexpr uint32_t Run = 8;
  for (uint32_t from = 0; from < n; from += Run) {
    const uint32_t to = std::min(from + Run, n);
    for (uint32_t i = from + 1; i < to; i++) {
      const Item v = items[i];
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
  return true;
}

/// The comparing function may do what it likes: the array itself holds all items while this runs, and is the caller's own
/// copy, which no program sees.
template <class After>
bool sortItems(ArrayObject* array, After&& after) {
  std::vector<Value> items(array->size);
  for (uint32_t i = 0; i < array->size; i++) items[i] = arrayAt(array, i);
  if (!mergeSort(items, after)) return false;
  // A count that falls to zero here rises again before anything is freed: this allocates nothing.
  for (uint32_t i = 0; i < array->size; i++) arraySet(array, i, items[i]);
  return true;
}

/// A string with the eight bytes behind what all strings begin with, as a number that orders like they do.
struct KeyedString {
  uint64_t key;
  Value string;
};

uint64_t keyOf(std::string_view text, size_t from) {
  char bytes[8] = {};
  std::memcpy(bytes, text.data() + from, std::min<size_t>(text.size() - from, 8));
  uint64_t key;
  std::memcpy(&key, bytes, 8);
  return std::endian::native == std::endian::little ? __builtin_bswap64(key) : key;
}

/// UTF-8 orders like code points. Most comparisons are decided by the keys, without a look at the strings.
void sortStrings(ArrayObject* array) {
  const std::string_view first = stringView(arrayAt(array, 0));
  size_t common = first.size();
  for (uint32_t i = 1; i < array->size; i++) {
    const std::string_view text = stringView(arrayAt(array, i)).substr(0, common);
    common = static_cast<size_t>(std::mismatch(text.begin(), text.end(), first.begin()).first -
                                 text.begin());
  }
  std::vector<KeyedString> items(array->size);
  for (uint32_t i = 0; i < array->size; i++)
    items[i] = {keyOf(stringView(arrayAt(array, i)), common), arrayAt(array, i)};
  mergeSort(items, [](const KeyedString& a, const KeyedString& b) {
    if (a.key != b.key) return static_cast<int>(a.key > b.key);
    return static_cast<int>(stringView(a.string) > stringView(b.string));
  });
  for (uint32_t i = 0; i < array->size; i++) arraySet(array, i, items[i].string);
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
    return sortItems(array, [&](Value a, Value b) {
      const Value pair[] = {a, b};
      const Value result = call(context, function, pair, 2);
      if (result.isPending()) return -1;
      return static_cast<int>(isInt(result) ? asInt(result) > 0 : result.isFalsy());
    });
  }
  bool ints = true, floats = true, numbers = true, strings = true;
  for (uint32_t i = 0; i < array->size; i++) {
    const Value v = arrayAt(array, i);
    ints &= v.isSmallInt();
    floats &= v.isFloat();
    numbers &= isNumber(v);
    strings &= isString(v);
  }
  if (ints)
    return sortItems(array, [](Value a, Value b) { return static_cast<int>(a.bits > b.bits); });
  if (floats)
    return sortItems(
        array, [](Value a, Value b) { return static_cast<int>(a.floating() > b.floating()); });
  if (numbers)
    return sortItems(array,
                     [](Value a, Value b) { return static_cast<int>(compareNumbers(a, b) == 1); });
  if (strings) {
    sortStrings(array);
    return true;
  }
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
