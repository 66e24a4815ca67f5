#pragma once
// Types of all values of a program, found optimistically: a loop variable that starts as an Int and only gets Ints is
// one. Functions that are called by `call.known` only (direct ones) get the types of the arguments they are given, captures
// those of what closures are made with, globals those of what is assigned to them. Code that only other types would lead to is
// not looked at: a test that has to succeed has one way out.

#include <optional>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "codegen/passes/Classes.h"
#include "codegen/passes/ScopeSlots.h"
#include "codegen/passes/SureReads.h"

namespace gene {

class Analyses;

class Inference {
 public:
  explicit Inference(ir::Program& program);
  /// Nothing but `type` reaches the parameter: the caller has seen to it.
  void force(const ir::Param* param, ir::Type type) { forced_[param] = type; }
  /// Finds the least types that fit; call it once.
  void run();
  /// Gives the values of the program, which has not changed since, their numbers again: somebody else has used Value::number.
  void renumber();
  [[nodiscard]] ir::Type typeOf(const ir::Value* value) const;
  /// What the function returns; `none` if it never does.
  [[nodiscard]] ir::Type resultOf(const ir::Function* function) const;
  /// What is ever stored in a field (KnownClass::fields).
  [[nodiscard]] ir::Type fieldType(uint32_t field) const { return fields_[field]; }
  [[nodiscard]] const std::vector<ir::Type>& fieldTypes() const { return fields_; }
  [[nodiscard]] const KnownClasses& classes() const { return classes_; }
  /// Writes the types into the values. True if one of them became more exact; in which functions, `analyses` gets to know.
  bool write(Analyses* analyses = nullptr) const;

 private:
  /// Do known calls say all that its parameters can be?
  [[nodiscard]] bool hasKnownCallers(const ir::Function& function) const {
    return function.isDirect || classes_.isHidden(function);
  }
  bool visit(ir::Function& function);
  bool visit(const ir::Block& block, ir::Type& result);
  /// Which way a branch goes for the types that its condition's operand can have so far; -1: no way yet, 2: both.
  [[nodiscard]] int wayOf(const ir::Value* condition) const;
  bool join(const ir::Value* value, ir::Type type);
  ir::Type transfer(const ir::Instruction& inst);
  [[nodiscard]] ir::Type numberType(const ir::Instruction& call) const;
  void noteVariables(const ir::Instruction& inst, ir::Function& function);
  void capture(const ir::Instruction& closure);
  void assign(const ir::Instruction& set);
  ir::Type variableType(const ir::Instruction& get) const;
  void assignVariable(const ir::Instruction& set);

  ir::Type memberType(ir::Type object, Symbol field) const;
  ir::Type slotType(const ir::Instruction& get) const;
  void noteStore(const ir::Instruction& inst);
  void storeMember(const ir::Value* receiver, ir::Type object, Symbol field, ir::Type value);
  void storeSlot(ir::Type object, uint32_t slot, ir::Type value);
  void storeAny(ir::Type object, ir::Type value);
  void joinField(uint32_t field, ir::Type value);

  ir::Program& program_;
  KnownClasses classes_;
  std::vector<ir::Type> fields_;  // by KnownClass::fields
  std::vector<const ir::Function*> fieldReaders_;
  std::vector<ir::Type> types_;    // by Value::number
  std::vector<ir::Type> results_;  // by Function::index
  std::vector<std::vector<ir::Function*>> callers_;
  std::vector<std::vector<ir::Type>> captures_;  // by Function::index, then by capture
  std::vector<ir::Type> globals_;                // by Global::index: what is assigned to it
  std::vector<std::vector<ir::Function*>> readers_;
  ScopeSlots scopes_;
  std::vector<ir::Type> variables_;  // by ScopeSlots' numbers: what is assigned to it
  std::vector<std::vector<ir::Function*>> variableReaders_;
  std::optional<SureReads> sureReads_;  // none where somebody else may assign globals
  bool globalsAreOpen_ = false;
  std::unordered_map<const ir::Param*, ir::Type> forced_;
  std::vector<bool> waiting_;               // functions to be visited again
  std::vector<std::vector<bool>> reached_;  // blocks, by Function::index and Block::index
};

}  // namespace gene
