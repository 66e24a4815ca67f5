#include "codegen/passes/Inference.h"

#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"

namespace gene {

using ir::Block;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;

namespace {

Type slotType(const ir::ParamSpec& spec) {
  switch (spec.kind) {
    case ir::ParamKind::Rest: return Type::Array();
    case ir::ParamKind::KeywordRest: return Type::Map();
    default: return spec.optional ? Type::any() : Type::value();
  }
}

}  // namespace

Inference::Inference(ir::Program& program) : program_(program) {
  uint32_t count = 0;
  callers_.resize(program.functions.size());
  for (Function* function : program.functions) {
    for (Block* block : function->blocks) {
      for (ir::Param* param : block->params) param->number = count++;
      for (Instruction* inst : block->instructions) {
        inst->number = count++;
        if (inst->op == Op::CallKnown)
          callers_[inst->immediates[0].function->index].push_back(function);
      }
    }
  }
  types_.assign(count, Type::none());
  results_.assign(program.functions.size(), Type::none());
  waiting_.assign(program.functions.size(), true);
}

Type Inference::typeOf(const ir::Value* value) const {
  return value->kind == ir::ValueKind::Constant ? value->type : types_[value->number];
}

Type Inference::resultOf(const Function* function) const { return results_[function->index]; }

bool Inference::join(const ir::Value* value, Type type) {
  if (value->kind == ir::ValueKind::Param)
    if (auto it = forced_.find(static_cast<const ir::Param*>(value)); it != forced_.end())
      type = type & it->second;
  const Type joined = types_[value->number] | type;
  if (joined == types_[value->number]) return false;
  types_[value->number] = joined;
  return true;
}

Type Inference::transfer(const Instruction& inst) {
  if (inst.op == Op::CallKnown) return results_[inst.immediates[0].function->index];
  Type buffer[4];
  const size_t count = operandsThatMatter(inst);
  for (size_t i = 0; i < count; i++) buffer[i] = typeOf(inst.operands[i]);
  return resultType(inst, std::span<const Type>(buffer, count));
}

bool Inference::visit(Function& function) {
  bool changed = false;
  Type result = results_[function.index];
  for (Block* block : function.blocks) {
    for (Instruction* inst : block->instructions) {
      if (inst->op == Op::Return) result = result | typeOf(inst->operands[0]);
      if (inst->info().hasResult) changed |= join(inst, transfer(*inst));
      if (inst->op != Op::CallKnown) continue;
      Function* callee = inst->immediates[0].function;
      if (!callee->isDirect) continue;
      bool more = false;
      for (size_t i = 0; i < callee->params.size(); i++)
        more |= join(callee->entry()->params[i], typeOf(inst->operands[i + 1]));
      if (more) waiting_[callee->index] = true;
    }
    block->forEachEdge([&](ir::Edge& edge, bool isHandler) {
      if (isHandler) changed |= join(edge.target->params[0], Type::value());
      for (size_t i = 0; i < edge.args.size(); i++)
        changed |= join(edge.target->params[i + (isHandler ? 1 : 0)], typeOf(edge.args[i]));
    });
  }
  if (!(result == results_[function.index])) {
    results_[function.index] = result;
    for (Function* caller : callers_[function.index]) waiting_[caller->index] = true;
  }
  return changed;
}

void Inference::run() {
  for (Function* function : program_.functions) {
    if (function->isDirect) continue;
    for (size_t i = 0; i < function->params.size(); i++)
      join(function->entry()->params[i], slotType(function->params[i]));
  }
  for (bool again = true; again;) {
    again = false;
    for (Function* function : program_.functions) {
      if (!waiting_[function->index]) continue;
      waiting_[function->index] = false;
      again = true;
      while (visit(*function)) {
      }
    }
  }
}

bool Inference::write() {
  bool changed = false;
  for (Function* function : program_.functions)
    for (Block* block : function->blocks) {
      auto write = [&](ir::Value* value) {
        const Type type = types_[value->number] & value->type;
        if (type.isNone() || type == value->type) return;  // none: it is never reached
        value->type = type;
        changed = true;
      };
      for (ir::Param* param : block->params) write(param);
      for (Instruction* inst : block->instructions)
        if (inst->info().hasResult) write(inst);
    }
  return changed;
}

/// Writes down what kinds of values there can be, across loops and calls.
bool infer(ir::Program& program, PassContext&) {
  Inference inference(program);
  inference.run();
  return inference.write();
}

}  // namespace gene
