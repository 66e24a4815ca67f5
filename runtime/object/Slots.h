#pragma once
// The counted references inside an object and the memory it owns, for everything that walks the heap.

#include "runtime/object/Class.h"
#include "runtime/object/Objects.h"

namespace gene {
namespace detail {
template <class T>
concept WithSlots = requires(T* object, void (*f)(Slot&)) { object->forEachSlot(f); };
template <class T>
concept WithPayload = requires(T* object, void (*f)(void*, size_t)) { object->forEachPayload(f); };

#define KIND(Name, Struct, Class, Typeof, Printed, Traits)                       \
  static_assert(has(Kind::Name, trait::Slots) == WithSlots<Struct>, "a " #Name); \
  static_assert(has(Kind::Name, trait::Payload) == WithPayload<Struct>, "a " #Name);
#include "runtime/value/Kinds.def"
}  // namespace detail

/// Calls f(Slot&) for every slot of `object`.
template <class F>
inline void forEachSlot(Object* object, F&& f) {
  dispatch<trait::Slots>(object,
                         [&](auto* o) __attribute__((always_inline)) { o->forEachSlot(f); });
}

/// Calls f(void*, size_t bytes) for every piece of memory that `object` owns beside its cell.
template <class F>
inline void forEachPayload(Object* object, F&& f) {
  dispatch<trait::Payload>(object,
                           [&](auto* o) __attribute__((always_inline)) { o->forEachPayload(f); });
}

}  // namespace gene
