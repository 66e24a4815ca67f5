#include "runtime/object/RowCheck.h"

#ifdef GENE_ASSERTS

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/object/Slots.h"
#include "runtime/support/Activity.h"

namespace gene {
namespace {

[[noreturn]] void isWrong(const BuiltinFunction& row, const std::string& what) {
  checkFailed(("the row of '" + std::string(row.names) + "' is wrong: " + what).c_str(), __FILE__,
              __LINE__);
}

uint64_t kindBit(Value v) {
  const uint32_t kind = isInstance(v) ? static_cast<uint32_t>(Kind::Instance) : shapeOf(v);
  return uint64_t{1} << kind;
}

/// What can be seen of the arguments: their objects and some of those that these hold, with everything in them.
class Snapshot {
 public:
  explicit Snapshot(Arguments args) {
    std::vector<Object*> seen;
    const auto visit = [&](Value v) {
      words_.push_back(v.bits);
      if (!v.isObject() || seen.size() == MostObjects) return;
      if (std::ranges::find(seen, v.object()) == seen.end()) seen.push_back(v.object());
    };
    for (uint32_t i = 0; i < args.count + 2 * args.keywordCount; i++) visit(args.values[i]);
    for (size_t i = 0; i < seen.size() && words_.size() < MostWords; i++) {
      words_.push_back(seen[i]->shape);
      dispatch<trait::Slots>(seen[i], [&]<class T>(T* object) {
        if constexpr (requires { object->size; }) words_.push_back(object->size);
        if constexpr (requires { object->position; }) words_.push_back(object->position);
        if (!isLarge(object)) object->forEachSlot([&](Slot& slot) { visit(slot.get()); });
      });
    }
  }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;

 private:
  static constexpr size_t MostObjects = 16, MostWords = 256;
  template <class T>
  static bool isLarge(const T* object) {
    if constexpr (requires { object->size; })
      return object->size > MostWords;
    else
      return false;
  }
  std::vector<uint64_t> words_;
};

/// Can what is in it change while the program runs?
bool isMutable(Value v) {
  if (!v.isObject()) return false;
  constexpr uint64_t kinds = [] {
    uint64_t bits = 0;
    for (const Kind kind : {Kind::Array, Kind::Map, Kind::HashMap, Kind::HashSet, Kind::Gene,
                            Kind::Future, Kind::Actor})
      bits |= uint64_t{1} << static_cast<uint32_t>(kind);
    return bits;
  }();
  return (kindBit(v) & kinds) != 0 &&
         !(v.object()->countAndFlags & (Object::Sealed | Object::Frozen));
}

/// The walks over arguments are for some of the calls: all of the first ones, then one of each 64.
bool looksClosely() {
  static thread_local uint32_t calls = 0;
  return ++calls < 4096 || calls % 64 == 0;
}

void checkArguments(const BuiltinFunction& row, Arguments args, uint32_t receivers) {
  for (uint32_t i = receivers; i < args.count; i++) {
    const uint32_t argument = i - receivers;
    if (argument < BuiltinClaims::TypedArguments &&
        !(row.claims.arguments[argument] & kindBit(args[i])))
      isWrong(row, "it takes argument " + std::to_string(argument + 1) +
                       " although it is of another kind");
  }
}

}  // namespace

Value callWatched(Context& context, const BuiltinFunction& row, Arguments args) {
  const BuiltinClaims& says = row.claims;
  const bool closely = looksClosely();
  const bool keeps = closely && !says.writes && !says.runsCode;
  const Activity before = activity;
  Snapshot* const snapshot = keeps ? new Snapshot(args) : nullptr;

  const Value result = row.function(context, args);

  const bool raised = result.isPending();
  if (raised && !says.mayRaise) isWrong(row, "it raises");
  if (!raised && !(says.results & kindBit(result))) isWrong(row, "it gives another kind");
  if (!says.runsCode && activity.calls != before.calls) isWrong(row, "it calls Gene code");
  if (!says.allocates && !raised && activity.allocations != before.allocations)
    isWrong(row, "it makes objects");
  if (!says.writes && !says.runsCode && activity.outside != before.outside)
    isWrong(row, "it writes");
  if (snapshot) {
    const bool same = *snapshot == Snapshot(args);
    delete snapshot;
    if (!same) isWrong(row, "it changes what it was given");
  }
  if (raised) return result;
  checkArguments(row, args, row.flags & TakesReceiver ? 1 : 0);
  if (closely && !says.reads && !says.runsCode) {
    if (!says.writes && (row.flags & TakesReceiver) && isMutable(args[0]))
      isWrong(row, "its receiver can change");
    if (!says.writes && !says.allocates && row.function(context, args) != result)
      isWrong(row, "the same call gives something else");
  }
  return result;
}

}  // namespace gene

#endif
