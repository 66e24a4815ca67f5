// Methods of numbers as instructions: no lookup, no boxing.
//   before  (v1 = div v0 2) (v2 = call.method to_i v1)       with v0 known to be an int
//   after   (v2 = quotient v0 2)
// Needs: types. Keeps: what is raised where the result does not fit an int.

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

class Numbers {
 public:
  explicit Numbers(ir::Function& function) : function_(function), program_(*function.program) {}

  bool run() {
    for (Block* block : function_.blocks)
      for (Instruction* inst : block->instructions) {
        if (inst->op == Op::CallMethod && inst->operands.size() == 1) method(*inst);
        if (inst->op == Op::Truncate) truncate(*inst);
      }
    substitution_.apply(function_);
    removeInstructions(function_, [&](const Instruction* i) { return substitution_.contains(i); });
    if (edgesChanged_) ir::orderBlocks(function_);
    return changed_;
  }

 private:
  void method(Instruction& call) {
    const ir::BuiltinFacts* called = ir::builtinMethod(call);
    if (!called) return;
    Value* const receiver = call.operands[0];
    const bool toInt = called->operation.number == NumberFunction::ToInt,
               toFloat = called->operation.number == NumberFunction::ToFloat;
    if ((toInt && isInt(receiver)) || (toFloat && isFloat(receiver)))
      return replace(call, receiver);
    if (toInt && isFloat(receiver)) become(call, Op::Truncate, {receiver}, Type::Int());
    if (toFloat && isInt(receiver))
      become(call, Op::Mul, {receiver, program_.floating(1)}, Type::Float());
  }

  void truncate(Instruction& inst) {
    const Instruction* quotient = asInstruction(inst.operands[0]);
    if (!quotient || quotient->op != Op::Div) return;
    if (!isInt(quotient->operands[0]) || !isInt(quotient->operands[1])) return;
    become(inst, Op::Quotient, {quotient->operands[0], quotient->operands[1]}, Type::Int());
  }

  void replace(Instruction& inst, Value* value) {
    edgesChanged_ |= inst.handler != nullptr;
    substitution_.replace(&inst, value);
    changed_ = true;
  }

  void become(Instruction& inst, Op op, std::initializer_list<Value*> operands, Type type) {
    inst.op = op;
    inst.tail = false;
    inst.operands = program_.arena.copy(Span<Value* const>(operands.begin(), operands.size()));
    inst.immediates = {};
    inst.type = type;
    changed_ = true;
  }

  ir::Function& function_;
  ir::Program& program_;
  Substitution substitution_;
  bool changed_ = false, edgesChanged_ = false;
};

}  // namespace

bool numbers(ir::Function& function, PassContext&) { return Numbers(function).run(); }

}  // namespace gene
