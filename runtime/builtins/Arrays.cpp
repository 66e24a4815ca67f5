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

ArrayObject* self(Arguments args) { return as<ArrayObject>(args[0]); }

Value size(Context&, Arguments args) { return Value::smallInt(self(args)->size); }
Value isEmpty(Context&, Arguments args) { return Value::boolean(self(args)->size == 0); }
Value isNotEmpty(Context&, Arguments args) { return Value::boolean(self(args)->size != 0); }

Value get(Context&, Arguments args) {
  ArrayObject* a = self(args);
  if (args.count < 2) return a->size ? arrayAt(a, 0) : Value::nil();
  if (!args[1].isSmallInt()) return Value::nil();
  const int64_t i = args[1].smallInt();
  return i >= 0 && i < a->size ? arrayAt(a, static_cast<uint32_t>(i)) : Value::nil();
}

Value first(Context&, Arguments args) {
  return self(args)->size ? arrayAt(self(args), 0) : Value::nil();
}
Value last(Context&, Arguments args) {
  return self(args)->size ? arrayAt(self(args), self(args)->size - 1) : Value::nil();
}

/// An index into the array, negative from the end; raises the messages of `name`.
bool indexIn(Context& context, Arguments args, const char* name, uint32_t* index) {
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

Value set(Context& context, Arguments args) {
  uint32_t i;
  if (!indexIn(context, args, "set", &i) || !checkMutable(context, args[0], "set", "set item on"))
    return Value::pending();
  arraySet(self(args), i, args[2]);
  return args[0];
}

Value add(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "add", "append to")) return Value::pending();
  if (!arrayTakes(context, self(args))) return raiseOutOfMemory(context);
  arrayPush(context, self(args), args.at(1));
  return args[0];
}

Value push(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "push", "push to")) return Value::pending();
  if (!arrayTakes(context, self(args))) return raiseOutOfMemory(context);
  arrayPush(context, self(args), args[1]);
  return Value::smallInt(self(args)->size);
}

Value pop(Context& context, Arguments args) {
  if (self(args)->size == 0) return Value::nil();
  if (!checkMutable(context, args[0], "pop", "pop from")) return Value::pending();
  return arrayPop(self(args));
}

Value del(Context& context, Arguments args) {
  uint32_t i;
  if (!indexIn(context, args, "del", &i) || !checkMutable(context, args[0], "del", "delete from"))
    return Value::pending();
  const Value removed = arrayAt(self(args), i);
  arrayErase(self(args), i, i + 1);
  return removed;
}

Value clear(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "clear", "clear")) return Value::pending();
  arrayClear(self(args));
  return args[0];
}

int64_t position(Context& context, ArrayObject* a, Value v) {
  for (uint32_t i = 0; i < a->size; i++)
    if (equal(context, arrayAt(a, i), v)) return i;
  return -1;
}

Value contains(Context& context, Arguments args) {
  return Value::boolean(position(context, self(args), args[1]) >= 0);
}

Value indexOf(Context& context, Arguments args) {
  return Value::smallInt(position(context, self(args), args[1]));
}

/// Can the callback be called? Raises "WHAT, got KIND".
bool callback(Context& context, Value function, const std::string& what, bool sayKind = true) {
  if (isCallable(function)) return true;
  raiseType(context, what + (sayKind ? ", got " + kindName(context, function) : std::string{}));
  return false;
}

/// Calls f(item, result) with the callback's result for each item; ends when it gives false. False if one raised.
template <class F>
bool forEachResult(Context& context, Arguments args, Value function, F&& f) {
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value item = arrayAt(self(args), i);
    const Value result = call(context, function, &item, 1);
    if (result.isPending()) return false;
    if (!f(item, result)) break;
  }
  return true;
}

Value find(Context& context, Arguments args) {
  if (!callback(context, args[1], "find predicate must be callable")) return Value::pending();
  Value found = Value::nil();
  const bool ok = forEachResult(context, args, args[1], [&](Value item, Value result) {
    if (result.isTruthy()) found = item;
    return result.isFalsy();
  });
  return ok ? found : Value::pending();
}

Value anyOrAll(Context& context, Arguments args, const char* name, bool all) {
  const std::string who(name);
  if (!callback(context, args[1], who + " predicate must be callable")) return Value::pending();
  bool outcome = all;
  const bool ok = forEachResult(context, args, args[1], [&](Value, Value result) {
    if (result.isTruthy() != all) outcome = !all;
    return outcome == all;
  });
  return ok ? Value::boolean(outcome) : Value::pending();
}
Value any(Context& context, Arguments args) { return anyOrAll(context, args, "any", false); }
Value all(Context& context, Arguments args) { return anyOrAll(context, args, "all", true); }

Value each(Context& context, Arguments args) {
  if (!callback(context, args[1], "each callback must be a function", false))
    return Value::pending();
  const bool ok = forEachResult(context, args, args[1], [](Value, Value) { return true; });
  return ok ? args[0] : Value::pending();
}

Value map(Context& context, Arguments args) {
  if (!callback(context, args[1], "map callback must be a function")) return Value::pending();
  ArrayObject* result = newArray(context, self(args)->size);
  const bool ok = forEachResult(context, args, args[1], [&](Value, Value mapped) {
    arrayPush(context, result, mapped);
    return true;
  });
  return ok ? Value::object(result) : Value::pending();
}

Value filter(Context& context, Arguments args) {
  if (!callback(context, args[1], "filter predicate must be callable")) return Value::pending();
  ArrayObject* result = newArray(context, 0);
  const bool ok = forEachResult(context, args, args[1], [&](Value item, Value keep) {
    if (keep.isTruthy()) arrayPush(context, result, item);
    return true;
  });
  return ok ? Value::object(result) : Value::pending();
}

Value reduce(Context& context, Arguments args) {
  if (!callback(context, args[2], "reduce reducer must be callable")) return Value::pending();
  Value accumulator = args[1];
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value pair[] = {accumulator, arrayAt(self(args), i)};
    accumulator = call(context, args[2], pair, 2);
    if (accumulator.isPending()) break;
  }
  return accumulator;
}

Value zip(Context& context, Arguments args) {
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

bool countArgument(Context& context, Arguments args, const char* name, uint32_t* n) {
  const std::string who(name);
  if (!isInt(args[1])) {
    raiseType(context, who + " count must be an integer");
    return false;
  }
  *n = static_cast<uint32_t>(std::clamp<int64_t>(asInt(args[1]), 0, self(args)->size));
  return true;
}

Value take(Context& context, Arguments args) {
  uint32_t n;
  if (!countArgument(context, args, "take", &n)) return Value::pending();
  return Value::object(arraySlice(context, self(args), 0, n));
}

Value skip(Context& context, Arguments args) {
  uint32_t n;
  if (!countArgument(context, args, "skip", &n)) return Value::pending();
  return Value::object(arraySlice(context, self(args), n, self(args)->size));
}

Value slice(Context& context, Arguments args) {
  const int64_t n = self(args)->size;
  int64_t ends[] = {0, n};
  for (uint32_t k = 0; k < 2 && k + 1 < args.count; k++) {
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

Value reverse(Context& context, Arguments args) {
  ArrayObject* a = self(args);
  ArrayObject* result = newArray(context, a->size);
  for (uint32_t i = a->size; i-- > 0;) arrayPush(context, result, arrayAt(a, i));
  return Value::object(result);
}

Value sort(Context& context, Arguments args) {
  const Value function = args.at(1);
  if (!function.isNil() && !isCallable(function))
    return raiseType(context, "Value is not callable: " + kindName(context, function));
  ArrayObject* sorted = arraySlice(context, self(args), 0, self(args)->size);
  return sortArray(context, sorted, function) ? Value::object(sorted) : Value::pending();
}

Value join(Context& context, Arguments args) {
  const Value separator = args.at(1);
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

Value pairs(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++) {
    const Value pair[] = {Value::smallInt(i), arrayAt(self(args), i)};
    arrayPush(context, result, Value::object(newArrayFrom(context, pair, 2)));
  }
  return Value::object(result);
}

Value toMap(Context& context, Arguments args) {
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

Value toJson(Context& context, Arguments args) { return jsonText(context, args[0]); }
Value isImmutable(Context&, Arguments args) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}
Value iter(Context& context, Arguments args) {
  return Value::object(newIterator(context, args[0]));
}

constexpr BuiltinRow rows[] = {
    {"size length", size, "-> Int", "r", "the number of items", ArrayMethod::Size},
    {"empty empty?", isEmpty, "-> Bool", "r", "true for `[]`"},
    {"not_empty?", isNotEmpty, "-> Bool", "r", "true unless empty"},
    {"get", get, "index? -> Value", "r", "the item at an index (0), or nil", ArrayMethod::Get},
    {"first", first, "-> Value", "r", "the first item, or nil"},
    {"last", last, "-> Value", "r", "the last item, or nil"},
    {"set", set, "index:Int value -> Array", "Rw", "replaces the item at an index; the array",
     Missing{"Array.set requires index and value"}, ArrayMethod::Set},
    {"add append", add, "item? -> Array", "Rwa", "adds an item; the array", ArrayMethod::Add},
    {"push", push, "item -> Int", "Rwa", "adds an item; the new size",
     Missing{"Array.push requires a value"}, ArrayMethod::Push},
    {"pop", pop, "-> Value", "Rrw", "removes the last item and gives it, or nil", ArrayMethod::Pop},
    {"del", del, "index:Int -> Value", "Rrw", "removes the item at an index and gives it",
     Missing{"Array.del requires index"}},
    {"clear", clear, "-> Array", "Rw", "removes all items; the array"},
    {"contains", contains, "item -> Bool", "Rrwac", "is an equal item in it?",
     Missing{"Array.contains requires value"}},
    {"index_of", indexOf, "item -> Int", "Rrwac", "the position of an equal item, or -1",
     Missing{"Array.index_of requires a value"}},
    {"find", find, "f -> Value", "Rrwac", "the first item for which f is true, or nil",
     Missing{"Array.find requires a predicate"}},
    {"any", any, "f -> Bool", "Rrwac", "is f true for an item?",
     Missing{"Array.any requires a predicate"}},
    {"all", all, "f -> Bool", "Rrwac", "is f true for all items?",
     Missing{"Array.all requires a predicate"}},
    {"each", each, "f -> Array", "Rrwac", "calls f with each item; the array",
     Missing{"Array.each requires a function"}},
    {"map", map, "f -> Array", "Rrwac", "a new array of f's results",
     Missing{"Array.map requires a function"}},
    {"filter", filter, "f -> Array", "Rrwac", "a new array of the items for which f is true",
     Missing{"Array.filter requires a predicate"}},
    {"reduce", reduce, "initial f -> Value", "Rrwac", "folds the items with f(accumulator item)",
     Missing{"Array.reduce requires an initial value and a reducer function"}},
    {"zip", zip, "other:Array -> Array", "Rra", "`[[a b] …]`, as long as the shorter one",
     Missing{"Array.zip requires another array"}},
    {"take", take, "count:Int -> Array", "Rra", "the first n items",
     Missing{"Array.take requires count"}},
    {"skip", skip, "count:Int -> Array", "Rra", "all but the first n items",
     Missing{"Array.skip requires count"}},
    {"slice", slice, "start:Int end?:Int|Nil -> Array", "Rra",
     "items start..end, end exclusive; negative from the end",
     Missing{"Array.slice requires start index"}},
    {"reverse", reverse, "-> Array", "ra", "the items in reverse order"},
    {"sort", sort, "f? -> Array", "Rrwac", "a new array, stable; f(a b) compares"},
    {"join", join, "separator?:String|Nil -> String", "Rrwac",
     "the items' texts with a separator between"},
    {"pairs", pairs, "-> Array", "ra", "`[[0 a] [1 b] …]`"},
    {"to_map", toMap, "-> Map", "Rra", "a map from `[key value]` pairs"},
    {"to_json", toJson, "-> String", "Rrwac", "JSON text"},
    {"immutable?", isImmutable, "-> Bool", "r", "is it sealed (`#[…]`)?"},
    {"iter", iter, "-> Iterator", "ra", "an iterator over the items"},
};

}  // namespace

BUILTIN_TABLE(arrayTable, "Array", Methods, rows)

}  // namespace gene
