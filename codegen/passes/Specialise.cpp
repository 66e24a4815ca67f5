// Copies functions for arguments that are small ints, where their parameters are computed with: direct ones, and others
// that have a loop.
//   before  (func fib [n] ^^direct (block entry [v0] (v1 = lt v0 2) …))
//   after   (func fib [n] ^^direct (block entry [v0] (v1 = is-small-int v0) (branch v1 ints others)) …
//             the block `ints` calls fib2, a copy whose v0 is an int; so do all calls that are seen to pass ints
// Where the others pass floats only, the original is left with those.
// Which calls those are is found optimistically: first all go to the copy, those that may pass something else go back.
// Keeps: what the function does for all other arguments.

#include <algorithm>

#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Inference.h"
#include "codegen/passes/Loops.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;

constexpr size_t LargestFunction = 3000;  // instructions
constexpr size_t LargestWithLoop = 500;   // of a function that is not direct

struct Copy {
  Function* general;
  Function* ints;
  std::vector<uint32_t> slots;  // that are ints in the copy
};

class Specialiser {
 public:
  explicit Specialiser(PassContext& context)
      : program_(context.program), analyses_(*context.analyses) {}

  bool run() {
    findCandidates();
    if (copies_.empty()) return false;
    redirectAll();
    while (!settle()) {
    }
    for (const Copy& copy : copies_) addGuard(copy);
    return true;
  }

 private:
  /// Are ints better for it than anything else?
  static bool computes(const ir::InstInfo& row) {
    return row.group == ir::Group::Count ||
           (row.computesInts() && row.group != ir::Group::Equality && row.group != ir::Group::Test);
  }

  void findCandidates() {
    const Inference& inference = analyses_.types();
    const std::vector<Function*> functions = program_.functions;
    for (Function* f : functions) {
      if (!f->isDirect && (f->captureCount > 0 || f->isMacro || f->params.empty())) continue;
      std::vector<bool> computed(f->params.size());
      size_t size = 0;
      bool usesCallee = false;
      for (Block* block : f->blocks)
        for (Instruction* inst : block->instructions) {
          size++;
          usesCallee |= inst->op == Op::Callee;
          const bool equality = inst->info().group == ir::Group::Equality;
          if (!computes(inst->info()) && !equality) continue;
          // A loop's bound is an Int in any case: of what anybody may call that is worth no copy.
          if (!f->isDirect && inst->info().group == ir::Group::Count) continue;
          for (size_t i = 0; i < inst->operands.size(); i++) {
            const ir::Param* p = asParam(inst->operands[i]);
            if (!p || p->block != f->entry()) continue;
            // Comparing with an Int says so; comparing with anything else says nothing.
            if (equality && !isConstant(inst->operands[1 - i], ir::ConstantKind::Int)) continue;
            computed[p->index] = true;
          }
        }
      if (size > LargestFunction) continue;
      // What anybody may call is worth a copy where it computes for long.
      if (!f->isDirect &&
          (usesCallee || size > LargestWithLoop || analyses_.loops(*f).all().empty()))
        continue;
      Copy copy{f, nullptr, {}};
      for (uint32_t i = 0; i < computed.size(); i++) {
        const Type type = inference.typeOf(f->entry()->params[i]);
        if (computed[i] && type.overlaps(Type::Int()) && !type.within(Type::Int()))
          copy.slots.push_back(i);
      }
      if (copy.slots.empty()) continue;
      program_.add(copy.ints = cloneFunction(*f));
      copies_.push_back(copy);
    }
  }

  const Copy* copyOf(const Function* general) const {
    for (const Copy& copy : copies_)
      if (copy.general == general) return &copy;
    return nullptr;
  }
  const Copy* copyWith(const Function* ints) const {
    for (const Copy& copy : copies_)
      if (copy.ints == ints) return &copy;
    return nullptr;
  }
  template <class F>
  void forEachCall(F&& f) {
    for (Function* function : program_.functions)
      for (Block* block : function->blocks)
        for (Instruction* inst : block->instructions)
          if (inst->op == Op::CallKnown) f(*inst);
  }
  void retarget(Instruction& call, Function* to) {
    ir::Immediate target;
    target.function = to;
    call.immediates = program_.arena.copy(Span<const ir::Immediate>(&target, 1));
  }

  void redirectAll() {
    forEachCall([&](Instruction& call) {
      if (const Copy* copy = copyOf(call.as<Op::CallKnown>().function()))
        retarget(call, copy->ints);
    });
  }

  /// Sends calls back that may pass other values than ints; true when there were none.
  bool settle() {
    Inference inference(program_);
    for (const Copy& copy : copies_)
      for (uint32_t slot : copy.slots)
        inference.force(copy.ints->entry()->params[slot], Type::Int());
    inference.run();
    bool settled = true;
    forEachCall([&](Instruction& call) {
      const Copy* copy = copyWith(call.as<Op::CallKnown>().function());
      if (!copy) return;
      const bool fits = std::ranges::all_of(copy->slots, [&](uint32_t slot) {
        return inference.typeOf(call.operands[slot + 1]).within(Type::Int());
      });
      if (fits) return;
      retarget(call, copy->general);
      settled = false;
    });
    return settled;
  }

  static bool makesTailCalls(const Function& f) {
    for (const Block* block : f.blocks)
      for (const Instruction* inst : block->instructions)
        if (inst->tail) return true;
    return false;
  }

  void addGuard(const Copy& copy) {
    Function& f = *copy.general;
    for (uint32_t slot : copy.slots) {
      ir::Param* param = copy.ints->entry()->params[slot];
      param->type = param->type & Type::Int();
    }
    Block* start = f.entry();
    std::vector<Block*> tests;
    for (size_t i = 0; i < copy.slots.size(); i++)
      tests.push_back(f.addBlock(Symbol::of(i ? "guard" : "entry")));
    Block* ints = f.addBlock(Symbol::of("ints"));
    start->name = Symbol::of("others");
    for (ir::Param* p : start->params) {
      p->block = tests[0];
      tests[0]->params.push_back(program_.arena, p);
    }
    start->params.clear();
    for (size_t i = 0; i < tests.size(); i++) {
      Instruction* test =
          makeInstruction(program_, Op::IsSmallInt, f.loc, {tests[0]->params[copy.slots[i]]});
      append(*tests[i], test);
      appendBranch(*tests[i], test, i + 1 < tests.size() ? *tests[i + 1] : *ints, *start, f.loc);
    }
    std::vector<ir::Value*> operands{program_.constant(ir::ConstantKind::Absent)};
    for (ir::Param* p : tests[0]->params) {
      const bool isInt = std::ranges::count(copy.slots, p->index) > 0;
      if (!isInt) {
        operands.push_back(p);
        continue;
      }
      // The same word, known to be an int.
      Instruction* value = makeInstruction(program_, Op::Assume, f.loc, {p});
      value->type = Type::Int();
      append(*ints, value);
      operands.push_back(value);
    }
    ir::Immediate target;
    target.function = copy.ints;
    Instruction* call = makeInstruction(program_, Op::CallKnown, f.loc, operands, {target});
    call->tail = !f.isDirect || makesTailCalls(*copy.ints);
    // Without tail calls in the copy the two need not return the same representation. There is one frame on the trace.
    if (!call->tail)
      call->inlined = program_.arena.make<ir::Inlined>(&f, Location{}, nullptr, true, true);
    append(*ints, call);
    append(*ints, makeInstruction(program_, Op::Return, f.loc, {call}));
    std::vector<Block*> blocks(tests);
    blocks.push_back(ints);
    f.blocks.resize(f.blocks.size() - blocks.size());
    f.blocks.insert(f.blocks.begin(), blocks.begin(), blocks.end());
    f.renumberBlocks();
  }

  ir::Program& program_;
  Analyses& analyses_;
  std::vector<Copy> copies_;
};

}  // namespace

bool specialise(ir::Program&, PassContext& context) {
  return context.native && Specialiser(context).run();
}

}  // namespace gene
