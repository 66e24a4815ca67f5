#include "runtime/object/Map.h"

#include <cstring>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Equality.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

constexpr uint32_t LinearLimit = 8;  // entries that are found without an index
constexpr uint32_t MostInline = 8;   // entries in the object itself

void freeIndex(MapObject* map) {
  if (!map->index) return;
  freePayload(map->index, (size_t{map->indexMask} + 1) * sizeof(uint32_t));
  map->index = nullptr;
}

void insertIndex(MapObject* map, uint32_t hash, uint32_t entry) {
  uint32_t i = hash & map->indexMask;
  while (map->index[i]) i = (i + 1) & map->indexMask;
  GENE_ASSERT(entry < map->indexMask, "an index has more places than entries");
  map->index[i] = (hash & ~map->indexMask) | (entry + 1);
}

void rebuildIndex(Context& context, MapObject* map) {
  freeIndex(map);
  if (map->used <= LinearLimit) return;
  uint32_t size = 16;
  while (size < map->capacity * 2) size *= 2;
  map->index = static_cast<uint32_t*>(allocatePayload(context, size_t{size} * sizeof(uint32_t)));
  std::memset(map->index, 0, size_t{size} * sizeof(uint32_t));
  map->indexMask = size - 1;
  for (uint32_t i = 0; i < map->used; i++)
    if (const Value key = map->entries[i].key.get(); !key.isAbsent())
      insertIndex(map, map->keepsHashes() ? map->hashes()[i] : symbolHash(key.symbol()), i);
}

/// Squeezes deleted entries out, keeping the order.
void compact(MapObject* map) {
  uint32_t to = 0;
  for (uint32_t i = 0; i < map->used; i++) {
    if (map->entries[i].key.get().isAbsent()) continue;
    if (to != i) {
      std::memcpy(static_cast<void*>(&map->entries[to]), static_cast<const void*>(&map->entries[i]),
                  sizeof(MapObject::Entry));
      if (map->keepsHashes()) map->hashes()[to] = map->hashes()[i];
    }
    to++;
  }
  map->used = to;
}

void reserveEntries(Context& context, MapObject* map, uint32_t capacity) {
  const size_t old = MapObject::entryBytes(map->kind(), map->capacity);
  const size_t bytes = MapObject::entryBytes(map->kind(), capacity);
  if (map->entries == map->inlineEntries()) {
    map->entries = static_cast<MapObject::Entry*>(allocatePayload(context, bytes));
    std::memcpy(static_cast<void*>(map->entries), map->inlineEntries(), old);
  } else {
    map->entries = static_cast<MapObject::Entry*>(growPayload(context, map->entries, old, bytes));
  }
  if (map->keepsHashes())
    std::memmove(map->entries + capacity, map->hashes(), map->capacity * sizeof(uint32_t));
  map->capacity = capacity;
}

void removeEntry(MapObject* map, uint32_t i) {
  map->entries[i].key.set(Value::absent());
  map->entries[i].value.set(Value::nil());
  map->size--;
  while (map->used && map->entries[map->used - 1].key.get().isAbsent() && !map->index) map->used--;
}

bool keyHash(Context& context, const MapObject* map, Value key, uint32_t* hash) {
  uint64_t wide;
  if (GENE_UNLIKELY(!hashPlain(key, &wide)) &&
      !hashOf(context, key, map->is(Kind::HashSet) ? "HashSet" : "HashMap", &wide))
    return false;
  *hash = static_cast<uint32_t>(wide);
  return true;
}

}  // namespace

MapObject* newMap(Context& context, Kind kind, uint32_t capacity) {
  const uint32_t inlined = capacity <= MostInline ? capacity : 0;
  auto* map = allocate<MapObject>(context, kind, MapObject::entryBytes(kind, inlined));
  map->entries = inlined ? map->inlineEntries() : nullptr;
  map->index = nullptr;
  map->used = map->size = 0;
  map->capacity = inlined;
  map->indexMask = 0;
  if (capacity > inlined) reserveEntries(context, map, capacity);
  return map;
}

uint32_t tableAppend(Context& context, MapObject* map, Value key, Value value, uint32_t hash) {
  if (map->used == map->capacity) {
    if (map->size < map->used - map->used / 4) {
      compact(map);
      rebuildIndex(context, map);
    } else {
      reserveEntries(context, map, map->capacity ? map->capacity * 2 : 4);
      if (map->index) rebuildIndex(context, map);
    }
  }
  const uint32_t i = map->used++;
  map->entries[i].key.init(key);
  map->entries[i].value.init(value);
  if (map->keepsHashes()) map->hashes()[i] = hash;
  map->size++;
  if (map->index)
    insertIndex(map, hash, i);
  else if (map->used > LinearLimit)
    rebuildIndex(context, map);
  return i;
}

int32_t mapFind(const MapObject* map, Symbol key) {
  const Value wanted = Value::symbol(key);
  return static_cast<int32_t>(findEntry(
      map, symbolHash(key), [&](uint32_t i) { return map->entries[i].key.get() == wanted; }));
}

Value mapGet(const MapObject* map, Symbol key) {
  const int32_t i = mapFind(map, key);
  return i < 0 ? Value::absent() : map->entries[i].value.get();
}

void mapPut(Context& context, MapObject* map, Symbol key, Value value) {
  const int32_t i = mapFind(map, key);
  if (i >= 0)
    map->entries[i].value.set(value);
  else
    tableAppend(context, map, Value::symbol(key), value, symbolHash(key));
}

Value mapRemove(Context&, MapObject* map, Symbol key) {
  const int32_t i = mapFind(map, key);
  if (i < 0) return Value::absent();
  const Value value = map->entries[i].value.get();
  removeEntry(map, static_cast<uint32_t>(i));
  return value;
}

int64_t searchTable(Context& context, const MapObject* map, TableKey& key) {
  if (const int64_t i = searchQuickly(context, map, key); i != Unsearched) return i;
  if (context.outOfMemory) return Unsearched;
  if (map->is(Kind::Map)) {
    if (!isString(key.word)) return Unsearched;
    symbolOfString(key.word);
    return searchQuickly(context, map, key);
  }
  if (const int64_t i = findAgain(context, map, key.word); i >= 0) return i;
  uint64_t wide;
  if (GENE_UNLIKELY(!hashPlain(key.word, &wide) && !hashData(key.word, &wide))) return Unsearched;
  key.hash = static_cast<uint32_t>(wide);
  return noteFound(context, map, tableFind(context, map, key.word, key.hash));
}

int64_t tableFindOther(Context& context, const MapObject* map, Value key, uint32_t hash) {
  const uint32_t* hashes = map->hashes();
  const auto keyAt = [&](uint32_t i) { return map->entries[i].key.get(); };
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

void tableAdd(Context& context, MapObject* map, Value key, Value value, uint32_t hash) {
  const int64_t i = tableFind(context, map, key, hash);
  if (i >= 0)
    map->entries[i].value.set(value);
  else
    tableAppend(context, map, key, value, hash);
}

Value tableGet(Context& context, MapObject* map, Value key) {
  int64_t i = findAgain(context, map, key);
  if (i < 0) {
    uint32_t hash;
    if (!keyHash(context, map, key, &hash)) return Value::pending();
    i = noteFound(context, map, tableFind(context, map, key, hash));
  }
  return i < 0 ? Value::absent() : map->entries[i].value.get();
}

bool tablePut(Context& context, MapObject* map, Value key, Value value) {
  int64_t i = findAgain(context, map, key);
  if (i < 0) {
    uint32_t hash;
    if (!keyHash(context, map, key, &hash)) return false;
    i = noteFound(context, map, tableFind(context, map, key, hash));
    if (i < 0) {
      noteFound(context, map, tableAppend(context, map, key, value, hash));
      return true;
    }
  }
  map->entries[i].value.set(value);
  return true;
}

Value tableRemove(Context& context, MapObject* map, Value key) {
  uint32_t hash;
  if (!keyHash(context, map, key, &hash)) return Value::pending();
  const int64_t i = tableFind(context, map, key, hash);
  if (i < 0) return Value::absent();
  const Value value = map->entries[i].value.get();
  removeEntry(map, static_cast<uint32_t>(i));
  return value;
}

void mapClear(MapObject* map) {
  for (uint32_t i = 0; i < map->used; i++) {
    map->entries[i].key.clear();
    map->entries[i].value.clear();
  }
  freeIndex(map);
  map->used = map->size = 0;
}

MapObject* mapSnapshot(Context& context, const MapObject* map) {
  MapObject* copy = newMap(context, map->kind(), map->size);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    copy->entries[copy->used].key.init(map->entries[i].key.get());
    copy->entries[copy->used].value.init(map->entries[i].value.get());
    if (map->keepsHashes()) copy->hashes()[copy->used] = map->hashes()[i];
    copy->used++;
    copy->size++;
  }
  return copy;
}

MapObject* mapCopy(Context& context, const MapObject* map) {
  MapObject* copy = mapSnapshot(context, map);
  rebuildIndex(context, copy);
  return copy;
}

}  // namespace gene
