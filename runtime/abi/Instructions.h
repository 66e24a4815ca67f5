#pragma once
// The rows of Instructions.def. InstructionRows.h decodes them while compiling, for the few files that make tables of them;
// Instructions.cpp checks each of their words. The IR adds the types of results (codegen/ir/Ir.h), the VM its table of the
// rows with an entry (runtime/vm/Opcodes.h).

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gene::ir {

enum class Op : uint8_t {
#define INST(Name, ...) Name,
#include "runtime/abi/Instructions.def"
  Count
};
constexpr size_t OpCount = static_cast<size_t>(Op::Count);

/// What passes and back ends treat alike.
enum class Group : uint8_t {
#define GROUP(Name) Name,
#include "runtime/abi/Instructions.def"
};

/// What may stand in a program, from the front end to the back ends; later ones have more.
enum class Phase : uint8_t {
#define PHASE(Name, name) Name,
#include "runtime/abi/Instructions.def"
};
inline constexpr std::string_view PhaseNames[] = {
#define PHASE(Name, name) name,
#include "runtime/abi/Instructions.def"
};
constexpr std::string_view nameOf(Phase phase) { return PhaseNames[static_cast<size_t>(phase)]; }

enum class ImmKind : uint8_t { Int, Symbol, Function, Global, Shape, Form, Cache };

/// Orders that two compared values can have: a set.
namespace order {
inline constexpr uint8_t Less = 1, Equal = 2, Greater = 4, Unordered = 8, All = 15;
}

/// With operands of these kinds the instruction computes unboxed (the letters are explained in Instructions.def).
struct MachineForm {
  char operands[2] = {};
  char result = 0;
};

/// What a row says, but the type of its result.
struct Row {
  static constexpr size_t MostOperands = 4, MostImmediates = 6, MostForms = 4;
  std::string_view name;      // Add
  std::string_view mnemonic;  // add
  uint8_t fixedOperands = 0;
  bool variadic = false;
  std::string_view operandNames[MostOperands];  // the variadic ones last
  uint8_t immediateCount = 0;                   // Cache included; it stands last
  std::string_view immediateNames[MostImmediates];
  ImmKind immediates[MostImmediates] = {};
  bool hasResult = false;
  bool mayRaise = false, readsHeap = false, writesHeap = false, allocates = false, runsCode = false;
  bool terminator = false;
  bool evaluates = false;       // code that nobody has seen, or it may see the variables here
  bool reachesModules = false;  // globals by name
  Group group = Group::Control;
  bool commutative = false;
  std::string_view sign;        // how the source writes it, of arithmetic and order
  uint8_t trueOrders = 0;       // a comparison: the orders of its operands that make it true
  Phase phase = Phase::Source;  // the first one whose code may have it
  uint8_t formCount = 0;
  MachineForm forms[MostForms];
  const char* entry = nullptr;  // RUNTIME rows: the entry's name
  /// Without effects other than reading: can go when its value is not used.
  [[nodiscard]] constexpr bool removable() const {
    return !mayRaise && !writesHeap && !runsCode && !terminator;
  }
  /// Evaluates code or reaches modules that are not in the program: what it does to classes and types is not known.
  [[nodiscard]] constexpr bool reachesUnseenCode() const { return evaluates || reachesModules; }
  /// The name of what it reaches is an operand: the program may name anything.
  [[nodiscard]] constexpr bool computesName() const {
    for (const std::string_view operand : operandNames)
      if (operand == "name") return true;
    return false;
  }
  /// Compares, and gives nothing but a truth.
  [[nodiscard]] constexpr bool isComparison() const { return trueOrders != 0; }
  /// Has it a form for ints?
  [[nodiscard]] constexpr bool computesInts() const {
    for (const MachineForm& form : forms)
      if (form.operands[0] == 'i') return true;
    return false;
  }
  /// Gives a Float of whatever operands, where a Float is wanted (add) or always (div).
  [[nodiscard]] constexpr bool givesFloats() const {
    return formCount != 0 && forms[0].operands[0] == '*';
  }
  /// The same, and something else where no Float is wanted.
  [[nodiscard]] constexpr bool givesFloatsOnDemand() const {
    return givesFloats() && forms[0].result == 'F';
  }
};

namespace detail {

/// Calls f(word) for each blank-separated word.
template <class F>
constexpr void forEachWord(std::string_view text, F&& f) {
  while (!text.empty()) {
    const size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    if (!word.empty()) f(word);
    text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
  }
}

constexpr bool has(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }
constexpr bool isMadeOf(std::string_view word, std::string_view letters) {
  return word.find_first_not_of(letters) == std::string_view::npos;
}

constexpr std::string_view withoutDots(std::string_view word) {
  return word.ends_with("...") ? word.substr(0, word.size() - 3) : word;
}
constexpr std::string_view kindOf(std::string_view immediate) {
  const size_t colon = immediate.find(':');
  return colon == std::string_view::npos ? std::string_view{} : immediate.substr(colon + 1);
}

inline constexpr std::string_view ImmKindNames[] = {"int",   "symbol", "function", "global",
                                                    "shape", "form",   "cache"};
constexpr size_t immediateNamed(std::string_view kind) {
  size_t i = 0;
  while (i < std::size(ImmKindNames) && kind != ImmKindNames[i]) i++;
  return i;
}

}  // namespace detail

/// The words of a row, for what is looked up while compiling (codegen/ir/Views.h).
struct RowWords {
  std::string_view operands, immediates;
};
inline constexpr RowWords RowWordsTable[OpCount] = {
#define INST(Name, mnemonic, operands, immediates, ...) {operands, immediates},
#include "runtime/abi/Instructions.def"
};

}  // namespace gene::ir
