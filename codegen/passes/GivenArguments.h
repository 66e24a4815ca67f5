#pragma once
// What a call gives a method or constructor whose code is known, and the slots that this fills.

#include <optional>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Span.h"

namespace gene {

/// What a call gives a method or constructor: the receiver, then arguments of a shape; without a shape they are positional.
struct Given {
  Span<ir::Value* const> operands;
  const ir::CallShape* shape = nullptr;
};
Given givenBy(const ir::Instruction& call);

/// The slots of `callee` for what a call gives it; nothing if that has to be bound, or to fail, at run time.
std::optional<std::vector<ir::Value*>> bindMethod(const ir::Function& callee, const Given& given);

}  // namespace gene
