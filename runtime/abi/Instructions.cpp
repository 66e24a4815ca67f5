// Every word of every row of Instructions.def is one that its column knows: nothing here runs.

#include "runtime/abi/InstructionRows.h"

namespace gene::ir {
namespace {

using namespace detail;

constexpr bool isName(std::string_view word) {
#define NAME(name) \
  if (word == #name) return true;
#include "runtime/abi/Instructions.def"
  return false;
}

constexpr bool areOperands(std::string_view operands) {
  bool fine = true, ended = false;
  size_t count = 0;
  forEachWord(operands, [&](std::string_view word) {
    fine = fine && !ended && isName(withoutDots(word)) && ++count <= Row::MostOperands;
    ended = word.ends_with("...");
  });
  return fine;
}

constexpr bool areImmediates(std::string_view immediates) {
  bool fine = true, ended = false;
  size_t count = 0;
  forEachWord(immediates, [&](std::string_view word) {
    fine = fine && !ended && isName(word.substr(0, word.find(':'))) &&
           immediateNamed(kindOf(word)) < std::size(ImmKindNames) && ++count <= Row::MostImmediates;
    ended = kindOf(word) == "cache";
  });
  return fine;
}

constexpr bool areEffects(std::string_view effects) {
  if (effects == "-") return true;
  for (size_t i = 0; i < effects.size(); i++)
    if (!has("Rrwacetm", effects[i]) || has(effects.substr(i + 1), effects[i])) return false;
  return !effects.empty();
}

constexpr size_t operandCount(std::string_view operands) {
  size_t count = 0;
  forEachWord(operands, [&](std::string_view word) { count += !word.ends_with("..."); });
  return count;
}

constexpr bool areTraits(std::string_view traits, std::string_view operands) {
  const size_t count = operandCount(operands);
  bool fine = true;
  size_t forms = 0;
  forEachWord(traits, [&](std::string_view word) {
    if (word == "commutative" || isOrders(word))
      fine = fine && count == 2;
    else if (isSign(word))
      fine = fine && count != 0;
    else if (phaseNamed(word) < std::size(PhaseNames))
      return;
    else
      fine = fine && count <= 2 && isForm(word, count) && ++forms <= Row::MostForms;
  });
  return fine;
}

/// What the bytecode of a call of an entry has room for: three registers beside the row's number, and no globals.
constexpr bool isEncodable(std::string_view operands, std::string_view immediates) {
  bool fine = operandCount(operands) <= 3;
  forEachWord(immediates, [&](std::string_view word) { fine = fine && kindOf(word) != "global"; });
  return fine;
}

#define INST(Name, mnemonic, operands, immediates, result, effects, group, traits)                \
  static_assert(areOperands(operands), #Name ": operands are NAMEs, at most four, one ... last"); \
  static_assert(areImmediates(immediates), #Name ": immediates are NAME:kind, a cache last");     \
  static_assert(areEffects(effects), #Name ": a letter that is no effect, or one twice");         \
  static_assert(areTraits(traits, operands), #Name ": a trait that there is not");                \
  static_assert(!has(effects, 't') || std::string_view(#result) == "None",                        \
                #Name ": a terminator has no result");
#include "runtime/abi/Instructions.def"
#define RUNTIME(Name, mnemonic, operands, immediates, ...) \
  static_assert(isEncodable(operands, immediates), #Name ": the bytecode has no room for that");
#include "runtime/abi/Instructions.def"

constexpr bool isUsed(std::string_view name) {
  for (const Row& row : RowTable) {
    for (std::string_view operand : row.operandNames)
      if (operand == name) return true;
    for (std::string_view immediate : row.immediateNames)
      if (immediate == name) return true;
  }
  return false;
}
#define NAME(name) static_assert(isUsed(#name), #name ": no row has such an operand or immediate");
#include "runtime/abi/Instructions.def"

/// A comparison, and nothing else, says for which orders it is true.
constexpr bool comparisonsSayOrders() {
  for (const Row& row : RowTable)
    if ((row.group == Group::Order || row.group == Group::Equality) != row.isComparison())
      return false;
  return true;
}
static_assert(comparisonsSayOrders());

}  // namespace
}  // namespace gene::ir
