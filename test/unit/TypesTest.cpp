// The laws of the type lattice, over kinds, unions and ranges of classes: the inference ends because they hold.

#include "codegen/ir/Types.h"

#include <gtest/gtest.h>

#include <vector>

namespace gene::ir {
namespace {

std::vector<Type> samples() {
  std::vector<Type> all{Type::none(), Type::any(), Type::value(), Type::Instance()};
#define TYPE(Name, text) all.push_back(Type::Name());
#include "codegen/ir/Types.def"
  all.push_back(Type::Int() | Type::Float());
  all.push_back(Type::Nil() | Type::String() | Type::Absent());
  for (auto [first, last] : {std::pair<uint16_t, uint16_t>{1, 1}, {1, 4}, {3, 5}, {5, 5}, {6, 9}}) {
    all.push_back(Type::instanceOf(first, last));
    all.push_back(Type::instanceOf(first, last) | Type::Nil());
  }
  return all;
}

TEST(Types, JoinAndMeetAreALattice) {
  for (const Type a : samples()) {
    EXPECT_EQ(a | a, a) << a.text();
    EXPECT_EQ(a & a, a) << a.text();
    EXPECT_EQ(a | Type::none(), a) << a.text();
    EXPECT_EQ(a & Type::any(), a) << a.text();
    EXPECT_EQ(a | Type::any(), Type::any()) << a.text();
    EXPECT_EQ(a & Type::none(), Type::none()) << a.text();
    for (const Type b : samples()) {
      EXPECT_EQ(a | b, b | a) << a.text() << ", " << b.text();
      EXPECT_EQ(a & b, b & a) << a.text() << ", " << b.text();
      EXPECT_EQ(a & (a | b), a) << a.text() << ", " << b.text();
      EXPECT_EQ(a | (a & b), a) << a.text() << ", " << b.text();
      for (const Type c : samples()) {
        EXPECT_EQ((a | b) | c, a | (b | c)) << a.text() << ", " << b.text() << ", " << c.text();
        EXPECT_EQ((a & b) & c, a & (b & c)) << a.text() << ", " << b.text() << ", " << c.text();
      }
    }
  }
}

TEST(Types, WithinIsTheOrderOfTheLattice) {
  for (const Type a : samples())
    for (const Type b : samples()) {
      EXPECT_EQ(a.within(b), (a | b) == b) << a.text() << ", " << b.text();
      EXPECT_EQ(a.within(b), (a & b) == a) << a.text() << ", " << b.text();
      EXPECT_TRUE(a.within(a | b)) << a.text() << ", " << b.text();
      EXPECT_TRUE((a & b).within(a)) << a.text() << ", " << b.text();
      EXPECT_EQ(a.overlaps(b), !(a & b).isNone()) << a.text() << ", " << b.text();
      EXPECT_EQ(a.overlaps(b), b.overlaps(a)) << a.text() << ", " << b.text();
    }
}

TEST(Types, ARangeOfClassesIsTheSmallestThatHoldsBoth) {
  const Type joined = Type::instanceOf(1, 2) | Type::instanceOf(5, 6);
  EXPECT_EQ(joined.firstClass(), 1);
  EXPECT_EQ(joined.lastClass(), 6);
  EXPECT_TRUE(Type::instanceOf(3, 4).within(joined));
  EXPECT_FALSE(Type::instanceOf(1, 4).overlaps(Type::instanceOf(5, 6)));
  EXPECT_FALSE((Type::instanceOf(1, 4) & Type::instanceOf(5, 6)).hasInstances());
  EXPECT_EQ((Type::instanceOf(1, 4) | Type::Nil()) & (Type::instanceOf(5, 6) | Type::Nil()),
            Type::Nil());
  EXPECT_TRUE(Type::instanceOf(7, 7).within(Type::Instance()));
  EXPECT_FALSE(Type::Instance().within(Type::instanceOf(7, 7)));
}

TEST(Types, KindsAreFoundByTheirNames) {
#define TYPE(Name, kind)                      \
  EXPECT_EQ(Type::named(kind), Type::Name()); \
  EXPECT_EQ(Type::Name().text(), kind);
#include "codegen/ir/Types.def"
  EXPECT_TRUE(Type::named("no such kind").isNone());
  EXPECT_TRUE(Type::any().isAny());
  EXPECT_FALSE(Type::value().isAny());
  EXPECT_FALSE(Type::value().overlaps(Type::Absent()));
}

}  // namespace
}  // namespace gene::ir
