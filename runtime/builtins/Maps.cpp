// Map, HashMap and HashSet methods (14 §4, 06 §3-4).

#include "runtime/builtins/Builtins.h"
#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

MapObject* self(const Value* args) { return as<MapObject>(args[0]); }

Value pairOf(Context& context, Value key, Value value) {
  const Value items[] = {key, value};
  return Value::object(newArrayFrom(context, items, 2));
}

// --- all three ---------------------------------------------------------------------------------------------------------

Value size(Context&, const Value* args, uint32_t) { return Value::smallInt(self(args)->size); }
Value isEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->size == 0);
}
Value isNotEmpty(Context&, const Value* args, uint32_t) {
  return Value::boolean(self(args)->size != 0);
}
Value isImmutable(Context&, const Value* args, uint32_t) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}
Value iter(Context& context, const Value* args, uint32_t) {
  return Value::object(newIterator(context, args[0]));
}
Value values(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, self(args)->entries[i].value.get());
  return Value::object(result);
}
Value clear(Context& context, const Value* args, uint32_t) {
  if (!checkMutable(context, args[0], "clear", "clear")) return Value::pending();
  mapClear(self(args));
  return args[0];
}

// --- Map ---------------------------------------------------------------------------------------------------------------

bool mapKey(Context& context, const Value* args, uint32_t count, uint32_t needed, const char* name,
            const char* expected, Symbol* key) {
  if (GENE_LIKELY(count >= needed && keyName(args[1], key))) return true;
  const std::string who = std::string("Map.") + name;
  if (count < needed)
    raiseArgument(context, who + " expects " + expected);
  else
    raiseType(context, who + " key must be a string or symbol");
  return false;
}

Value get(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!mapKey(context, args, count, 2, "get", "at least a key argument", &key))
    return Value::pending();
  return mapGetOr(self(args), key, argument(args, count, 2));
}

Value set(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!mapKey(context, args, count, 3, "set", "key and value arguments", &key) ||
      !checkMutable(context, args[0], "set", "set item on"))
    return Value::pending();
  mapPut(context, self(args), key, args[2]);
  return args[0];
}

Value has(Context&, const Value* args, uint32_t count) {
  Symbol key;
  return Value::boolean(count > 1 && keyName(args[1], &key) && mapFind(self(args), key) >= 0);
}

Value del(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!mapKey(context, args, count, 2, "del", "at least a key argument", &key) ||
      !checkMutable(context, args[0], "del", "delete from"))
    return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Map.del key must be a string or symbol");
    const Value old = mapRemove(context, self(args), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}

Value merge(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Map.merge expects a map argument");
  if (!isMap(args[1])) return raiseType(context, "Map.merge argument must be a map");
  if (!checkMutable(context, args[0], "merge", "merge into")) return Value::pending();
  MapObject* other = mapCopy(context, as<MapObject>(args[1]));
  for (uint32_t i = 0; (i = mapNext(other, i)) != MapEnd; i++)
    mapPut(context, self(args), other->entries[i].key.get().symbol(),
           other->entries[i].value.get());
  return args[0];
}

Value keys(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, keyString(context, self(args)->entries[i].key.get()));
  return Value::object(result);
}

Value pairs(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++) {
    const Value key = keyString(context, self(args)->entries[i].key.get());
    arrayPush(context, result, pairOf(context, key, self(args)->entries[i].value.get()));
  }
  return Value::object(result);
}

bool callback(Context& context, const Value* args, uint32_t count, uint32_t at, const char* missing,
              const char* what, bool sayKind = true) {
  if (count <= at) {
    raiseArgument(context, missing);
    return false;
  }
  if (isCallable(args[at])) return true;
  raiseType(context,
            std::string(what) + (sayKind ? ", got " + kindName(context, args[at]) : std::string{}));
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

Value each(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Map.each requires a function",
                "each callback must be a function", false))
    return Value::pending();
  return forEachEntry(context, self(args), args[1], [](Symbol, Value, Value) {}) ? args[0]
                                                                                 : Value::pending();
}

Value map(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Map.map requires a function",
                "map callback must be callable"))
    return Value::pending();
  MapObject* result = newMap(context);
  const bool ok = forEachEntry(context, self(args), args[1], [&](Symbol key, Value, Value mapped) {
    mapPut(context, result, key, mapped);
  });
  return ok ? Value::object(result) : Value::pending();
}

Value filter(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 1, "Map.filter requires a predicate",
                "filter predicate must be callable"))
    return Value::pending();
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

Value reduce(Context& context, const Value* args, uint32_t count) {
  if (!callback(context, args, count, 2,
                "Map.reduce requires an initial value and a reducer function",
                "reduce reducer must be callable"))
    return Value::pending();
  return reduceEntries(context, self(args), args[1], args[2]);
}

Value toJson(Context& context, const Value* args, uint32_t) { return jsonText(context, args[0]); }

constexpr BuiltinRow mapRows[] = {
    {"size", size, 0, 0, 0, "the number of entries"},
    {"empty empty?", isEmpty, 0, 0, 0, "true for `{}`"},
    {"not_empty?", isNotEmpty, 0, 0, 0, "true unless empty"},
    {"get", get, 1, 2, 0, "the value of a key, else the default, else nil"},
    {"set", set, 2, 2, 0, "adds or replaces an entry; the map"},
    {"has contains", has, 1, 1, 0, "is there an entry?"},
    {"del", del, 1, -1, 0, "removes entries; the last removed value, or nil"},
    {"clear", clear, 0, 0, 0, "removes all entries; the map"},
    {"merge", merge, 1, 1, 0, "takes over all entries of another map; the map"},
    {"keys", keys, 0, 0, 0, "the keys as Strings"},
    {"values", values, 0, 0, 0, "the values"},
    {"pairs", pairs, 0, 0, 0, "`[[key value] …]`"},
    {"each", each, 1, 1, 0, "calls f(key value); the map"},
    {"map", map, 1, 1, 0, "a new map with f's results under the same keys"},
    {"filter", filter, 1, 1, 0, "a new map of the entries for which f is true"},
    {"reduce", reduce, 2, 2, 0, "folds the entries with f(accumulator key value)"},
    {"iter", iter, 0, 0, 0, "an iterator over a snapshot"},
    {"immutable?", isImmutable, 0, 0, 0, "is it sealed (`#{…}`)?"},
    {"to_json", toJson, 0, 0, 0, "JSON text"},
};

// --- HashMap -----------------------------------------------------------------------------------------------------------

Value hashGet(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "HashMap.get expects at least a key argument");
  const Value found = tableGet(context, self(args), args[1]);
  return found.isAbsent() ? argument(args, count, 2) : found;
}

Value hashSet(Context& context, const Value* args, uint32_t count) {
  if (count < 3) return raiseArgument(context, "HashMap.set expects key and value arguments");
  if (!checkMutable(context, args[0], "set", "set item on")) return Value::pending();
  return tablePut(context, self(args), args[1], args[2]) ? args[0] : Value::pending();
}

Value tableHas(Context& context, const Value* args, uint32_t count, const char* missing) {
  if (count < 2) return raiseArgument(context, missing);
  const Value found = tableGet(context, self(args), args[1]);
  return found.isPending() ? found : Value::boolean(!found.isAbsent());
}
Value hashHas(Context& context, const Value* args, uint32_t count) {
  return tableHas(context, args, count, "HashMap.has expects a key argument");
}

/// Removes all keys; gives what `pick` makes of the last one that was there.
template <class F>
Value removeAll(Context& context, const Value* args, uint32_t count, F&& pick) {
  Value removed = Value::nil();
  for (uint32_t i = 1; i < count; i++) {
    const Value old = tableRemove(context, self(args), args[i]);
    if (old.isPending()) return old;
    if (!old.isAbsent()) removed = pick(args[i], old);
  }
  return removed;
}

Value hashDelete(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "HashMap.delete expects at least a key argument");
  if (!checkMutable(context, args[0], "delete", "delete from")) return Value::pending();
  return removeAll(context, args, count, [](Value, Value old) { return old; });
}

Value members(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(context, result, self(args)->entries[i].key.get());
  return Value::object(result);
}

Value hashPairs(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++)
    arrayPush(
        context, result,
        pairOf(context, self(args)->entries[i].key.get(), self(args)->entries[i].value.get()));
  return Value::object(result);
}

Value newHashMap(Context& context, const Value* args, uint32_t count) {
  if (!context.keywords.isNil())
    return raiseArgument(context, "HashMap constructor does not accept keyword arguments");
  if (count % 2)
    return raiseArgument(context, "HashMap literals expect alternating key/value entries");
  MapObject* map = newMap(context, Kind::HashMap);
  for (uint32_t i = 0; i < count; i += 2)
    if (!tablePut(context, map, args[i], args[i + 1])) return Value::pending();
  return Value::object(map);
}

constexpr BuiltinRow hashMapRows[] = {
    {"get", hashGet, 1, 2, 0, "the value of a key, else the default, else nil"},
    {"set", hashSet, 2, 2, 0, "adds or replaces an entry; the map"},
    {"has contains", hashHas, 1, 1, 0, "is there an entry?"},
    {"delete del", hashDelete, 1, -1, 0, "removes entries; the last removed value, or nil"},
    {"size", size, 0, 0, 0, "the number of entries"},
    {"clear", clear, 0, 0, 0, "removes all entries; the map"},
    {"keys", members, 0, 0, 0, "the keys"},
    {"values", values, 0, 0, 0, "the values"},
    {"pairs", hashPairs, 0, 0, 0, "`[[key value] …]`"},
    {"iter", iter, 0, 0, 0, "an iterator over a snapshot"},
    {"immutable?", isImmutable, 0, 0, 0, "is it sealed (`#{{…}}`)?"},
};
constexpr BuiltinRow hashMapNew[] = {
    {"new", newHashMap, 0, -1, Constructor, "a map of alternating keys and values"},
};

// --- HashSet -----------------------------------------------------------------------------------------------------------

Value setHas(Context& context, const Value* args, uint32_t count) {
  return tableHas(context, args, count, "HashSet.has expects a member argument");
}

Value setAdd(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "HashSet.add expects at least one member argument");
  for (uint32_t i = 1; i < count; i++)
    if (!tablePut(context, self(args), args[i], Value::nil())) return Value::pending();
  return args[0];
}

Value setDelete(Context& context, const Value* args, uint32_t count) {
  if (count < 2)
    return raiseArgument(context, "HashSet.delete expects at least one member argument");
  return removeAll(context, args, count, [](Value member, Value) { return member; });
}

bool otherSet(Context& context, const Value* args, uint32_t count, const char* name) {
  const std::string who = std::string("HashSet.") + name;
  if (count < 2) {
    raiseArgument(context, who + " expects another HashSet");
    return false;
  }
  if (isKind(args[1], Kind::HashSet)) return true;
  raiseType(context, who + " expects a HashSet argument");
  return false;
}

/// A set of the receiver's members that are (or are not) in the argument.
Value selected(Context& context, const Value* args, bool inOther) {
  MapObject* result = newMap(context, Kind::HashSet);
  for (uint32_t i = 0; (i = mapNext(self(args), i)) != MapEnd; i++) {
    const Value member = self(args)->entries[i].key.get();
    const uint32_t hash = self(args)->hashes()[i];
    if ((tableFind(context, as<MapObject>(args[1]), member, hash) >= 0) == inOther)
      tableAdd(context, result, member, Value::nil(), hash);
  }
  return Value::object(result);
}

Value setUnion(Context& context, const Value* args, uint32_t count) {
  if (!otherSet(context, args, count, "union")) return Value::pending();
  MapObject* result = mapCopy(context, self(args));
  auto* other = as<MapObject>(args[1]);
  for (uint32_t i = 0; (i = mapNext(other, i)) != MapEnd; i++)
    tableAdd(context, result, other->entries[i].key.get(), Value::nil(), other->hashes()[i]);
  return Value::object(result);
}
Value setIntersect(Context& context, const Value* args, uint32_t count) {
  return otherSet(context, args, count, "intersect") ? selected(context, args, true)
                                                     : Value::pending();
}
Value setDiff(Context& context, const Value* args, uint32_t count) {
  return otherSet(context, args, count, "diff") ? selected(context, args, false) : Value::pending();
}

Value isSubset(Context& context, const Value* args, uint32_t count) {
  if (!otherSet(context, args, count, "subset?")) return Value::pending();
  return Value::boolean(as<MapObject>(selected(context, args, true))->size == self(args)->size);
}

Value newHashSet(Context& context, const Value* args, uint32_t count) {
  if (!context.keywords.isNil())
    return raiseArgument(context, "HashSet constructor does not accept keyword arguments");
  MapObject* set = newMap(context, Kind::HashSet);
  for (uint32_t i = 0; i < count; i++)
    if (!tablePut(context, set, args[i], Value::nil())) return Value::pending();
  return Value::object(set);
}

constexpr BuiltinRow hashSetRows[] = {
    {"has contains", setHas, 1, 1, 0, "is it a member?"},
    {"add", setAdd, 1, -1, 0, "adds members; the set"},
    {"delete del", setDelete, 1, -1, 0, "removes members; the last removed one, or nil"},
    {"size", size, 0, 0, 0, "the number of members"},
    {"clear", clear, 0, 0, 0, "removes all members; the set"},
    {"to_array", members, 0, 0, 0, "the members"},
    {"iter", iter, 0, 0, 0, "an iterator over a copy"},
    {"union", setUnion, 1, 1, 0, "members of either set"},
    {"intersect", setIntersect, 1, 1, 0, "members of both sets"},
    {"diff", setDiff, 1, 1, 0, "members that are not in the other set"},
    {"subset?", isSubset, 1, 1, 0, "are all members in the other set?"},
};
constexpr BuiltinRow hashSetNew[] = {
    {"new", newHashSet, 0, -1, Constructor, "a set of these members"},
};

}  // namespace

extern const BuiltinTable mapTable, hashMapTable, hashSetTable, hashMapConstructors,
    hashSetConstructors;
constinit const BuiltinTable mapTable{"Map", true, mapRows};
constinit const BuiltinTable hashMapTable{"HashMap", true, hashMapRows};
constinit const BuiltinTable hashSetTable{"HashSet", true, hashSetRows};
constinit const BuiltinTable hashMapConstructors{"HashMap", false, hashMapNew};
constinit const BuiltinTable hashSetConstructors{"HashSet", false, hashSetNew};

}  // namespace gene
