#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/heap/Allocate.h"

namespace gene {
namespace {

[[noreturn]] void outOfMemory() {
  std::fputs("Error: out of memory\n", stderr);
  std::exit(1);
}

/// 16-byte steps to 512, then four classes a doubling to 8 KiB.
uint32_t mediumBytes(uint32_t m) {
  const uint32_t base = 512u << (m / 4);
  return base + (m % 4 + 1) * (base / 4);
}

uint32_t mediumClass(size_t bytes) {
  uint32_t m = 0;
  while (mediumBytes(m) < bytes) m++;
  return m;
}

}  // namespace

Object* Heap::objectAt(uintptr_t address) const {
  const uintptr_t offset = address - reinterpret_cast<uintptr_t>(region);
  if (offset >= usedPages * PageBytes) return nullptr;
  const uint32_t run = pageRun[offset / PageBytes];
  if (run == 0) return nullptr;
  PageHeader* header = page(run - 1);
  const uintptr_t inside = address - reinterpret_cast<uintptr_t>(header->first());
  if (address < reinterpret_cast<uintptr_t>(header->first())) return nullptr;
  if (header->sizeClass == LargeClass) {
    auto* object = reinterpret_cast<Object*>(header->first());
    return object->shape ? object : nullptr;
  }
  const auto index = static_cast<uint32_t>(inside * header->reciprocal >> 32);
  if (index >= header->cells) return nullptr;
  auto* object = reinterpret_cast<Object*>(header->first() + size_t{index} * header->cellBytes);
  return object->shape ? object : nullptr;
}

/// A run of pages: the shortest free one that is long enough, or a new one.
size_t Heap::takePages(size_t count) {
  size_t index = usedPages;
  if (const auto fit = freeRuns.lower_bound(count); fit != freeRuns.end()) {
    const size_t length = fit->first;
    index = fit->second.back();
    fit->second.pop_back();
    if (fit->second.empty()) freeRuns.erase(fit);
    if (length > count) giveRun(index + count, length - count);
  } else {
    if (usedPages + count > regionPages) outOfMemory();
    usedPages += count;
    pageRun.resize(usedPages);
  }
  std::fill_n(pageRun.data() + index, count, static_cast<uint32_t>(index + 1));
  return index;
}

void Heap::giveRun(size_t first, size_t count) {
  freeRuns[count].push_back(static_cast<uint32_t>(first));
}

/// Puts fresh cells of a page on the free list: 4 KiB at a time, so that untouched memory stays untouched.
void Heap::carve(Context& context, uint32_t sizeClass, uint32_t cellBytes) {
  PageHeader*& header = carving[sizeClass];
  if (!header || header->cells == header->capacity) {
    header = page(takePages(1));
    header->cellBytes = cellBytes;
    header->cells = 0;
    header->capacity = static_cast<uint32_t>((PageBytes - sizeof(PageHeader)) / cellBytes);
    header->reciprocal = static_cast<uint32_t>((uint64_t{1} << 32) / cellBytes + 1);
    header->sizeClass = sizeClass;
    header->pages = 1;
  }
  FreeCell*& list = sizeClass < SmallClasses ? context.freeCells[sizeClass]
                                             : mediumCells[sizeClass - SmallClasses];
  const uint32_t more = std::max<uint32_t>(1, 4096 / cellBytes);
  const uint32_t last = std::min(header->capacity, header->cells + more);
  for (uint32_t i = last; i-- > header->cells;) {
    auto* cell = reinterpret_cast<FreeCell*>(header->first() + size_t{i} * cellBytes);
    cell->header = {0, 0};
    cell->next = list;
    list = cell;
  }
  header->cells = last;
}

Object* Heap::allocateSlow(Context& context, size_t bytes, uint32_t shape) {
  Object* object = nullptr;
  const size_t n = (bytes + 15) / 16;
  if (n < SmallClasses) {
    const size_t cls = std::max<size_t>(n, 1);
    if (!context.freeCells[cls])
      carve(context, static_cast<uint32_t>(cls), static_cast<uint32_t>(cls * 16));
    FreeCell* cell = context.freeCells[cls];
    context.freeCells[cls] = cell->next;
    object = &cell->header;
  } else if (bytes <= MaxMedium) {
    const uint32_t m = mediumClass(bytes);
    if (!mediumCells[m]) carve(context, static_cast<uint32_t>(SmallClasses) + m, mediumBytes(m));
    FreeCell* cell = mediumCells[m];
    mediumCells[m] = cell->next;
    object = &cell->header;
  } else {
    const size_t pages = (bytes + sizeof(PageHeader) + PageBytes - 1) / PageBytes;
    if (bytes > UINT32_MAX - PageBytes) outOfMemory();
    PageHeader* header = page(takePages(pages));
    header->cellBytes = static_cast<uint32_t>(bytes);
    header->cells = header->capacity = 1;
    header->reciprocal = 0;
    header->sizeClass = LargeClass;
    header->pages = static_cast<uint32_t>(pages);
    object = reinterpret_cast<Object*>(header->first());
  }
  object->countAndFlags = Object::InTable;
  object->shape = shape;
  if (n >= SmallClasses) countNew(context, bytes);
  *context.zeroTop++ = object;
  return object;
}

void Heap::freeCell(Context& context, Object* object) {
  const size_t index = (reinterpret_cast<char*>(object) - region) / PageBytes;
  PageHeader* header = page(pageRun[index] - 1);
  stats.freed++;
  if (header->sizeClass == LargeClass) {
    const size_t first = pageRun[index] - 1, pages = header->pages;
    object->shape = 0;
    if (pages > KeptRunPages) ::madvise(header, pages * PageBytes, MADV_DONTNEED);
    std::fill_n(pageRun.data() + first, pages, 0u);
    giveRun(first, pages);
    return;
  }
  if (options.poison) std::memset(static_cast<void*>(object), 0xDD, header->cellBytes);
  auto* cell = reinterpret_cast<FreeCell*>(object);
  cell->header = {0, 0};
  FreeCell*& list = header->sizeClass < SmallClasses
                        ? context.freeCells[header->sizeClass]
                        : mediumCells[header->sizeClass - SmallClasses];
  cell->next = list;
  list = cell;
}

Object* allocateObjectSlow(Context& context, size_t size, uint32_t shape) {
  Heap& heap = *context.heap;
  if (context.zeroTop >= context.zeroEnd) reconcile(context);
  if (heap.allocationsLeft > 0 && --heap.allocationsLeft == 0) outOfMemory();
  return heap.allocateSlow(context, size, shape);
}

Object* allocateObject(Context& context, size_t size, uint32_t shape) {
  return allocateObjectFast(context, size, shape);
}

void* allocatePayload(Context& context, size_t bytes) {
  context.heap->payloadBytes += bytes;
  context.heap->countNew(context, bytes);
  void* p = std::malloc(bytes ? bytes : 1);
  if (!p) outOfMemory();
  return p;
}

void* growPayload(Context& context, void* old, size_t oldBytes, size_t newBytes) {
  context.heap->payloadBytes += newBytes - oldBytes;
  if (newBytes > oldBytes) context.heap->countNew(context, newBytes - oldBytes);
  void* p = std::realloc(old, newBytes ? newBytes : 1);
  if (!p) outOfMemory();
  return p;
}

namespace {
HeapOptions optionsFromEnvironment(HeapOptions options) {
#ifdef GENE_STRESS
  options.reconcileAlways = options.poison = true;
#endif
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
Heap* liveHeap = nullptr;
Context* liveContext = nullptr;
}  // namespace

/// The context of this thread, for the few places that only have an object (Slot).
Context& heapContext() { return *liveContext; }

void freePayload(void* payload, size_t bytes) {
  liveHeap->payloadBytes -= bytes;
  std::free(payload);
}

Heap* createHeap(Context& context, const HeapOptions& given) {
  auto* heap = new Heap;
  heap->options = optionsFromEnvironment(given);
  heap->allocationsLeft = heap->options.failAllocation;
  size_t bytes = size_t{1} << 38;
  void* region = MAP_FAILED;
  for (; region == MAP_FAILED && bytes >= (size_t{1} << 30); bytes /= 2)
    region = ::mmap(nullptr, bytes + PageBytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) outOfMemory();
  bytes *= 2;
  heap->region = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(region) + PageBytes - 1) &
                                         ~(PageBytes - 1));
  heap->regionPages = bytes / PageBytes;
  heap->tableCapacity = 4096;
  heap->table = static_cast<Object**>(std::malloc((heap->tableCapacity + 64) * sizeof(Object*)));
  context.zeroTop = heap->table;
  context.zeroEnd = heap->options.reconcileAlways ? heap->table : heap->table + heap->tableCapacity;
  context.heap = heap;
  liveHeap = heap;
  liveContext = &context;
  return heap;
}

void destroyHeap(Context& context) {
  Heap* heap = context.heap;
  ::munmap(heap->region, heap->regionPages * PageBytes);
  std::free(heap->table);
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
