#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "runtime/heap/Allocate.h"

namespace gene {
namespace {

/// 16-byte steps to 512, then four classes a doubling to 8 KiB, and a cache line: an odd number of lines, so that equal
/// places of cells of one size, a column of a matrix, lie in all sets of the cache.
constexpr uint32_t mediumBytes(uint32_t m) {
  const uint32_t base = 512u << (m / 4);
  return base + (m % 4 + 1) * (base / 4) + 64;
}

/// The medium class of 16 * n bytes, by n.
struct MediumTable {
  uint8_t of[MaxMedium / 16 + 1];
  constexpr MediumTable() : of{} {
    uint8_t m = 0;
    for (uint32_t n = SmallClasses; n <= MaxMedium / 16; n++) {
      while (mediumBytes(m) < n * 16) m++;
      of[n] = m;
    }
  }
};
constexpr MediumTable mediumClasses;

}  // namespace

uint32_t cellClass(size_t bytes) {
  const size_t n = (bytes + 15) / 16;
  return static_cast<uint32_t>(n < SmallClasses ? std::max<size_t>(n, 1)
                                                : SmallClasses + mediumClasses.of[n]);
}

uint32_t cellBytesOf(uint32_t sizeClass) {
  return sizeClass < SmallClasses ? sizeClass * 16
                                  : mediumBytes(sizeClass - static_cast<uint32_t>(SmallClasses));
}

Object* Heap::objectIn(const Chunk& chunk, uintptr_t address) {
  const uintptr_t inChunk = address - reinterpret_cast<uintptr_t>(chunk.base);
  PageHeader* header = chunk.page(0);
  if (!chunk.huge) {
    const uint8_t run = chunk.run[inChunk / PageBytes];
    if (run == 0) return nullptr;
    header = chunk.page(run - 1u);
  } else if (inChunk >= header->bytes) {
    return nullptr;
  }
  const auto first = reinterpret_cast<uintptr_t>(header->first());
  if (address < first) return nullptr;
  if (header->sizeClass == LargeClass) {
    auto* object = reinterpret_cast<Object*>(first);
    return object->shape ? object : nullptr;
  }
  const auto index = static_cast<uint32_t>((address - first) * header->reciprocal >> 32);
  if (index >= header->cells) return nullptr;
  auto* object = reinterpret_cast<Object*>(first + size_t{index} * header->cellBytes);
  return object->shape ? object : nullptr;
}

Object* Heap::allocateSlow(Context& context, size_t bytes, uint32_t shape) {
  Object* object = nullptr;
  if (bytes <= MaxMedium) {
    const uint32_t sizeClass = cellClass(bytes);
    FreeCell*& list = sizeClass < SmallClasses ? context.freeCells[sizeClass]
                                               : mediumCells[sizeClass - SmallClasses];
    if (!list) carve(list, false, sizeClass);
    FreeCell* cell = list;
    list = cell->next;
    object = &cell->header;
  } else {
    PageHeader* header = bytes + sizeof(PageHeader) <= MaxRun
                             ? takePages((bytes + sizeof(PageHeader) + PageBytes - 1) / PageBytes)
                             : mapHuge(bytes);
    header->cellBytes = static_cast<uint32_t>(std::min<uint64_t>(header->bytes, UINT32_MAX));
    stats.reused--;
    header->cells = header->capacity = header->carved = 1;
    header->reciprocal = 0;
    header->sizeClass = LargeClass;
    object = reinterpret_cast<Object*>(header->first());
  }
  object->countAndFlags = Object::InTable;
  object->shape = shape;
  if ((bytes + 15) / 16 >= SmallClasses) countNew(context, bytes);
  *context.zeroTop++ = object;
  if (GENE_UNLIKELY(watch != nullptr)) watch->allocated(object);
  return object;
}

void Heap::freeCellSlow(Context& context, Object* object) {
  PageHeader* header = pageOf(object);
  if (header->sizeClass == LargeClass) {
    object->shape = 0;
    if (header->bytes <= MaxRun)
      givePages(header);
    else
      unmapHuge(header);
    return;
  }
  if (options.poison) std::memset(static_cast<void*>(object), 0xDD, header->cellBytes);
  pushCell(header->sizeClass < SmallClasses ? context.freeCells[header->sizeClass]
                                            : mediumCells[header->sizeClass - SmallClasses],
           object);
}

namespace {

/// What comes first when an allocation takes the slow path.
void prepareAllocation(Context& context, size_t size) {
  Heap& heap = *context.heap;
  if (heap.tableIsFull(context)) reconcile(context);
  if (heap.allocationsLeft > 0 && --heap.allocationsLeft == 0) refuseCalls(context);
  if (size > MaxMedium && heap.heapBytes() + size > heap.limit.next) reconcile(context);
}

}  // namespace

Object* allocateObjectSlow(Context& context, size_t size, uint32_t shape) {
  prepareAllocation(context, size);
  return context.heap->allocateSlow(context, size, shape);
}

Object* allocateObjectOrRaise(Context& context, size_t size, uint32_t shape) {
  prepareAllocation(context, size);
  if (GENE_LIKELY(!context.outOfMemory)) return context.heap->allocateSlow(context, size, shape);
  raiseOutOfMemory(context);
  return nullptr;
}

Object* allocateObject(Context& context, size_t size, uint32_t shape) {
  return allocateObjectFast(context, size, shape);
}

namespace {
HeapOptions optionsFromEnvironment(HeapOptions options) {
  const char* text = std::getenv("GENE_STRESS");
  if (!text) return options;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (word == "reconcile") options.reconcileAlways = true;
    if (word == "poison") options.poison = true;
    if (word == "verify") options.verify = true;
    if (word == "off") options = {};
    if (word.starts_with("fail-alloc=")) options.failAllocation = std::atoll(word.data() + 11);
  }
  return options;
}
}  // namespace

GENE_THREAD_LOCAL Context* threadContext = nullptr;

Heap* createHeap(Context& context, const HeapOptions& given) {
  auto* heap = new Heap;
  heap->owner = &context;
  heap->options = optionsFromEnvironment(given);
  heap->allocationsLeft = heap->options.failAllocation;
  std::set_new_handler(outOfMemory);
  heap->chunkTable = static_cast<ChunkTable*>(zeroPages(sizeof(ChunkTable)));
  heap->tableCapacity = 4096;
  heap->table =
      static_cast<Object**>(std::malloc((heap->tableCapacity + TableSlack) * sizeof(Object*)));
  if (!heap->table) outOfMemory();
  context.zeroTop = heap->table;
  heap->setTableEnd(context, heap->table + heap->tableCapacity);
  context.heap = heap;
  return heap;
}

void destroyHeap(Context& context) {
  Heap* heap = context.heap;
  heap->unmapAll();
  freeZeroPages(heap->chunkTable, sizeof(ChunkTable));
  std::free(heap->table);
  std::free(heap->dying);
  delete heap;
  context.heap = nullptr;
}

void addRoots(Context& context, const Value* first, uint64_t count) {
  context.heap->roots.push_back({first, count});
}

void removeRoots(Context& context, const Value* first) {
  std::erase_if(context.heap->roots, [&](const Heap::Roots& r) { return r.first == first; });
}

void setStackBase(Context& context, const void* base) { context.heap->stackBase = base; }

void setValueStack(Context& context, const Value* base, Value* const* top) {
  context.heap->valueStack = base;
  context.heap->valueStackTop = top;
}

}  // namespace gene
