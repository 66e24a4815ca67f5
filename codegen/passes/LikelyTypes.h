#pragma once
// Which numbers unknown values probably are: what is stored in arrays, fields and variables, followed to where it is read.
// A guess, by which `loop-versions` chooses what to ask for; nothing is proven by it.

#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "codegen/passes/Classes.h"
#include "codegen/passes/DisjointSets.h"

namespace gene {

class LikelyTypes {
 public:
  LikelyTypes(const ir::Program& program, const KnownClasses& classes);
  /// Float or Int, where all that is seen to arrive there is; none where that is not known.
  [[nodiscard]] ir::Type of(const ir::Value* value) const;

 private:
  /// What a value may be, and the elements of the array that it may be.
  struct Cell {
    uint8_t kinds = 0;  // bits of Kind
    int elements = -1;  // a cell
  };
  enum Kind : uint8_t { Ints = 1, Floats = 2, Others = 4 };

  void visit(const ir::Instruction& inst);
  void visitCall(const ir::Instruction& inst);
  void visitMethod(const ir::Instruction& inst);
  void visitMember(const ir::Instruction& inst);
  bool visitArray(const ir::Instruction& inst);
  bool visitVariable(const ir::Instruction& inst);
  void visitArithmetic(const ir::Instruction& inst);

  int newCell();
  int cellOf(const ir::Value* value);
  int fieldCell(uint32_t field) { return namedCell(fields_, field); }
  int globalCell(const ir::Global* global) { return namedCell(globals_, global); }
  int resultCell(const ir::Function* function) { return namedCell(results_, function); }
  template <class Key>
  int namedCell(std::unordered_map<Key, int>& cells, Key key) {
    const auto [it, isNew] = cells.try_emplace(key, -1);
    if (isNew) it->second = newCell();
    return it->second;
  }
  int elementsOf(int cell);
  void add(int cell, uint8_t kinds);
  void flow(int from, int to);
  void unify(int a, int b);
  template <class F>
  void forEachField(ir::Type object, const F& f) const;

  const KnownClasses& classes_;
  std::vector<Cell> cells_;
  DisjointSets sets_;  // of indices of cells_
  std::unordered_map<const ir::Value*, int> values_;
  std::unordered_map<uint32_t, int> fields_;
  std::unordered_map<const ir::Global*, int> globals_;
  std::unordered_map<const ir::Function*, int> results_;
  std::unordered_map<const ir::Function*, std::vector<int>> captures_;
  bool changed_ = false;
};

}  // namespace gene
