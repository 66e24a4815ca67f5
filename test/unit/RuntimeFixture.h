#pragma once
// The one context of the test program. The stack is scanned conservatively, and old words lie about on it: a test that wants
// to see objects die reconciles without it.

#include <cstdlib>

#include "runtime/Runtime.h"
#include "runtime/heap/HeapState.h"

namespace gene {

inline Context& testContext() {
  static Context* const context = [] {
    ::setenv("GENE_STRESS", "off", 1);  // tests say themselves when the heap reconciles
    return createContext({});
  }();
  return *context;
}

/// Calls `f` with no machine stack to scan; returns how many objects were freed.
template <class F>
uint64_t freedWithoutStack(F&& f) {
  Heap& heap = *testContext().heap;
  const void* const base = heap.stackBase;
  const uint64_t before = heap.stats.freed;
  heap.stackBase = nullptr;
  f();
  heap.stackBase = base;
  return heap.stats.freed - before;
}
inline uint64_t reconcileWithoutStack() {
  return freedWithoutStack([] { reconcile(testContext()); });
}
inline uint64_t collectWithoutStack() {
  return freedWithoutStack([] { collectCycles(testContext()); });
}

/// A word on the stack, which holds the object that it points into until it is let go.
struct HeldWord {
  volatile uint64_t word;
  void letGo() { word = 0; }
};

}  // namespace gene
