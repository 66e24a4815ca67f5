#include "codegen/passes/KnownFunctions.h"

#include "codegen/passes/Facts.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Value;

KnownFunctions::KnownFunctions(const ir::Program& program, const KnownClasses* classes)
    : followsCalls_(classes != nullptr) {
  collect(program, classes);
  if (classes && !globalsAreOpen_) sureReads_.emplace(program);
  while (round()) {
  }
}

void KnownFunctions::collect(const ir::Program& program, const KnownClasses* classes) {
  for (const Function* function : program.functions) {
    const Block* entry = function->entry();
    if (classes && (function->isDirect || classes->isHidden(*function)))
      for (const ir::Param* param : entry->params) params_[param];
    for (const Block* block : function->blocks) {
      for (const Instruction* inst : block->instructions) collect(*inst, classes != nullptr);
      if (!classes) continue;
      block->forEachEdge([&](const ir::Edge& edge, bool) {
        for (size_t i = 0; edge.target == entry && i < edge.args.size(); i++)
          jumps_.emplace_back(edge.args[i], entry->params[i]);
      });
    }
  }
}

void KnownFunctions::collect(const Instruction& inst, bool all) {
  // A VM that enters a function makes closures of it that are not made here any more.
  if (inst.op == Op::Closure && !inst.operands.empty() &&
      !inst.as<Op::Closure>().function()->isCalledByVm()) {
    closures_.push_back(&inst);
    captures_[inst.as<Op::Closure>().function()].resize(inst.operands.size());
  }
  if (!all) return;
  globalsAreOpen_ |= inst.info().reachesUnseenCode();
  if (inst.op == Op::CallKnown) calls_.push_back(&inst);
  if (inst.op == Op::Return) returns_.push_back(&inst);
  if (inst.op == Op::GlobalSet) sets_.push_back(&inst);
}

// --- what is known -----------------------------------------------------------------------------------------------------------

KnownFunctions::Known KnownFunctions::at(const Value* value) const {
  if (const Instruction* inst = asInstruction(value)) return atInstruction(*inst);
  const auto param = params_.find(value);
  return param == params_.end() ? Known{.isOpen = true} : param->second;
}

KnownFunctions::Known KnownFunctions::atInstruction(const Instruction& inst) const {
  constexpr Known open{.isOpen = true};
  const auto found = [&](const auto& places, const auto* place) {
    const auto it = places.find(place);
    return it == places.end() ? Known{} : it->second;
  };
  if (const auto closure = inst.tryAs<Op::Closure>()) return {.function = closure.function()};
  if (inst.op == Op::Callee) return {.function = inst.block->function};
  if (const auto call = inst.tryAs<Op::CallKnown>())
    return followsCalls_ ? found(results_, call.function()) : open;
  if (const auto read = inst.tryAs<Op::GlobalGet, Op::GlobalCheck>()) {
    const ir::Global* global = read.global();
    if (global->constant && global->function) return {.function = global->function};
    const bool isSure = sureReads_ && sureReads_->contains(&inst) && !global->external;
    return isSure ? found(globals_, global) : open;
  }
  if (inst.is<Op::Assume, Op::CheckType>()) return at(inst.operands[0]);
  const auto capture = inst.tryAs<Op::CaptureGet>();
  if (!capture) return open;
  const auto it = captures_.find(inst.block->function);
  const auto index = static_cast<size_t>(capture.index());
  return it == captures_.end() || index >= it->second.size() ? open : it->second[index];
}

// --- what arrives ------------------------------------------------------------------------------------------------------------

bool KnownFunctions::flow(Known from, Known& to) {
  if (to.isOpen || (!from.isOpen && (!from.function || from.function == to.function))) return false;
  to = to.function ? Known{.isOpen = true} : from;
  return true;
}

bool KnownFunctions::round() {
  bool changed = false;
  for (const Instruction* call : calls_) {
    const Function* callee = call->as<Op::CallKnown>().function();
    for (size_t i = 0; i < callee->params.size(); i++)
      if (const auto param = params_.find(callee->entry()->params[i]); param != params_.end())
        changed |= flow(at(call->operands[i + 1]), param->second);
  }
  for (const auto& [value, param] : jumps_)
    if (const auto known = params_.find(param); known != params_.end())
      changed |= flow(at(value), known->second);
  for (const Instruction* closure : closures_) {
    std::vector<Known>& captures = captures_[closure->as<Op::Closure>().function()];
    for (size_t i = 0; i < closure->operands.size(); i++)
      changed |= flow(at(closure->operands[i]), captures[i]);
  }
  for (const Instruction* end : returns_)
    changed |= flow(at(end->operands[0]), results_[end->block->function]);
  for (const Instruction* set : sets_)
    changed |= flow(at(set->operands[0]), globals_[set->as<Op::GlobalSet>().global()]);
  return changed;
}

}  // namespace gene
