#include "runtime/abi/MethodTable.h"

#include <atomic>

#include "runtime/heap/Heap.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"

namespace gene {
namespace {

uint64_t keyOf(const ClassObject* cls, Symbol name) { return uint64_t{cls->id} << 32 | name.id; }

void setTarget(Context& context, uint32_t index, Value target) {
  MethodTable& own = *context.methods;
  Value* const functions = own.targets->functions;
  // Another context enters what its classes hold, or a stand-in that nobody else does.
  if (!own.keepsTargets) makeImmortal(target);
  for (; own.keepsTargets && own.kept <= index; own.kept += MethodTargets::Block)
    addRoots(context, functions + own.kept, MethodTargets::Block);
  __atomic_store_n(&functions[index].bits, target.bits, __ATOMIC_RELAXED);
}

}  // namespace

void createMethodTable(Context& context, MethodTargets* shared) {
  const bool isFirst = !shared;
  if (shared) {
    const DomainLock lock(*context.domain);
    shared->contexts++;
  } else {
    shared = new MethodTargets();
    shared->functions = static_cast<Value*>(zeroPages(MethodTargets::Most * sizeof(Value)));
  }
  context.methods = new MethodTable{
      shared, static_cast<MethodTable::Recents*>(zeroPages(sizeof(MethodTable::Recents))), isFirst};
  context.methodTargets = shared->functions;
}

bool destroyMethodTable(Context& context) {
  MethodTargets* const targets = context.methods->targets;
  freeZeroPages(context.methods->recent, sizeof(MethodTable::Recents));
  delete context.methods;
  context.methods = nullptr;
  context.methodTargets = nullptr;
  {
    const DomainLock lock(*context.domain);
    if (--targets->contexts != 0) return false;
  }
  freeZeroPages(targets->functions, MethodTargets::Most * sizeof(Value));
  delete targets;
  return true;
}

uint32_t methodTargetIndex(Context& context, ClassObject* cls, Symbol name, Value target) {
  const DomainLock lock(*context.domain);
  MethodTargets& table = *context.methods->targets;
  const auto [it, isNew] =
      table.numbers.try_emplace(keyOf(cls, name), static_cast<uint32_t>(table.entries.size()));
  if (!isNew) return it->second;
  const uint32_t index = it->second;
  GENE_CHECK(index < MethodTargets::Most, "methods of not too many classes are called");
  table.entries.push_back({cls, name});
  table.byName.emplace(name.id, index);
  setTarget(context, index, target);
  // Another thread may see the number in an inline cache: what it leads to is there before.
  std::atomic_thread_fence(std::memory_order_release);
  return index;
}

void updateMethodTargets(Context& context, const ClassObject* cls, Symbol name) {
  if (!context.methods) return;
  const DomainLock lock(*context.domain);
  MethodTargets& table = *context.methods->targets;
  const auto update = [&](uint32_t index) {
    ClassObject* of = table.entries[index].cls;
    const Value target = name == sym::Ctor ? findConstructor(of) : findMethod(context, of, name);
    if (isKind(target, Kind::Function))
      setTarget(context, index, target);
    else if (name != sym::Ctor && !target.isAbsent())
      setTarget(context, index, standInMethod(context, name));
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
