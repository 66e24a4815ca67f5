#pragma once
// The variables in scope objects: which instructions, in all functions of a program, read and write the same one. Known for scopes
// that are only made, captured by closures, and accessed.

#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "codegen/passes/DisjointSets.h"

namespace gene {

class ScopeSlots {
 public:
  /// Of the moment: a pass that changes scopes or closures asks again.
  explicit ScopeSlots(const ir::Program& program);
  [[nodiscard]] size_t count() const { return certain_.size(); }
  /// The variable that a scope.get or scope.set is about, below count(); -1 where that is not known.
  [[nodiscard]] int of(const ir::Instruction& access) const;
  /// Has it been assigned whenever it is read? It is nil before.
  [[nodiscard]] bool isCertain(int slot) const { return certain_[static_cast<size_t>(slot)]; }

 private:
  /// Scopes that may be the same value somewhere.
  struct Group {
    bool isOpen = false;  // somebody else may see them
    int slots = 0;        // 0: no scope
    int first = 0;        // the number of the first slot
    std::vector<bool> certain;
  };

  void visit(const ir::Function& function);
  void visitUses(const ir::Instruction& inst);
  void made(const ir::Instruction& scope, const std::vector<const ir::Instruction*>& uses);
  int groupOf(const ir::Value* value);
  int newGroup();
  int captureOf(const ir::Function* function, size_t index);
  void unify(int a, int b);
  void open(const ir::Value* value);

  std::vector<Group> groups_;
  DisjointSets sets_;  // of indices of groups_
  std::unordered_map<const ir::Value*, int> values_;
  std::unordered_map<const ir::Function*, std::vector<int>> captures_;
  std::vector<bool> certain_;
};

}  // namespace gene
