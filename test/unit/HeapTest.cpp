// The contracts of the heap (docs/heap.md): what is freed and what is not, counts, interior pointers, cycles, payloads,
// and objects of all sizes.

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/String.h"
#include "test/unit/RuntimeFixture.h"

namespace gene {
namespace {

[[gnu::noinline]] void makeGarbage(size_t count) {
  for (size_t i = 0; i < count; i++) newArray(testContext(), 0);
}

/// A new array that only the result's complement knows.
[[gnu::noinline]] uint64_t hiddenArray(uint32_t size) {
  ArrayObject* array = newArray(testContext(), size);
  for (uint32_t i = 0; i < size; i++) arrayPush(testContext(), array, Value::smallInt(i));
  return ~Value::object(array).bits;
}

bool isAlive(uint64_t hidden) {
  Object* object = testContext().heap->objectAt(~hidden);
  return object && object->is(Kind::Array) && reinterpret_cast<uint64_t>(object) == ~hidden;
}

struct Root {
  Value value;
  explicit Root(Value v) : value(v) { addRoots(testContext(), &value, 1); }
  ~Root() { removeRoots(testContext(), &value); }
};

TEST(Heap, WhatNothingHoldsIsFreed) {
  reconcileWithoutStack();
  makeGarbage(1000);
  EXPECT_EQ(reconcileWithoutStack(), 1000u);
  EXPECT_EQ(reconcileWithoutStack(), 0u);
}

TEST(Heap, AWordOnTheStackHolds) {
  const uint64_t hidden = hiddenArray(3);
  HeldWord held{~hidden};
  reconcile(testContext());
  makeGarbage(200);
  reconcile(testContext());
  EXPECT_TRUE(isAlive(hidden));
  EXPECT_EQ(arrayAt(reinterpret_cast<ArrayObject*>(held.word), 2), Value::smallInt(2));
}

TEST(Heap, AnInteriorPointerHolds) {
  for (const size_t offset : {size_t{0}, size_t{1}, size_t{8}, sizeof(ArrayObject) - 1}) {
    const uint64_t hidden = hiddenArray(3);
    {
      const Root root(Value{~hidden + offset});  // roots are scanned like the stack
      reconcileWithoutStack();
      EXPECT_TRUE(isAlive(hidden)) << "held by a pointer to byte " << offset;
    }
    reconcileWithoutStack();
    EXPECT_FALSE(isAlive(hidden)) << "not held any more";
  }
}

[[gnu::noinline]] void fill(ArrayObject* array, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    arrayPush(testContext(), array, Value::object(newArray(testContext(), 0)));
}

TEST(Heap, AReferenceHoldsUntilItGoes) {
  Root root(Value::object(newArray(testContext(), 0)));
  auto* array = as<ArrayObject>(root.value);
  fill(array, 500);
  reconcile(testContext());
  for (uint32_t i = 0; i < 500; i++) ASSERT_TRUE(isKind(arrayAt(array, i), Kind::Array));
  EXPECT_EQ(arrayAt(array, 7).object()->countAndFlags / Object::One, 1u);
  EXPECT_EQ(verifyCounts(testContext()), "");
  reconcileWithoutStack();
  arrayClear(array);
  // A word that could point one past the end of an object holds it: the root holds the array's neighbour, too.
  EXPECT_GE(reconcileWithoutStack(), 499u);
}

/// A chain as long as a million objects dies without recursion.
[[gnu::noinline]] uint64_t chain(uint32_t length) {
  ArrayObject* last = newArray(testContext(), 0);
  for (uint32_t i = 1; i < length; i++) {
    ArrayObject* next = newArray(testContext(), 0);
    arrayPush(testContext(), next, Value::object(last));
    last = next;
  }
  return ~Value::object(last).bits;
}

TEST(Heap, ALongChainDiesAtOnce) {
  reconcileWithoutStack();
  const uint64_t hidden = chain(300'000);
  EXPECT_EQ(reconcileWithoutStack(), 300'000u);
  EXPECT_FALSE(isAlive(hidden));
}

[[gnu::noinline]] uint64_t makeCycle() {
  ArrayObject* a = newArray(testContext(), 0);
  ArrayObject* b = newArray(testContext(), 0);
  arrayPush(testContext(), a, Value::object(b));
  arrayPush(testContext(), b, Value::object(a));
  return ~Value::object(a).bits;
}

TEST(Heap, CyclesNeedTheCollector) {
  collectWithoutStack();
  const uint64_t hidden = makeCycle();
  EXPECT_EQ(reconcileWithoutStack(), 0u);
  EXPECT_TRUE(isAlive(hidden));
  EXPECT_EQ(collectWithoutStack(), 2u);
  EXPECT_FALSE(isAlive(hidden));
  EXPECT_EQ(verifyCounts(testContext()), "");
}

TEST(Heap, ACycleThatIsHeldStays) {
  collectWithoutStack();
  const uint64_t hidden = makeCycle();
  HeldWord held{~hidden};
  collectCycles(testContext());
  EXPECT_TRUE(isAlive(hidden));
  held.letGo();
  EXPECT_EQ(collectWithoutStack(), 2u);
}

TEST(Heap, TheCheckSeesAWrongCount) {
  Root root(Value::object(newArray(testContext(), 0)));
  EXPECT_EQ(verifyCounts(testContext()), "");
  root.value.object()->countAndFlags += Object::One;
  EXPECT_NE(verifyCounts(testContext()).find("count 1, but 0 references"), std::string::npos);
  root.value.object()->countAndFlags -= Object::One;
}

TEST(Heap, ImmortalsKeepWhatTheyReferTo) {
  const uint64_t hidden = makeCycle();
  makeImmortal(Value{~hidden});
  reconcileWithoutStack();
  collectWithoutStack();
  EXPECT_TRUE(isAlive(hidden));
  EXPECT_TRUE(Value{~hidden}.object()->isImmortal());
}

TEST(Heap, CellsFitWhatTheyAreFor) {
  for (size_t bytes = 1; bytes <= MaxMedium; bytes++) {
    const uint32_t size = cellClass(bytes);
    ASSERT_LT(size, CellClasses);
    ASSERT_GE(cellBytesOf(size), bytes);
    ASSERT_EQ(cellBytesOf(size) % 16, 0u);
    if (size > 1) ASSERT_LT(cellBytesOf(size - 1), bytes);  // the smallest that fits
  }
}

[[gnu::noinline]] uint64_t hiddenString(uint32_t bytes) {
  StringObject* string = newStringBuffer(testContext(), bytes);
  std::memset(string->ownBytes(), 'x', bytes);
  finishString(string);
  return ~Value::object(string).bits;
}

/// Makes a string of as many bytes and asks for each address in it; the string is hidden again afterwards.
[[gnu::noinline]] uint64_t askForAddresses(uint32_t bytes) {
  const Heap& heap = *testContext().heap;
  const uint64_t hidden = hiddenString(bytes);
  HeldWord held{~hidden};
  const size_t size = sizeof(StringObject) + bytes;
  size_t wrong = 0;
  for (size_t offset = 0; offset < size; offset += size > 1000 ? size / 97 : 1)
    wrong += reinterpret_cast<uint64_t>(heap.objectAt(~hidden + offset)) != ~hidden;
  wrong += reinterpret_cast<uint64_t>(heap.objectAt(~hidden + size - 1)) != ~hidden;
  EXPECT_EQ(wrong, 0u) << bytes;
  held.letGo();
  return hidden;
}

TEST(Heap, AddressesLeadToObjectsOfAllSizes) {
  const Heap& heap = *testContext().heap;
  for (const uint32_t bytes : {1u, 100u, 400u, 600u, 5000u, 8000u, 9000u, 70'000u, 1'000'000u,
                               3'000'000u, 5'000'000u, 9'000'000u}) {
    const uint64_t hidden = askForAddresses(bytes);
    reconcileWithoutStack();
    const Object* left = heap.objectAt(~hidden);
    EXPECT_TRUE(!left || left->is(Kind::Free)) << bytes;
  }
  int local = 0;
  EXPECT_EQ(heap.objectAt(reinterpret_cast<uintptr_t>(&local)), nullptr);
  EXPECT_EQ(heap.objectAt(0), nullptr);
  EXPECT_EQ(heap.objectAt(UINTPTR_MAX), nullptr);
}

TEST(Heap, PayloadsKeepTheirBytesWhenTheyGrow) {
  Context& context = testContext();
  std::mt19937 random(11);
  const size_t before = context.heap->payloadBytes;
  size_t size = 24;
  auto* payload = static_cast<unsigned char*>(allocatePayload(context, size));
  for (size_t i = 0; i < size; i++) payload[i] = static_cast<unsigned char>(i * 7);
  while (size < 6'000'000) {
    const size_t larger = size + 1 + random() % size;
    payload = static_cast<unsigned char*>(growPayload(context, payload, size, larger));
    for (size_t i = 0; i < size; i++)
      ASSERT_EQ(payload[i], static_cast<unsigned char>(i * 7)) << size << " to " << larger;
    for (size_t i = size; i < larger; i++) payload[i] = static_cast<unsigned char>(i * 7);
    size = larger;
  }
  freePayload(payload, size);
  EXPECT_EQ(context.heap->payloadBytes, before);
}

TEST(Heap, MemoryIsUsedAgain) {
  makeGarbage(100'000);
  reconcileWithoutStack();
  const size_t before = testContext().heap->pageBytes;
  for (int i = 0; i < 20; i++) makeGarbage(100'000);
  EXPECT_LE(testContext().heap->pageBytes, before + (size_t{4} << 20));
}

TEST(Heap, TheAllocationThatIsToFailIsToldAtTheNextSafePlace) {
  Context& context = testContext();
  Heap& heap = *context.heap;
  const uintptr_t limit = context.stackLimit;
  heap.allocationsLeft = 100;
  heap.options.reconcileAlways =
      true;  // each allocation takes the slow path, where they are counted
  context.zeroEnd = context.zeroTop;
  makeGarbage(99);
  EXPECT_FALSE(context.outOfMemory);
  makeGarbage(1);
  EXPECT_TRUE(context.outOfMemory);
  EXPECT_EQ(context.stackLimit, UINTPTR_MAX);
  makeGarbage(100);  // what cannot raise goes on
  EXPECT_TRUE(raiseOutOfMemory(context).isPending());
  EXPECT_FALSE(context.outOfMemory);
  EXPECT_EQ(context.stackLimit, limit);
  EXPECT_TRUE(isInstance(takeException(context)));
  heap.options.reconcileAlways = false;
  reconcileWithoutStack();
  EXPECT_EQ(heap.limit.next, heap.limit.bytes);
}

TEST(Heap, EmptyPagesAreGivenBack) {
  {
    const Root root(Value::object(newArray(testContext(), 0)));
    fill(as<ArrayObject>(root.value), 300'000);
  }
  reconcileWithoutStack();
  Heap& heap = *testContext().heap;
  const size_t before = heap.pageBytes;
  const size_t given = heap.trim(testContext());
  EXPECT_GE(given, size_t{300'000} * sizeof(ArrayObject) / 2);
  EXPECT_EQ(heap.pageBytes, before - given);
  makeGarbage(300'000);  // the lists of free cells are whole
  reconcileWithoutStack();
}

}  // namespace
}  // namespace gene
