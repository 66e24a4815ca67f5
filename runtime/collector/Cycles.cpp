// The backup: a mark-sweep from the same roots frees what counts keep alive in cycles. Also the end of a heap, and the
// check of its counts.

#include <cinttypes>
#include <cstdio>
#include <unordered_map>

#include "runtime/Async.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Slots.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

void markWord(Heap& heap, uint64_t word) {
  auto mark = [&](uintptr_t address) {
    Object* object = heap.objectAt(address);
    if (!object || (object->countAndFlags & Object::Marked) || object->isImmortal()) return;
    object->countAndFlags |= Object::Marked;
    heap.work.push_back(object);
  };
  mark(word);
  if ((word & 15) == 0) mark(word - 1);
}

void markChildren(Heap& heap, Object* object) {
  forEachSlot(object, [&](Slot& slot) {
    const Value child = slot.get();
    if (!child.isObject()) return;
    Object* o = child.object();
    if ((o->countAndFlags & Object::Marked) || o->isImmortal()) return;
    o->countAndFlags |= Object::Marked;
    heap.work.push_back(o);
  });
}

uint64_t markAndSweep(Context& context, bool withStacks) {
  Heap& heap = *context.heap;
  heap.freeing = true;
  heap.stats.cycleCollections++;
  if (context.scheduler) context.async->countParked(context);
  scanRoots(context, markWord, withStacks);
  std::vector<Object*> immortals;
  heap.forEachObject([&](Object* o) {
    if (o->isImmortal()) immortals.push_back(o);
  });
  for (Object* o : immortals) markChildren(heap, o);
  while (!heap.work.empty()) {
    Object* object = heap.work.back();
    heap.work.pop_back();
    markChildren(heap, object);
  }
  // The dead leave the table first; then they give up their references to the living, then their cells.
  Object** to = heap.table;
  for (Object** from = heap.table; from < context.zeroTop; from++)
    if ((*from)->countAndFlags & Object::Marked) *to++ = *from;
  context.zeroTop = to;
  std::vector<Object*> dead;
  heap.forEachObject([&](Object* o) {
    if (!(o->countAndFlags & Object::Marked) && !o->isImmortal()) dead.push_back(o);
  });
  for (Object* o : dead)
    forEachSlot(o, [&](Slot& slot) {
      const Value child = slot.get();
      if (!child.isObject() || child.object()->isImmortal() ||
          !(child.object()->countAndFlags & Object::Marked))
        return;
      Object* c = child.object();
      c->countAndFlags -= Object::One;
      if (c->countAndFlags < Object::One && !(c->countAndFlags & Object::InTable))
        countFellToZero(c);
    });
  for (Object* o : dead) {
    freePayloads(heap, o);
    heap.stats.created[static_cast<size_t>(o->kind())]++;
    heap.freeCell(context, o);
  }
  heap.forEachObject([](Object* o) {  // immortal ones, which are not marked, may be read by others
    if (o->countAndFlags & Object::Marked) o->countAndFlags &= ~Object::Marked;
  });
  heap.stats.cyclesFreed += dead.size();
  heap.freeing = false;
  return dead.size();
}

std::string describe(Context& context, Object* o) {
  const std::string kind = kindName(context, Value::object(o));
  char text[128];
  std::snprintf(text, sizeof text, "%s at %p, count %u", kind.c_str(), static_cast<void*>(o),
                o->countAndFlags >> 4);
  std::string out = text;
  if (o->is(Kind::String))
    out += " \"" + std::string(stringView(Value::object(o)).substr(0, 40)) + "\"";
  return out;
}

}  // namespace

uint64_t collectCycles(Context& context) { return markAndSweep(context, true); }

std::string verifyCounts(Context& context) {
  Heap& heap = *context.heap;
  std::unordered_map<Object*, uint32_t> expected;
  heap.forEachObject([&](Object* o) {
    forEachSlot(o, [&](Slot& slot) {
      if (slot.get().isObject()) expected[slot.get().object()]++;
    });
  });
  std::string wrong;
  int reported = 0;
  heap.forEachObject([&](Object* o) {
    if (o->isImmortal() || reported >= 10) return;
    auto it = expected.find(o);
    const uint32_t count = it == expected.end() ? 0 : it->second;
    if (o->countAndFlags >> 4 == count) return;
    reported++;
    wrong += describe(context, o) + ", but " + std::to_string(count) + " references\n";
  });
  return wrong;
}

uint64_t shutdownHeap(Context& context, std::string* report) {
  Heap& heap = *context.heap;
  *report = verifyCounts(context);
  const bool countsWrong = !report->empty();
  heap.roots.clear();
  heap.stackBase = nullptr;
  heap.valueStackTop = nullptr;
  std::vector<Object*> immortals;
  heap.forEachObject([&](Object* o) {
    if (o->isImmortal()) immortals.push_back(o);
  });
  for (Object* o : immortals) forEachSlot(o, [](Slot& slot) { slot.clear(); });
  reconcile(context);
  markAndSweep(context, false);
  uint64_t live = countsWrong ? 1 : 0;
  heap.forEachObject([&](Object* o) {
    if (o->isImmortal()) return;
    if (++live <= 10) *report += describe(context, o) + " is still alive\n";
  });
  return live;
}

const HeapStats& heapStats(Context& context) {
  Heap& heap = *context.heap;
  heap.stats.liveBytes = heap.heapBytes();
  heap.stats.peakBytes = std::max(heap.stats.peakBytes, heap.stats.liveBytes);
  return heap.stats;
}

HeapStats creationStats(Context& context) {
  HeapStats stats = heapStats(context);
  // `reused` has lost one for each fresh cell: those that are still fresh count for nothing.
  context.heap->forEachCell([&](const Object* o, const PageHeader* page) {
    if (o->shape == 0) {
      if (o->countAndFlags == 0) stats.reused++;
      return;
    }
    stats.created[static_cast<size_t>(o->kind())]++;
    stats.allocatedBytes += page->cellBytes;
  });
  for (const uint64_t count : stats.created) stats.allocated += count;
  stats.reused += stats.allocated;
  return stats;
}

void makeImmortal(Value v) {
  std::vector<Object*> work;
  auto visit = [&](Value value) {
    if (!value.isObject() || value.object()->isImmortal()) return;
    value.object()->countAndFlags |= Object::Immortal;
    work.push_back(value.object());
  };
  visit(v);
  while (!work.empty()) {
    Object* object = work.back();
    work.pop_back();
    forEachSlot(object, [&](Slot& slot) { visit(slot.get()); });
  }
}

}  // namespace gene
