// The frame of a function: its blocks, parameters and phis, cold exits, and the test for stack overflow.

#include "codegen/llvm/EmitFunction.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include <algorithm>
#include <unordered_set>

#include "runtime/Context.h"

namespace gene::native {

using llvm::BasicBlock;

FunctionEmitter::FunctionEmitter(ModuleEmitter& module, const ir::Function& function,
                                 llvm::Function* code, bool isLarge)
    : module_(module), function_(function), code_(code), b_(module.context()), isLarge_(isLarge) {
  context_ = code->getArg(0);
  context_->setName("context");
  if (function.isDirect) return;
  closure_ = code->getArg(1);
  closure_->setName("closure");
}

void FunctionEmitter::emit() {
  module_.debugInfo().define(function_, code_);
  orderBlocks();
  findColdBlocks();
  scan();
  emitPrologue();
  for (const ir::Block* block : order_) emitBlock(*block);
  current_ = nullptr;
  if (!deepCalls_.empty()) exit(nullptr);
  finishExits();
  checkStack();
}

BasicBlock* FunctionEmitter::newBlock(const char* name) {
  return BasicBlock::Create(module_.context(), name, code_);
}

void FunctionEmitter::orderBlocks() {
  struct Visit {
    const ir::Block* block;
    std::vector<const ir::Block*> successors;
  };
  std::vector<bool> seen(function_.blocks.size());
  std::vector<Visit> stack;
  const auto push = [&](const ir::Block* block) {
    seen[block->index] = true;
    Visit visit{block, {}};
    block->forEachEdge([&](ir::Edge& edge, bool) { visit.successors.push_back(edge.target); });
    stack.push_back(std::move(visit));
  };
  push(function_.entry());
  while (!stack.empty()) {
    if (stack.back().successors.empty()) {
      order_.push_back(stack.back().block);
      stack.pop_back();
      continue;
    }
    const ir::Block* next = stack.back().successors.back();
    stack.back().successors.pop_back();
    if (!seen[next->index]) push(next);
  }
  std::reverse(order_.begin(), order_.end());
}

/// An edge back in reverse post-order closes a loop; everything between its ends may be inside.
void FunctionEmitter::findColdBlocks() {
  coldBlocks_.resize(function_.blocks.size());
  const bool anyCold = isLarge_ || &function_ == module_.program().functions.front();
  std::vector<size_t> position(function_.blocks.size());
  for (size_t i = 0; i < order_.size(); i++) position[order_[i]->index] = i;
  // By position: where the outermost loop that begins there ends.
  std::vector<size_t> end(order_.size());
  for (size_t i = 0; i < order_.size(); i++)
    order_[i]->forEachEdge([&](ir::Edge& edge, bool) {
      const size_t start = position[edge.target->index];
      if (start <= i) end[start] = std::max(end[start], i + 1);
    });
  size_t inside = 0;
  for (size_t i = 0; i < order_.size(); i++) {
    inside = std::max(inside, end[i]);
    coldBlocks_[order_[i]->index] = anyCold && i >= inside;
  }
  hasLoops_ = inside != 0;
}

/// Numbers all values, notes which of them something but a condition uses, and makes the blocks with their phis.
void FunctionEmitter::scan() {
  uint32_t count = 0;
  for (const ir::Block* block : order_) {
    for (ir::Param* param : block->params) param->number = count++;
    for (ir::Instruction* inst : block->instructions) inst->number = count++;
  }
  held_.resize(count);
  needsWord_.resize(count);
  const auto needWord = [&](const ir::Value* value) {
    if (value->kind != ir::ValueKind::Constant) needsWord_[value->number] = true;
  };
  for (const ir::Block* block : order_) {
    for (const ir::Instruction* inst : block->instructions) {
      if (inst->op == ir::Op::Branch || inst->op == ir::Op::IsTrue) continue;
      for (const ir::Value* operand : inst->operands) needWord(operand);
    }
    block->forEachEdge([&](ir::Edge& edge, bool) {
      for (const ir::Value* arg : edge.args) needWord(arg);
    });
  }
  blocks_.resize(function_.blocks.size());
  phis_.resize(function_.blocks.size());
  BasicBlock* const start = newBlock("start");
  for (const ir::Block* block : order_)
    blocks_[block->index] =
        BasicBlock::Create(module_.context(), llvm::StringRef(block->name.text()), code_);
  b_.SetInsertPoint(start);
}

/// The parameters as they were passed: in registers, or in the context's buffer.
std::vector<llvm::Value*> FunctionEmitter::parameters() {
  const auto& params = function_.entry()->params;
  const std::vector<bool> buffered =
      function_.isDirect ? module_.buffered(function_)
                         : std::vector<bool>(params.size(), params.size() > RegisterArguments);
  llvm::Value* buffer = nullptr;
  unsigned inRegisters = function_.isDirect ? 1 : 2, inBuffer = 0;
  std::vector<llvm::Value*> result;
  for (size_t i = 0; i < params.size(); i++) {
    if (!buffered[i]) {
      result.push_back(code_->getArg(inRegisters++));
      continue;
    }
    if (!buffer) buffer = bits_.load(b_.getPtrTy(), context_, layout::Context_arguments);
    const uint64_t offset = uint64_t{inBuffer++} * 8;
    result.push_back(params[i]->rep == ir::Rep::I1
                         ? b_.CreateTrunc(bits_.loadWord(buffer, offset), b_.getInt1Ty())
                         : bits_.load(typeOf(params[i]->rep), buffer, offset));
  }
  return result;
}

void FunctionEmitter::emitPrologue() {
  for (const ir::Block* block : order_)
    for (const ir::Instruction* inst : block->instructions) {
      if (inst->info().variadic) bufferWords_ = std::max(bufferWords_, inst->operands.size());
      if (inst->handler) catches_ = true;
    }
  if (bufferWords_ != 0)
    buffer_ =
        b_.CreateAlloca(llvm::ArrayType::get(b_.getInt64Ty(), bufferWords_), nullptr, "arguments");
  const std::vector<llvm::Value*> values = parameters();
  const auto& params = function_.entry()->params;
  for (size_t i = 0; i < params.size(); i++) {
    if (i < function_.params.size())
      values[i]->setName(llvm::StringRef(function_.params[i].name.text()));
    held_[params[i]->number].value = values[i];
  }
  module_.debugInfo().parameters(function_, values, b_.GetInsertBlock());
  b_.CreateBr(blocks_[function_.entry()->index]);
  for (const ir::Block* block : order_) {
    if (block == function_.entry()) continue;
    b_.SetInsertPoint(blocks_[block->index]);
    for (const ir::Param* param : block->params) {
      llvm::PHINode* const phi = b_.CreatePHI(typeOf(param->rep), 2);
      phis_[block->index].push_back(phi);
      held_[param->number].value = phi;
    }
  }
}

void FunctionEmitter::emitBlock(const ir::Block& block) {
  b_.SetInsertPoint(blocks_[block.index]);
  cold_ = coldBlocks_[block.index];
  for (const ir::Instruction* inst : block.instructions) {
    // What follows a call that has become a tail call, or something that always raises, is not reached.
    if (b_.GetInsertBlock()->getTerminator()) break;
    current_ = inst;
    // Before the first statement there is nothing to stop at.
    const bool isPrologue = module_.program().debug && !isBehindPrologue_;
    b_.SetCurrentDebugLocation(module_.debugInfo().location(
        code_, isPrologue ? Location{} : inst->loc, isPrologue ? nullptr : inst->inlined));
    emitInstruction(*inst);
  }
}

void FunctionEmitter::emitInstruction(const ir::Instruction& inst) {
  switch (inst.op) {
#define INST(Name, ...) \
  case ir::Op::Name: return emit##Name(inst);
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, group, traits, entry) \
  case ir::Op::Name: return emitRuntime(inst, #entry);
#include "runtime/abi/Instructions.def"
    case ir::Op::Count: break;
  }
  GENE_UNREACHABLE("instruction");
}

// --- edges ---------------------------------------------------------------------------------------------------------------

/// `shared`: another edge of the same terminator leads to the same block, so this one needs a block of its own.
BasicBlock* FunctionEmitter::edgeTarget(const ir::Edge& edge, bool shared) {
  BasicBlock* const target = blocks_[edge.target->index];
  BasicBlock* from = b_.GetInsertBlock();
  const auto insertPoint = b_.saveIP();
  BasicBlock* result = target;
  if (shared && !edge.args.empty()) {
    result = from = newBlock("edge");
    b_.SetInsertPoint(result);
  }
  for (unsigned i = 0; i < edge.args.size(); i++) {
    llvm::Value* const value = use(edge.args[i], edge.target->params[i]->rep);
    phis_[edge.target->index][i]->addIncoming(value, b_.GetInsertBlock());
  }
  if (result != target)
    b_.CreateBr(target);
  else
    GENE_ASSERT(b_.GetInsertBlock() == from || !shared,
                "conversions stay in the block of the edge");
  if (result != target) b_.restoreIP(insertPoint);
  return result;
}

// --- raising ---------------------------------------------------------------------------------------------------------------

FunctionEmitter::Exit& FunctionEmitter::exit(const ir::Block* handler) {
  Exit*& open = openExits_[handler];
  if (open && (exitsFinished_ || open->site->getNumIncomingValues() < MostIntoExit)) return *open;
  Exit& exit = exits_.emplace_back();
  open = &exit;
  exit.handler = handler;
  const Builder::InsertPointGuard guard(b_);
  exit.block = newBlock(handler ? "landing" : "raised");
  b_.SetInsertPoint(exit.block);
  exit.site = b_.CreatePHI(b_.getInt64Ty(), 4, "site");
  if (handler)
    for (unsigned i = 1; i < handler->params.size(); i++)
      exit.args.push_back(b_.CreatePHI(typeOf(handler->params[i]->rep), 4));
  return exit;
}

BasicBlock* FunctionEmitter::raiseTarget() {
  const ir::Edge* edge = current_ ? current_->handler : nullptr;
  Exit& target = exit(edge ? edge->target : nullptr);
  const Location loc = current_ ? current_->loc : function_.loc;
  BasicBlock* const from = b_.GetInsertBlock();
  // Arguments that must be converted first are converted on the way.
  const bool direct =
      !edge || std::ranges::all_of(edge->args, [&, i = 0u](const ir::Value* arg) mutable {
        return arg->rep == edge->target->params[++i]->rep;
      });
  const Builder::InsertPointGuard guard(b_);
  BasicBlock* block = from;
  if (!direct) b_.SetInsertPoint(block = newBlock("convert"));
  std::vector<llvm::Value*> args;
  if (edge)
    for (unsigned i = 0; i < edge->args.size(); i++)
      args.push_back(use(edge->args[i], edge->target->params[i + 1]->rep));
  BasicBlock* const last = direct ? from : b_.GetInsertBlock();
  const ir::Inlined* inlined = current_ ? current_->inlined : nullptr;
  target.site->addIncoming(b_.getInt64(module_.site(loc, inlined, &function_)), last);
  for (size_t i = 0; i < args.size(); i++) target.args[i]->addIncoming(args[i], last);
  if (direct) return target.block;
  b_.CreateBr(target.block);
  return block;
}

void FunctionEmitter::raiseIf(llvm::Value* failed) {
  BasicBlock* const target = raiseTarget();
  BasicBlock* const next = newBlock("ok");
  b_.CreateCondBr(failed, target, next, unlikely());
  b_.SetInsertPoint(next);
}

void FunctionEmitter::raiseIfException() {
  llvm::Value* const exception = bits_.loadWord(context_, layout::Context_exception);
  raiseIf(b_.CreateICmpNE(exception, b_.getInt64(0)));
}

void FunctionEmitter::raiseIfPending(llvm::Value* result) {
  raiseIf(b_.CreateICmpEQ(result, b_.getInt64(0)));
}

void FunctionEmitter::raiseAlways() { b_.CreateBr(raiseTarget()); }

/// Fills in the cold exits: they note where the exception has been, then leave or go to the handler.
void FunctionEmitter::finishExits() {
  exitsFinished_ = true;
  for (const Exit& exit : exits_) {
    const ir::Block* const handler = exit.handler;
    b_.SetInsertPoint(exit.block);
    b_.SetCurrentDebugLocation(module_.debugInfo().location(code_, {}));
    llvm::Value* const program =
        bits_.loadWord(module_.functionInfo(&function_), layout::FunctionInfo_program);
    call("gene_trace", {context_, program, module_.siteNumber(b_, exit.site)});
    if (!handler) {
      b_.CreateRet(llvm::Constant::getNullValue(code_->getReturnType()));
      continue;
    }
    std::vector<llvm::PHINode*>& phis = phis_[handler->index];
    phis[0]->addIncoming(
        convert(call("gene_catch", {context_}), ir::Rep::Boxed, handler->params[0]->rep),
        b_.GetInsertBlock());
    for (size_t i = 0; i < exit.args.size(); i++)
      phis[i + 1]->addIncoming(exit.args[i], b_.GetInsertBlock());
    b_.CreateBr(blocks_[handler->index]);
  }
}

// --- stack overflow ----------------------------------------------------------------------------------------------------------

/// Compares the stack pointer with the context's limit before the calls by which a function may recur: where all ways
/// to them pass, outside of loops, so that early exits and leaf functions pay nothing.
void FunctionEmitter::checkStack() {
  llvm::DominatorTree dominators(*code_);
  // What follows an instruction that always raises is emitted, but never reached.
  std::erase_if(deepCalls_, [&](const llvm::CallInst* deep) {
    return !dominators.isReachableFromEntry(deep->getParent());
  });
  if (deepCalls_.empty()) return;
  llvm::LoopInfo loops(dominators);
  BasicBlock* block = deepCalls_[0]->getParent();
  for (llvm::CallInst* deep : deepCalls_)
    block = dominators.findNearestCommonDominator(block, deep->getParent());
  while (loops.getLoopFor(block)) block = dominators.getNode(block)->getIDom()->getBlock();
  llvm::Instruction* place = block->getTerminator();
  const std::unordered_set<const llvm::Instruction*> deep(deepCalls_.begin(), deepCalls_.end());
  for (llvm::Instruction& inst : *block)
    if (deep.contains(&inst)) {
      place = &inst;
      break;
    }
  BasicBlock* const rest = llvm::SplitBlock(block, place);
  block->getTerminator()->eraseFromParent();
  b_.SetInsertPoint(block);
  b_.SetCurrentDebugLocation(module_.debugInfo().location(code_, function_.loc));
  raiseOverflowIf([](llvm::Value* pointer) { return pointer; }, rest);
}

/// Raises where the stack pointer, or what `lowest` makes of it, is below the context's limit; else goes to `rest`.
void FunctionEmitter::raiseOverflowIf(llvm::function_ref<llvm::Value*(llvm::Value*)> lowest,
                                      BasicBlock* rest) {
  llvm::LLVMContext& context = module_.context();
  const bool isX86 = code_->getParent()->getTargetTriple().isX86();
  llvm::Metadata* name = llvm::MDString::get(context, isX86 ? "rsp" : "sp");
  llvm::Value* const pointer =
      b_.CreateIntrinsic(llvm::Intrinsic::read_register, {b_.getInt64Ty()},
                         {llvm::MetadataAsValue::get(context, llvm::MDNode::get(context, name))});
  llvm::Value* const limit = bits_.loadWord(context_, layout::Context_stackLimit);
  BasicBlock* const overflow = newBlock("overflow");
  b_.CreateCondBr(b_.CreateICmpULT(lowest(pointer), limit), overflow, rest, unlikely());
  b_.SetInsertPoint(overflow);
  call("gene_stack_overflow", {context_});
  raiseAlways();
}

llvm::MDNode* FunctionEmitter::likely() {
  return llvm::MDBuilder(module_.context()).createLikelyBranchWeights();
}
llvm::MDNode* FunctionEmitter::unlikely() {
  return llvm::MDBuilder(module_.context()).createUnlikelyBranchWeights();
}

}  // namespace gene::native
