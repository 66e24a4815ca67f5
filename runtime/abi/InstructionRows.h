#pragma once
// Instructions.def decoded while compiling, which takes a moment: for the files that make tables of the rows or check
// them. Others ask ir::info (codegen/ir/Ir.h).

#include <iterator>

#include "runtime/abi/Instructions.h"

namespace gene::ir {
namespace detail {

/// The number of the phase with this name, or of none.
constexpr size_t phaseNamed(std::string_view name) {
  size_t i = 0;
  while (i < std::size(PhaseNames) && name != PhaseNames[i]) i++;
  return i;
}

constexpr uint8_t ordersIn(std::string_view word) {
  return static_cast<uint8_t>(
      (has(word, '<') ? order::Less : 0) | (has(word, '=') ? order::Equal : 0) |
      (has(word, '>') ? order::Greater : 0) | (has(word, '?') ? order::Unordered : 0));
}
constexpr bool isOrders(std::string_view word) { return isMadeOf(word, "<=>?"); }
constexpr bool isSign(std::string_view word) { return word.size() == 1 && isMadeOf(word, "+-*/%"); }
constexpr bool isForm(std::string_view word, size_t operands) {
  return word.size() == operands + 2 && isMadeOf(word.substr(0, operands), "ifn*.") &&
         word[operands] == '>' && isMadeOf(word.substr(operands + 1), "ifFw");
}

constexpr Row decode(std::string_view name, std::string_view mnemonic, std::string_view operands,
                     std::string_view immediates, bool hasResult, std::string_view effects,
                     Group group, std::string_view traits, const char* entry) {
  Row row;
  row.name = name;
  row.mnemonic = mnemonic;
  size_t names = 0;
  forEachWord(operands, [&](std::string_view word) {
    row.operandNames[names++] = withoutDots(word);
    if (word.ends_with("..."))
      row.variadic = true;
    else
      row.fixedOperands++;
  });
  forEachWord(immediates, [&](std::string_view word) {
    row.immediateNames[row.immediateCount] = word.substr(0, word.find(':'));
    row.immediates[row.immediateCount++] = static_cast<ImmKind>(immediateNamed(kindOf(word)));
  });
  row.hasResult = hasResult;
  row.mayRaise = has(effects, 'R');
  row.readsHeap = has(effects, 'r');
  row.writesHeap = has(effects, 'w');
  row.allocates = has(effects, 'a');
  row.runsCode = has(effects, 'c');
  row.terminator = has(effects, 't');
  row.evaluates = has(effects, 'e');
  row.reachesModules = has(effects, 'm');
  row.group = group;
  forEachWord(traits, [&](std::string_view word) {
    if (word == "commutative") {
      row.commutative = true;
    } else if (isOrders(word)) {
      row.trueOrders = ordersIn(word);
      row.sign = word;
    } else if (isSign(word)) {
      row.sign = word;
    } else if (phaseNamed(word) < std::size(PhaseNames)) {
      row.phase = static_cast<Phase>(phaseNamed(word));
    } else {
      MachineForm& form = row.forms[row.formCount++];
      for (size_t i = 0; i + 2 < word.size(); i++) form.operands[i] = word[i];
      form.result = word.back();
    }
  });
  row.entry = entry;
  return row;
}

}  // namespace detail

inline constexpr Row RowTable[OpCount] = {
#define INST(Name, mnemonic, operands, immediates, result, effects, group, traits)           \
  detail::decode(#Name, mnemonic, operands, immediates, std::string_view(#result) != "None", \
                 effects, Group::group, traits, nullptr),
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, group, traits, entry) \
  detail::decode(#Name, mnemonic, operands, immediates, std::string_view(#result) != "None", \
                 effects, Group::group, traits, #entry),
#include "runtime/abi/Instructions.def"
};
constexpr const Row& rowOf(Op op) { return RowTable[static_cast<size_t>(op)]; }

}  // namespace gene::ir
