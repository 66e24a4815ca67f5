#pragma once
// The targets of method caches. One entry for each (class, name) that some cache refers to: the function that a call
// of the method reaches. A cache stores the entry's number, so a hit finds its target with
//
//   FunctionObject* target = as<FunctionObject>(methodTarget(context, cache.index));
//
// Entries never move and are never removed; defining a method again replaces the function in the entries it concerns.
// The entries are roots of the heap of the first context. All threads of a program have the same ones, since they share its
// code and so its caches.

#include <unordered_map>
#include <vector>

#include "runtime/Domain.h"
#include "runtime/Program.h"

namespace gene {

/// What the contexts of a domain share. The domain's lock is held by who adds or looks up an entry.
struct MethodTargets {
  struct Entry {
    ClassObject* cls;
    Symbol name;  // sym::Ctor for constructors
  };
  std::vector<Entry> entries;
  std::unordered_map<uint64_t, uint32_t> numbers;      // {class id, name} → entry
  std::unordered_multimap<uint32_t, uint32_t> byName;  // name → entries
  /// By entry: address space for Most of them, committed as it is touched.
  Value* functions = nullptr;
  static constexpr uint32_t Most = 1u << 20, Block = 1024;  // roots are registered by blocks
  uint32_t contexts = 1;                                    // that share this
};

/// Of each context: what it looked up last.
struct MethodTable {
  MethodTargets* targets;
  /// What call sites that see objects of several shapes looked up last, by shape and name.
  struct Recent {
    uint64_t key;
    uint32_t index;
  };
  static constexpr uint32_t RecentCount = 1024;
  /// Likewise for fields: what a member cache of this shape and name holds, for reading and for writing.
  struct RecentField {
    uint64_t key;
    InlineCache cache;
  };
  /// And the last lookups of findMethod, by class and name; those of an older epoch (Domain::methodEpoch) are void.
  struct FoundMethod {
    const ClassObject* cls;
    Symbol name;
    uint32_t epoch;
    Value method;
  };
  static constexpr uint32_t FoundCount = 4096;
  struct Recents {
    Recent targets[RecentCount];
    RecentField reads[RecentCount], writes[RecentCount];
    FoundMethod found[FoundCount];
  };
  Recents* recent;    // zeroPages: small programs use little of it
  bool keepsTargets;  // the first context of the domain: the entries are roots of its heap
  uint32_t kept = 0;  // entries below are
};

/// The function of an entry.
inline Value methodTarget(const Context& context, uint32_t index) {
  return {__atomic_load_n(&context.methodTargets[index].bits, __ATOMIC_RELAXED)};
}
inline uint64_t fieldKey(uint32_t shape, Symbol name) { return uint64_t{shape} << 32 | name.id; }

/// The entry number for the method `name` of `cls`; `target` is what findMethod (or findConstructor) gave.
uint32_t methodTargetIndex(Context& context, ClassObject* cls, Symbol name, Value target);
/// The entry that was remembered for this shape and name; NoTarget when it has to be looked up.
inline constexpr uint32_t NoTarget = 0xFFFFFFFF;
/// Numbers of names follow each other, those of shapes, too, or by ranges for classes: all bits of both count in the highest
/// ones of the product, so that the methods of a few classes do not meet in one place.
inline uint32_t mixed(uint32_t shape, Symbol name) {
  return static_cast<uint32_t>((fieldKey(shape, name) * 0x9E3779B97F4A7C15ull) >> 52);
}
/// The two places for a shape and a name, the later one first: two that meet there do not drive each other out.
inline MethodTable::Recent* recentTargets(Context& context, uint32_t shape, Symbol name) {
  return context.methods->recent->targets + mixed(shape, name) % (MethodTable::RecentCount / 2) * 2;
}
inline uint32_t findRecentTarget(Context& context, uint32_t shape, Symbol name) {
  const MethodTable::Recent* recent = recentTargets(context, shape, name);
  const uint64_t key = fieldKey(shape, name);
  return recent[0].key == key ? recent[0].index : recent[1].key == key ? recent[1].index : NoTarget;
}
inline void rememberTarget(Context& context, uint32_t shape, Symbol name, uint32_t index) {
  MethodTable::Recent* recent = recentTargets(context, shape, name);
  recent[1] = recent[0];
  recent[0] = {fieldKey(shape, name), index};
}

/// The place for the method `name` of the class with this id.
inline MethodTable::FoundMethod& foundMethod(Context& context, uint32_t cls, Symbol name) {
  return context.methods->recent->found[mixed(cls, name) % MethodTable::FoundCount];
}

/// The place for the field `name` of `shape` among `reads` or `writes`.
inline MethodTable::RecentField& recentField(MethodTable::RecentField* fields, uint32_t shape,
                                             Symbol name) {
  return fields[mixed(shape, name) % MethodTable::RecentCount];
}
/// To be called whenever a method or constructor `name` was added to `cls`: looks the entries of that name up again, of
/// the class and those below it.
void updateMethodTargets(Context& context, const ClassObject* cls, Symbol name);

/// A function that does what a call of the method `name` does: the target where a method is no function.
Value standInMethod(Context& context, Symbol name);

/// With `shared` null, the first one of the context's domain.
void createMethodTable(Context& context, MethodTargets* shared = nullptr);
/// Was it the last one of the domain?
bool destroyMethodTable(Context& context);

}  // namespace gene
