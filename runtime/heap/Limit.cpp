// How much memory a program may have, and what happens beyond.
//
//   0 ───────────────────────── bytes ──────── last
//     nothing happens            │              └ the process ends with a sentence
//                                └ near here memory runs out: reconcile, free cycles, give back empty pages; if that does
//                                  not help, the next call or raising operation raises
//
// A step beyond `last` is for an array or map that grows and was not asked whether it may (hasRoom).
//
// Allocating never fails, so that no code of the runtime has to undo what it began: what is asked for beyond the limit comes
// out of what lies behind it. That is also what the handlers of the exception live on.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/Budget.h"
#include "runtime/StackSize.h"
#include "runtime/heap/HeapState.h"
#include "runtime/support/Sandbox.h"

namespace gene {

void acceptCalls(Context& context);    // runtime/vm/Enter.cpp
bool stopForMemory(Context& context);  // runtime/vm/Limits.cpp

namespace {

/// How much of what the system allows the heap takes: the rest is for code, stacks, what `malloc` wastes, and what lies
/// between `bytes` and `last`.
size_t systemHeap() {
  const size_t group = std::min(memoryLimit(), groupMemoryLimit());
  const size_t machine =
      static_cast<size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return std::max(MinHeapLimit, std::min(group / 8 * 5, machine / 4 * 3));
}

/// A program that was told so often, and let nothing go, would go on for ever. One that another one embeds is stopped sooner.
constexpr uint32_t MostRaises = 100, MostRaisesInside = 10;

/// What handlers of the exception may use beyond the limit.
size_t reserveOf(size_t limit) { return std::max(limit / 4, MinHeapLimit); }

void findLimit(MemoryLimit& limit) {
  if (limit.bytes != 0) return;
  limit.bytes = limit.asked != 0 ? limit.asked : systemHeap();
  limit.last = limit.bytes + reserveOf(limit.bytes);
  limit.next = limit.bytes;
}

/// What the heap may have beyond `used` before something is done about it again.
size_t furtherLimit(const MemoryLimit& limit, size_t used) {
  return std::min(limit.last, std::max(limit.bytes, used + reserveOf(limit.bytes) / 4));
}

std::string sizeText(size_t bytes) {
  const bool whole = bytes % (size_t{1} << 20) == 0;
  return whole ? std::to_string(bytes >> 20) + " MiB" : std::to_string(bytes) + " bytes";
}

/// In a sandbox what was given is a budget: no handler hears that it is used up.
void endInSandbox(const MemoryLimit& limit) {
  if (sandbox::isOn() && limit.asked != 0)
    budgetIsSpent("the heap has reached its limit of " + sizeText(limit.bytes));
}

/// A program that another one embeds is stopped where the process would end: false where there is no such program, or where it
/// has gone far beyond its limit before it came to the next instruction.
bool isStopped(const Heap& heap) {
  return heap.heapBytes() / 4 < heap.limit.last && stopForMemory(*heap.owner);
}

/// The free cells of each page are counted in its header.
uint64_t& freeCellsOf(PageHeader* header) { return header->padding[0]; }

}  // namespace

void limitHeap(Context& context, size_t bytes) {
  MemoryLimit& limit = context.heap->limit;
  limit.asked = bytes;
  limit.bytes = 0;
  limit.next = UnknownLimit;
  if (bytes != 0) findLimit(limit);
}

size_t heapLimit(const Context& context) { return context.heap->limit.asked; }

Value raiseOutOfMemory(Context& context) {
  Heap& heap = *context.heap;
  findLimit(heap.limit);
  endInSandbox(heap.limit);
  acceptCalls(context);
  // Where one step led beyond the end, the handler gets its reserve all the same, once.
  const size_t usual = heap.limit.bytes + reserveOf(heap.limit.bytes);
  if (heap.heapBytes() > usual && heap.limit.last == usual)
    heap.limit.last = heap.heapBytes() + reserveOf(heap.limit.bytes);
  heap.limit.next = furtherLimit(heap.limit, heap.heapBytes());
  heap.limit.raised = true;
  if (++heap.limit.raises > MostRaisesInside && !isStopped(heap) && heap.limit.raises > MostRaises)
    outOfMemory();
  return raise(context, ErrorClass::Runtime,
               "out of memory: the heap has reached its limit of " + sizeText(heap.limit.bytes));
}

void exceptionWasTaken(Context& context) {
  MemoryLimit& limit = context.heap->limit;
  if (!limit.raised) return;
  limit.raised = false;
  limit.recovers = true;
  context.zeroEnd = context.zeroTop;
}

bool hasLargeRoom(Context& context, uint64_t bytes) {
  Heap& heap = *context.heap;
  findLimit(heap.limit);
  if (bytes > heap.limit.bytes) return false;
  if (heap.heapBytes() + bytes <= heap.limit.bytes) return true;
  reconcile(context);
  collectCycles(context);
  heap.trim(context);
  return heap.heapBytes() + bytes <= heap.limit.bytes;
}

void Heap::nearLimit(size_t bytes) {
  findLimit(limit);
  const size_t used = heapBytes();
  // One step of something that grows may lead beyond; the next one may not.
  if ((used > limit.last || bytes / 2 > limit.last) && !isStopped(*this)) {
    endInSandbox(limit);
    outOfMemory();
  }
  if (used + bytes > limit.next) owner->zeroEnd = owner->zeroTop;
  if (used + bytes > limit.last && !owner->outOfMemory) refuseCalls(*owner);
}

void Heap::relieve(Context& context) {
  findLimit(limit);
  const bool recovers = std::exchange(limit.recovers, false);
  if (heapBytes() > limit.next || recovers) {
    collectCycles(context);
    trim(context);
  }
  // Where hardly anything was left, the next collection would come too soon to be worth its time.
  if (heapBytes() <= limit.bytes - limit.bytes / 32) {
    limit.next = limit.bytes;
    limit.last = limit.bytes + reserveOf(limit.bytes);
    limit.raises = 0;
    return;
  }
  if (heapBytes() > limit.next && !recovers && !context.outOfMemory) refuseCalls(context);
  limit.next = furtherLimit(limit, heapBytes());
}

size_t Heap::trim(Context& context) {
  const auto forEachList = [&](auto&& f) {
    for (FreeCell*& list : context.freeCells) f(list, false);
    for (FreeCell*& list : mediumCells) f(list, false);
    for (FreeCell*& list : payloadCells) f(list, true);
  };
  const auto pageOfCell = [](FreeCell* cell) { return pageOf(&cell->header); };
  const auto forEachPage = [&](auto&& f) {
    for (const Chunk* chunk : chunks)
      for (size_t i = 0; i < ChunkPages; i++)
        if (chunk->run[i] == i + 1 && chunk->page(i)->sizeClass != LargeClass) f(chunk->page(i));
  };
  forEachPage([](PageHeader* page) { freeCellsOf(page) = 0; });
  forEachList([&](FreeCell* list, bool) {
    for (FreeCell* cell = list; cell; cell = cell->next) freeCellsOf(pageOfCell(cell))++;
  });
  const auto isEmpty = [](PageHeader* page) { return freeCellsOf(page) == page->carved; };
  forEachList([&](FreeCell*& list, bool payload) {
    FreeCell** to = &list;
    for (FreeCell* cell = list; cell; cell = cell->next) {
      if (!isEmpty(pageOfCell(cell))) {
        *to = cell;
        to = &cell->next;
      } else if (!payload && cell->header.countAndFlags == 0) {
        stats.reused++;  // as if it had not been carved
      }
    }
    *to = nullptr;
  });
  for (auto& pages : carving)
    for (PageHeader*& page : pages)
      if (page && isEmpty(page)) page = nullptr;
  size_t given = 0;
  forEachPage([&](PageHeader* page) {
    if (!isEmpty(page)) return;
    given += page->bytes;
    givePages(page);
    ::madvise(page, PageBytes, MADV_DONTNEED);
  });
  return given;
}

}  // namespace gene
