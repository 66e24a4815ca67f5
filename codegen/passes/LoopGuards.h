#pragma once
// What loop-versions asks for: facts under which a loop has nothing to test in each round.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codegen/ir/Dominance.h"
#include "codegen/passes/LikelyTypes.h"
#include "codegen/passes/LoopFields.h"

namespace gene {

/// A value, and what it should be from an instruction on.
struct Guard {
  ir::Value* value;
  ir::Type type;
  ir::Instruction*
      use;  // null: from before the loop on; of a variable of the loop, what it begins with
};

/// The facts of one loop, found before it is changed.
class LoopGuards {
 public:
  static constexpr size_t Most = 16;

  /// `loop` in reverse post-order, the header first; `inside` its blocks.
  LoopGuards(const std::vector<ir::Block*>& loop, const std::unordered_set<ir::Block*>& inside,
             const ir::Dominance& dominance, const LikelyTypes& likely);

  /// Is nothing asked?
  [[nodiscard]] bool empty() const;
  [[nodiscard]] const std::vector<Guard>& guards() const { return guards_; }
  /// What reads an item that is the same array in each round.
  [[nodiscard]] const std::unordered_set<const ir::Value*>& rows() const { return rows_; }
  /// `field.get` that give the same in each round, and what that should be; none: whatever it is.
  [[nodiscard]] const std::unordered_map<const ir::Instruction*, ir::Type>& fields() const {
    return fields_;
  }
  /// Receivers and indices of the loop that are what a field gives.
  [[nodiscard]] const std::unordered_map<const ir::Value*, const ir::Instruction*>& fieldValues()
      const {
    return fieldValues_;
  }

 private:
  ir::Type wish(const ir::Instruction& inst, size_t index) const;
  void findFloats();
  bool beginsAs(const ir::Param* variable, ir::Type type) const;
  void find(bool withFields);
  void findGuards(bool withFields);
  void findFieldValues();
  void noteGuard(ir::Instruction& inst, ir::Value* v, ir::Type type, bool withFields);
  [[nodiscard]] bool isGuarded(const ir::Value* v, ir::Type type, bool beforeLoop) const;
  [[nodiscard]] bool areArrays() const;
  [[nodiscard]] bool areRows() const;

  const std::vector<ir::Block*>& loop_;
  const std::unordered_set<ir::Block*>& inside_;
  const ir::Dominance& dominance_;
  const LikelyTypes& likely_;
  LoopFields fieldReads_;
  std::vector<Guard> guards_;
  std::unordered_set<const ir::Instruction*> floats_;  // arithmetic that should give Floats
  std::unordered_set<const ir::Value*> rows_;
  std::unordered_map<const ir::Instruction*, ir::Type> fields_;
  std::unordered_map<const ir::Value*, const ir::Instruction*> fieldValues_;
};

/// May the field be without a value?
inline bool mayBeAbsent(const ir::Instruction& fieldGet) {
  return fieldGet.type.overlaps(ir::Type::Absent());
}
/// Where the value is made.
inline ir::Block* blockOf(const ir::Value* v) {
  return v->kind == ir::ValueKind::Param ? static_cast<const ir::Param*>(v)->block
                                         : static_cast<const ir::Instruction*>(v)->block;
}

}  // namespace gene
