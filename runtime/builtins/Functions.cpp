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

Value intent(Context& context, Arguments args) { return functionIntent(context, args[0]); }

Value examples(Context& context, Arguments args) {
  const Value written = metadata(args[0], "examples");
  return isArray(written) ? copyData(context, written) : Value::object(newArray(context, 0));
}

template <Builtin F>
Value ofFunction(Context& context, Arguments args, const char* name) {
  if (!isCallable(args[0])) return raiseType(context, std::string(name) + " expects a function");
  return F(context, args);
}
Value intentOf(Context& context, Arguments args) {
  return ofFunction<intent>(context, args, "function_intent");
}
Value examplesOf(Context& context, Arguments args) {
  return ofFunction<examples>(context, args, "function_examples");
}

constexpr BuiltinRow metadataRows[] = {
    {"function_intent", intentOf, "function -> Value", "Rra",
     "the `^intent` of a function, or `\"\"`", Missing{"function_intent requires a function"}},
    {"function_examples", examplesOf, "function -> Value", "Rra",
     "the `^examples` of a function, or `[]`", Missing{"function_examples requires a function"}},
};

constexpr BuiltinRow functionRows[] = {
    {"call", callReceiver, "argument... ^... -> Value", "Rrwac",
     "calls the function with these arguments"},
    {"intent", intent, "-> Value", "Rra", "the `^intent` of the definition, or `\"\"`"},
    {"examples", examples, "-> Value", "Rra", "the `^examples` of the definition, or `[]`"},
};

// --- selectors ---------------------------------------------------------------------------------------------------------

Value callSelector(Context& context, Arguments args) {
  return applySelector(context, as<SelectorObject>(args[0]), args[1],
                       args.count > 2 ? args[2] : Value::absent());
}

constexpr BuiltinRow selectorRows[] = {
    {"call", callSelector, "target default? -> Value", "Rrwac",
     "applies the selector to a target, with a default",
     Missing{"Selector.call expects a target value"}},
};

// --- namespaces --------------------------------------------------------------------------------------------------------

NamespaceObject* ns(Arguments args) { return as<NamespaceObject>(args[0]); }
MapObject* members(Arguments args) { return as<MapObject>(ns(args)->members.get()); }

Value nsName(Context& context, Arguments args) {
  return newString(context, ns(args)->name.get().symbol().text());
}
Value nsHas(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Namespace.has", &key)) return Value::pending();
  return Value::boolean(mapFind(members(args), key) >= 0);
}
Value nsGet(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Namespace.get", &key)) return Value::pending();
  return mapGetOr(members(args), key, args.at(2));
}
Value nsSet(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Namespace.set", &key)) return Value::pending();
  if (!mayChange(context, args[0])) return Value::pending();
  namespaceSet(context, ns(args), key, args[2]);
  return args[0];
}
Value nsDel(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Namespace.del", &key)) return Value::pending();
  if (!mayChange(context, args[0])) return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < args.count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Namespace.del key must be a string or symbol");
    const Value old = mapRemove(context, members(args), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}
Value nsSize(Context&, Arguments args) { return Value::smallInt(members(args)->size); }
Value nsEmpty(Context&, Arguments args) { return Value::boolean(members(args)->size == 0); }
Value nsNotEmpty(Context&, Arguments args) { return Value::boolean(members(args)->size != 0); }
Value nsClear(Context& context, Arguments args) {
  if (!mayChange(context, args[0])) return Value::pending();
  mapClear(members(args));
  return args[0];
}

enum class Part { Keys, Values, Pairs };
Value parts(Context& context, Arguments args, Part part) {
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
Value nsKeys(Context& context, Arguments args) { return parts(context, args, Part::Keys); }
Value nsValues(Context& context, Arguments args) { return parts(context, args, Part::Values); }
Value nsPairs(Context& context, Arguments args) { return parts(context, args, Part::Pairs); }

bool nsCallback(Context& context, Arguments args, uint32_t at, const char* name) {
  if (args.count > at && isCallable(args[at])) return true;
  raiseType(context, std::string(name) + " callback must be callable, got " +
                         (args.count > at ? kindName(context, args[at]) : std::string("Nil")));
  return false;
}

Value nsEach(Context& context, Arguments args) {
  if (!nsCallback(context, args, 1, "each")) return Value::pending();
  MapObject* snapshot = mapCopy(context, members(args));
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value pair[] = {keyString(context, snapshot->entries[i].key.get()),
                          snapshot->entries[i].value.get()};
    if (call(context, args[1], pair, 2).isPending()) return Value::pending();
  }
  return args[0];
}

Value nsMap(Context& context, Arguments args) {
  if (!nsCallback(context, args, 1, "map")) return Value::pending();
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

Value nsReduce(Context& context, Arguments args) {
  if (!nsCallback(context, args, 2, "reduce")) return Value::pending();
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

Value onMemberMissing(Context& context, Arguments args) {
  if (!nsCallback(context, args, 1, "on_member_missing")) return Value::pending();
  if (!mayChange(context, args[0])) return Value::pending();
  if (ns(args)->handlers.get().isNil()) ns(args)->handlers.set(Value::object(newArray(context, 1)));
  arrayPush(context, as<ArrayObject>(ns(args)->handlers.get()), args[1]);
  return args[0];
}

constexpr BuiltinRow namespaceRows[] = {
    {"name to_s", nsName, "-> String", "Rrwa", "its name"},
    {"has", nsHas, "name -> Bool", "Rrwa", "is there a member of its own?",
     Missing{"Namespace.has requires a key"}},
    {"get", nsGet, "name default? -> Value", "Rrwac", "a member, else the default, else nil",
     Missing{"Namespace.get requires a key"}},
    {"set", nsSet, "name value -> Namespace", "Rrwac", "adds or replaces a member; the namespace",
     Missing{"Namespace.set requires key and value"}},
    {"del", nsDel, "name more... -> Value", "Rrwac",
     "removes members; the last removed value, or nil", Missing{"Namespace.del requires a key"}},
    {"size", nsSize, "-> Int", "rw", "the number of members"},
    {"empty empty?", nsEmpty, "-> Bool", "rw", "true without members"},
    {"not_empty?", nsNotEmpty, "-> Bool", "rw", "true with members"},
    {"clear", nsClear, "-> Namespace", "Rrw", "removes all members; the namespace"},
    {"keys", nsKeys, "-> Array", "rwa", "the members' names"},
    {"values", nsValues, "-> Array", "rwa", "the members"},
    {"pairs", nsPairs, "-> Array", "rwa", "`[[name member] …]`"},
    {"each", nsEach, "f -> Namespace", "Rrwac", "calls f(name member); the namespace"},
    {"map", nsMap, "f -> Map", "Rrwac", "a map of f's results under the same names"},
    {"reduce", nsReduce, "initial f -> Value", "Rrwac",
     "folds the members with f(accumulator name member)"},
    {"on_member_missing", onMemberMissing, "f -> Value", "Rrwac",
     "registers a function that supplies missing members"},
};

// --- ranges and iterators ----------------------------------------------------------------------------------------------

Value iter(Context& context, Arguments args) {
  return Value::object(newIterator(context, args[0]));
}
Value self(Context&, Arguments args) { return args[0]; }
Value hasNext(Context& context, Arguments args) {
  const bool more = iteratorHasNext(context, as<IteratorObject>(args[0]));
  return context.exception.isPending() ? Value::boolean(more) : Value::pending();
}
Value next(Context& context, Arguments args) {
  return iteratorNext(context, as<IteratorObject>(args[0]));
}
Value nextPair(Context& context, Arguments args) {
  return iteratorNextPair(context, as<IteratorObject>(args[0]));
}

GeneratorObject* generator(Arguments args) { return as<GeneratorObject>(args[0]); }
Value generatorHasNextMethod(Context& context, Arguments args) {
  return generatorHasNext(context, generator(args));
}
Value generatorNextMethod(Context& context, Arguments args) {
  return generatorNext(context, generator(args));
}
Value generatorNextPairMethod(Context& context, Arguments args) {
  return generatorNextPair(context, generator(args));
}

constexpr BuiltinRow rangeRows[] = {
    {"iter", iter, "-> Iterator", "Rra", "an iterator over its values"},
};
constexpr BuiltinRow iteratorRows[] = {
    {"iter", self, "-> Iterator", "", "itself"},
    {"has_next", hasNext, "-> Bool", "Rrwac", "is there another value?"},
    {"next", next, "-> Value", "Rrwac", "the next value, or not_found"},
    {"next_pair", nextPair, "-> Value", "Rrwac", "the next `[key value]`, or not_found"},
};
constexpr BuiltinRow generatorRows[] = {
    {"iter", self, "-> Generator", "", "itself"},
    {"has_next", generatorHasNextMethod, "-> Bool", "Rrwac",
     "is there another value? runs to the next yield"},
    {"next", generatorNextMethod, "-> Value", "Rrwac",
     "runs to the next yield: its value, or not_found"},
    {"next_pair", generatorNextPairMethod, "-> Value", "Rrwac",
     "the same for `[key value]` arrays"},
};

}  // namespace

Value functionIntent(Context& context, Value function) {
  const Value written = metadata(function, "intent");
  return isString(written) ? written : newString(context, "");
}

BUILTIN_TABLE(metadataTable, "", Functions, metadataRows)
BUILTIN_TABLE(functionTable, "Function", Methods, functionRows)
BUILTIN_TABLE(selectorTable, "Selector", Methods, selectorRows)
BUILTIN_TABLE(namespaceTable, "Namespace", Methods, namespaceRows)
BUILTIN_TABLE(rangeTable, "Range", Methods, rangeRows)
BUILTIN_TABLE(arrayIteratorTable, "ArrayIterator", Methods, iteratorRows)
BUILTIN_TABLE(mapIteratorTable, "MapIterator", Methods, iteratorRows)
BUILTIN_TABLE(rangeIteratorTable, "RangeIterator", Methods, iteratorRows)
BUILTIN_TABLE(lineIteratorTable, "LineIterator", Methods, iteratorRows)
BUILTIN_TABLE(generatorTable, "Generator", Methods, generatorRows)

}  // namespace gene
