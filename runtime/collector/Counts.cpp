// The zero-count table: reconcile frees what nothing counts and no stack holds. Deutsch, Bobrow: "An Efficient,
// Incremental, Automatic Garbage Collector", CACM 1976.

#include <chrono>
#include <cstdio>
#include <cstring>

#include "runtime/Async.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Slots.h"

namespace gene {

GENE_THREAD_LOCAL uint64_t gene_count_operations = 0;

namespace {

/// How many reconciles pass until counts are verified again. A walk over the heap costs as much as it is large, so that
/// large heaps wait longer, and longer still where every allocation reconciles.
uint64_t reconcilesToVerify(const Heap& heap) {
  constexpr size_t TypicalObject = 64;
  const uint64_t objects = heap.heapBytes() / TypicalObject;
  return heap.options.reconcileAlways ? std::max<uint64_t>(256, objects)
                                      : std::max<uint64_t>(1, objects / 4096);
}

void resizeTable(Context& context, size_t capacity) {
  Heap& heap = *context.heap;
  const auto used = static_cast<size_t>(context.zeroTop - heap.table);
  heap.tableCapacity = capacity;
  heap.table =
      static_cast<Object**>(std::realloc(heap.table, (capacity + TableSlack) * sizeof(Object*)));
  if (!heap.table) outOfMemory();
  context.zeroTop = heap.table + used;
}

/// Makes room in the table when C++ code fills it without allocating (large structures falling to zero at once).
void growTable(Context& context) {
  Heap& heap = *context.heap;
  resizeTable(context, heap.tableCapacity * 2);
  heap.setTableEnd(context, heap.table + heap.tableCapacity);
}

void enter(Context& context, Object* object) {
  object->countAndFlags |= Object::InTable;
  if (context.zeroTop >= context.heap->table + context.heap->tableCapacity) growTable(context);
  *context.zeroTop++ = object;
}

void pin(Heap& heap, uint64_t word) {
  auto mark = [&](uintptr_t address) {
    Object* object = heap.objectAt(address);
    if (!object || (object->countAndFlags & Object::Marked) || object->isImmortal()) return;
    object->countAndFlags |= Object::Marked;
    heap.pinned.push_back(object);
  };
  mark(word);
  // One past the end of an object pins it, too.
  if ((word & 15) == 0) mark(word - 1);
}

/// Puts a dead object on the stack of those that are still to be freed. Its top is passed along in a register.
[[gnu::noinline, gnu::cold]] Object** growDying(Heap& heap, Object** top) {
  const auto used = static_cast<size_t>(top - heap.dying);
  const size_t capacity = std::max<size_t>(256, used * 2);
  heap.dying = static_cast<Object**>(std::realloc(heap.dying, capacity * sizeof(Object*)));
  if (!heap.dying) outOfMemory();
  heap.dyingEnd = heap.dying + capacity;
  return heap.dying + used;
}
[[gnu::always_inline]] inline Object** pushDying(Heap& heap, Object** top, Object* object) {
  if (GENE_UNLIKELY(top == heap.dyingEnd)) top = growDying(heap, top);
  *top = object;
  return top + 1;
}

/// Takes away the reference that a slot of a dead object is: gives the object that it was the last reference to, and that
/// no stack holds.
[[gnu::always_inline]] inline Object* dropReference(Context& context, const Slot& slot) {
  const Value child = slot.get();
  if (!child.isObject()) return nullptr;
  Object* o = child.object();
  if (o->isImmortal()) return nullptr;
  gene_count_operations++;
  const uint32_t word = o->countAndFlags - Object::One;
  o->countAndFlags = word;
  const uint32_t left = word & ~(Object::Frozen | Object::Sealed);
  if (left == 0) return o;
  if (GENE_UNLIKELY(left == Object::Marked)) enter(context, o);  // the next reconcile asks again
  return nullptr;
}

/// Frees an object that is no instance; its children that die go on the stack.
[[gnu::noinline, gnu::flatten]] Object** freeOther(Context& context, Object* object, Object** top) {
  Heap& heap = *context.heap;
  auto drop = [&](const Slot& slot) __attribute__((always_inline)) {
    if (Object* o = dropReference(context, slot)) top = pushDying(heap, top, o);
  };
  heap.stats.created[object->shape]++;
  if (object->is(Kind::Map)) {  // its keys are symbols
    auto* map = static_cast<MapObject*>(object);
    for (uint32_t i = 0; i < map->used; i++) drop(map->entries[i].value);
  } else {
    forEachSlot(object, drop);
  }
  if (has(object->kind(), trait::Payload))
    forEachPayload(object, [&](void* payload, size_t bytes) { heap.givePayload(payload, bytes); });
  if (GENE_UNLIKELY(has(object->kind(), trait::Foreign))) freeForeign(object);
  heap.freeCell(context, object);
  return top;
}

/// What freeing the instances of a shape needs. A run of instances of one class, which most dead objects are, asks neither
/// shapes nor pages.
struct InstanceCells {
  uint32_t shape = 0;
  uint32_t fields = 0;
  uint32_t cellBytes = 0;
  FreeCell** list = nullptr;  // null: the fast way is not for them
  uint64_t freed = 0;         // the fast way
};

void takeStatistics(Heap& heap, const InstanceCells& cells) {
  heap.stats.created[static_cast<size_t>(Kind::Instance)] += cells.freed;
  heap.stats.freed += cells.freed;
  heap.stats.allocatedBytes += cells.freed * cells.cellBytes;
}

[[gnu::noinline]] void chooseShape(Context& context, InstanceCells& cells, uint32_t shape) {
  takeStatistics(*context.heap, cells);
  cells = {.shape = shape, .fields = shapeOfId(shape)->inlineCapacity};
  const size_t bytes = sizeof(InstanceObject) + cells.fields * sizeof(Slot);
  if (bytes >= SmallClasses * 16 || context.heap->options.poison) return;
  cells.list = &context.freeCells[cellClass(bytes)];
  cells.cellBytes = cellBytesOf(cellClass(bytes));
}

[[gnu::noinline]] Object** dropOverflow(Context& context, InstanceObject* instance, Object** top) {
  const uint32_t count = shapeOfId(instance->shape)->overflowCount;
  for (uint32_t i = 0; i < count; i++)
    if (Object* o = dropReference(context, instance->overflow[i]))
      top = pushDying(*context.heap, top, o);
  freePayload(instance->overflow, count * sizeof(Slot));
  return top;
}

/// Frees `object` and everything that only it kept alive, without recursion: parents before children and the last child
/// first.
[[gnu::noinline]] void freeTree(Context& context, Object* object, InstanceCells& cells) {
  Heap& heap = *context.heap;
  Object** top = heap.dying;
  for (;;) {
    Object* next = nullptr;  // the last child to die does not go through the stack
    if (GENE_LIKELY(object->isInstance())) {
      auto* instance = static_cast<InstanceObject*>(object);
      if (GENE_UNLIKELY(object->shape != cells.shape)) chooseShape(context, cells, object->shape);
      if (GENE_UNLIKELY(instance->overflow != nullptr)) top = dropOverflow(context, instance, top);
      const Slot* end = instance->fields() + cells.fields;
      for (const Slot* field = instance->fields(); field != end; field++) {
        Object* dead = dropReference(context, *field);
        if (dead == nullptr) continue;
        if (next != nullptr) top = pushDying(heap, top, next);
        next = dead;
      }
      if (GENE_LIKELY(cells.list != nullptr)) {
        cells.freed++;
        Heap::pushCell(*cells.list, object);
      } else {
        heap.stats.created[static_cast<size_t>(Kind::Instance)]++;
        heap.freeCell(context, object);
      }
    } else {
      top = freeOther(context, object, top);
    }
    object = next;
    if (object != nullptr) continue;
    if (top == heap.dying) return;
    object = *--top;
  }
}

}  // namespace

void countFellToZero(Object* object) { enter(*Heap::pageOf(object)->heap->owner, object); }

void reconcile(Context& context) {
  Heap& heap = *context.heap;
  if (heap.freeing) {
    if (heap.tableIsFull(context)) growTable(context);
    return;
  }
  heap.freeing = true;
  const auto before = std::chrono::steady_clock::now();
  heap.stats.reconciles++;
  heap.stats.peakBytes = std::max<uint64_t>(heap.stats.peakBytes, heap.heapBytes());
  heap.pinned.clear();
  if (context.scheduler) context.async->countParked(context);
  scanRoots(context, pin, true);
  // Entries that freeTree adds lie behind `count` and stay.
  const auto count = static_cast<size_t>(context.zeroTop - heap.table);
  size_t kept = 0;
  heap.stats.tableEntries += count;
  InstanceCells cells;
  for (size_t i = 0; i < count; i++) {
    Object* object = heap.table[i];
    __builtin_prefetch(heap.table[i + TableSlack / 8], 1);
    const uint32_t word = object->countAndFlags;
    if (word >= Object::One)  // immortal ones, too
      object->countAndFlags = word & ~Object::InTable;
    else if (word & Object::Marked)
      heap.table[kept++] = object;
    else
      freeTree(context, object, cells);
  }
  takeStatistics(heap, cells);
  const auto added = static_cast<size_t>(context.zeroTop - heap.table) - count;
  std::memmove(heap.table + kept, heap.table + count, added * sizeof(Object*));
  heap.stats.pinned += kept;
  kept += added;
  for (Object* object : heap.pinned) object->countAndFlags &= ~Object::Marked;
  context.zeroTop = heap.table + kept;
  // Scanning deep stacks is paid for by more allocations between two scans.
  const size_t stackWords = heap.stackBase
                                ? (reinterpret_cast<uintptr_t>(heap.stackBase) -
                                   reinterpret_cast<uintptr_t>(__builtin_frame_address(0))) /
                                      8
                                : 0;
  const size_t valueWords =
      heap.valueStackTop ? static_cast<size_t>(*heap.valueStackTop - heap.valueStack) : 0;
  const size_t wanted = std::max<size_t>(4096, std::max(kept * 2, (stackWords + valueWords) / 4));
  if (heap.tableCapacity < wanted) resizeTable(context, wanted);
  heap.setTableEnd(context, heap.table + std::max<size_t>(wanted, kept + 64));
  heap.newBytes = 0;
  heap.newBytesLimit = std::max(MinNewBytesLimit, (stackWords + valueWords) * 8);
  heap.freeing = false;
  heap.stats.reconcileNanoseconds +=
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::steady_clock::now() - before)
                                .count());
  if (heap.options.verify && heap.stats.reconciles >= heap.nextVerification) {
    heap.nextVerification = heap.stats.reconciles + reconcilesToVerify(heap);
    const std::string wrong = verifyCounts(context);
    std::fputs(wrong.c_str(), stderr);
    GENE_CHECK(wrong.empty(), "reference counts agree with the heap");
  }
  if (GENE_UNLIKELY(heap.heapBytes() > heap.limit.next || heap.limit.recovers))
    heap.relieve(context);
  if (heap.heapBytes() > heap.cycleThreshold) {
    const auto start = std::chrono::steady_clock::now();
    const uint64_t freed = collectCycles(context);
    heap.stats.cycleNanoseconds +=
        static_cast<uint64_t>((std::chrono::steady_clock::now() - start).count());
    const size_t live = heap.heapBytes();
    heap.cycleThreshold = std::max<size_t>(size_t{32} << 20, freed ? live + live / 2 : live * 2);
  }
  if (GENE_UNLIKELY(heap.watch != nullptr)) heap.watch->reconciled();
}

}  // namespace gene
