#include "runtime/async/Queue.h"

#include "runtime/heap/Heap.h"

namespace gene {
namespace {

constexpr uint32_t FirstCapacity = 4;

Slot* pairAt(const QueueObject* queue, uint32_t index) {
  return queue->entries + size_t{2} * ((queue->head + index) & (queue->capacity - 1));
}

void grow(Context& context, QueueObject* queue) {
  const uint32_t capacity = queue->capacity ? queue->capacity * 2 : FirstCapacity;
  auto* entries = static_cast<Slot*>(allocatePayload(context, size_t{capacity} * 2 * sizeof(Slot)));
  auto* to = reinterpret_cast<Value*>(entries);
  for (uint32_t i = 0; i < queue->size; i++) {
    const Slot* pair = pairAt(queue, i);
    to[2 * i] = pair[0].get();
    to[2 * i + 1] = pair[1].get();
  }
  if (queue->entries) freePayload(queue->entries, size_t{queue->capacity} * 2 * sizeof(Slot));
  queue->entries = entries;
  queue->head = 0;
  queue->capacity = capacity;
}

}  // namespace

QueueObject* newQueue(Context& context) {
  auto* queue = allocate<QueueObject>(context, Kind::Queue);
  queue->entries = nullptr;
  queue->head = queue->size = queue->capacity = queue->unused = 0;
  return queue;
}

void queuePush(Context& context, QueueObject* queue, Value first, Value second) {
  if (queue->size == queue->capacity) grow(context, queue);
  Slot* pair = pairAt(queue, queue->size++);
  pair[0].init(first);
  pair[1].init(second);
}

std::pair<Value, Value> queuePop(QueueObject* queue) {
  GENE_ASSERT(queue->size != 0, "an empty queue has no head");
  Slot* pair = pairAt(queue, 0);
  const std::pair<Value, Value> result{pair[0].get(), pair[1].get()};
  pair[0].clear();
  pair[1].clear();
  queue->head = (queue->head + 1) & (queue->capacity - 1);
  queue->size--;
  return result;
}

void queueSwap(QueueObject* queue, uint32_t index) {
  auto* a = reinterpret_cast<Value*>(pairAt(queue, 0));
  auto* b = reinterpret_cast<Value*>(pairAt(queue, index));
  std::swap(a[0], b[0]);
  std::swap(a[1], b[1]);
}

Value queueFirst(const QueueObject* queue, uint32_t index) { return pairAt(queue, index)[0].get(); }

}  // namespace gene
