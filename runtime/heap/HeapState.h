#pragma once
// The inside of the heap, shared by the files of this folder and the collector.
//
//   chunk    4 MiB of aligned address space, cut into pages of 64 KiB. A small page holds cells of one size behind a
//            PageHeader; a run of pages holds one large object, a huge one has chunks of its own. The header of an
//            object's page is found by masking its address. Which object any other address lies in: two loads lead to
//            the chunk, its `run` to the page, a multiplication to the cell.
//   table    the zero-count table: every object whose count is zero, the new ones first of all (Object::InTable)
//
// A cell is free while the shape in its header is 0 (Kind::Free); the free list goes through the second word. Pages of
// payloads (array items, map entries) are of the same make, but their `cells` stay 0: nothing finds objects there.

#include <cstdint>
#include <vector>

#include "runtime/heap/Heap.h"

namespace gene {

struct FreeCell {
  Object header;
  FreeCell* next;
};

inline constexpr size_t PageBytes = 64 * 1024;
inline constexpr size_t ChunkBytes = 4 << 20;
inline constexpr size_t ChunkPages = ChunkBytes / PageBytes;
inline constexpr size_t SmallClasses = 33;  // 16 * n bytes, n in 1..32: lists in Context::freeCells
inline constexpr size_t MediumClasses = 16;  // up to 8 KiB: lists in Heap::mediumCells
inline constexpr size_t MaxMedium = 8 * 1024;
inline constexpr size_t CellClasses = SmallClasses + MediumClasses;
inline constexpr size_t MaxRun = ChunkBytes / 2;  // larger objects are huge

struct PageHeader {
  uint32_t cellBytes;
  uint32_t cells;       // in use or free, carved so far; payloads: 0; large: 1
  uint32_t capacity;    // cells that fit
  uint32_t carved;      // the same as `cells`, of payloads, too
  uint32_t reciprocal;  // 2^32 / cellBytes rounded up: division by multiplication
  uint32_t sizeClass;   // small: n; medium: SmallClasses + m; large: LargeClass
  uint64_t bytes;       // large: of the run or mapping
  Heap* heap;           // whose page it is
  uint64_t padding[3];
  [[nodiscard]] char* first() { return reinterpret_cast<char*>(this + 1); }
};
static_assert(sizeof(PageHeader) == 64);
inline constexpr uint32_t LargeClass = 1000;
inline constexpr size_t MinNewBytesLimit = 4 << 20;
inline constexpr size_t TableSlack = 64;
inline constexpr size_t UnknownLimit = 32 << 20;  // so large a heap asks what the system allows
inline constexpr size_t KeptRunPages = 16;        // longer free runs give their memory back at once

struct Chunk {
  char* base;
  uint64_t freePages;       // bit i: page i is free
  uint8_t run[ChunkPages];  // by page: the first page of its run + 1; 0: free
  bool huge;                // one object, of as many chunks as it needs
  [[nodiscard]] PageHeader* page(size_t index) const {
    return reinterpret_cast<PageHeader*>(base + index * PageBytes);
  }
};

/// How large the heap may become (Limit.cpp).
struct MemoryLimit {
  size_t asked = 0;  // limitHeap; 0: what the system allows
  size_t bytes = 0;  // 0: not found out yet
  size_t last =
      SIZE_MAX;  // where the process ends: what handlers of the exception may use lies between
  size_t next = UnknownLimit;  // beyond it something has to be done: the next allocation reconciles
  bool raised = false;         // the exception is on its way
  bool recovers = false;       // it was taken: what it let go is to be given back
  uint32_t raises = 0;         // how often it was raised since there was room
  uintptr_t stackLimit = 0;    // Context::stackLimit and State::limit, while no calls are taken
  Value* valueLimit = nullptr;
};

/// The chunks by address: a root for the upper bits, leaves that are made when they are needed.
class ChunkTable {
 public:
  [[nodiscard]] Chunk* at(uintptr_t address) const {
    Chunk** leaf = roots_[address >> (ChunkBits + LeafBits) & (Roots - 1)];
    return leaf ? leaf[address >> ChunkBits & ((1u << LeafBits) - 1)] : nullptr;
  }
  void set(uintptr_t address, Chunk* chunk);

 private:
  static constexpr unsigned ChunkBits = 22, LeafBits = 12;
  static constexpr size_t Roots = size_t{1} << (47 - ChunkBits - LeafBits);
  Chunk** roots_[Roots] = {};
};
static_assert(size_t{1} << 22 == ChunkBytes);

/// Somebody who is told of what the heap does (`gene run --heap-profile`).
class HeapWatch {
 public:
  virtual ~HeapWatch() = default;
  /// There is a new object, whose slots are not set yet.
  virtual void allocated(const Object* object) = 0;
  /// What nothing refers to is gone, but for cycles.
  virtual void reconciled() = 0;
};

class Heap {
 public:
  Context* owner = nullptr;  // whose heap it is
  HeapOptions options;
  HeapStats stats;

  ChunkTable* chunkTable = nullptr;
  std::vector<Chunk*> chunks;  // those of pages
  std::vector<Chunk*> hugeObjects;
  size_t firstFree = 0;                         // no chunk before this one has a free page
  uintptr_t lowest = UINTPTR_MAX, highest = 0;  // what all chunks lie between
  char* reserved = nullptr;                     // address space for the next chunks
  char* reservedEnd = nullptr;
  size_t pageBytes = 0;     // of pages in use and huge objects
  size_t payloadBytes = 0;  // of payloads on no page
  FreeCell* mediumCells[MediumClasses] = {};
  FreeCell* payloadCells[CellClasses] = {};
  PageHeader* carving[2][CellClasses] =
      {};  // the page that fresh cells come from: of objects, of payloads
  /// Bytes of payloads, medium and large objects since the last reconcile: beyond the limit the next allocation
  /// reconciles, so that dead ones do not pile up until the table is full.
  size_t newBytes = 0;
  size_t newBytesLimit = MinNewBytesLimit;

  Object** table = nullptr;  // with room for TableSlack more
  size_t tableCapacity = 0;
  Object** tableEnd = nullptr;  // where it is full, whatever Context::zeroEnd says
  HeapWatch* watch = nullptr;
  std::vector<Object*> pinned;  // Marked while a reconcile runs
  std::vector<Object*> work;    // objects to mark
  Object** dying = nullptr;     // the stack of objects to free
  Object** dyingEnd = nullptr;
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
  MemoryLimit limit;
  uint64_t nextVerification = 0;  // the reconcile after which counts are verified again

  /// The live object that contains this address, or null. Any word may be asked.
  [[nodiscard]] Object* objectAt(uintptr_t address) const {
    if (address - lowest >= highest - lowest) return nullptr;
    const Chunk* chunk = chunkTable->at(address);
    return chunk ? objectIn(*chunk, address) : nullptr;
  }
  Object* allocateSlow(Context& context, size_t bytes, uint32_t shape);
  void countNew(Context& context, size_t bytes) {
    newBytes += bytes;
    if (newBytes > newBytesLimit) context.zeroEnd = context.zeroTop;
  }
  /// From now on the table is full at `end`. For the fast path of allocations it is already where each is to take the slow path.
  void setTableEnd(Context& context, Object** end) {
    tableEnd = end;
    context.zeroEnd = options.reconcileAlways || watch ? table : end;
  }
  /// Tells `who` of what it does from now on; null: nobody.
  void setWatch(Context& context, HeapWatch* who) {
    watch = who;
    setTableEnd(context, tableEnd);
  }
  /// Is it to be reconciled?
  [[nodiscard]] bool tableIsFull(const Context& context) const {
    const bool seems = watch && !options.reconcileAlways && context.zeroEnd == table;
    return context.zeroTop >= (seems ? tableEnd : context.zeroEnd);
  }
  /// The page of an object.
  [[nodiscard]] static PageHeader* pageOf(const Object* object) {
    return reinterpret_cast<PageHeader*>(reinterpret_cast<uintptr_t>(object) & ~(PageBytes - 1));
  }
  void freeCell(Context& context, Object* object) {
    PageHeader* header = pageOf(object);
    stats.freed++;
    stats.allocatedBytes += header->cellBytes;
    if (header->sizeClass >= SmallClasses || options.poison) return freeCellSlow(context, object);
    pushCell(context.freeCells[header->sizeClass], object);
  }
  [[nodiscard]] size_t heapBytes() const { return pageBytes + payloadBytes; }
  /// The heap is about to have so many bytes more.
  void grow(size_t bytes) {
    if (GENE_UNLIKELY(heapBytes() + bytes > limit.next)) nearLimit(bytes);
  }
  template <class F>
  void forEachObject(F&& f) const;
  template <class F>
  void forEachCell(F&& f) const;

  // --- Limit.cpp ------------------------------------------------------------------------------------------------------
  [[gnu::noinline, gnu::cold]] void nearLimit(size_t bytes);
  /// What a reconcile does beyond limit.next.
  [[gnu::noinline, gnu::cold]] void relieve(Context& context);
  /// Gives pages without an object or payload back; returns how many bytes.
  size_t trim(Context& context);

  // --- Payloads.cpp ---------------------------------------------------------------------------------------------------
  void* takePayload(size_t bytes);
  void givePayload(void* payload, size_t bytes);

  // --- Chunks.cpp -----------------------------------------------------------------------------------------------------
  PageHeader* takePages(size_t count);
  void givePages(PageHeader* header);
  PageHeader* mapHuge(size_t bytes);
  void unmapHuge(PageHeader* header);
  /// Puts fresh cells of a page on a free list: 4 KiB at a time, so that untouched memory stays untouched.
  void carve(FreeCell*& list, bool payload, uint32_t sizeClass);
  void unmapAll();

  /// A free cell's count says whether it was ever used.
  static constexpr uint32_t UsedBefore = Object::One;
  static void pushCell(FreeCell*& list, Object* object, uint32_t used = UsedBefore) {
    auto* cell = reinterpret_cast<FreeCell*>(object);
    cell->header = {used, 0};
    cell->next = list;
    list = cell;
  }

 private:
  Chunk* newChunk();
  char* reserveChunk();
  void cover(Chunk* chunk, size_t bytes, Chunk* value);
  static Object* objectIn(const Chunk& chunk, uintptr_t address);
  void freeCellSlow(Context& context, Object* object);
};

/// The class of cells that hold `bytes`, at most MaxMedium.
uint32_t cellClass(size_t bytes);
/// The bytes of the cells of a class.
uint32_t cellBytesOf(uint32_t sizeClass);

[[noreturn]] void outOfMemory();

template <class F>
void Heap::forEachObject(F&& f) const {
  forEachCell([&](Object* object, const PageHeader*) {
    if (object->shape != 0) f(object);
  });
}

template <class F>
void Heap::forEachCell(F&& f) const {
  auto inPage = [&](PageHeader* header) {
    char* cell = header->first();
    const uint32_t step = header->sizeClass == LargeClass ? 0 : header->cellBytes;
    for (uint32_t k = 0; k < header->cells; k++, cell += step)
      f(reinterpret_cast<Object*>(cell), header);
  };
  for (const Chunk* chunk : chunks)
    for (size_t i = 0; i < ChunkPages; i++)
      if (chunk->run[i] == i + 1) inPage(chunk->page(i));
  for (const Chunk* chunk : hugeObjects) inPage(chunk->page(0));
}

/// Calls f(word) for every word of the machine stack and registers, the value stack, and the registered roots.
void scanRoots(Context& context, void (*f)(Heap&, uint64_t), bool withStacks);

/// Recomputes all counts by a walk over the heap; describes up to ten objects whose count is wrong.
std::string verifyCounts(Context& context);

/// Gives up what an object owns besides its cell: payloads, compiled regexes.
void freePayloads(Heap& heap, Object* object);
/// What it owns that is no memory of the heap.
void freeForeign(Object* object);

}  // namespace gene
