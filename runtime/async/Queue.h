#pragma once
// Rings of pairs of values: the ready queue, mailboxes.

#include <utility>

#include "runtime/Context.h"

namespace gene {

QueueObject* newQueue(Context& context);
/// May allocate a payload, but never reconciles: whoever is parked may be woken while the heap is being scanned.
void queuePush(Context& context, QueueObject* queue, Value first, Value second);
/// The pair at the head, which is there.
std::pair<Value, Value> queuePop(QueueObject* queue);
/// Exchanges the head and the pair `index` behind it.
void queueSwap(QueueObject* queue, uint32_t index);
/// The first value of the pair `index` behind the head.
Value queueFirst(const QueueObject* queue, uint32_t index);

}  // namespace gene
