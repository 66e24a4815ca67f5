// Growing parts that objects own: array items, map entries and indices, children. Small ones lie in cells of pages of
// their own, large ones are malloc'ed. Sanitizers see all of them through malloc.

#include <cstdlib>
#include <cstring>

#include "runtime/heap/Allocate.h"

namespace gene {
namespace {

#if __has_feature(address_sanitizer)
constexpr size_t MaxCellPayload = 0;
#else
constexpr size_t MaxCellPayload = MaxMedium;
#endif

void* orFail(void* memory) {
  if (!memory) outOfMemory();
  return memory;
}

}  // namespace

void* Heap::takePayload(size_t bytes) {
  stats.payloads++;
  stats.payloadBytes += bytes;
  if (bytes > MaxCellPayload || bytes == 0) {
    grow(bytes);
    payloadBytes += bytes;
    return orFail(std::malloc(bytes ? bytes : 1));
  }
  const uint32_t sizeClass = cellClass(bytes);
  FreeCell*& list = payloadCells[sizeClass];
  if (!list) carve(list, true, sizeClass);
  FreeCell* cell = list;
  list = cell->next;
  return cell;
}

void Heap::givePayload(void* payload, size_t bytes) {
  if (bytes > MaxCellPayload || bytes == 0) {
    payloadBytes -= bytes;
    std::free(payload);
    return;
  }
  const uint32_t sizeClass = cellClass(bytes);
  if (options.poison) std::memset(payload, 0xDD, cellBytesOf(sizeClass));
  pushCell(payloadCells[sizeClass], static_cast<Object*>(payload));
}

void* allocatePayload(Context& context, size_t bytes) {
  context.heap->countNew(context, bytes);
  return context.heap->takePayload(bytes);
}

void* growPayload(Context& context, void* old, size_t oldBytes, size_t newBytes) {
  Heap& heap = *context.heap;
  if (newBytes > oldBytes) heap.countNew(context, newBytes - oldBytes);
  if (!old) return heap.takePayload(newBytes);
  const bool wasCell = oldBytes <= MaxCellPayload && oldBytes != 0;
  const bool isCell = newBytes <= MaxCellPayload && newBytes != 0;
  if (!wasCell && !isCell) {
    if (newBytes > oldBytes) heap.grow(newBytes - oldBytes);
    heap.payloadBytes += newBytes - oldBytes;
    return orFail(std::realloc(old, newBytes ? newBytes : 1));
  }
  if (wasCell && isCell && cellClass(oldBytes) == cellClass(newBytes)) return old;
  void* grown = heap.takePayload(newBytes);
  std::memcpy(grown, old, oldBytes < newBytes ? oldBytes : newBytes);
  heap.givePayload(old, oldBytes);
  return grown;
}

void freePayload(void* payload, size_t bytes) {
  currentContext().heap->givePayload(payload, bytes);
}

}  // namespace gene
