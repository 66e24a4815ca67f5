#pragma once
// The opcodes as an enum and a table of their formats (Opcodes.def explains the letters), and the row table of the
// instructions that call an entry of the runtime.

#include <cstdint>
#include <string_view>

#include "runtime/abi/Instructions.h"

namespace gene::vm {

enum class Opcode : uint16_t {
#define OPCODE(Name, fields, words, flags) Name,
#include "runtime/vm/Opcodes.def"
  Count
};
inline constexpr uint32_t OpcodeCount = static_cast<uint32_t>(Opcode::Count);

struct OpcodeInfo {
  std::string_view name;
  std::string_view fields;  // of a, b, c; two letters when the second one spans b and c
  std::string_view words;
  bool mayRaise;
  bool ends;  // nothing falls through
  /// The letter of field 0..2, '-' for the second half of a 32-bit field.
  [[nodiscard]] constexpr char field(uint32_t i) const {
    return i < fields.size() ? fields[i] : '-';
  }
};

inline constexpr OpcodeInfo OpcodeTable[OpcodeCount] = {
#define OPCODE(Name, fields, words, flags)                                            \
  {#Name, fields, words, std::string_view(flags).find('R') != std::string_view::npos, \
   std::string_view(flags).find('t') != std::string_view::npos},
#include "runtime/vm/Opcodes.def"
};
constexpr const OpcodeInfo& opcodeInfo(Opcode op) { return OpcodeTable[static_cast<uint32_t>(op)]; }

/// The words of a call of a method, by which the array instruction before it goes on.
inline constexpr uint32_t CallMethodWords =
    1 + static_cast<uint32_t>(OpcodeTable[static_cast<uint32_t>(Opcode::CallMethod)].words.size());

/// In a word `p`: the call enters behind the checks that the callee's code begins with.
inline constexpr uint64_t BehindChecks = uint64_t{1} << 32;

/// A RUNTIME row of Instructions.def as the interpreter sees it.
struct RuntimeRow {
  std::string_view mnemonic;
  std::string_view entry;
  uint8_t operands;    // fixed ones: registers in the second word
  bool variadic;       // further operands lie in consecutive registers
  uint8_t immediates;  // one word each
  char kinds
      [ir::Row::
           MostImmediates];  // of the immediates: i int, y symbol, k form, F function, S shape, c cache
  bool mayRaise;
};
enum class RuntimeOp : uint16_t {
#define RUNTIME(Name, ...) Name,
#include "runtime/abi/Instructions.def"
  Count
};
inline constexpr uint32_t RuntimeOpCount = static_cast<uint32_t>(RuntimeOp::Count);

extern const RuntimeRow RuntimeTable[RuntimeOpCount];
inline const RuntimeRow& runtimeRow(RuntimeOp op) {
  return RuntimeTable[static_cast<uint32_t>(op)];
}

/// How many words follow the first one of the instruction at `at`, which must be valid.
inline uint32_t wordsBehind(const uint64_t* at) {
  const OpcodeInfo& info = OpcodeTable[static_cast<uint16_t>(*at)];
  if (info.words == "*") return static_cast<uint16_t>(*at >> 48);
  if (info.words == "r+") return 1u + RuntimeTable[static_cast<uint16_t>(at[1])].immediates;
  return static_cast<uint32_t>(info.words.size());
}

}  // namespace gene::vm
