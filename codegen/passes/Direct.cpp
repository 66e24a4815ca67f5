// Gives known calls functions of their own, which nobody else calls and whose slots need not be boxed words.
//   before  (v1 = call.known f absent a)                     with (func f [x] …) in a global that anybody may read
//   after   (v1 = call.known f2 absent a)                    with (func f2 [x] ^^direct …), a copy
// A function that is called by known calls only becomes direct itself, and its closure goes.
// Keeps: functions that capture something or ask for their closure; tail calls: a direct function makes tail calls to
// direct functions only, as those of the one prototype and those of their own cannot reach each other by `musttail`.

#include <algorithm>
#include <unordered_set>

#include "codegen/passes/Cloner.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;

namespace {

/// gene/serdes finds what values refer to by the names of globals (15 §3).
bool readsSerialized(const Instruction& inst) {
  return std::ranges::any_of(
      inst.immediates, [](const ir::Immediate& imm) { return imm.symbol.text() == "serdes"; });
}

class DirectCalls {
 public:
  explicit DirectCalls(ir::Program& program) : program_(program) {}

  bool run() {
    scan();
    findEligible();
    std::vector<Function*> direct(program_.functions.size());
    const std::vector<Function*> functions = program_.functions;
    bool changed = false;
    for (Function* f : functions) {
      if (!eligible_[f->index] || !called_[f->index]) continue;
      direct[f->index] = f;
      if (escapes_[f->index]) program_.add(direct[f->index] = cloneFunction(*f));
      direct[f->index]->isDirect = true;
      changed = true;
    }
    if (changed)
      for (Function* f : program_.functions) redirect(*f, direct);
    // Nobody asks for the closure of a function that is direct itself, or was inlined wherever it is called.
    std::unordered_set<const Function*> dropped;
    for (const Function* f : functions)
      if (direct[f->index] == f || (!escapes_[f->index] && !called_[f->index])) dropped.insert(f);
    for (Function* f : program_.functions) changed |= dropClosures(*f, dropped);
    return changed;
  }

 private:
  void scan() {
    const size_t count = program_.functions.size();
    escapes_.assign(count, false);
    for (const Function* f : program_.functions) escapes_[f->index] = f->isCalledByVm();
    called_.assign(count, false);
    eligible_.assign(count, true);
    eligible_[0] = false;
    std::vector<bool> read(program_.globals.size());
    bool byName = false;  // code at run time may read any global
    forEach([&](Function&, Instruction& inst) {
      if (const auto get = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>())
        read[get.global()->index] = true;
      byName |= inst.info().reachesUnseenCode() || readsSerialized(inst);
    });
    auto staysHome = [&](const Instruction& use) {
      const auto set = use.tryAs<Op::GlobalSet>();
      return set && set.global()->constant && !byName && !read[set.global()->index];
    };
    forEach([&](Function& f, Instruction& inst) {
      if (inst.op == Op::Callee) eligible_[f.index] = false;
      if (const auto call = inst.tryAs<Op::CallKnown>()) called_[call.function()->index] = true;
      auto use = [&](const ir::Value* v, bool home) {
        if (const auto made = ir::madeBy<Op::Closure>(v); made && !home)
          escapes_[made.function()->index] = true;
      };
      for (const ir::Value* operand : inst.operands) use(operand, staysHome(inst));
      for (const ir::Edge& edge : inst.successors)
        for (const ir::Value* arg : edge.args) use(arg, false);
      if (inst.handler)
        for (const ir::Value* arg : inst.handler->args) use(arg, false);
    });
  }

  void findEligible() {
    for (const Function* f : program_.functions)
      if (f->captureCount > 0 || f->isMacro || f->isDirect) eligible_[f->index] = false;
    for (bool changed = true; changed;) {
      changed = false;
      forEach([&](Function& f, Instruction& inst) {
        if (!inst.tail || !eligible_[f.index]) return;
        if (const auto call = inst.tryAs<Op::CallKnown>();
            call && eligible_[call.function()->index])
          return;
        eligible_[f.index] = false;
        changed = true;
      });
    }
  }

  void redirect(Function& f, const std::vector<Function*>& direct) {
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions) {
        const auto call = inst->tryAs<Op::CallKnown>();
        if (!call) continue;
        const uint32_t callee = call.function()->index;
        if (callee >= direct.size() || !direct[callee]) continue;
        // Where the function itself stays, tail calls of code that is not direct go on to it.
        const bool hasOther = direct[callee] != program_.functions[callee];
        if (inst->tail && !f.isDirect && hasOther) continue;
        ir::Immediate target;
        target.function = direct[callee];
        inst->immediates = program_.arena.copy(Span<const ir::Immediate>(&target, 1));
        inst->operands[0] = program_.constant(ir::ConstantKind::Absent);
        if (!f.isDirect) inst->tail = false;
      }
  }

  static bool dropClosures(Function& f, const std::unordered_set<const Function*>& dropped) {
    auto makes = [&](const ir::Value* v) {
      const auto made = ir::madeBy<Op::Closure>(v);
      return made && dropped.contains(made.function());
    };
    bool any = false;
    removeInstructions(f, [&](const Instruction* inst) {
      const bool goes = makes(inst) || (inst->op == Op::GlobalSet && makes(inst->operands[0]));
      any |= goes;
      return goes;
    });
    return any;
  }

  template <class F>
  void forEach(F&& f) {
    for (Function* function : program_.functions)
      for (Block* block : function->blocks)
        for (Instruction* inst : block->instructions) f(*function, *inst);
  }

  ir::Program& program_;
  std::vector<bool> escapes_, called_, eligible_;
};

}  // namespace

bool directCalls(ir::Program& program, PassContext& context) {
  return context.native && DirectCalls(program).run();
}

}  // namespace gene
