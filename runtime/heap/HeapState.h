#pragma once
// The inside of the heap, shared by the files of this folder.
//
//   region   one reserved, lazily committed mapping of 64 KiB pages. A small page holds cells of one size behind a
//            PageHeader; a run of pages holds one large object. `pageRun` says where the run of a page begins, so that
//            "which object is this address in" is two loads and a multiplication.
//   table    the zero-count table: every object whose count is zero, the new ones first of all (Object::InTable)
//
// A cell is free while the shape in its header is 0 (Kind::Free); the free list goes through the second word.

#include <cstdint>
#include <map>
#include <vector>

#include "runtime/heap/Heap.h"

namespace gene {

struct FreeCell {
  Object header;
  FreeCell* next;
};

inline constexpr size_t PageBytes = 64 * 1024;
inline constexpr size_t SmallClasses = 33;  // 16 * n bytes, n in 1..32: lists in Context::freeCells
inline constexpr size_t MediumClasses = 16;  // up to 8 KiB: lists in Heap::mediumCells
inline constexpr size_t MaxMedium = 8 * 1024;

struct PageHeader {
  uint32_t cellBytes;   // large: the bytes of the object
  uint32_t cells;       // in use or free, carved so far; large: 1
  uint32_t capacity;    // cells that fit
  uint32_t reciprocal;  // 2^32 / cellBytes rounded up: division by multiplication
  uint32_t sizeClass;   // small: n; medium: SmallClasses + m; large: LargeClass
  uint32_t pages;       // of the run
  uint64_t padding[5];
  [[nodiscard]] char* first() { return reinterpret_cast<char*>(this + 1); }
};
static_assert(sizeof(PageHeader) == 64);
inline constexpr uint32_t LargeClass = 1000;
inline constexpr size_t MinNewBytesLimit = 4 << 20;
inline constexpr size_t KeptRunPages = 16;  // longer free runs give their memory back at once

class Heap {
 public:
  HeapOptions options;
  HeapStats stats;

  char* region = nullptr;
  size_t regionPages = 0;
  size_t usedPages = 0;           // pages below were handed out once
  std::vector<uint32_t> pageRun;  // by page: the first page of its run + 1; 0: free
  std::map<size_t, std::vector<uint32_t>> freeRuns;  // by length: runs of pages to use again
  FreeCell* mediumCells[MediumClasses] = {};
  PageHeader* carving[SmallClasses + MediumClasses] = {};  // the page that fresh cells come from
  size_t payloadBytes = 0;
  /// Bytes of payloads, medium and large objects since the last reconcile: beyond the limit the next allocation
  /// reconciles, so that dead ones do not pile up until the table is full.
  size_t newBytes = 0;
  size_t newBytesLimit = MinNewBytesLimit;

  Object** table = nullptr;
  size_t tableCapacity = 0;
  std::vector<Object*> pinned;  // Marked while a reconcile runs
  std::vector<Object*> work;    // objects to free, or to mark
  bool freeing = false;

  struct Roots {
    const Value* first;
    uint64_t count;
  };
  std::vector<Roots> roots;
  const void* stackBase = nullptr;
  const Value* valueStack = nullptr;
  Value* const* valueStackTop = nullptr;
  size_t cycleThreshold = 32 << 20;
  int64_t allocationsLeft = -1;  // fail-alloc

  // --- Pages.cpp ------------------------------------------------------------------------------------------------------
  /// The live object that contains this address, or null. Any word may be asked.
  Object* objectAt(uintptr_t address) const;
  Object* allocateSlow(Context& context, size_t bytes, uint32_t shape);
  void countNew(Context& context, size_t bytes) {
    newBytes += bytes;
    if (newBytes > newBytesLimit) context.zeroEnd = context.zeroTop;
  }
  void freeCell(Context& context, Object* object);
  [[nodiscard]] size_t heapBytes() const { return usedPages * PageBytes + payloadBytes; }
  template <class F>
  void forEachObject(F&& f) const;
  [[nodiscard]] PageHeader* page(size_t index) const {
    return reinterpret_cast<PageHeader*>(region + index * PageBytes);
  }

 private:
  size_t takePages(size_t count);
  void giveRun(size_t first, size_t count);
  void carve(Context& context, uint32_t sizeClass, uint32_t cellBytes);
};

template <class F>
void Heap::forEachObject(F&& f) const {
  for (size_t i = 0; i < usedPages; i++) {
    if (pageRun[i] != i + 1) continue;
    PageHeader* header = page(i);
    char* cell = header->first();
    for (uint32_t k = 0; k < header->cells; k++, cell += header->cellBytes) {
      auto* object = reinterpret_cast<Object*>(cell);
      if (object->shape != 0) f(object);
    }
  }
}

/// Calls f(word) for every word of the machine stack and registers, the value stack, and the registered roots.
void scanRoots(Context& context, void (*f)(Heap&, uint64_t), bool withStacks);

/// Recomputes all counts by a walk over the heap; describes up to ten objects whose count is wrong.
std::string verifyCounts(Context& context);

/// Gives up what an object owns besides its cell: payloads, compiled regexes.
void freePayloads(Object* object);

}  // namespace gene
