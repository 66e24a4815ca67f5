#pragma once
// The allocation fast path, inline in handlers, in native code (as bitcode) and in the runtime: take a free cell, write
// the header, enter the object in the zero-count table. A full table reconciles first, so that an object is never seen
// before its slots are.

#include "runtime/heap/HeapState.h"
#include "runtime/support/Activity.h"

namespace gene {

/// The slow path: table full, no free cell, or a large object.
[[gnu::noinline]] Object* allocateObjectSlow(Context& context, size_t size, uint32_t shape);

/// The same; null, with the exception pending, when memory ran out.
[[gnu::noinline]] Object* allocateObjectOrRaise(Context& context, size_t size, uint32_t shape);

/// What the fast path does where it cannot go on.
using SlowAllocation = Object*(Context&, size_t, uint32_t);

template <SlowAllocation* Slow = allocateObjectSlow>
[[gnu::always_inline]] inline Object* allocateObjectFast(Context& context, size_t size,
                                                         uint32_t shape) {
  GENE_NOTE(allocations);
  const size_t n = (size + 15) / 16;
  if (GENE_LIKELY(n < SmallClasses && context.zeroTop < context.zeroEnd)) {
    if (FreeCell* cell = context.freeCells[n]; GENE_LIKELY(cell != nullptr)) {
      context.freeCells[n] = cell->next;
      __builtin_prefetch(cell->next, 1);
      cell->header.countAndFlags = Object::InTable;
      cell->header.shape = shape;
      *context.zeroTop++ = &cell->header;
      return &cell->header;
    }
  }
  return Slow(context, size, shape);
}

}  // namespace gene
