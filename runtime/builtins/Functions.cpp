// Methods of functions, selectors, namespaces, ranges and iterators (05 §3, 17 §3, 08 §4, 06 §5-6).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Generator.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/Selector.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

// --- functions ---------------------------------------------------------------------------------------------------------

/// What the definition says under this property; absent where it says nothing.
Value metadata(Value function, const char* property) {
  if (isKind(function, Kind::BoundMethod))
    function = as<BoundMethodObject>(function)->function.get();
  if (!isKind(function, Kind::Function)) return Value::absent();
  const Value* all = as<FunctionObject>(function)->info->metadata;
  return all && isMap(*all) ? mapGet(as<MapObject>(*all), Symbol::of(property)) : Value::absent();
}

Value intent(Context& context, const Value* args, uint32_t) {
  return functionIntent(context, args[0]);
}

Value examples(Context& context, const Value* args, uint32_t) {
  const Value written = metadata(args[0], "examples");
  return isArray(written) ? copyData(context, written) : Value::object(newArray(context, 0));
}

template <Builtin F>
Value ofFunction(Context& context, const Value* args, uint32_t count, const char* name) {
  if (count < 1) return raiseArgument(context, std::string(name) + " requires a function");
  if (!isCallable(args[0])) return raiseType(context, std::string(name) + " expects a function");
  return F(context, args, count);
}
Value intentOf(Context& context, const Value* args, uint32_t count) {
  return ofFunction<intent>(context, args, count, "function_intent");
}
Value examplesOf(Context& context, const Value* args, uint32_t count) {
  return ofFunction<examples>(context, args, count, "function_examples");
}

constexpr BuiltinRow metadataRows[] = {
    {"function_intent", intentOf, 1, 1, 0, "the `^intent` of a function, or `\"\"`"},
    {"function_examples", examplesOf, 1, 1, 0, "the `^examples` of a function, or `[]`"},
};

constexpr BuiltinRow functionRows[] = {
    {"call", callReceiver, 0, -1, 0, "calls the function with these arguments"},
    {"intent", intent, 0, 0, 0, "the `^intent` of the definition, or `\"\"`"},
    {"examples", examples, 0, 0, 0, "the `^examples` of the definition, or `[]`"},
};

// --- selectors ---------------------------------------------------------------------------------------------------------

Value callSelector(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Selector.call expects a target value");
  return applySelector(context, as<SelectorObject>(args[0]), args[1],
                       count > 2 ? args[2] : Value::absent());
}

constexpr BuiltinRow selectorRows[] = {
    {"call", callSelector, 1, 2, 0, "applies the selector to a target, with a default"},
};

// --- namespaces --------------------------------------------------------------------------------------------------------

NamespaceObject* ns(const Value* args) { return as<NamespaceObject>(args[0]); }
MapObject* members(const Value* args) { return as<MapObject>(ns(args)->members.get()); }

Value nsName(Context& context, const Value* args, uint32_t) {
  return newString(context, ns(args)->name.get().symbol().text());
}
Value nsHas(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Namespace.has", "a key", &key))
    return Value::pending();
  return Value::boolean(mapFind(members(args), key) >= 0);
}
Value nsGet(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Namespace.get", "a key", &key))
    return Value::pending();
  return mapGetOr(members(args), key, argument(args, count, 2));
}
Value nsSet(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 3, "Namespace.set", "key and value", &key))
    return Value::pending();
  namespaceSet(context, ns(args), key, args[2]);
  return args[0];
}
Value nsDel(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Namespace.del", "a key", &key))
    return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Namespace.del key must be a string or symbol");
    const Value old = mapRemove(context, members(args), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}
Value nsSize(Context&, const Value* args, uint32_t) { return Value::smallInt(members(args)->size); }
Value nsEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(members(args)->size == 0);
}
Value nsNotEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(members(args)->size != 0);
}
Value nsClear(Context&, const Value* args, uint32_t) {
  mapClear(members(args));
  return args[0];
}

enum class Part { Keys, Values, Pairs };
Value parts(Context& context, const Value* args, Part part) {
  MapObject* m = members(args);
  ArrayObject* result = newArray(context, m->size);
  for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
    const Value value = m->entries[i].value.get();
    if (part == Part::Values) {
      arrayPush(context, result, value);
      continue;
    }
    const Value key = keyString(context, m->entries[i].key.get());
    const Value pair[] = {key, value};
    arrayPush(context, result,
              part == Part::Keys ? key : Value::object(newArrayFrom(context, pair, 2)));
  }
  return Value::object(result);
}
Value nsKeys(Context& context, const Value* args, uint32_t) {
  return parts(context, args, Part::Keys);
}
Value nsValues(Context& context, const Value* args, uint32_t) {
  return parts(context, args, Part::Values);
}
Value nsPairs(Context& context, const Value* args, uint32_t) {
  return parts(context, args, Part::Pairs);
}

bool nsCallback(Context& context, const Value* args, uint32_t count, uint32_t at,
                const char* name) {
  if (count > at && isCallable(args[at])) return true;
  raiseType(context, std::string(name) + " callback must be callable, got " +
                         (count > at ? kindName(context, args[at]) : std::string("Nil")));
  return false;
}

Value nsEach(Context& context, const Value* args, uint32_t count) {
  if (!nsCallback(context, args, count, 1, "each")) return Value::pending();
  MapObject* snapshot = mapCopy(context, members(args));
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value pair[] = {keyString(context, snapshot->entries[i].key.get()),
                          snapshot->entries[i].value.get()};
    if (call(context, args[1], pair, 2).isPending()) return Value::pending();
  }
  return args[0];
}

Value nsMap(Context& context, const Value* args, uint32_t count) {
  if (!nsCallback(context, args, count, 1, "map")) return Value::pending();
  MapObject* snapshot = mapCopy(context, members(args));
  MapObject* result = newMap(context);
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value key = snapshot->entries[i].key.get();
    const Value pair[] = {keyString(context, key), snapshot->entries[i].value.get()};
    const Value mapped = call(context, args[1], pair, 2);
    if (mapped.isPending()) return mapped;
    mapPut(context, result, key.symbol(), mapped);
  }
  return Value::object(result);
}

Value nsReduce(Context& context, const Value* args, uint32_t count) {
  if (!nsCallback(context, args, count, 2, "reduce")) return Value::pending();
  MapObject* snapshot = mapCopy(context, members(args));
  Value accumulator = args[1];
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value items[] = {accumulator, keyString(context, snapshot->entries[i].key.get()),
                           snapshot->entries[i].value.get()};
    accumulator = call(context, args[2], items, 3);
    if (accumulator.isPending()) break;
  }
  return accumulator;
}

Value onMemberMissing(Context& context, const Value* args, uint32_t count) {
  if (!nsCallback(context, args, count, 1, "on_member_missing")) return Value::pending();
  if (ns(args)->handlers.get().isNil()) ns(args)->handlers.set(Value::object(newArray(context, 1)));
  arrayPush(context, as<ArrayObject>(ns(args)->handlers.get()), args[1]);
  return args[0];
}

constexpr BuiltinRow namespaceRows[] = {
    {"name to_s", nsName, 0, 0, 0, "its name"},
    {"has", nsHas, 1, 1, 0, "is there a member of its own?"},
    {"get", nsGet, 1, 2, 0, "a member, else the default, else nil"},
    {"set", nsSet, 2, 2, 0, "adds or replaces a member; the namespace"},
    {"del", nsDel, 1, -1, 0, "removes members; the last removed value, or nil"},
    {"size", nsSize, 0, 0, 0, "the number of members"},
    {"empty empty?", nsEmpty, 0, 0, 0, "true without members"},
    {"not_empty?", nsNotEmpty, 0, 0, 0, "true with members"},
    {"clear", nsClear, 0, 0, 0, "removes all members; the namespace"},
    {"keys", nsKeys, 0, 0, 0, "the members' names"},
    {"values", nsValues, 0, 0, 0, "the members"},
    {"pairs", nsPairs, 0, 0, 0, "`[[name member] …]`"},
    {"each", nsEach, 1, 1, 0, "calls f(name member); the namespace"},
    {"map", nsMap, 1, 1, 0, "a map of f's results under the same names"},
    {"reduce", nsReduce, 2, 2, 0, "folds the members with f(accumulator name member)"},
    {"on_member_missing", onMemberMissing, 1, 1, 0,
     "registers a function that supplies missing members"},
};

// --- ranges and iterators ----------------------------------------------------------------------------------------------

Value iter(Context& context, const Value* args, uint32_t) {
  return Value::object(newIterator(context, args[0]));
}
Value self(Context&, const Value* args, uint32_t) { return args[0]; }
Value hasNext(Context& context, const Value* args, uint32_t) {
  const bool more = iteratorHasNext(context, as<IteratorObject>(args[0]));
  return context.exception.isPending() ? Value::boolean(more) : Value::pending();
}
Value next(Context& context, const Value* args, uint32_t) {
  return iteratorNext(context, as<IteratorObject>(args[0]));
}
Value nextPair(Context& context, const Value* args, uint32_t) {
  return iteratorNextPair(context, as<IteratorObject>(args[0]));
}

GeneratorObject* generator(const Value* args) { return as<GeneratorObject>(args[0]); }
Value generatorHasNextMethod(Context& context, const Value* args, uint32_t) {
  return generatorHasNext(context, generator(args));
}
Value generatorNextMethod(Context& context, const Value* args, uint32_t) {
  return generatorNext(context, generator(args));
}
Value generatorNextPairMethod(Context& context, const Value* args, uint32_t) {
  return generatorNextPair(context, generator(args));
}

constexpr BuiltinRow rangeRows[] = {
    {"iter", iter, 0, 0, 0, "an iterator over its values"},
};
constexpr BuiltinRow iteratorRows[] = {
    {"iter", self, 0, 0, 0, "itself"},
    {"has_next", hasNext, 0, 0, 0, "is there another value?"},
    {"next", next, 0, 0, 0, "the next value, or not_found"},
    {"next_pair", nextPair, 0, 0, 0, "the next `[key value]`, or not_found"},
};
constexpr BuiltinRow generatorRows[] = {
    {"iter", self, 0, 0, 0, "itself"},
    {"has_next", generatorHasNextMethod, 0, 0, 0, "is there another value? runs to the next yield"},
    {"next", generatorNextMethod, 0, 0, 0, "runs to the next yield: its value, or not_found"},
    {"next_pair", generatorNextPairMethod, 0, 0, 0, "the same for `[key value]` arrays"},
};

}  // namespace

Value functionIntent(Context& context, Value function) {
  const Value written = metadata(function, "intent");
  return isString(written) ? written : newString(context, "");
}

extern const BuiltinTable metadataTable, functionTable, selectorTable, namespaceTable, rangeTable,
    arrayIteratorTable, mapIteratorTable, rangeIteratorTable, lineIteratorTable, generatorTable;
constinit const BuiltinTable metadataTable{"", false, metadataRows};
constinit const BuiltinTable functionTable{"Function", true, functionRows};
constinit const BuiltinTable selectorTable{"Selector", true, selectorRows};
constinit const BuiltinTable namespaceTable{"Namespace", true, namespaceRows};
constinit const BuiltinTable rangeTable{"Range", true, rangeRows};
constinit const BuiltinTable arrayIteratorTable{"ArrayIterator", true, iteratorRows};
constinit const BuiltinTable mapIteratorTable{"MapIterator", true, iteratorRows};
constinit const BuiltinTable rangeIteratorTable{"RangeIterator", true, iteratorRows};
constinit const BuiltinTable lineIteratorTable{"LineIterator", true, iteratorRows};
constinit const BuiltinTable generatorTable{"Generator", true, generatorRows};

}  // namespace gene
