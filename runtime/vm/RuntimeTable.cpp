#include "runtime/vm/RuntimeTable.h"

#include <type_traits>
#include <utility>

#include "runtime/abi/Entry.h"
#include "runtime/abi/InstructionRows.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {
namespace {

/// Where the operands and immediates of the instruction are: see Opcodes.def, Runtime.
struct Reader {
  Value* base;
  uint16_t* pc;

  [[nodiscard]] uint64_t& immediate(uint32_t i) const {
    return reinterpret_cast<uint64_t*>(pc)[1 + i];
  }

  /// Parameter `index` behind the context, of type T.
  template <class T, uint32_t Immediates, uint32_t index>
  [[nodiscard]] T read() const {
    if constexpr (index < Immediates) {
      if constexpr (std::is_same_v<T, Value>)
        return Value{immediate(index)};
      else if constexpr (std::is_same_v<T, InlineCache*>)
        return reinterpret_cast<InlineCache*>(&immediate(index));
      else if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<T>(immediate(index));
      else
        return immediate(index);
    } else if constexpr (std::is_same_v<T, Value>) {
      return base[pc[1 + index - Immediates]];
    } else if constexpr (std::is_pointer_v<T>) {
      return base + pc[-2];
    } else {
      return pc[-1];
    }
  }
};

template <auto Entry, uint32_t Immediates>
struct Adapter;
template <class... Parameters, Value (*Entry)(Context*, Parameters...), uint32_t Immediates>
struct Adapter<Entry, Immediates> {
  template <size_t... Index>
  static Value callWith(Context* context, const Reader& reader, std::index_sequence<Index...>) {
    return Entry(context, reader.read<Parameters, Immediates, Index>()...);
  }
  static Value call(Context* context, Value* base, uint16_t* pc) {
    return callWith(context, Reader{base, pc}, std::index_sequence_for<Parameters...>());
  }
};

constexpr char letterOf(ir::ImmKind kind) {
  switch (kind) {
    case ir::ImmKind::Int: return 'i';
    case ir::ImmKind::Symbol: return 'y';
    case ir::ImmKind::Function: return 'F';
    case ir::ImmKind::Shape: return 'S';
    case ir::ImmKind::Form: return 'k';
    case ir::ImmKind::Cache: return 'c';
    case ir::ImmKind::Global: break;
  }
  return '?';
}
constexpr RuntimeRow decoded(const ir::Row& from) {
  RuntimeRow row{from.mnemonic,       from.entry, from.fixedOperands, from.variadic,
                 from.immediateCount, {},         from.mayRaise};
  for (size_t i = 0; i < from.immediateCount; i++) row.kinds[i] = letterOf(from.immediates[i]);
  return row;
}

}  // namespace

constexpr RuntimeRow RuntimeTable[RuntimeOpCount] = {
#define RUNTIME(Name, ...) decoded(ir::rowOf(ir::Op::Name)),
#include "runtime/abi/Instructions.def"
};
static constexpr uint32_t immediateCount(RuntimeOp op) {
  return RuntimeTable[static_cast<uint32_t>(op)].immediates;
}

const RuntimeEntry runtimeEntries[] = {
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, group, traits, entry) \
  {&Adapter<&entry, immediateCount(RuntimeOp::Name)>::call, 1u + immediateCount(RuntimeOp::Name)},
#include "runtime/abi/Instructions.def"
};

}  // namespace gene::vm
