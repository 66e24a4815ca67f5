#pragma once
// Fields of instances from outside of a loop that the loop reads in each round. Part of loop-versions.

#include <unordered_set>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/ir/Ir.h"

namespace gene {

/// The `field.get` of a loop that give the same in each round: the instance comes from outside, and as long as the fields have
/// values and the receivers of its methods are arrays, nothing in the loop stores into such a field or runs code. Good until
/// the function changes.
class LoopFields {
 public:
  /// `loop` in reverse post-order, the header first; `before` of the whole function.
  LoopFields(const std::vector<ir::Block*>& loop, const std::unordered_set<ir::Block*>& inside,
             const ir::Predecessors& before);

  /// In the order of the loop.
  [[nodiscard]] const std::vector<ir::Instruction*>& reads() const { return reads_; }
  /// The one that `value` is where the field has a value; null for others.
  [[nodiscard]] ir::Instruction* readOf(const ir::Value* value) const;
  /// Does control get to this block of the loop only where one of the fields has no value?
  [[nodiscard]] bool isForAbsent(const ir::Block* block) const;

 private:
  [[nodiscard]] bool isRead(const ir::Value* value) const;
  bool dropChanged();

  const std::vector<ir::Block*>& loop_;
  const std::unordered_set<ir::Block*>& inside_;
  const ir::Predecessors& before_;
  std::vector<ir::Instruction*> reads_;
};

}  // namespace gene
