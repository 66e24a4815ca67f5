// What objects own besides their cells.

#include "runtime/heap/HeapState.h"
#include "runtime/object/Future.h"
#include "runtime/object/Regex.h"
#include "runtime/object/Resource.h"
#include "runtime/object/Slots.h"

namespace gene {
namespace {

void dispose(RegexObject* regex) {
  if (regex->compiled) freeRegex(regex);
}
void dispose(FiberObject* fiber) { freeFiber(fiber); }
void dispose(ActorObject* actor) {
  if (actor->share) currentContext().async->freeActor(actor);
}
void dispose(ResourceObject* object) { delete object->resource; }

}  // namespace

void freePayloads(Heap& heap, Object* object) {
  forEachPayload(object, [&](void* payload, size_t bytes) { heap.givePayload(payload, bytes); });
  freeForeign(object);
}

void freeForeign(Object* object) {
  dispatch<trait::Foreign>(object, [](auto* o) { dispose(o); });
}

}  // namespace gene
