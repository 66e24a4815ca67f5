#include "codegen/ir/Phases.h"

#include <algorithm>

namespace gene::ir {
namespace {

Phase phaseOfValue(const Value& value) {
  if (value.small) return Phase::Final;
  return value.rep == Rep::Boxed ? Phase::Source : Phase::Unboxed;
}

/// Immediates that are class numbers: a class that has one, a check that knows those of the classes it names.
bool hasClassNumbers(const Instruction& inst) {
  if (const auto made = inst.tryAs<Op::ClassNew>()) return made.number() != 0;
  if (const auto check = inst.tryAs<Op::CheckType>()) return check.first() != 0;
  return false;
}

}  // namespace

Phase phaseOf(const Instruction& inst) {
  const Phase marks = inst.nowrap || inst.nonnegative ? Phase::Final : Phase::Source;
  const Phase numbers = hasClassNumbers(inst) ? Phase::Resolved : Phase::Source;
  return std::max({inst.info().phase, phaseOfValue(inst), marks, numbers});
}

Phase phaseOf(const Param& param) { return phaseOfValue(param); }

Phase phaseOf(const Function& function) {
  Phase phase = function.isDirect ? Phase::Typed : Phase::Source;
  if (function.result != Rep::Boxed) phase = Phase::Unboxed;
  for (const Block* block : function.blocks) {
    for (const Param* param : block->params) phase = std::max(phase, phaseOf(*param));
    for (const Instruction* inst : block->instructions) phase = std::max(phase, phaseOf(*inst));
  }
  return phase;
}

Phase phaseOf(const Program& program) {
  Phase phase = Phase::Source;
  for (const Function* function : program.functions) phase = std::max(phase, phaseOf(*function));
  return phase;
}

}  // namespace gene::ir
