#include "codegen/passes/GivenArguments.h"

namespace gene {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

Given givenBy(const Instruction& call) {
  if (const auto shaped = call.tryAs<Op::CallMethodShaped>())
    return {call.operands, shaped.shape()};
  if (const auto shaped = call.tryAs<Op::NewShaped>()) return {call.operands, shaped.shape()};
  if (const auto super = call.tryAs<Op::CallSuper>())
    return {call.operands.subspan(1), super.shape()};
  return {call.operands};
}

std::optional<std::vector<Value*>> bindMethod(const Function& callee, const Given& given) {
  if (callee.isMacro) return std::nullopt;
  std::vector<Value*> positional;
  std::vector<std::pair<Symbol, Value*>> keywords;
  for (size_t i = 1; i < given.operands.size(); i++) {
    const ArgKind kind = given.shape ? given.shape->args[i - 1].kind : ArgKind::Positional;
    if (kind == ArgKind::Positional)
      positional.push_back(given.operands[i]);
    else if (kind == ArgKind::Keyword)
      keywords.emplace_back(given.shape->args[i - 1].keyword, given.operands[i]);
    else
      return std::nullopt;
  }
  std::vector<Value*> slots;
  size_t next = 0, used = 0;
  bool optionals = false;
  for (const ir::ParamSpec& p : callee.params) {
    Value* value = callee.program->constant(ir::ConstantKind::Absent);
    bool isGiven = p.optional;
    switch (p.kind) {
      case SlotKind::Self:
        value = given.operands[0];
        isGiven = true;
        break;
      case SlotKind::Positional:
        if (optionals && !p.optional) return std::nullopt;
        optionals |= p.optional;
        if (next == positional.size()) break;
        value = positional[next++];
        isGiven = true;
        break;
      case SlotKind::Keyword:
        for (const auto& [name, argument] : keywords) {
          if (name != p.name) continue;
          value = argument;  // the last one counts
          isGiven = true;
          used++;
        }
        break;
      case SlotKind::Rest:
      case SlotKind::KeywordRest: return std::nullopt;
    }
    if (!isGiven) return std::nullopt;
    slots.push_back(value);
  }
  if (next != positional.size() || used != keywords.size()) return std::nullopt;
  return slots;
}

}  // namespace gene
