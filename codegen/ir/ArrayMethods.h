#pragma once
// What is known of calls of Array's methods: ArrayMethods.def. Passes ask for types and effects where the receiver is
// known to be an array, the native back end for the operation it has inline code for.

#include "codegen/ir/Ir.h"

namespace gene::ir {

enum class ArrayOperation : uint8_t { Size, Get, Add, Push, Pop };

struct ArrayMethod {
  ArrayOperation operation;
  std::string_view selector;
  size_t arguments;
  Type result;
  std::string_view effects;
  [[nodiscard]] bool has(char effect) const { return effects.find(effect) != effects.npos; }
};

/// The row for a `call.method`, if its receiver should be an array; null for all other instructions.
const ArrayMethod* arrayMethod(const Instruction& inst);
/// What a `call.method` gives when its receiver is an array, whether it has a row or only a result in the table.
Type arrayMethodResult(const Instruction& inst);
/// The row where the receiver is known to be an array.
inline const ArrayMethod* knownArrayMethod(const Instruction& inst, Type receiver) {
  return receiver.is(Type::Array()) ? arrayMethod(inst) : nullptr;
}

}  // namespace gene::ir
