#pragma once
// What the words of an InlineCache mean, by instruction. A cache is one aligned 64-bit word {shape, index}, read and
// written whole, all zero while empty. Caches own nothing: shape ids are never reused, method targets are roots, and a
// method that is defined again replaces its target in the table (MethodTable.h), so no cache is ever cleared.
//
//   call.method   shape: shapeOf(receiver)   index: of the target in Context::methodTargets
//   new           shape: id of the class's root shape   index: of the constructor in Context::methodTargets, or
//                 NoConstructor
//   member.get    shape: of an instance      index: byte offset of the field inside the object
//                 MapCache                   index: the entry number; holds while that entry's key is the name
//   member.set    as member.get (only fields that are neither typed nor readonly), and
//                 AddsField | shape before   index: (shape after - shape before) << SlotBits | field number. The
//                                            instance gets the shape after, and the field, which lies inside the
//                                            object, its first value
//   check.type    shape: of an object whose shape is enough for it to pass; of a (Fn …) type, the whole word: the
//                 FunctionInfo of a function that passed
//   is            shape: of an object        index: id of a class << 1 | the answer; in the VM only
//
// So an object whose header has the shape of a member cache is an instance with the field at that offset: generated
// code needs one compare. The other forms can never equal the shape in a header.

#include "runtime/Program.h"

namespace gene {

inline constexpr uint32_t MapCache = 0x80000000;   // member.*: a Map
inline constexpr uint32_t AddsField = 0x40000000;  // member.set: flag
inline constexpr uint32_t NoConstructor = 0xFFFFFFFF;
inline constexpr uint32_t SlotBits = 8;
inline constexpr uint32_t MaxShapeStep =
    (1u << (32 - SlotBits)) - 1;  // shapes farther apart are not cached as AddsField

inline InlineCache readCache(const InlineCache* cache) {
  return __builtin_bit_cast(
      InlineCache, __atomic_load_n(reinterpret_cast<const uint64_t*>(cache), __ATOMIC_RELAXED));
}
inline void writeCacheWord(InlineCache* cache, uint64_t word) {
  __atomic_store_n(reinterpret_cast<uint64_t*>(cache), word, __ATOMIC_RELAXED);
}
inline void writeCache(InlineCache* cache, uint32_t shape, uint32_t index) {
  __atomic_store_n(reinterpret_cast<uint64_t*>(cache),
                   __builtin_bit_cast(uint64_t, InlineCache{shape, index}), __ATOMIC_RELAXED);
}

}  // namespace gene
