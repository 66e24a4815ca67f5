#pragma once
// The operators of expressions (03 §2).

#include <string_view>

#include "codegen/ir/Declarations.h"
#include "frontend/syntax/Form.h"

namespace gene {

struct Operator {
  std::string_view text;
  int level;  // what binds more tightly has a higher one
  ir::Op op;  // Count: it takes more than one instruction
  /// a < b < c: those that form chains.
  [[nodiscard]] bool isComparison() const;
};
/// The operator of that text; null without one.
const Operator* findOperator(std::string_view text);
/// The operator at an odd position of an infix form; `./name` glued together counts as `./`. Null: it is none.
const Operator* operatorOf(const Form* form);
inline bool isOperator(const Form* form) { return operatorOf(form) != nullptr; }

}  // namespace gene
