#pragma once
// The heap of one thread: size-class pages, deferred reference counting with a zero-count table, reconcile, and a
// mark-sweep for cycles. docs/heap.md explains.

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/Context.h"

namespace gene {

/// Exact counters, compiled in always; printed by --stats. Allocation counts nothing: what was created is what was freed
/// and what is still there, and a cell was reused unless it was fresh.
struct HeapStats {
  uint64_t created[64] = {};  // by kind
  uint64_t freed = 0;
  uint64_t allocated = 0, reused = 0;  // objects, and those of them in the cell of a dead one
  uint64_t allocatedBytes = 0;         // of their cells
  uint64_t payloads = 0, payloadBytes = 0;
  uint64_t reconciles = 0, reconcileNanoseconds = 0;
  uint64_t tableEntries = 0,
           pinned = 0;  // looked at by all reconciles; kept alive by a stack alone
  uint64_t cycleCollections = 0, cyclesFreed = 0, cycleNanoseconds = 0;
  uint64_t liveBytes = 0, peakBytes = 0;
};

/// Torture switches: from the GENE_STRESS environment variable (comma-separated: reconcile, poison, verify,
/// fail-alloc=N).
struct HeapOptions {
  bool reconcileAlways = false;  // at every allocation
  bool poison = false;           // fill freed cells with 0xDD
  bool verify = false;           // recompute all counts after a reconcile and compare
  int64_t failAllocation = -1;   // at the n-th allocation the heap is as if it were full
};

/// A new object of `size` bytes with its header written; the rest is uninitialised. Slots must be init()ed at once.
/// Never fails: a heap that has reached its limit grows on until the program can be told (limitHeap). May reconcile: raw
/// Values on the stack are safe.
Object* allocateObject(Context& context, size_t size, uint32_t shape);
template <class T>
T* allocate(Context& context, Kind kind, size_t extraBytes = 0) {
  return static_cast<T*>(
      allocateObject(context, sizeof(T) + extraBytes, static_cast<uint32_t>(kind)));
}
/// Makes an object and all it refers to immortal: literals, built-ins.
void makeImmortal(Value v);

/// Registers words that are roots, scanned like the stack (module slots, Context::arguments, …).
void addRoots(Context& context, const Value* first, uint64_t count);
void removeRoots(Context& context, const Value* first);
/// The machine stack of this thread: scanned conservatively from the current frame up to `base`.
void setStackBase(Context& context, const void* base);
/// The VM's value stack: scanned from `base` up to `*top`.
void setValueStack(Context& context, const Value* base, Value* const* top);

void reconcile(Context& context);
/// Mark-sweep: frees what is unreachable although counted. Returns how many objects went.
uint64_t collectCycles(Context& context);
/// Drops all roots and frees everything reachable only from them; returns how many mortal objects are still alive
/// (0 unless something leaked) and describes them in `report`.
uint64_t shutdownHeap(Context& context, std::string* report);
const HeapStats& heapStats(Context& context);
/// The same with what was created complete: counted at death, so the living are added by a walk over the heap.
HeapStats creationStats(Context& context);
/// malloc for payloads owned by objects (array items, map entries), accounted to the heap.
void* allocatePayload(Context& context, size_t bytes);
void* growPayload(Context& context, void* old, size_t oldBytes, size_t newBytes);
/// Gives back a payload of this thread's heap.
void freePayload(void* payload, size_t bytes);

/// Memory for a large table that is mostly empty: zero, and no page of it there before it is touched. (`calloc` clears what
/// it takes from the program's first break.)
void* zeroPages(size_t bytes);
void freeZeroPages(void* memory, size_t bytes);

/// The least limit, and the least request of which it is asked whether there is room.
inline constexpr size_t MinHeapLimit = 1 << 20;
/// Sets the limit of the heap; 0: what the system allows, found out when it matters. When objects in use come near the
/// limit, `Context::outOfMemory` is set, and the next call, or operation that can raise, raises (raiseOutOfMemory).
void limitHeap(Context& context, size_t bytes);
/// The limit that was set, or 0.
size_t heapLimit(const Context& context);
/// May so many bytes be asked for at once? For whoever makes something large out of small numbers: else raiseOutOfMemory.
bool hasLargeRoom(Context& context, uint64_t bytes);
inline bool hasRoom(Context& context, uint64_t bytes) {
  return bytes < MinHeapLimit || hasLargeRoom(context, bytes);
}
/// The pending exception is taken: if memory had run out, what the exception let go is given back at the next allocation.
void exceptionWasTaken(Context& context);
/// After other stacks became those of this thread: they, too, take no calls while memory is out.
void refuseCalls(Context& context);
/// The limits of the stacks as they are when memory is not out.
uintptr_t usualStackLimit(const Context& context);
Value* usualValueLimit(const Context& context);

Heap* createHeap(Context& context, const HeapOptions& options);
void destroyHeap(Context& context);

}  // namespace gene
