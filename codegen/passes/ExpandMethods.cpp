// Writes out the loops of collection methods that are given a function known at the call (Methods.def).
//   before  (v1 = closure double) (v2 = call.method map v0 v1)
//   after   (v3 = has-kind array v0) (branch v3 array other)
//           array: (v4 = assume v0) … the body of map with v4 and a closure of double …
//           other: (v1 = closure double) (v2 = call.method map v0 v1)
// Where the receiver is known to be an array there is no test, and no ordinary call. The function is called by `call`;
// resolve-calls and inline do the rest. A closure that nothing else wants is made where it is used.
// Keeps: stack traces: the body is code of the line with the call, as built-in methods have no frame of their own;
// calls with functions that do not take as many values as the method gives them.

#include <algorithm>
#include <optional>

#include "codegen/ir/Printer.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Inference.h"
#include "codegen/passes/Inliner.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"
#include "runtime/support/Check.h"

namespace gene {
namespace {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

struct Method {
  std::string_view selector;
  size_t arguments, callback, takes;
  const char* body;
};
constexpr Method methods[] = {
#define METHOD(selector, arguments, callback, takes, body) \
  {selector, arguments, callback, takes, body},
#include "codegen/passes/Methods.def"
};

const Method* methodOf(const Instruction& call) {
  if (call.op != Op::CallMethod) return nullptr;
  const std::string_view name = call.as<Op::CallMethod>().name().text();
  for (const Method& m : methods)
    if (m.selector == name && m.arguments + 1 == call.operands.size()) return &m;
  return nullptr;
}

/// The function that a value is, if it is known.
const Function* functionOf(const Value* value) {
  if (const auto closure = ir::madeBy<Op::Closure>(value)) return closure.function();
  const auto read = ir::madeBy<Op::GlobalGet, Op::GlobalCheck>(value);
  return read && read.global()->constant ? read.global()->function : nullptr;
}

/// Does the function take so many positional arguments and ask for nothing else?
bool takes(const Function& f, size_t count) {
  if (f.isMacro || f.isMethod || f.isCtor) return false;
  size_t required = 0;
  for (const ir::ParamSpec& p : f.params) {
    if (p.kind != SlotKind::Positional) return false;
    required += !p.optional;
  }
  return f.params.empty() || (required <= count && count <= f.params.size());
}

class Expansion {
 public:
  explicit Expansion(PassContext& context) : program_(context.program), context_(context) {}

  bool run() {
    const size_t functions = program_.functions.size();
    for (size_t i = 0; i < functions; i++) expandIn(*program_.functions[i]);
    // Every use of the bodies is a copy.
    program_.functions.resize(functions);
    return changed_;
  }

 private:
  void expandIn(Function& f) {
    std::vector<Instruction*> calls;
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions)
        if (isCandidate(*inst)) calls.push_back(inst);
    if (calls.empty()) return;
    countUses(f);
    for (Instruction* call : calls) expand(*call);
    results_.apply(f);
    results_.clear();
    removeInstructions(f, [&](const Instruction* inst) { return moved_.contains(inst); });
    ir::orderBlocks(f);
  }

  static bool isCandidate(const Instruction& call) {
    const Method* method = methodOf(call);
    if (!method) return false;
    const Type receiver = call.operands[0]->type;
    if (!receiver.isNone() && !receiver.overlaps(Type::Array())) return false;
    const Function* callback = functionOf(call.operands[method->callback]);
    return callback && takes(*callback, method->takes);
  }

  void countUses(const Function& f) {
    uses_.clear();
    auto use = [&](const Value* v) { uses_[v]++; };
    for (const Block* block : f.blocks) {
      for (const Instruction* inst : block->instructions)
        std::ranges::for_each(inst->operands, use);
      block->forEachEdge(
          [&](const ir::Edge& edge, bool) { std::ranges::for_each(edge.args, use); });
    }
  }

  /// The types of the values that were there before the pass changed anything.
  Type typeOf(const Value* value) {
    if (!inference_) inference_ = &context_.analyses->types();
    return inference_->typeOf(value);
  }

  void expand(Instruction& call) {
    const Method& method = *methodOf(call);
    const Type type = typeOf(call.operands[0]);
    if (!type.overlaps(Type::Array())) return;
    context_.analyses->changedIn(*call.block->function);
    changed_ = true;
    Block& block = *call.block;
    Function& f = *block.function;
    Block* after = splitBehind(call, results_);
    Block* array = &block;
    if (!type.within(Type::Array())) {
      array = f.addBlock(Symbol::of("array"));
      Block* other = f.addBlock(Symbol::of("other"));
      ir::Immediate kind;
      kind.symbol = Symbol::of("array");
      Instruction* test = makeInstruction(program_, Op::HasKind, call, {call.operands[0]}, {kind});
      append(block, test);
      appendBranch(block, test, *array, *other, call.loc);
      auto* ordinary = program_.arena.make<Instruction>(call);
      ordinary->operands = program_.arena.copy(Span<Value* const>(call.operands));
      ordinary->operands[method.callback] = closureIn(*other, call, method);
      appendInstead(*other, ordinary, call, after);
    }
    std::vector<Value*> operands{program_.constant(ir::ConstantKind::Absent)};
    operands.insert(operands.end(), call.operands.begin(), call.operands.end());
    Instruction* receiver = makeInstruction(program_, Op::Assume, call, {call.operands[0]});
    receiver->type = Type::Array();
    append(*array, receiver);
    operands[1] = receiver;
    operands[1 + method.callback] = closureIn(*array, call, method);
    ir::Immediate target;
    target.function = bodyOf(method);
    Instruction* known = makeInstruction(program_, Op::CallKnown, call, operands, {target});
    appendInstead(*array, known, call, after);
    inlineBody(*known, *target.function);
  }

  /// The callback for code of `block`: a closure of its own if nothing but the call wants one.
  Value* closureIn(Block& block, const Instruction& call, const Method& method) {
    Value* callback = call.operands[method.callback];
    Instruction* closure = asInstruction(callback);
    if (closure->op != Op::Closure || uses_[callback] != 1) return callback;
    moved_.insert(closure);
    auto* copy = program_.arena.make<Instruction>(*closure);
    copy->operands = program_.arena.copy(Span<Value* const>(closure->operands));
    append(block, copy);
    return copy;
  }

  /// The method's body as a function of this program.
  Function* bodyOf(const Method& method) {
    Function*& body = bodies_[&method - methods];
    if (body) return body;
    SourceManager sources;
    DiagnosticEngine diagnostics(sources);
    body = ir::parseFunction(program_, sources.add("Methods.def", method.body), diagnostics);
    GENE_CHECK(body, "Methods.def");
    return body;
  }

  /// The copy is code of the line with the call.
  void inlineBody(Instruction& call, const Function& body) {
    Function& f = *call.block->function;
    const Location loc = call.loc;
    const ir::Inlined* inlined = call.inlined;
    inlineCall(call, body, body);
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions) {
        if (!inst->inlined || inst->inlined->function != &body) continue;
        inst->loc = loc;
        inst->inlined = inlined;
      }
  }

  ir::Program& program_;
  PassContext& context_;
  const Inference* inference_ = nullptr;  // asked for before anything is changed
  Function* bodies_[std::size(methods)] = {};
  std::unordered_map<const Value*, uint32_t> uses_;
  std::unordered_set<const Instruction*> moved_;
  Substitution results_;
  bool changed_ = false;
};

}  // namespace

bool expandMethods(ir::Program&, PassContext& context) {
  return context.native && Expansion(context).run();
}

}  // namespace gene
