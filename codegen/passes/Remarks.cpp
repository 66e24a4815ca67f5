#include "codegen/passes/Remarks.h"

#include <algorithm>
#include <tuple>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Loops.h"

namespace gene {
namespace {

using ir::Block;
using ir::Instruction;
using ir::Op;
using ir::Rep;
using ir::Type;
using ir::Value;

bool isKnown(const Value* v) {
  return v->rep != Rep::Boxed || v->type.is(Type::Int()) || v->type.is(Type::Float());
}

std::string kinds(const Value* v) {
  const Type type = v->type;
  return type.isAny() || type == Type::value() ? "anything" : type.text();
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string arithmetic(const Instruction& inst) {
  std::string text;
  for (const Value* operand : inst.operands) {
    if (!text.empty()) text += " and ";
    text += kinds(operand);
  }
  return std::string(inst.info().sign) + " tests what its operands are: " + text;
}

/// What there is to say about an instruction; empty if it is fast.
std::string remarkOn(const Instruction& inst) {
  const ir::Group group = inst.info().group;
  if (!inst.info().sign.empty() && group != ir::Group::Equality) {
    if (inst.rep == Rep::I64 || inst.rep == Rep::F64) return "";
    return std::ranges::all_of(inst.operands, isKnown) ? "" : arithmetic(inst);
  }
  if (inst.op == Op::Call) return "call of an unknown function";
  if (inst.op == Op::CallShaped)
    return "call of an unknown function, whose arguments are bound at run time";
  if (const auto call = inst.tryAs<Op::CallMethod>()) {
    if (ir::knownArrayMethod(inst, call.receiver()->type) != ArrayMethod::None) return "";
    return "method " + quoted(call.name().text()) + " is looked up at run time: the receiver is " +
           kinds(call.receiver());
  }
  if (const auto call = inst.tryAs<Op::CallMethodShaped>())
    return "method " + quoted(call.name().text()) +
           " is looked up and its arguments are bound at run time";
  if (inst.op == Op::CallMethodDynamic)
    return "a method whose name is computed is looked up at run time";
  if (inst.op == Op::CallMacro) return "call of an unknown macro";
  if (const auto closure = inst.tryAs<Op::Closure>()) {
    const size_t count = closure.captures().size();
    if (count == 0) return "";
    return "a closure is allocated, with " + std::to_string(count) +
           (count == 1 ? " captured variable" : " captured variables");
  }
  if (inst.op == Op::ScopeNew)
    return "a scope is allocated, for variables that closures or evaluated code assign";
  if (inst.op == Op::EnvironmentNew)
    return "the scope is reified: code that is evaluated here may use it";
  return inst.is<Op::CallerEval, Op::Eval>() ? "code is evaluated at run time" : "";
}

/// A variable of a loop that is a number each time, but not always of one kind.
bool isMixed(const ir::Param* p) {
  const Type number = Type::Int() | Type::Float();
  return p->rep == Rep::Boxed && p->type.is(number) && !isKnown(p);
}

}  // namespace

std::vector<Remark> remarks(const ir::Program& program) {
  std::vector<Remark> all;
  for (const ir::Function* f : program.functions) {
    const Loops loops(*f);
    for (const Block* block : f->blocks) {
      if (f == program.functions[0] && loops.depth(block) == 0) continue;
      for (const Instruction* inst : block->instructions)
        if (std::string text = remarkOn(*inst); !text.empty() && inst->loc.valid())
          all.push_back({inst->loc, std::move(text)});
      if (!loops.isHeader(block) || !block->instructions[0]->loc.valid()) continue;
      if (std::ranges::any_of(block->params, isMixed))
        all.push_back({block->instructions[0]->loc,
                       "a variable of this loop is boxed: it may be an Int or a Float"});
    }
  }
  auto place = [](const Remark& r) { return std::tie(r.loc.offset, r.text); };
  std::ranges::sort(all, [&](const Remark& a, const Remark& b) { return place(a) < place(b); });
  auto same = [&](const Remark& a, const Remark& b) { return place(a) == place(b); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

}  // namespace gene
