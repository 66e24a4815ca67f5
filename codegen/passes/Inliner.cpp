#include "codegen/passes/Inliner.h"

#include <algorithm>

#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Rewrite.h"

namespace gene {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Inlined;
using ir::Instruction;
using ir::Op;
using ir::Value;

namespace {

/// What stands for a capture or the closure itself of `callee` where `closure` is called; null if that is not known.
Value* closurePart(const Instruction& asks, Value* closure, const Function& callee) {
  if (asks.op == Op::Callee)
    return isConstant(closure, ir::ConstantKind::Absent) ? nullptr : closure;
  const auto made = ir::madeBy<Op::Closure>(closure);
  if (!made || made.function() != &callee) return nullptr;
  return made.captures()[static_cast<size_t>(asks.as<Op::CaptureGet>().index())];
}

bool asksForClosure(const Instruction& inst) {
  return inst.op == Op::Callee || inst.op == Op::CaptureGet;
}

class Copy {
 public:
  Copy(Instruction& call, const Function& callee, const Function& body)
      : call_(call),
        callee_(callee),
        body_(body),
        block_(*call.block),
        caller_(*block_.function),
        program_(*caller_.program) {}

  void run() {
    const std::vector<Instruction*> behind = cutAt(call_);
    Block* rest = call_.tail ? nullptr : continueWith(behind);
    const std::vector<Block*> blocks = copyBody();
    appendJump(block_, *blocks[0], {}, call_);
    for (Block* block : blocks) {
      for (Instruction* inst : block->instructions) relabel(*inst);
      if (rest) leaveTo(*block, rest);
    }
    if (call_.handler)
      for (Block* block : blocks) addHandlers(*block);
    if (!rest) return;
    Substitution result;
    result.replace(&call_, rest->params[0]);
    result.apply(caller_);
  }

 private:
  Block* continueWith(const std::vector<Instruction*>& behind) {
    Block* rest = caller_.addBlock(Symbol::of("after"));
    addParam(*rest, call_.type, call_.rep);
    for (Instruction* inst : behind) append(*rest, inst);
    return rest;
  }

  std::vector<Block*> copyBody() {
    Cloner cloner(caller_);
    for (const ir::Param* p : body_.entry()->params) cloner.map(p, call_.operands[p->index + 1]);
    std::vector<Block*> blocks = cloner.copy(body_.blocks);
    Substitution parts;
    for (const Block* block : body_.blocks)
      for (Instruction* inst : block->instructions)
        if (asksForClosure(*inst))
          parts.replace(cloner(inst), closurePart(*inst, call_.operands[0], callee_));
    if (parts.empty()) return blocks;
    for (Block* block : blocks) {
      uint32_t kept = 0;
      for (Instruction* inst : block->instructions) {
        if (parts.contains(inst)) continue;
        parts.apply(*inst);
        block->instructions[kept++] = inst;
      }
      block->instructions.resize(kept);
    }
    return blocks;
  }

  void leaveTo(Block& block, Block* rest) {
    Instruction* end = block.terminator();
    if (end->op != Op::Return) return;
    block.instructions.pop_back();
    appendJump(block, *rest, end->operands.first(1), call_);
  }

  // --- traces -----------------------------------------------------------------------------------------------------------------

  void relabel(Instruction& inst) {
    const bool wasTail = inst.tail && !call_.tail;
    inst.inlined = rebased(inst.inlined);
    if (!wasTail) return;
    inst.tail = false;
    auto* soft = program_.arena.make<Inlined>(*inst.inlined);
    soft->wasTail = true;
    inst.inlined = soft;
  }

  /// The chain of calls with the call of `callee` added at its end.
  const Inlined* rebased(const Inlined* chain) {
    auto [it, isNew] = rebased_.try_emplace(chain);
    if (!isNew) return it->second;
    Inlined made{&callee_, call_.loc, call_.inlined, call_.tail, false};
    if (chain) {
      made.function = chain->function;
      made.wasTail = chain->wasTail;
      if (!chain->byTailCall) {
        made.call = chain->call;
        made.byTailCall = false;
        made.caller = rebased(chain->caller);
      }
    }
    const Inlined* result = program_.arena.make<Inlined>(made);
    rebased_[chain] = result;
    return result;
  }

  // --- exceptions -------------------------------------------------------------------------------------------------------------

  /// Whatever raises goes where the call went, and ends its block.
  void addHandlers(Block& first) {
    for (Block* block = &first;;) {
      uint32_t i = 0;
      while (i < block->instructions.size() && (block->instructions[i]->isTerminator() ||
                                                !effectsOf(*block->instructions[i]).mayRaise))
        i++;
      if (i == block->instructions.size()) return;
      Instruction* raising = block->instructions[i];
      Edge* handler = program_.arena.make<Edge>(Edge{call_.handler->target, {}});
      for (Value* arg : call_.handler->args) handler->args.push_back(program_.arena, arg);
      raising->handler = handler;
      Block* next = caller_.addBlock(block->name);
      for (uint32_t k = i + 1; k < block->instructions.size(); k++)
        append(*next, block->instructions[k]);
      block->instructions.resize(i + 1);
      appendJump(*block, *next, {}, call_);
      block = next;
    }
  }

  Instruction& call_;
  const Function& callee_;
  const Function& body_;
  Block& block_;
  Function& caller_;
  ir::Program& program_;
  std::unordered_map<const Inlined*, const Inlined*> rebased_;
};

}  // namespace

bool isInlinable(const Function& callee) {
  if (callee.isMacro) return false;
  for (const Block* block : callee.blocks)
    if (block->raising()) return false;
  return true;
}

bool isInlinable(const Instruction& call, const Function& callee) {
  for (const Block* block : callee.blocks)
    for (const Instruction* inst : block->instructions) {
      if (asksForClosure(*inst) && !closurePart(*inst, call.operands[0], callee)) return false;
      if (!inst->tail || call.tail || inst->op == Op::CallKnown || inst->op == Op::Call) continue;
      for (size_t i = 1; i < inst->operands.size(); i++)
        if (inst->operands[i]->type.overlaps(ir::Type::Function())) return false;
    }
  return true;
}

void inlineCall(Instruction& call, const Function& callee, const Function& body) {
  Copy(call, callee, body).run();
}

size_t sizeOf(const Function& function) {
  size_t size = 0;
  for (const Block* block : function.blocks)
    for (const Instruction* inst : block->instructions)
      size += inst->op != Op::Jump && !asksForClosure(*inst);
  return size;
}

}  // namespace gene
