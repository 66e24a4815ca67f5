#include "runtime/abi/MethodTable.h"

#include <cstring>

#include "runtime/heap/Heap.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"

namespace gene {
namespace {

uint64_t keyOf(const ClassObject* cls, Symbol name) { return uint64_t{cls->id} << 32 | name.id; }

/// Makes room for twice as many entries. Both halves of the roots move.
void grow(Context& context, MethodTable& table) {
  const uint32_t capacity = table.capacity ? table.capacity * 2 : 256;
  auto* roots = new Value[size_t{2} * capacity];
  for (size_t i = 0; i < size_t{2} * capacity; i++) roots[i] = Value::nil();
  const size_t used = table.entries.size();
  if (table.roots) {
    std::memcpy(static_cast<void*>(roots), table.roots, used * sizeof(Value));
    std::memcpy(static_cast<void*>(roots + capacity), table.roots + table.capacity,
                used * sizeof(Value));
  }
  addRoots(context, roots, uint64_t{2} * capacity);
  if (table.roots) removeRoots(context, table.roots);
  delete[] table.roots;
  table.roots = roots;
  table.capacity = capacity;
  context.methodTargets = roots;
}

}  // namespace

void createMethodTable(Context& context) {
  context.methods = new MethodTable();
  context.methods->recent =
      static_cast<MethodTable::Recents*>(zeroPages(sizeof(MethodTable::Recents)));
  grow(context, *context.methods);
}

void destroyMethodTable(Context& context) {
  removeRoots(context, context.methods->roots);
  delete[] context.methods->roots;
  freeZeroPages(context.methods->recent, sizeof(MethodTable::Recents));
  delete context.methods;
  context.methods = nullptr;
  context.methodTargets = nullptr;
}

uint32_t methodTargetIndex(Context& context, ClassObject* cls, Symbol name, Value target) {
  MethodTable& table = *context.methods;
  const auto [it, isNew] =
      table.numbers.try_emplace(keyOf(cls, name), static_cast<uint32_t>(table.entries.size()));
  if (!isNew) return it->second;
  const uint32_t index = it->second;
  if (index == table.capacity) grow(context, table);
  table.entries.push_back({cls, name});
  table.byName.emplace(name.id, index);
  table.roots[index] = target;
  table.roots[table.capacity + index] = Value::object(cls);
  return index;
}

void updateMethodTargets(Context& context, const ClassObject* cls, Symbol name) {
  if (!context.methods) return;
  MethodTable& table = *context.methods;
  const auto update = [&](uint32_t index) {
    ClassObject* of = table.entries[index].cls;
    const Value target = name == sym::Ctor ? findConstructor(of) : findMethod(context, of, name);
    if (isKind(target, Kind::Function))
      table.roots[index] = target;
    else if (name != sym::Ctor && !target.isAbsent())
      table.roots[index] = standInMethod(context, name);
  };
  if (!cls->hasSubclasses) {
    if (const auto it = table.numbers.find(keyOf(cls, name)); it != table.numbers.end())
      update(it->second);
    return;
  }
  const auto [first, last] = table.byName.equal_range(name.id);
  for (auto it = first; it != last; ++it)
    if (inherits(table.entries[it->second].cls, cls)) update(it->second);
}

}  // namespace gene
