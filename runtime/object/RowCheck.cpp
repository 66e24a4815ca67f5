#include "runtime/object/RowCheck.h"

#ifdef GENE_ASSERTS

#include <string>

#include "runtime/object/Class.h"

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
  const Value result = row.function(context, args);
  const bool raised = result.isPending();
  if (raised && !says.mayRaise) isWrong(row, "it raises");
  if (!raised && !(says.results & kindBit(result))) isWrong(row, "it gives another kind");
  if (!raised) checkArguments(row, args, row.flags & TakesReceiver ? 1 : 0);
  return result;
}

}  // namespace gene

#endif
