#pragma once
// Reads of module variables that surely come after an assignment: reads of the top level below one, and all others if no
// code ran before one. Any other read may find what was there before the `var` ran.

#include <unordered_set>

#include "codegen/ir/Ir.h"

namespace gene {

class SureReads {
 public:
  /// Of the moment: a pass that moves instructions asks again.
  explicit SureReads(const ir::Program& program);
  /// Is it such a read, a `global.get` or `global.check`?
  [[nodiscard]] bool contains(const ir::Instruction* read) const { return sure_.contains(read); }

 private:
  std::unordered_set<const ir::Instruction*> sure_;
};

}  // namespace gene
