// Map, HashMap and HashSet against a list of pairs: what is found, and the order of entries, through growth, removal and
// compaction.

#include "runtime/object/Map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "runtime/object/String.h"
#include "test/unit/RuntimeFixture.h"

namespace gene {
namespace {

using Pairs = std::vector<std::pair<uint32_t, int64_t>>;  // key number, value

Pairs::iterator find(Pairs& pairs, uint32_t key) {
  return std::find_if(pairs.begin(), pairs.end(),
                      [&](const auto& pair) { return pair.first == key; });
}

/// Random puts, gets and removals of `keys` keys; `Table` has put, get and remove.
template <class Table>
void compare(Table table, uint32_t keys, uint32_t seed) {
  std::mt19937 random(seed);
  Pairs model;
  for (int64_t round = 0; round < 6000; round++) {
    const uint32_t key = static_cast<uint32_t>(random()) % keys;
    auto known = find(model, key);
    // Phases in which the table grows and shrinks.
    const bool growing = round / 700 % 2 == 0;
    const uint32_t what = random() % 10;
    if (what < (growing ? 7u : 2u)) {
      table.put(key, round);
      if (known == model.end())
        model.emplace_back(key, round);
      else
        known->second = round;
    } else if (what < 8) {
      const Value removed = table.remove(key);
      ASSERT_EQ(removed.isAbsent(), known == model.end());
      if (known != model.end()) {
        ASSERT_EQ(removed, Value::smallInt(known->second));
        model.erase(known);
      }
    } else {
      const Value got = table.get(key);
      ASSERT_EQ(got, known == model.end() ? Value::absent() : Value::smallInt(known->second));
    }
    ASSERT_EQ(table.map->size, model.size());
    if (round % 97) continue;
    size_t at = 0;
    for (uint32_t i = 0; (i = mapNext(table.map, i)) != MapEnd; i++, at++) {
      ASSERT_LT(at, model.size());
      ASSERT_EQ(table.map->entries[i].value.get(), Value::smallInt(model[at].second))
          << "entry " << at;
    }
    ASSERT_EQ(at, model.size());
  }
}

struct SymbolTable {
  MapObject* map = newMap(testContext());
  static Symbol key(uint32_t k) { return Symbol::of("key" + std::to_string(k)); }
  void put(uint32_t k, int64_t v) const { mapPut(testContext(), map, key(k), Value::smallInt(v)); }
  [[nodiscard]] Value get(uint32_t k) const { return mapGet(map, key(k)); }
  [[nodiscard]] Value remove(uint32_t k) const { return mapRemove(testContext(), map, key(k)); }
};

/// Keys of several kinds; equal ones are not the same object.
struct HashTable {
  MapObject* map = newMap(testContext(), Kind::HashMap);
  static Value key(uint32_t k) {
    switch (k % 4) {
      case 0: return Value::smallInt(k);
      case 1: return newString(testContext(), "a key of some length " + std::to_string(k));
      case 2: return newInt(testContext(), (int64_t{1} << 60) + k);
      default: return Value::floating(k + 0.5);
    }
  }
  void put(uint32_t k, int64_t v) const {
    EXPECT_TRUE(tablePut(testContext(), map, key(k), Value::smallInt(v)));
  }
  [[nodiscard]] Value get(uint32_t k) const { return tableGet(testContext(), map, key(k)); }
  [[nodiscard]] Value remove(uint32_t k) const { return tableRemove(testContext(), map, key(k)); }
};

TEST(Map, SymbolKeysAgreeWithAModel) {
  for (const uint32_t keys : {3u, 8u, 9u, 40u, 400u}) compare(SymbolTable(), keys, keys);
}

TEST(Map, HashedKeysAgreeWithAModel) {
  for (const uint32_t keys : {3u, 8u, 9u, 40u, 400u}) compare(HashTable(), keys, keys);
}

TEST(Map, IntsAndFloatsThatAreEqualAreOneKey) {
  const HashTable table;
  tablePut(testContext(), table.map, Value::smallInt(1), Value::smallInt(10));
  tablePut(testContext(), table.map, Value::floating(1.0), Value::smallInt(20));
  EXPECT_EQ(table.map->size, 1u);
  EXPECT_EQ(tableGet(testContext(), table.map, Value::smallInt(1)), Value::smallInt(20));
}

TEST(Map, CopiesAndSnapshotsAreIndependent) {
  const SymbolTable table;
  for (uint32_t k = 0; k < 50; k++) table.put(k, k);
  for (uint32_t k = 0; k < 50; k += 3) EXPECT_EQ(table.remove(k), Value::smallInt(k));
  MapObject* copy = mapCopy(testContext(), table.map);
  MapObject* snapshot = mapSnapshot(testContext(), table.map);
  mapClear(table.map);
  EXPECT_EQ(table.map->size, 0u);
  EXPECT_TRUE(table.get(1).isAbsent());
  EXPECT_EQ(copy->size, 33u);
  for (uint32_t k = 0; k < 50; k++)
    EXPECT_EQ(mapGet(copy, SymbolTable::key(k)), k % 3 == 0 ? Value::absent() : Value::smallInt(k));
  size_t entries = 0;
  for (uint32_t i = 0; (i = mapNext(snapshot, i)) != MapEnd; i++) entries++;
  EXPECT_EQ(entries, 33u);
  table.put(5, 6);
  EXPECT_EQ(table.get(5), Value::smallInt(6));
}

TEST(Map, EntriesAreCounted) {
  const SymbolTable table;
  const Value string = newString(testContext(), "held by a map only");
  const auto count = [&] { return string.object()->countAndFlags / Object::One; };
  for (uint32_t k = 0; k < 30; k++) mapPut(testContext(), table.map, SymbolTable::key(k), string);
  EXPECT_EQ(count(), 30u);
  mapPut(testContext(), table.map, SymbolTable::key(0), Value::nil());
  EXPECT_EQ(mapRemove(testContext(), table.map, SymbolTable::key(1)), string);
  EXPECT_EQ(count(), 28u);
  MapObject* copy = mapCopy(testContext(), table.map);
  EXPECT_EQ(count(), 56u);
  mapClear(copy);
  mapClear(table.map);
  EXPECT_EQ(count(), 0u);
}

}  // namespace
}  // namespace gene
