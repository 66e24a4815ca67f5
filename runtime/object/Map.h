#pragma once
// Maps, hash maps and hash sets: one ordered hash table (MapObject). Map keys are symbol Values; HashMap and HashSet
// keys are any hashable values (06 §3). Insertion order; overwriting keeps the place.

#include "runtime/Context.h"
#include "runtime/object/Equality.h"

namespace gene {

/// `kind` is Map, HashMap or HashSet.
MapObject* newMap(Context& context, Kind kind = Kind::Map, uint32_t capacity = 0);
inline bool isMap(Value v) { return isKind(v, Kind::Map); }

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
int64_t findEntry(const MapObject* map, uint32_t hash, F&& matches) {
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

/// The entry number of `key`, or -1.
inline int64_t tableFind(Context& context, const MapObject* map, Value key, uint32_t hash) {
  const auto keyAt = [&](uint32_t i) { return map->entries[i].key.get(); };
  if (!key.isObject() && !key.isFloat())  // only a Float may be equal without being the same word
    return findEntry(map, hash, [&](uint32_t i) {
      const Value other = keyAt(i);
      return other == key || (GENE_UNLIKELY(other.isFloat()) && equal(context, other, key));
    });
  const uint32_t* hashes = map->hashes();
  if (isKind(key, Kind::String))
    return findEntry(map, hash, [&](uint32_t i) {
      const Value other = keyAt(i);
      if (other == key) return true;
      return hashes[i] == hash && isKind(other, Kind::String) &&
             stringsEqual(as<StringObject>(other), as<StringObject>(key));
    });
  return findEntry(map, hash, [&](uint32_t i) {
    if (hashes[i] != hash) return false;
    const Value other = keyAt(i);
    if (other == key && !key.isFloat()) return true;  // a NaN is no key's equal
    return !other.isAbsent() && equal(context, other, key);
  });
}
void tableAdd(Context& context, MapObject* map, Value key, Value value, uint32_t hash);

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
