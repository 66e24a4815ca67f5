// Puts the bodies of small known functions where they are called.
//   before  (v1 = call.known square absent v0)          with (func square [x] (block entry [v2] (v3 = mul v2 v2) (return v3)))
//   after   (v3 = mul v0 v0) (jump (after v3)) … (block after [v1] …)
// Callees come before their callers, so that a chain of small functions becomes one body. A function may be larger when it is
// called from one place only, when it is given a closure, or when it makes one: then the calls of that closure are known next.
// Needs: resolve-calls. Keeps: stack traces (ir::Inlined names the calls that are gone), evaluation order, recursion.

#include <algorithm>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Inliner.h"
#include "codegen/passes/Loops.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;

/// Sizes are in instructions.
struct Limits {
  size_t small;    // inlined everywhere
  size_t closure;  // that takes or makes a closure
  size_t single;   // called from one place
  size_t caller;   // grows no further
};
constexpr Limits Interpreted{6, 16, 16, 400};
constexpr Limits Compiled{30, 60, 120, 1500};

class Inline {
 public:
  explicit Inline(const PassContext& context)
      : program_(context.program),
        analyses_(*context.analyses),
        limits_(context.native ? Compiled : Interpreted) {}

  bool run() {
    scan();
    for (Function* f : program_.functions)
      if (!visited_[f->index]) visit(*f);
    bool changed = false;
    for (Function* f : order_) {
      if (!inlineInto(*f)) continue;
      analyses_.changedIn(*f);
      changed = true;
    }
    return changed;
  }

 private:
  struct Info {
    size_t size = 0;
    uint32_t calls = 0;  // places that call it
    bool escapes = false, inlinable = false, makesClosure = false;
  };

  void scan() {
    info_.resize(program_.functions.size());
    visited_.resize(program_.functions.size());
    number_.resize(program_.functions.size());
    low_.resize(program_.functions.size());
    component_.resize(program_.functions.size());
    for (Function* f : program_.functions) {
      info_[f->index].size = sizeOf(*f);
      info_[f->index].inlinable = isInlinable(*f);
      for (const Block* block : f->blocks)
        for (const Instruction* inst : block->instructions) {
          if (const auto call = inst->tryAs<Op::CallKnown>()) info_[call.function()->index].calls++;
          if (const auto closure = inst->tryAs<Op::Closure>()) {
            info_[closure.function()->index].escapes = true;
            info_[f->index].makesClosure = true;
          }
        }
    }
  }

  /// Tarjan's strongly connected components: `order_` gets callees before callers.
  void visit(Function& f) {
    visited_[f.index] = true;
    number_[f.index] = low_[f.index] = ++count_;
    stack_.push_back(&f);
    for (const Block* block : f.blocks)
      for (const Instruction* inst : block->instructions) {
        const auto call = inst->tryAs<Op::CallKnown>();
        if (!call) continue;
        Function& callee = *call.function();
        if (!visited_[callee.index]) {
          visit(callee);
          low_[f.index] = std::min(low_[f.index], low_[callee.index]);
        } else if (component_[callee.index] == 0) {
          low_[f.index] = std::min(low_[f.index], number_[callee.index]);
        }
      }
    if (low_[f.index] != number_[f.index]) return;
    for (Function* member = nullptr; member != &f;) {
      member = stack_.back();
      stack_.pop_back();
      component_[member->index] = number_[f.index];
      order_.push_back(member);
    }
  }

  bool inlineInto(Function& f) {
    const Loops& loops = analyses_.loops(f);
    std::vector<Instruction*> calls;
    for (Block* block : f.blocks) {
      // The module's top level runs once.
      if (&f == program_.functions[0] && loops.depth(block) == 0) continue;
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::CallKnown) calls.push_back(inst);
    }
    bool changed = false;
    size_t size = info_[f.index].size;
    for (Instruction* call : calls) {
      const Function& callee = *call->as<Op::CallKnown>().function();
      if (component_[callee.index] == component_[f.index]) continue;
      if (size + info_[callee.index].size > limits_.caller || !isWorth(*call, callee)) continue;
      if (!isInlinable(*call, callee)) continue;
      inlineCall(*call, callee, callee);
      size += info_[callee.index].size;
      changed = true;
    }
    if (!changed) return false;
    ir::orderBlocks(f);
    info_[f.index].size = size;
    info_[f.index].inlinable = isInlinable(f);
    return true;
  }

  bool isWorth(const Instruction& call, const Function& callee) const {
    const Info& info = info_[callee.index];
    if (!info.inlinable) return false;
    if (info.size <= limits_.small) return true;
    const bool takesClosure = std::ranges::any_of(call.operands.subspan(1), [](const ir::Value* v) {
      const Instruction* made = asInstruction(v);
      return made && made->op == Op::Closure;
    });
    const Instruction* closure = asInstruction(call.operands[0]);
    const bool isLocal = closure && closure->op == Op::Closure;
    if (info.size <= limits_.closure && (takesClosure || isLocal || info.makesClosure)) return true;
    // Where its closure is put into a global only, direct-calls drops it.
    return info.size <= limits_.single && info.calls == 1;
  }

  ir::Program& program_;
  Analyses& analyses_;
  const Limits limits_;
  std::vector<Info> info_;  // by Function::index
  std::vector<bool> visited_;
  std::vector<uint32_t> number_, low_, component_;
  uint32_t count_ = 0;
  std::vector<Function*> stack_, order_;
};

}  // namespace

bool inlineCalls(ir::Program&, PassContext& context) { return Inline(context).run(); }

}  // namespace gene
