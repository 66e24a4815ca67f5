#pragma once
// Maps, hash maps and hash sets: one ordered hash table (MapObject). Map keys are symbol Values; HashMap and HashSet
// keys are any hashable values (06 §3). Insertion order; overwriting keeps the place.

#include "runtime/Context.h"
#include "runtime/object/Equality.h"
#include "runtime/object/String.h"

namespace gene {

/// `kind` is Map, HashMap or HashSet.
MapObject* newMap(Context& context, Kind kind = Kind::Map, uint32_t capacity = 0);
inline bool isMap(Value v) { return isKind(v, Kind::Map); }

inline uint32_t symbolHash(Symbol key) {
  return static_cast<uint32_t>(key.id * 0x9E3779B97F4A7C15ull >> 20);
}

// --- symbol keys: never raise ---------------------------------------------------------------------------------------
/// The entry number of `key`, or -1.
int32_t mapFind(const MapObject* map, Symbol key);
/// The value of `key`, or absent.
Value mapGet(const MapObject* map, Symbol key);
inline Value mapGetOr(const MapObject* map, Symbol key, Value otherwise) {
  const Value v = mapGet(map, key);
  return v.isAbsent() ? otherwise : v;
}
void mapPut(Context& context, MapObject* map, Symbol key, Value value);
/// Removes `key`; returns its value, or absent.
Value mapRemove(Context& context, MapObject* map, Symbol key);

// --- any keys: may run a user's `hash` and may raise (0 / false) -----------------------------------------------------
/// The value of `key`, absent if there is none, 0 if it raised ("Key is not hashable for HashMap: KIND").
Value tableGet(Context& context, MapObject* map, Value key);
bool tablePut(Context& context, MapObject* map, Value key, Value value);
Value tableRemove(Context& context, MapObject* map, Value key);

// --- keys of a HashMap or HashSet with their hash, as another one of those keeps it: run no user code, never raise ----
/// The first entry that `matches`, or -1; with an index, of those of this hash and few others. A place of the index holds the
/// number of an entry, from 1 on, and above it the bits of its hash that do not choose the place.
template <class F>
[[gnu::always_inline]] inline int64_t findEntry(const MapObject* map, uint32_t hash, F&& matches) {
  if (!map->index) {
    for (uint32_t i = 0; i < map->used; i++)
      if (matches(i)) return i;
    return -1;
  }
  const uint32_t mask = map->indexMask;
  for (uint32_t i = hash & mask; const uint32_t place = map->index[i]; i = (i + 1) & mask) {
    if ((place ^ hash) & ~mask) continue;
    if (const uint32_t entry = (place & mask) - 1; matches(entry)) return entry;
  }
  return -1;
}

/// Is it a key that only a Float may be equal to without being the same word?
inline bool isImmediateKey(Value key) { return !key.isObject() && !key.isFloat(); }
/// The entry number of a Float or object, or -1.
int64_t tableFindOther(Context& context, const MapObject* map, Value key, uint32_t hash);
/// The entry number of `key`, or -1.
[[gnu::always_inline]] inline int64_t tableFind(Context& context, const MapObject* map, Value key,
                                                uint32_t hash) {
  if (!isImmediateKey(key)) return tableFindOther(context, map, key, hash);
  return findEntry(map, hash, [&](uint32_t i) {
    const Value other = map->entries[i].key.get();
    return other == key || (GENE_UNLIKELY(other.isFloat()) && equal(context, other, key));
  });
}
/// Adds or replaces the entry of `key`.
void tableAdd(Context& context, MapObject* map, Value key, Value value, uint32_t hash);
/// Adds an entry for a key that has none; its number. Of a Map the key is a symbol, with its symbolHash.
uint32_t tableAppend(Context& context, MapObject* map, Value key, Value value, uint32_t hash);

// --- who asks for a key again: programs that count get an entry and then set it, others look whether it is there and get it --
/// Where the search in `map` that noteFound was told of last ended.
inline uint32_t& foundEntry(Context& context, const MapObject* map) {
  return context.foundEntries[reinterpret_cast<uintptr_t>(map) >> 5 & 15];
}
/// Gives the number of an entry, or -1, back.
inline int64_t noteFound(Context& context, const MapObject* map, int64_t entry) {
  if (entry >= 0) foundEntry(context, map) = static_cast<uint32_t>(entry);
  return entry;
}
/// The number of the entry with this key if that is what was found last, else -1. Looks at no hash and no index.
inline int64_t findAgain(Context& context, const MapObject* map, Value key) {
  const uint32_t entry = foundEntry(context, map);
  if (entry >= map->used || map->entries[entry].key.get() != key) return -1;
  // The same word is the same key, but for a Float, which may be NaN, and for what can change inside.
  if (key.isFloat() || (key.isObject() && !isKind(key, Kind::String))) return -1;
  return entry;
}
/// The number of the entry with such a key of a HashMap or HashSet, or -1.
inline int64_t findImmediate(Context& context, const MapObject* map, Value key) {
  const int64_t again = findAgain(context, map, key);
  if (again >= 0) return again;
  uint64_t hash;
  hashPlain(key, &hash);
  return noteFound(context, map, tableFind(context, map, key, static_cast<uint32_t>(hash)));
}

/// A key with what it is looked up by; the search makes it the symbol that a Map has for it.
struct TableKey {
  Value word;
  uint32_t hash = 0;
};
inline constexpr int64_t Unsearched = -2;
/// The entry number of a key, -1 where there is none; Unsearched where code of the program would have to run, or something is to
/// be raised. For -1 the hash is there.
int64_t searchTable(Context& context, const MapObject* map, TableKey& key);
/// The same for what most keys are, without a call: symbols and strings that know theirs in a Map, small ints in a HashMap or
/// HashSet; Unsearched, with the key as it was, for all others.
[[gnu::always_inline]] inline int64_t searchQuickly(const Context& context, const MapObject* map,
                                                    TableKey& key) {
  if (GENE_UNLIKELY(context.outOfMemory)) return Unsearched;
  if (map->is(Kind::Map)) {
    if (isString(key.word)) {
      const uint32_t symbol = as<StringObject>(key.word)->symbol;
      if (GENE_UNLIKELY(symbol == 0)) return Unsearched;
      key.word = Value::symbol(Symbol{symbol});
    }
    if (GENE_UNLIKELY(!key.word.isSymbol())) return Unsearched;
    key.hash = symbolHash(key.word.symbol());
    return findEntry(map, key.hash,
                     [&](uint32_t i) { return map->entries[i].key.get() == key.word; });
  }
  if (!key.word.isSmallInt()) return Unsearched;
  uint64_t wide = 0;
  hashPlain(key.word, &wide);
  key.hash = static_cast<uint32_t>(wide);
  bool isFloat = false;  // which may be equal to the int, or is passed by
  const int64_t i = findEntry(map, key.hash, [&](uint32_t entry) {
    const Value other = map->entries[entry].key.get();
    return other == key.word || GENE_UNLIKELY(isFloat = other.isFloat());
  });
  return isFloat ? Unsearched : i;
}

void mapClear(MapObject* map);
MapObject* mapCopy(Context& context, const MapObject* map);
/// The same entries without an index: to iterate over, not to look up in.
MapObject* mapSnapshot(Context& context, const MapObject* map);

/// Iteration over live entries in order: for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) map->entries[i]…
inline constexpr uint32_t MapEnd = 0xFFFFFFFF;
inline uint32_t mapNext(const MapObject* map, uint32_t i) {
  while (i < map->used && map->entries[i].key.get().isAbsent()) i++;
  return i < map->used ? i : MapEnd;
}

}  // namespace gene
