// PointerMap against std::unordered_map, through growth and with keys that lie close together.

#include "runtime/support/PointerMap.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace gene {
namespace {

TEST(PointerMap, AgreesWithTheStandardMap) {
  std::vector<char> keys(4000);
  std::mt19937 random(3);
  PointerMap<char, int> map;
  std::unordered_map<const char*, int> model;
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.contains(keys.data()));
  for (int round = 0; round < 20'000; round++) {
    const char* key = &keys[random() % keys.size()];
    if (random() % 3) {
      map[key] = model[key] = round;
    } else {
      const int* found = map.find(key);
      ASSERT_EQ(found != nullptr, model.contains(key));
      if (found) ASSERT_EQ(*found, model[key]);
    }
  }
  for (const char& key : keys) ASSERT_EQ(map.contains(&key), model.contains(&key));
}

TEST(PointerMap, AKeyThatIsAskedForIsMade) {
  int key = 0;
  PointerMap<int, int> map;
  EXPECT_EQ(map[&key], 0);
  EXPECT_TRUE(map.contains(&key));
  *map.find(&key) = 5;
  EXPECT_EQ(map[&key], 5);
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(&key), nullptr);
}

}  // namespace
}  // namespace gene
