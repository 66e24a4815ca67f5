// The zero-count table: reconcile frees what nothing counts and no stack holds. Deutsch, Bobrow: "An Efficient,
// Incremental, Automatic Garbage Collector", CACM 1976.

#include <chrono>
#include <cstring>

#include "runtime/heap/Allocate.h"
#include "runtime/heap/Slots.h"

namespace gene {

Context& heapContext();

namespace {

void resizeTable(Context& context, size_t capacity) {
  Heap& heap = *context.heap;
  const auto used = static_cast<size_t>(context.zeroTop - heap.table);
  heap.tableCapacity = capacity;
  heap.table = static_cast<Object**>(std::realloc(heap.table, (capacity + 64) * sizeof(Object*)));
  if (!heap.table) outOfMemory();
  context.zeroTop = heap.table + used;
}

/// Makes room in the table when C++ code fills it without allocating (large structures falling to zero at once).
void growTable(Context& context) {
  Heap& heap = *context.heap;
  resizeTable(context, heap.tableCapacity * 2);
  context.zeroEnd = heap.options.reconcileAlways ? heap.table : heap.table + heap.tableCapacity;
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

/// Frees `first` and everything that only it kept alive: iteratively, and instances, which most objects are, without
/// asking for their kind.
void freeTree(Context& context, Object* first) {
  Heap& heap = *context.heap;
  std::vector<Object*>& work = heap.work;
  auto drop = [&](Slot& slot) __attribute__((always_inline)) {
    const Value child = slot.get();
    if (!child.isObject()) return;
    Object* o = child.object();
    const uint32_t word = o->countAndFlags;
    if (static_cast<int32_t>(word) < 0) return;
    o->countAndFlags = word - Object::One;
    if (word >= 2 * Object::One || (word & Object::InTable)) return;
    if (GENE_UNLIKELY(word & Object::Marked))
      enter(context, o);  // a stack holds it: the next reconcile asks again
    else
      work.push_back(o);
  };
  work.push_back(first);
  uint64_t instances = 0;
  do {
    Object* object = work.back();
    work.pop_back();
    if (GENE_LIKELY(object->isInstance())) {
      instances++;
      auto* instance = static_cast<InstanceObject*>(object);
      const Shape* shape = shapeOfId(object->shape);
      Slot* fields = instance->fields();
      for (uint32_t i = 0; i < shape->inlineCapacity; i++) drop(fields[i]);
      if (GENE_UNLIKELY(instance->overflow != nullptr)) {
        for (uint32_t i = 0; i < shape->overflowCount; i++) drop(instance->overflow[i]);
        freePayload(instance->overflow, shape->overflowCount * sizeof(Slot));
      }
    } else {
      heap.stats.created[object->shape]++;
      switch (object->kind()) {
        case Kind::BoxedInt: break;
        case Kind::String:
          if (static_cast<StringObject*>(object)->isShared())
            drop(static_cast<SharedStringObject*>(object)->buffer);
          break;
        case Kind::Function: {
          auto* function = static_cast<FunctionObject*>(object);
          for (uint32_t i = 0; i < function->captureCount; i++) drop(function->captures()[i]);
          break;
        }
        case Kind::Array: {
          auto* array = static_cast<ArrayObject*>(object);
          if (array->elements == Elements::Counted)
            for (uint32_t i = 0; i < array->size; i++) drop(array->items[i]);
          if (array->items) heap.givePayload(array->items, size_t{array->capacity} * sizeof(Slot));
          break;
        }
        case Kind::Gene: {
          auto* gene = static_cast<GeneObject*>(object);
          drop(gene->type);
          drop(gene->properties);
          for (uint32_t i = 0; i < gene->size; i++) drop(gene->children[i]);
          if (gene->children != gene->inlineChildren())
            heap.givePayload(gene->children, size_t{gene->capacity} * sizeof(Slot));
          break;
        }
        case Kind::Map: {
          auto* map = static_cast<MapObject*>(object);
          for (uint32_t i = 0; i < map->used; i++) drop(map->entries[i].value);
          freePayloads(object);
          break;
        }
        default: forEachSlot(object, [&](Slot& slot) { drop(slot); }); freePayloads(object);
      }
    }
    heap.freeCell(context, object);
  } while (!work.empty());
  heap.stats.created[static_cast<size_t>(Kind::Count)] += instances;
}

}  // namespace

void countFellToZero(Object* object) { enter(heapContext(), object); }

void reconcile(Context& context) {
  Heap& heap = *context.heap;
  if (heap.freeing) {
    if (context.zeroTop >= context.zeroEnd) growTable(context);
    return;
  }
  heap.freeing = true;
  const auto before = std::chrono::steady_clock::now();
  heap.stats.reconciles++;
  heap.stats.peakBytes = std::max<uint64_t>(heap.stats.peakBytes, heap.heapBytes());
  heap.pinned.clear();
  scanRoots(context, pin, true);
  // Entries that freeTree adds lie behind `count` and stay.
  const auto count = static_cast<size_t>(context.zeroTop - heap.table);
  size_t kept = 0;
  heap.stats.tableEntries += count;
  for (size_t i = 0; i < count; i++) {
    Object* object = heap.table[i];
    if (i + 8 < count) __builtin_prefetch(heap.table[i + 8], 1);
    if (object->countAndFlags >= Object::One || object->isImmortal())
      object->countAndFlags &= ~Object::InTable;
    else if (object->countAndFlags & Object::Marked)
      heap.table[kept++] = object;
    else
      freeTree(context, object);
  }
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
  context.zeroEnd =
      heap.options.reconcileAlways ? heap.table : heap.table + std::max<size_t>(wanted, kept + 64);
  heap.newBytes = 0;
  heap.newBytesLimit = std::max(MinNewBytesLimit, (stackWords + valueWords) * 8);
  heap.freeing = false;
  heap.stats.reconcileNanoseconds +=
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::steady_clock::now() - before)
                                .count());
  if (heap.options.verify) {
    const std::string wrong = verifyCounts(context);
    GENE_CHECK(wrong.empty(), "reference counts agree with the heap");
  }
  if (heap.heapBytes() > heap.cycleThreshold) {
    const auto start = std::chrono::steady_clock::now();
    const uint64_t freed = collectCycles(context);
    heap.stats.cycleNanoseconds +=
        static_cast<uint64_t>((std::chrono::steady_clock::now() - start).count());
    const size_t live = heap.heapBytes();
    heap.cycleThreshold = std::max<size_t>(size_t{32} << 20, freed ? live + live / 2 : live * 2);
  }
}

}  // namespace gene
