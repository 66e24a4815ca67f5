// Array methods (14 §3). Callbacks may change the array: sizes are asked again in every round.

#include <algorithm>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Json.h"
#include "runtime/builtins/Sort.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

ArrayObject* self(const Value* args) { return as<ArrayObject>(args[0]); }

Value size(Context&, const Value* args, uint32_t) { return Value::smallInt(self(args)->size); }
Value isEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->size == 0);
}
Value isNotEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->size != 0);
}

Value get(Context&, const Value* args, uint32_t count) {
  ArrayObject* a = self(args);
  if (count < 2) return a->size ? arrayAt(a, 0) : Value::nil();
  if (!args[1].isSmallInt()) return Value::nil();
  const int64_t i = args[1].smallInt();
  return i >= 0 && i < a->size ? arrayAt(a, static_cast<uint32_t>(i)) : Value::nil();
}

Value first(Context&, const Value* args, uint32_t) {
  return self(args)->size ? arrayAt(self(args), 0) : Value::nil();
}
Value last(Context&, const Value* args, uint32_t) {
  return self(args)->size ? arrayAt(self(args), self(args)->size - 1) : Value::nil();
}

/// An index into the array, negative from the end; raises the messages of `name`.
bool indexIn(Context& context, const Value* args, const char* name, uint32_t* index) {
  if (!isInt(args[1])) {
    raiseType(context, std::string(name) + " index must be an integer");
    return false;
  }
  int64_t i = asInt(args[1]);
  const int64_t n = self(args)->size;
  if (i < 0) i += n;
  if (i < 0 || i >= n) {
    raise(context, ErrorClass::Exception, std::string(name) + " index out of bounds");
    return false;
  }
  *index = static_cast<uint32_t>(i);
  return true;
}

Value set(Context& context, const Value* args, uint32_t count) {
  if (count < 3) return raiseArgument(context, "Array.set requires index and value");
  uint32_t i;
  if (!indexIn(context, args, "set", &i) || !checkMutable(context, args[0], "set", "set item on"))
    return Value::pending();
  arraySet(self(args), i, args[2]);
  return args[0];
}

Value add(Context& context, const Value* args, uint32_t count) {
  if (!checkMutable(context, args[0], "add", "append to")) return Value::pending();
  arrayPush(context, self(args), argument(args, count, 1));
  return args[0];
}

Value push(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.push requires a value");
  if (!checkMutable(context, args[0], "push", "push to")) return Value::pending();
  arrayPush(context, self(args), args[1]);
  return Value::smallInt(self(args)->size);
}

Value pop(Context& context, const Value* args, uint32_t) {
  if (self(args)->size == 0) return Value::nil();
  if (!checkMutable(context, args[0], "pop", "pop from")) return Value::pending();
  return arrayPop(self(args));
}

Value del(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.del requires index");
  uint32_t i;
  if (!indexIn(context, args, "del", &i) || !checkMutable(context, args[0], "del", "delete from"))
    return Value::pending();
  const Value removed = arrayAt(self(args), i);
  arrayErase(self(args), i, i + 1);
  return removed;
}

Value clear(Context& context, const Value* args, uint32_t) {
  if (!checkMutable(context, args[0], "clear", "clear")) return Value::pending();
  arrayClear(self(args));
  return args[0];
}

int64_t position(Context& context, ArrayObject* a, Value v) {
  for (uint32_t i = 0; i < a->size; i++)
    if (equal(context, arrayAt(a, i), v)) return i;
  return -1;
}

Value contains(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.contains requires value");
  return Value::boolean(position(context, self(args), args[1]) >= 0);
}

Value indexOf(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.index_of requires a value");
  return Value::smallInt(position(context, self(args), args[1]));
}

/// The callback argument, checked; raises `missing` or "WHAT, got KIND".
bool callback(Context& context, const Value* args, uint32_t count, uint32_t at, const char* missing,
              const std::string& what, bool sayKind = true) {
  if (count <= at) {
    raiseArgument(context, missing);
    return false;
  }
  if (isCallable(args[at])) return true;
  raiseType(context, what + (sayKind ? ", got " + kindName(context, args[at]) : std::string{}));
  return false;
}

/// Calls f(item, result) with the callback's result for each item; ends when it gives false. False if one raised.
template <class F>
bool forEachResult(Context& context, const Value* args, Value function, F&& f) {
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value item = arrayAt(self(args), i);
    const Value result = call(context, function, &item, 1);
    if (result.isPending()) return false;
    if (!f(item, result)) break;
  }
  return true;
}

Value find(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Array.find requires a predicate",
                "find predicate must be callable"))
    return Value::pending();
  Value found = Value::nil();
  const bool ok = forEachResult(context, args, args[1], [&](Value item, Value result) {
    if (result.isTruthy()) found = item;
    return result.isFalsy();
  });
  return ok ? found : Value::pending();
}

Value anyOrAll(Context& context, const Value* args, uint32_t count, const char* name, bool all) {
  const std::string who(name);
  if (!callback(context, args, count, 1, ("Array." + who + " requires a predicate").c_str(),
                who + " predicate must be callable"))
    return Value::pending();
  bool outcome = all;
  const bool ok = forEachResult(context, args, args[1], [&](Value, Value result) {
    if (result.isTruthy() != all) outcome = !all;
    return outcome == all;
  });
  return ok ? Value::boolean(outcome) : Value::pending();
}
Value any(Context& context, const Value* args, uint32_t count) {
  return anyOrAll(context, args, count, "any", false);
}
Value all(Context& context, const Value* args, uint32_t count) {
  return anyOrAll(context, args, count, "all", true);
}

Value each(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Array.each requires a function",
                "each callback must be a function", false))
    return Value::pending();
  const bool ok = forEachResult(context, args, args[1], [](Value, Value) { return true; });
  return ok ? args[0] : Value::pending();
}

Value map(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Array.map requires a function",
                "map callback must be a function"))
    return Value::pending();
  ArrayObject* result = newArray(context, self(args)->size);
  const bool ok = forEachResult(context, args, args[1], [&](Value, Value mapped) {
    arrayPush(context, result, mapped);
    return true;
  });
  return ok ? Value::object(result) : Value::pending();
}

Value filter(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Array.filter requires a predicate",
                "filter predicate must be callable"))
    return Value::pending();
  ArrayObject* result = newArray(context, 0);
  const bool ok = forEachResult(context, args, args[1], [&](Value item, Value keep) {
    if (keep.isTruthy()) arrayPush(context, result, item);
    return true;
  });
  return ok ? Value::object(result) : Value::pending();
}

Value reduce(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 2,
                "Array.reduce requires an initial value and a reducer function",
                "reduce reducer must be callable"))
    return Value::pending();
  Value accumulator = args[1];
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value pair[] = {accumulator, arrayAt(self(args), i)};
    accumulator = call(context, args[2], pair, 2);
    if (accumulator.isPending()) break;
  }
  return accumulator;
}

Value zip(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.zip requires another array");
  if (!isArray(args[1])) return raiseType(context, "zip argument must be an array");
  auto* other = as<ArrayObject>(args[1]);
  const uint32_t n = std::min(self(args)->size, other->size);
  ArrayObject* result = newArray(context, n);
  for (uint32_t i = 0; i < n; i++) {
    const Value pair[] = {arrayAt(self(args), i), arrayAt(other, i)};
    arrayPush(context, result, Value::object(newArrayFrom(context, pair, 2)));
  }
  return Value::object(result);
}

bool countArgument(Context& context, const Value* args, uint32_t count, const char* name,
                   uint32_t* n) {
  const std::string who(name);
  if (count < 2) {
    raiseArgument(context, "Array." + who + " requires count");
    return false;
  }
  if (!isInt(args[1])) {
    raiseType(context, who + " count must be an integer");
    return false;
  }
  *n = static_cast<uint32_t>(std::clamp<int64_t>(asInt(args[1]), 0, self(args)->size));
  return true;
}

Value take(Context& context, const Value* args, uint32_t count) {
  uint32_t n;
  if (!countArgument(context, args, count, "take", &n)) return Value::pending();
  return Value::object(arraySlice(context, self(args), 0, n));
}

Value skip(Context& context, const Value* args, uint32_t count) {
  uint32_t n;
  if (!countArgument(context, args, count, "skip", &n)) return Value::pending();
  return Value::object(arraySlice(context, self(args), n, self(args)->size));
}

Value slice(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Array.slice requires start index");
  const int64_t n = self(args)->size;
  int64_t ends[] = {0, n};
  for (uint32_t k = 0; k < 2 && k + 1 < count; k++) {
    if (k == 1 && args[2].isNil()) continue;
    if (!isInt(args[k + 1])) return raiseType(context, "Value is not an integer");
    ends[k] = asInt(args[k + 1]);
    if (ends[k] < 0) ends[k] += n;
  }
  const int64_t from = std::max<int64_t>(ends[0], 0), to = std::min(ends[1], n);
  if (from >= to) return Value::object(newArray(context, 0));
  return Value::object(
      arraySlice(context, self(args), static_cast<uint32_t>(from), static_cast<uint32_t>(to)));
}

Value reverse(Context& context, const Value* args, uint32_t) {
  ArrayObject* a = self(args);
  ArrayObject* result = newArray(context, a->size);
  for (uint32_t i = a->size; i-- > 0;) arrayPush(context, result, arrayAt(a, i));
  return Value::object(result);
}

Value sort(Context& context, const Value* args, uint32_t count) {
  const Value function = argument(args, count, 1);
  if (!function.isNil() && !isCallable(function))
    return raiseType(context, "Value is not callable: " + kindName(context, function));
  ArrayObject* sorted = arraySlice(context, self(args), 0, self(args)->size);
  return sortArray(context, sorted, function) ? Value::object(sorted) : Value::pending();
}

Value join(Context& context, const Value* args, uint32_t count) {
  const Value separator = argument(args, count, 1);
  if (!separator.isNil() && !isString(separator))
    return raiseType(context, "Array.join separator must be a string");
  const std::string_view between = separator.isNil() ? std::string_view{} : stringView(separator);
  ArrayObject* a = self(args);
  std::string out;
  for (uint32_t i = 0; i < a->size; i++) {
    if (i) out += between;
    const Value v = arrayAt(a, i);
    if (isString(v))
      out += stringView(v);
    else
      out += toText(context, v);
  }
  return newString(context, out);
}

Value pairs(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value pair[] = {Value::smallInt(i), arrayAt(self(args), i)};
    arrayPush(context, result, Value::object(newArrayFrom(context, pair, 2)));
  }
  return Value::object(result);
}

Value toMap(Context& context, const Value* args, uint32_t) {
  MapObject* result = newMap(context);
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value pair = arrayAt(self(args), i);
    if (!isArray(pair) || as<ArrayObject>(pair)->size != 2)
      return raiseType(context, "to_map expects [key value] pairs");
    const Value key = arrayAt(as<ArrayObject>(pair), 0);
    Symbol name;
    if (isInt(key))
      name = Symbol::of(std::to_string(asInt(key)));
    else if (!keyName(key, &name))
      return raiseType(context, "to_map key must be string, symbol, or int");
    mapPut(context, result, name, arrayAt(as<ArrayObject>(pair), 1));
  }
  return Value::object(result);
}

Value toJson(Context& context, const Value* args, uint32_t) { return jsonText(context, args[0]); }
Value isImmutable(Context&, const Value* args, uint32_t) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}
Value iter(Context& context, const Value* args, uint32_t) {
  return Value::object(newIterator(context, args[0]));
}

constexpr BuiltinRow rows[] = {
    {"size length", size, 0, 0, 0, "the number of items"},
    {"empty empty?", isEmpty, 0, 0, 0, "true for `[]`"},
    {"not_empty?", isNotEmpty, 0, 0, 0, "true unless empty"},
    {"get", get, 0, 1, 0, "the item at an index (0), or nil"},
    {"first", first, 0, 0, 0, "the first item, or nil"},
    {"last", last, 0, 0, 0, "the last item, or nil"},
    {"set", set, 2, 2, 0, "replaces the item at an index; the array"},
    {"add append", add, 0, 1, 0, "adds an item; the array"},
    {"push", push, 1, 1, 0, "adds an item; the new size"},
    {"pop", pop, 0, 0, 0, "removes the last item and gives it, or nil"},
    {"del", del, 1, 1, 0, "removes the item at an index and gives it"},
    {"clear", clear, 0, 0, 0, "removes all items; the array"},
    {"contains", contains, 1, 1, 0, "is an equal item in it?"},
    {"index_of", indexOf, 1, 1, 0, "the position of an equal item, or -1"},
    {"find", find, 1, 1, 0, "the first item for which f is true, or nil"},
    {"any", any, 1, 1, 0, "is f true for an item?"},
    {"all", all, 1, 1, 0, "is f true for all items?"},
    {"each", each, 1, 1, 0, "calls f with each item; the array"},
    {"map", map, 1, 1, 0, "a new array of f's results"},
    {"filter", filter, 1, 1, 0, "a new array of the items for which f is true"},
    {"reduce", reduce, 2, 2, 0, "folds the items with f(accumulator item)"},
    {"zip", zip, 1, 1, 0, "`[[a b] …]`, as long as the shorter one"},
    {"take", take, 1, 1, 0, "the first n items"},
    {"skip", skip, 1, 1, 0, "all but the first n items"},
    {"slice", slice, 1, 2, 0, "items start..end, end exclusive; negative from the end"},
    {"reverse", reverse, 0, 0, 0, "the items in reverse order"},
    {"sort", sort, 0, 1, 0, "a new array, stable; f(a b) compares"},
    {"join", join, 0, 1, 0, "the items' texts with a separator between"},
    {"pairs", pairs, 0, 0, 0, "`[[0 a] [1 b] …]`"},
    {"to_map", toMap, 0, 0, 0, "a map from `[key value]` pairs"},
    {"to_json", toJson, 0, 0, 0, "JSON text"},
    {"immutable?", isImmutable, 0, 0, 0, "is it sealed (`#[…]`)?"},
    {"iter", iter, 0, 0, 0, "an iterator over the items"},
};

}  // namespace

extern const BuiltinTable arrayTable;
constinit const BuiltinTable arrayTable{"Array", true, rows};

}  // namespace gene
