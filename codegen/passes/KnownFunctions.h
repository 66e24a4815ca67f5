#pragma once
// Which function a value surely is a closure of: followed from where closures are made through captures, module variables, results
// of known calls, and parameters of functions that are called by known calls only.

#include <optional>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "codegen/passes/Classes.h"
#include "codegen/passes/SureReads.h"

namespace gene {

class KnownFunctions {
 public:
  /// Of the moment: a pass that changes calls or closures asks again. Without `classes` only captures are followed.
  KnownFunctions(const ir::Program& program, const KnownClasses* classes);
  /// Null where it may be closures of several functions, or something else.
  [[nodiscard]] ir::Function* of(const ir::Value* value) const { return at(value).function; }

 private:
  /// What is known of a place so far: nothing has arrived there, one function, or anything.
  struct Known {
    ir::Function* function = nullptr;
    bool isOpen = false;
  };

  void collect(const ir::Program& program, const KnownClasses* classes);
  void collect(const ir::Instruction& inst, bool all);
  [[nodiscard]] Known at(const ir::Value* value) const;
  [[nodiscard]] Known atInstruction(const ir::Instruction& inst) const;
  bool flow(Known from, Known& to);
  bool round();

  std::vector<const ir::Instruction*> calls_;     // of functions whose callers are known
  std::vector<const ir::Instruction*> closures_;  // with captures
  std::vector<const ir::Instruction*> returns_;
  std::vector<const ir::Instruction*> sets_;                          // of module variables
  std::vector<std::pair<const ir::Value*, const ir::Param*>> jumps_;  // to a function's beginning
  std::unordered_map<const ir::Value*, Known> params_;
  std::unordered_map<const ir::Function*, Known> results_;
  std::unordered_map<const ir::Function*, std::vector<Known>> captures_;
  std::unordered_map<const ir::Global*, Known> globals_;
  const bool followsCalls_;
  bool globalsAreOpen_ = false;
  std::optional<SureReads> sureReads_;
};

}  // namespace gene
