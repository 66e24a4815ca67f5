// Methods that no code asks for by name are not defined, and constructors of classes that no code can see.
//   before  (v1 = closure area) (class.method area v0 v1)      with no call of a method `area` left that is found at run time
//   after                                                      nothing
// What all calls of a method are known to reach has been inlined, or has a function of its own (direct-calls): what is
// left for dynamic calls is a second copy of the code. `drop-unused` drops the functions.
// Keeps: methods that the runtime calls, all methods where a name is computed.

#include <algorithm>

#include "codegen/passes/Classes.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;

class DroppedMethods {
 public:
  explicit DroppedMethods(ir::Program& program) : program_(program), classes_(program) {}

  bool run() {
    if (classes_.numbered().empty()) return false;
    findNames();
    findSeen();
    std::unordered_set<const ir::Value*> dropped;  // and the closures, which are used nowhere else
    for (const Block* block : program_.functions[0]->blocks)
      for (const Instruction* inst : block->instructions)
        if (isDropped(*inst)) dropped.insert({inst, inst->operands[1]});
    removeInstructions(*program_.functions[0],
                       [&](const Instruction* inst) { return dropped.contains(inst); });
    return !dropped.empty();
  }

 private:
  void findNames() {
    for (const Function* f : program_.functions)
      for (const Block* block : f->blocks)
        for (const Instruction* inst : block->instructions) switch (inst->op) {
            case Op::CallMethod:
            case Op::CallMethodShaped:
            case Op::CallSuper:
            case Op::PathMethod: names_.insert(inst->immediates[0].symbol); break;
            case Op::CallMethodDynamic:
            case Op::PathMethodDynamic: anyName_ = true; break;
            default: break;
          }
    anyName_ |= names_.contains(Symbol::of("method_intent"));
  }

  /// Classes that are used as values, but to define them and what is below them.
  void findSeen() {
    const bool all = names_.contains(Symbol::of("class")) || names_.contains(Symbol::of("parent"));
    for (const KnownClass* c : classes_.numbered())
      if (all) see(c);
    for (const Function* f : program_.functions)
      for (const Block* block : f->blocks) {
        for (const Instruction* inst : block->instructions)
          for (size_t i = 0; i < inst->operands.size(); i++)
            if (const KnownClass* c = classes_.classOf(inst->operands[i]); c && !defines(*inst, i))
              see(c);
        block->forEachEdge([&](ir::Edge& edge, bool) {
          for (const ir::Value* arg : edge.args)
            if (const KnownClass* c = classes_.classOf(arg)) see(c);
        });
      }
  }

  static bool defines(const Instruction& inst, size_t operand) {
    switch (inst.op) {
      case Op::ClassNew:
      case Op::ClassMethod:
      case Op::ClassCtor:
      case Op::ClassField: return operand == 0;
      case Op::GlobalSet:
      case Op::GlobalCheck:
      case Op::Is:
      case Op::CatchMatches: return true;
      default: return false;
    }
  }

  /// A class that is seen may be made an instance of; so may what stands above it be asked for its constructor.
  void see(const KnownClass* c) {
    for (; c; c = c->parent) seen_.insert(c);
  }

  bool isDropped(const Instruction& inst) const {
    if (inst.op != Op::ClassMethod && inst.op != Op::ClassCtor) return false;
    const KnownClass* c = classes_.classOf(inst.operands[0]);
    if (!c || c->number == 0) return false;
    const Instruction* closure = asInstruction(inst.operands[1]);
    if (!closure || closure->op != Op::Closure ||
        !classes_.isOnlyMethod(*closure->immediates[0].function))
      return false;
    if (inst.op == Op::ClassCtor) return !seen_.contains(c) && !names_.contains(sym::Ctor);
    const Symbol name = inst.immediates[0].symbol;
    return !anyName_ && name.id >= sym::WellKnownCount && !names_.contains(name);
  }

  ir::Program& program_;
  const KnownClasses classes_;
  std::unordered_set<Symbol> names_;  // that methods are looked up by at run time
  bool anyName_ = false;
  std::unordered_set<const KnownClass*> seen_;
};

}  // namespace

bool dropMethods(ir::Program& program, PassContext& context) {
  return context.native && DroppedMethods(program).run();
}

}  // namespace gene
