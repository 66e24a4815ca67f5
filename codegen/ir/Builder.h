#pragma once
// Appends instructions to a block, and builds SSA on the fly from reads and writes of variables (Braun et al., "Simple
// and Efficient Construction of Static Single Assignment Form", CC 2013). Inside `try` (setHandler) a raising
// instruction ends its block by itself: emit() goes on in a new one.

#include <initializer_list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Span.h"

namespace gene::ir {

/// A local variable of the source while SSA is built.
using Variable = uint32_t;

class Builder {
 public:
  explicit Builder(Function& function);
  ~Builder();

  Function& function() { return function_; }
  Program& program() { return *function_.program; }

  // --- blocks -----------------------------------------------------------------------------------------------------
  Block* newBlock(std::string_view name);
  /// Continues in `block`. Whether all its predecessors are known is said by seal().
  void setBlock(Block* block) { block_ = block; }
  /// The current block; null after a terminator (code there is unreachable and is dropped).
  Block* block() const { return block_; }
  /// All predecessors of `block` exist now.
  void seal(Block* block);

  void setLocation(Location loc) { loc_ = loc; }
  Location location() const { return loc_; }

  // --- variables ----------------------------------------------------------------------------------------------------
  Variable newVariable();
  void write(Variable variable, Value* value);
  /// The value of `variable` here; nil if it was never written on some path.
  Value* read(Variable variable);

  // --- try ------------------------------------------------------------------------------------------------------------
  /// Raising instructions go to `handler` from here on; null: they leave the function. Returns the one before.
  /// The handler block's first parameter must have been made with addParam (the exception).
  Block* setHandler(Block* handler);
  Block* handler() const { return handler_; }

  // --- instructions ---------------------------------------------------------------------------------------------------
  /// A parameter of `block` that edges give explicitly, made before any edge leads there.
  Param* addParam(Block* block, Type type = Type::any());
  /// Appends; the immediates are those of the row without Cache. When there is no current block it is dropped and the
  /// result is nil, so that lowering needs no test for unreachable code.
  Value* emit(Op op, Span<Value* const> operands, std::initializer_list<Immediate> immediates = {});
  Value* emit(Op op, std::initializer_list<Value*> operands,
              std::initializer_list<Immediate> immediates = {}) {
    return emit(op, Span<Value* const>(operands.begin(), operands.size()), immediates);
  }
  /// The same with the immediates of another table.
  Value* emitWith(Op op, Span<Value* const> operands, Span<const Immediate> immediates);
  /// Marks the call just emitted as a tail call and returns its result.
  void tailReturn(Value* call);
  void jump(Block* target, std::initializer_list<Value*> args = {});
  void branch(Value* condition, Block* ifTrue, Block* ifFalse);
  void switchOn(Value* index, Span<Block* const> targets);  // the last one otherwise
  void ret(Value* value);
  void unreachable();

  // --- immediates and constants ----------------------------------------------------------------------------------------
  static Immediate imm(int64_t v) {
    Immediate i;
    i.integer = v;
    return i;
  }
  static Immediate imm(Symbol v) {
    Immediate i;
    i.symbol = v;
    return i;
  }
  static Immediate imm(Function* v) {
    Immediate i;
    i.function = v;
    return i;
  }
  static Immediate imm(Global* v) {
    Immediate i;
    i.global = v;
    return i;
  }
  static Immediate imm(CallShape* v) {
    Immediate i;
    i.shape = v;
    return i;
  }
  static Immediate imm(const Form* v) {
    Immediate i;
    i.form = v;
    return i;
  }
  Constant* nil() { return program().constant(ConstantKind::Nil); }
  Constant* absent() { return program().constant(ConstantKind::Absent); }

  /// Ends the function: all blocks sealed; trivial parameters gone, unreachable blocks dropped, blocks in reverse
  /// post-order.
  void finish();

 private:
  struct BlockState;
  BlockState& state(const Block* block);
  Value* readIn(Block* block, Variable variable);
  Instruction* append(Op op, Span<Value* const> operands);
  Instruction* terminate(Op op, Span<Value* const> operands, size_t successors);
  void connect(Edge& edge, Block* from, Block* to);
  Function& function_;
  Block* block_ = nullptr;
  Block* handler_ = nullptr;
  Location loc_;
  uint32_t variables_ = 0;
  std::vector<std::unique_ptr<BlockState>> states_;  // by Block::index while building
};

}  // namespace gene::ir
