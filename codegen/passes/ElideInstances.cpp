// Takes instances apart that nobody keeps: their fields are values in registers.
//   before  (block loop [(v1 ^type instance-1-1)] (v2 = field.get 0 v1) … (v5 = instance.new 1 1) (field.init 0 v5 v4)
//             (jump (loop v5)))
//   after   (block loop [v2] … (jump (loop v4)))
// An instance may be handed on from block to block, also around a loop, as long as nothing but reads of its fields gets it, and
// nothing changes them: then it does not matter which of two equal ones it is.
// Needs: fields at known places (`lower-fields`), all given a value where the instance is made. Keeps: instances that are
// stored, returned, compared, given to a call or to a handler.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Instruction;
using ir::Op;
using ir::Type;
using ir::Value;

class InstanceElision {
 public:
  explicit InstanceElision(ir::Function& function)
      : function_(function), program_(*function.program) {}

  bool run() {
    findInstances();
    if (parts_.empty()) return false;
    findNames();
    while (dropOne()) {
    }
    if (std::ranges::none_of(parts_, [](const auto& p) { return p.second.made; })) return false;
    takeApart();
    return true;
  }

 private:
  /// A value that is an instance: where it is made, or a parameter or `assume` of it.
  struct Instance {
    uint16_t number;
    bool made;                   // by instance.new
    std::vector<Value*> fields;  // of what is made; of parameters, in the end
  };

  /// Those whose fields all get their values in the block that makes them.
  void findInstances() {
    for (Block* block : function_.blocks)
      for (Instruction* inst : block->instructions) {
        if (const auto made = inst->tryAs<Op::InstanceNew>())
          parts_[inst] = {static_cast<uint16_t>(made.number()), true,
                          std::vector<Value*>(static_cast<size_t>(made.slots()))};
        const auto access = inst->tryAs<Op::FieldInit, Op::FieldGet>();
        const auto found = access ? parts_.find(inst->operands[0]) : parts_.end();
        if (found == parts_.end() || asInstruction(inst->operands[0])->block != block) continue;
        Value*& field = found->second.fields[static_cast<size_t>(access.slot())];
        if (inst->op == Op::FieldInit)
          field = inst->operands[1];
        else if (!field)  // read before it has a value
          parts_.erase(found);
      }
    std::erase_if(parts_, [](const auto& part) {
      return std::ranges::any_of(part.second.fields, [](const Value* v) { return !v; });
    });
    for (const auto& [value, instance] : parts_) slots_[instance.number] = instance.fields.size();
  }

  /// Parameters and assumptions that are instances of such a class and no other.
  void findNames() {
    const auto note = [&](const Value* value) {
      const Type type = value->type;
      if (!type.is(Type::Instance()) || type.firstClass() != type.lastClass()) return;
      if (slots_.contains(type.firstClass())) parts_[value] = {type.firstClass(), false, {}};
    };
    for (const Block* block : function_.blocks) {
      if (block != function_.entry())
        for (const ir::Param* param : block->params) note(param);
      for (const Instruction* inst : block->instructions)
        if (inst->op == Op::Assume) note(inst);
    }
  }

  /// Drops what is used in another way than by reading fields, or may be something that was dropped; true if anything was.
  bool dropOne() {
    const size_t before = parts_.size();
    for (const Block* block : function_.blocks) {
      for (Instruction* inst : block->instructions) {
        if (inst->op == Op::Assume && !parts_.contains(inst->operands[0])) parts_.erase(inst);
        for (size_t i = 0; i < inst->operands.size(); i++)
          if (!isHarmless(*inst, i)) parts_.erase(inst->operands[i]);
      }
      block->forEachEdge([&](Edge& edge, bool isHandler) {
        if (isHandler) {
          for (const Value* arg : edge.args) parts_.erase(arg);
          parts_.erase(edge.target->params[0]);
        }
        for (size_t i = 0; i < edge.args.size(); i++) {
          const ir::Param* param = edge.target->params[i + (isHandler ? 1 : 0)];
          const auto from = parts_.find(edge.args[i]), to = parts_.find(param);
          const bool same = from != parts_.end() && to != parts_.end() &&
                            from->second.number == to->second.number;
          if (same) continue;
          parts_.erase(edge.args[i]);
          parts_.erase(param);
        }
      });
    }
    return parts_.size() != before;
  }

  bool isHarmless(const Instruction& inst, size_t index) const {
    const Value* value = inst.operands[index];
    if (index != 0) return false;
    if (inst.op == Op::Assume) return parts_.contains(&inst);
    if (const auto get = inst.tryAs<Op::FieldGet>()) {
      const auto found = parts_.find(value);
      return found != parts_.end() &&
             static_cast<size_t>(get.slot()) < slots_.at(found->second.number);
    }
    if (inst.op != Op::FieldInit) return false;
    const Instruction* made = asInstruction(value);
    return made && made->op == Op::InstanceNew && made->block == inst.block;
  }

  void takeApart() {
    for (Block* block : function_.blocks) {
      const uint32_t count = block->params.size();  // new ones are added behind these
      for (uint32_t i = 0; i < count; i++)
        if (const auto found = parts_.find(block->params[i]); found != parts_.end())
          for (size_t slot = 0; slot < slots_.at(found->second.number); slot++)
            found->second.fields.push_back(addParam(*block, Type::value(), ir::Rep::Boxed));
    }
    for (const Block* block : function_.blocks)
      block->forEachEdge([&](Edge& edge, bool isHandler) {
        if (isHandler) return;
        const uint32_t count = edge.args.size();
        for (uint32_t i = 0; i < count; i++)
          if (parts_.contains(edge.target->params[i]))
            for (Value* field : fieldsOf(edge.args[i])) edge.args.push_back(program_.arena, field);
      });
    removeNames();
    Substitution reads;
    for (const Block* block : function_.blocks)
      for (Instruction* inst : block->instructions)
        if (const auto get = inst->tryAs<Op::FieldGet>(); get && parts_.contains(inst->operands[0]))
          reads.replace(inst, fieldsOf(inst->operands[0])[static_cast<size_t>(get.slot())]);
    reads.apply(function_);
    removeInstructions(function_, [&](const Instruction* inst) {
      if (reads.contains(inst) || parts_.contains(inst)) return true;
      return inst->op == Op::FieldInit && parts_.contains(inst->operands[0]);
    });
  }

  void removeNames() {
    const ir::Predecessors before(function_);
    for (Block* block : function_.blocks) {
      std::vector<bool> remove;
      for (const ir::Param* param : block->params) remove.push_back(parts_.contains(param));
      if (std::ranges::count(remove, true)) removeParams(*block, remove, before[block->index]);
    }
  }

  const std::vector<Value*>& fieldsOf(const Value* value) const {
    const Instruction* inst = asInstruction(value);
    return inst && inst->op == Op::Assume ? fieldsOf(inst->operands[0]) : parts_.at(value).fields;
  }

  ir::Function& function_;
  ir::Program& program_;
  std::unordered_map<const Value*, Instance> parts_;
  std::unordered_map<uint16_t, size_t> slots_;  // by class number: how many fields
};

}  // namespace

bool elideInstances(ir::Function& function, PassContext& context) {
  return context.native && InstanceElision(function).run();
}

}  // namespace gene
