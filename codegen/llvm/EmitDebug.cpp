// Where variables lie, for debuggers, in programs that are compiled for them (-O0 -g).
//
// There all variables live in scope objects, and a debug.point before each statement names those that are visible. The scope
// objects are values that a machine register holds while the code needs it; so that a debugger finds them everywhere, each
// debug.point keeps them in the frame, and a variable is a slot of the object that a word of the frame points to.

#include "codegen/llvm/EmitFunction.h"
#include "frontend/syntax/Form.h"

namespace gene::native {

using ir::Op;
using ir::Rep;

/// A word of the frame that holds the value, and 0 before it is known.
llvm::AllocaInst* FunctionEmitter::holderOf(const ir::Value* value) {
  llvm::AllocaInst*& holder = holders_[value];
  if (!holder) {
    llvm::BasicBlock& start = code_->getEntryBlock();
    llvm::IRBuilder<> b(&start, start.begin());
    b.SetCurrentDebugLocation(module_.debugInfo().location(code_, {}));
    holder = b.CreateAlloca(b.getInt64Ty(), nullptr, "visible");
    b.CreateStore(b.getInt64(0), holder, true);
  }
  return holder;
}

void FunctionEmitter::emitDebugPoint(const ir::Instruction& inst) {
  DebugInfo& info = module_.debugInfo();
  isBehindPrologue_ = true;
  if (!info.hasVariables()) return;
  // When the statement begins, the holders have their values.
  std::vector<llvm::AllocaInst*> holders;
  b_.SetCurrentDebugLocation(info.location(code_, {}));
  for (const ir::Value* value : inst.operands) {
    holders.push_back(holderOf(value));
    b_.CreateStore(use(value), holders.back(), true);
  }
  b_.SetCurrentDebugLocation(info.location(code_, inst.loc, inst.inlined));
  if (!holders.empty()) b_.CreateStore(use(inst.operands[0]), holders[0], true);

  const auto point = inst.as<Op::DebugPoint>();
  const uint32_t before = point.kind() != 0 ? 1 : 0;
  if (before != 0 && described_.insert({holders[0], 0}).second)
    info.variable(function_, "self", holders[0], {}, inst.loc, b_.GetInsertBlock());
  const Span<Form* const> names = as<ArrayForm>(*point.names()).items;
  for (size_t i = 0; i + 3 < names.size(); i += 4) {
    const auto scope = static_cast<uint32_t>(as<IntForm>(*names[i + 1]).value) + before;
    const Symbol name = as<SymbolForm>(*names[i]).symbol;
    if (!described_.insert({holders[scope], name.id}).second) continue;
    const ir::Value* const made = inst.operands[scope];
    info.variable(function_, name.text(), holders[scope],
                  {.slot = static_cast<uint32_t>(as<IntForm>(*names[i + 2]).value),
                   .isCaptured = made->kind == ir::ValueKind::Instruction &&
                                 static_cast<const ir::Instruction*>(made)->op == Op::CaptureGet},
                  inst.loc, b_.GetInsertBlock());
  }
}

}  // namespace gene::native
