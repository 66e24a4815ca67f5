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
  const std::string_view name = inst.as<Op::CallMethod>().name().text();
  for (const ArrayMethod& row : rows)
    if (row.selector == name && row.arguments + 1 == inst.operands.size()) return &row;
  return nullptr;
}

Type arrayMethodResult(const Instruction& inst) {
  if (const ArrayMethod* method = arrayMethod(inst)) return method->result & Type::value();
  const std::string_view name = inst.as<Op::CallMethod>().name().text();
  const size_t arguments = inst.operands.size() - 1;
#define ARRAY_RESULT(selector, least, most, result) \
  if (name == selector && arguments >= (least) && arguments <= (most)) return Type::result();
#include "codegen/ir/ArrayMethods.def"
  return Type::value();
}

}  // namespace gene::ir
