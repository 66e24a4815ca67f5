// Map, HashMap and HashSet methods (14 §4, 06 §3-4).

#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

MapObject* self(Arguments args) { return as<MapObject>(args[0]); }

Value pairOf(Context& context, Value key, Value value) {
  const Value items[] = {key, value};
  return Value::object(newArrayFrom(context, items, 2));
}

// --- all three ---------------------------------------------------------------------------------------------------------

Value size(Context&, Arguments args) { return Value::smallInt(self(args)->size); }
Value isEmpty(Context&, Arguments args) { return Value::boolean(self(args)->size == 0); }
Value isNotEmpty(Context&, Arguments args) { return Value::boolean(self(args)->size != 0); }
Value isImmutable(Context&, Arguments args) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}
Value iter(Context& context, Arguments args) {
  return Value::object(newIterator(context, args[0]));
}
Value values(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, self(args)->entries[i].value.get());
  return Value::object(result);
}
Value clear(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "clear", "clear")) return Value::pending();
  mapClear(self(args));
  return args[0];
}

// --- Map ---------------------------------------------------------------------------------------------------------------

bool mapKey(Context& context, Arguments args, const char* name, Symbol* key) {
  if (GENE_LIKELY(keyName(args[1], key))) return true;
  raiseType(context, std::string("Map.") + name + " key must be a string or symbol");
  explainKey(context);
  return false;
}

Value get(Context& context, Arguments args) {
  Symbol key;
  if (!mapKey(context, args, "get", &key)) return Value::pending();
  const MapObject* map = self(args);
  const int32_t i = mapFind(map, key);
  return i < 0 ? args.at(2) : map->entries[i].value.get();
}

Value set(Context& context, Arguments args) {
  Symbol key;
  if (!mapKey(context, args, "set", &key) || !checkMutable(context, args[0], "set", "set item on"))
    return Value::pending();
  mapPut(context, self(args), key, args[2]);
  return args[0];
}

Value has(Context&, Arguments args) {
  Symbol key;
  return Value::boolean(keyName(args[1], &key) && mapFind(self(args), key) >= 0);
}

Value del(Context& context, Arguments args) {
  Symbol key;
  if (!mapKey(context, args, "del", &key) || !checkMutable(context, args[0], "del", "delete from"))
    return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < args.count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Map.del key must be a string or symbol");
    const Value old = mapRemove(context, self(args), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}

Value merge(Context& context, Arguments args) {
  if (!isMap(args[1])) return raiseType(context, "Map.merge argument must be a map");
  if (!checkMutable(context, args[0], "merge", "merge into")) return Value::pending();
  MapObject* other = mapCopy(context, as<MapObject>(args[1]));
  for (uint32_t i = 0; (i = mapNext(other, i)) != MapEnd; i++)
    mapPut(context, self(args), other->entries[i].key.get().symbol(),
           other->entries[i].value.get());
  return args[0];
}

Value keys(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, keyString(context, self(args)->entries[i].key.get()));
  return Value::object(result);
}

Value pairs(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++) {
    const Value key = keyString(context, self(args)->entries[i].key.get());
    arrayPush(context, result, pairOf(context, key, self(args)->entries[i].value.get()));
  }
  return Value::object(result);
}

bool callback(Context& context, Value function, const char* what, bool sayKind = true) {
  if (isCallable(function)) return true;
  raiseType(context,
            std::string(what) + (sayKind ? ", got " + kindName(context, function) : std::string{}));
  return false;
}

/// Calls f(key value) for each entry of a snapshot and hands key, value and result to `use`. False if one raised.
template <class F>
bool forEachEntry(Context& context, MapObject* map, Value function, F&& use) {
  MapObject* snapshot = mapCopy(context, map);
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value key = snapshot->entries[i].key.get(), value = snapshot->entries[i].value.get();
    const Value pair[] = {keyString(context, key), value};
    const Value result = call(context, function, pair, 2);
    if (result.isPending()) return false;
    use(key.symbol(), value, result);
  }
  return true;
}

Value each(Context& context, Arguments args) {
  if (!callback(context, args[1], "each callback must be a function", false))
    return Value::pending();
  return forEachEntry(context, self(args), args[1], [](Symbol, Value, Value) {}) ? args[0]
                                                                                 : Value::pending();
}

Value map(Context& context, Arguments args) {
  if (!callback(context, args[1], "map callback must be callable")) return Value::pending();
  MapObject* result = newMap(context);
  const bool ok = forEachEntry(context, self(args), args[1], [&](Symbol key, Value, Value mapped) {
    mapPut(context, result, key, mapped);
  });
  return ok ? Value::object(result) : Value::pending();
}

Value filter(Context& context, Arguments args) {
  if (!callback(context, args[1], "filter predicate must be callable")) return Value::pending();
  MapObject* result = newMap(context);
  const bool ok =
      forEachEntry(context, self(args), args[1], [&](Symbol key, Value value, Value keep) {
        if (keep.isTruthy()) mapPut(context, result, key, value);
      });
  return ok ? Value::object(result) : Value::pending();
}

Value reduceEntries(Context& context, MapObject* map, Value accumulator, Value function) {
  MapObject* snapshot = mapCopy(context, map);
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) {
    const Value items[] = {accumulator, keyString(context, snapshot->entries[i].key.get()),
                           snapshot->entries[i].value.get()};
    accumulator = call(context, function, items, 3);
    if (accumulator.isPending()) break;
  }
  return accumulator;
}

Value reduce(Context& context, Arguments args) {
  if (!callback(context, args[2], "reduce reducer must be callable")) return Value::pending();
  return reduceEntries(context, self(args), args[1], args[2]);
}

Value toJson(Context& context, Arguments args) { return jsonText(context, args[0]); }

constexpr BuiltinRow mapRows[] = {
    {"size", size, "-> Int", "r", "the number of entries"},
    {"empty empty?", isEmpty, "-> Bool", "r", "true for `{}`"},
    {"not_empty?", isNotEmpty, "-> Bool", "r", "true unless empty"},
    {"get", get, "key:String|Symbol default? -> Value", "Rr",
     "the value of a key, else the default, else nil",
     Missing{"Map.get expects at least a key argument"}, TableMethod::Get},
    {"set", set, "key:String|Symbol value -> Map", "Rwa", "adds or replaces an entry; the map",
     Missing{"Map.set expects key and value arguments"}, TableMethod::Set},
    {"has contains", has, "key -> Bool", "r", "is there an entry?",
     Missing{"Map.has expects a key argument"}, TableMethod::Has},
    {"del", del, "key:String|Symbol more... -> Value", "Rrw",
     "removes entries; the last removed value, or nil",
     Missing{"Map.del expects at least a key argument"}},
    {"clear", clear, "-> Map", "Rw", "removes all entries; the map"},
    {"merge", merge, "other:Map -> Map", "Rrwa", "takes over all entries of another map; the map",
     Missing{"Map.merge expects a map argument"}},
    {"keys", keys, "-> Array", "ra", "the keys as Strings"},
    {"values", values, "-> Array", "ra", "the values"},
    {"pairs", pairs, "-> Array", "ra", "`[[key value] …]`"},
    {"each", each, "f -> Map", "Rrwac", "calls f(key value); the map",
     Missing{"Map.each requires a function"}},
    {"map", map, "f -> Map", "Rrwac", "a new map with f's results under the same keys",
     Missing{"Map.map requires a function"}},
    {"filter", filter, "f -> Map", "Rrwac", "a new map of the entries for which f is true",
     Missing{"Map.filter requires a predicate"}},
    {"reduce", reduce, "initial f -> Value", "Rrwac",
     "folds the entries with f(accumulator key value)",
     Missing{"Map.reduce requires an initial value and a reducer function"}},
    {"iter", iter, "-> Iterator", "ra", "an iterator over a snapshot"},
    {"immutable?", isImmutable, "-> Bool", "r", "is it sealed (`#{…}`)?"},
    {"to_json", toJson, "-> String", "Rrwac", "JSON text"},
};

// --- HashMap -----------------------------------------------------------------------------------------------------------

Value hashGet(Context& context, Arguments args) {
  if (isImmediateKey(args[1])) {
    const int64_t i = findImmediate(context, self(args), args[1]);
    return i < 0 ? args.at(2) : self(args)->entries[i].value.get();
  }
  const Value found = tableGet(context, self(args), args[1]);
  return found.isAbsent() ? args.at(2) : found;
}

Value hashSet(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "set", "set item on")) return Value::pending();
  if (isImmediateKey(args[1]))
    if (const int64_t i = findImmediate(context, self(args), args[1]); i >= 0) {
      self(args)->entries[i].value.set(args[2]);
      return args[0];
    }
  return tablePut(context, self(args), args[1], args[2]) ? args[0] : Value::pending();
}

Value hashHas(Context& context, Arguments args) {
  if (isImmediateKey(args[1]))
    return Value::boolean(findImmediate(context, self(args), args[1]) >= 0);
  const Value found = tableGet(context, self(args), args[1]);
  return found.isPending() ? found : Value::boolean(!found.isAbsent());
}

/// Removes all keys; gives what `pick` makes of the last one that was there.
template <class F>
Value removeAll(Context& context, Arguments args, F&& pick) {
  Value removed = Value::nil();
  for (uint32_t i = 1; i < args.count; i++) {
    const Value old = tableRemove(context, self(args), args[i]);
    if (old.isPending()) return old;
    if (!old.isAbsent()) removed = pick(args[i], old);
  }
  return removed;
}

Value hashDelete(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "delete", "delete from")) return Value::pending();
  return removeAll(context, args, [](Value, Value old) { return old; });
}

Value members(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, self(args)->entries[i].key.get());
  return Value::object(result);
}

Value hashPairs(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(
        context, result,
        pairOf(context, self(args)->entries[i].key.get(), self(args)->entries[i].value.get()));
  return Value::object(result);
}

Value newHashMap(Context& context, Arguments args) {
  if (args.keywordCount != 0)
    return raiseArgument(context, "HashMap constructor does not accept keyword arguments");
  if (args.count % 2)
    return raiseArgument(context, "HashMap literals expect alternating key/value entries");
  MapObject* map = newMap(context, Kind::HashMap);
  for (uint32_t i = 0; i < args.count; i += 2)
    if (!tablePut(context, map, args[i], args[i + 1])) return Value::pending();
  return Value::object(map);
}

constexpr BuiltinRow hashMapRows[] = {
    {"get", hashGet, "key default? -> Value", "Rrwac",
     "the value of a key, else the default, else nil",
     Missing{"HashMap.get expects at least a key argument"}, TableMethod::Get},
    {"set", hashSet, "key value -> HashMap", "Rrwac", "adds or replaces an entry; the map",
     Missing{"HashMap.set expects key and value arguments"}, TableMethod::Set},
    {"has contains", hashHas, "key -> Bool", "Rrwac", "is there an entry?",
     Missing{"HashMap.has expects a key argument"}, TableMethod::Has},
    {"delete del", hashDelete, "key more... -> Value", "Rrwac",
     "removes entries; the last removed value, or nil",
     Missing{"HashMap.delete expects at least a key argument"}},
    {"size", size, "-> Int", "r", "the number of entries"},
    {"clear", clear, "-> HashMap", "Rw", "removes all entries; the map"},
    {"keys", members, "-> Array", "ra", "the keys"},
    {"values", values, "-> Array", "ra", "the values"},
    {"pairs", hashPairs, "-> Array", "ra", "`[[key value] …]`"},
    {"iter", iter, "-> Iterator", "ra", "an iterator over a snapshot"},
    {"immutable?", isImmutable, "-> Bool", "r", "is it sealed (`#{{…}}`)?"},
};
constexpr BuiltinRow hashMapNew[] = {
    {"new", newHashMap, "keys-and-values... ^... -> HashMap", "Rrwac",
     "a map of alternating keys and values", Constructor},
};

// --- HashSet -----------------------------------------------------------------------------------------------------------

Value setAdd(Context& context, Arguments args) {
  for (uint32_t i = 1; i < args.count; i++)
    if (!tablePut(context, self(args), args[i], Value::nil())) return Value::pending();
  return args[0];
}

Value setDelete(Context& context, Arguments args) {
  return removeAll(context, args, [](Value member, Value) { return member; });
}

bool otherSet(Context& context, Arguments args, const char* name) {
  const std::string who = std::string("HashSet.") + name;
  if (isKind(args[1], Kind::HashSet)) return true;
  raiseType(context, who + " expects a HashSet argument");
  return false;
}

/// A set of the receiver's members that are (or are not) in the argument.
Value selected(Context& context, Arguments args, bool inOther) {
  MapObject* result = newMap(context, Kind::HashSet);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++) {
    const Value member = self(args)->entries[i].key.get();
    const uint32_t hash = self(args)->hashes()[i];
    if ((tableFind(context, as<MapObject>(args[1]), member, hash) >= 0) == inOther)
      tableAdd(context, result, member, Value::nil(), hash);
  }
  return Value::object(result);
}

Value setUnion(Context& context, Arguments args) {
  if (!otherSet(context, args, "union")) return Value::pending();
  MapObject* result = mapCopy(context, self(args));
  auto* other = as<MapObject>(args[1]);
  for (uint32_t i = 0; (i = mapNext(other, i)) != MapEnd; i++)
    tableAdd(context, result, other->entries[i].key.get(), Value::nil(), other->hashes()[i]);
  return Value::object(result);
}
Value setIntersect(Context& context, Arguments args) {
  return otherSet(context, args, "intersect") ? selected(context, args, true) : Value::pending();
}
Value setDiff(Context& context, Arguments args) {
  return otherSet(context, args, "diff") ? selected(context, args, false) : Value::pending();
}

Value isSubset(Context& context, Arguments args) {
  if (!otherSet(context, args, "subset?")) return Value::pending();
  return Value::boolean(as<MapObject>(selected(context, args, true))->size == self(args)->size);
}

Value newHashSet(Context& context, Arguments args) {
  if (args.keywordCount != 0)
    return raiseArgument(context, "HashSet constructor does not accept keyword arguments");
  MapObject* set = newMap(context, Kind::HashSet);
  for (uint32_t i = 0; i < args.count; i++)
    if (!tablePut(context, set, args[i], Value::nil())) return Value::pending();
  return Value::object(set);
}

constexpr BuiltinRow hashSetRows[] = {
    {"has contains", hashHas, "member -> Bool", "Rrwac", "is it a member?",
     Missing{"HashSet.has expects a member argument"}, TableMethod::Has},
    {"add", setAdd, "member more... -> HashSet", "Rrwac", "adds members; the set",
     Missing{"HashSet.add expects at least one member argument"}, TableMethod::Add},
    {"delete del", setDelete, "member more... -> Value", "Rrwac",
     "removes members; the last removed one, or nil",
     Missing{"HashSet.delete expects at least one member argument"}},
    {"size", size, "-> Int", "r", "the number of members"},
    {"clear", clear, "-> HashSet", "Rw", "removes all members; the set"},
    {"to_array", members, "-> Array", "ra", "the members"},
    {"iter", iter, "-> Iterator", "ra", "an iterator over a copy"},
    {"union", setUnion, "other:HashSet -> HashSet", "Rrwac", "members of either set",
     Missing{"HashSet.union expects another HashSet"}},
    {"intersect", setIntersect, "other:HashSet -> HashSet", "Rrwac", "members of both sets",
     Missing{"HashSet.intersect expects another HashSet"}},
    {"diff", setDiff, "other:HashSet -> HashSet", "Rrwac", "members that are not in the other set",
     Missing{"HashSet.diff expects another HashSet"}},
    {"subset?", isSubset, "other:HashSet -> Bool", "Rrwac", "are all members in the other set?",
     Missing{"HashSet.subset? expects another HashSet"}},
};
constexpr BuiltinRow hashSetNew[] = {
    {"new", newHashSet, "member... ^... -> HashSet", "Rrwac", "a set of these members",
     Constructor},
};

}  // namespace

BUILTIN_TABLE(mapTable, "Map", Methods, mapRows)
BUILTIN_TABLE(hashMapTable, "HashMap", Methods, hashMapRows)
BUILTIN_TABLE(hashSetTable, "HashSet", Methods, hashSetRows)
BUILTIN_TABLE(hashMapConstructors, "HashMap", Functions, hashMapNew)
BUILTIN_TABLE(hashSetConstructors, "HashSet", Functions, hashSetNew)

}  // namespace gene
