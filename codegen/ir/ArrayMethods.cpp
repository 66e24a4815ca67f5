#include "codegen/ir/ArrayMethods.h"

namespace gene::ir {

const ArrayMethod* arrayMethod(const Instruction& inst) {
  static constexpr ArrayMethod rows[] = {
#define ARRAY_METHOD(Operation, selector, arguments, result, effects) \
  {ArrayOperation::Operation, selector, arguments, Type::result(), effects},
#define Any() any()
#include "codegen/ir/ArrayMethods.def"
#undef Any
  };
  if (inst.op != Op::CallMethod || inst.operands.empty()) return nullptr;
  const std::string_view name = inst.immediates[0].symbol.text();
  for (const ArrayMethod& row : rows)
    if (row.selector == name && row.arguments + 1 == inst.operands.size()) return &row;
  return nullptr;
}

}  // namespace gene::ir
