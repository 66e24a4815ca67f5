// Holds ints, floats and truth values in machine registers instead of boxed words.
//   before  (block loop [v1] (v2 = add v1 1 ^type int) … (jump (loop v2)))      with v1 known to be an int
//   after   (block loop [(v1 ^rep i64)] (v2 = add v1 1 ^rep i64) … (jump (loop v2)))
// Which representation an instruction gives by itself is said in docs/ir.md; a block parameter follows its type if
// somebody computes with it; the slots and the result of a direct function follow their types.
// Keeps: boxed words wherever something else than arithmetic looks at a value; functions connected by tail calls
// return the same representation.

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "codegen/ir/Builtins.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Inference.h"
#include "codegen/passes/Passes.h"
#include "codegen/passes/Rewrite.h"

namespace gene {
namespace {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Rep;
using ir::Type;
using ir::Value;

bool isNumber(const Value* v) { return isInt(v) || isFloat(v); }

Rep repOf(Type type) {
  if (type.is(Type::Int())) return Rep::I64;
  if (type.is(Type::Float())) return Rep::F64;
  if (type.is(Type::Bool())) return Rep::I1;
  return Rep::Boxed;
}

/// The kinds of values that can be held in a representation.
Type typeOf(Rep rep) {
  switch (rep) {
    case Rep::Boxed: return Type::any();
    case Rep::I64: return Type::Int();
    case Rep::F64: return Type::Float();
    case Rep::I1: return Type::Bool();
  }
  GENE_UNREACHABLE("representation");
}

bool fits(char letter, const Value* operand) {
  switch (letter) {
    case 'i': return isInt(operand);
    case 'f': return isFloat(operand);
    case 'n': return isNumber(operand);
    default: return true;
  }
}

/// The machine form of the row that the operands have now; null where it computes with words only.
const ir::MachineForm* formOf(const Instruction& inst) {
  const ir::InstInfo& row = inst.info();
  for (const ir::MachineForm& form : Span(row.forms, row.formCount)) {
    if (form.result == 'F' && !isFloat(&inst)) continue;
    size_t i = 0;
    while (i < inst.operands.size() && fits(form.operands[i], inst.operands[i])) i++;
    if (i == inst.operands.size()) return &form;
  }
  return nullptr;
}

/// The representation in which the instruction computes its result, for operands of these types.
Rep naturalRep(const Instruction& inst) {
  if (const auto call = inst.tryAs<Op::CallKnown>())
    return call.function()->isDirect ? call.function()->result : Rep::Boxed;
  if (const auto call = inst.tryAs<Op::CallMethod>()) {
    const Type receiver = call.receiver()->type;
    const bool isInline = ir::knownArrayMethod(inst, receiver) != ArrayMethod::None;
    return isInline ? repOf(ir::builtinResult(inst, receiver)) : Rep::Boxed;
  }
  const ir::MachineForm* form = formOf(inst);
  if (!form || form->result == 'w') return Rep::Boxed;
  return form->result == 'i' ? Rep::I64 : Rep::F64;
}

/// Does the instruction compute with this operand when it is not boxed?
bool wantsUnboxed(const Instruction& inst, size_t index) {
  if (const auto call = inst.tryAs<Op::CallKnown>()) {
    const Function* callee = call.function();
    return index > 0 && callee->isDirect && callee->entry()->params[index - 1]->rep != Rep::Boxed;
  }
  if (inst.op == Op::Return) return inst.block->function->result != Rep::Boxed;
  const ir::MachineForm* form = formOf(inst);
  return form && form->operands[index] != '.';
}

class Unboxer {
 public:
  explicit Unboxer(PassContext& context)
      : program_(context.program), inference_(context.analyses->types()) {}

  bool run() {
    chooseSignatures();
    for (Function* f : program_.functions) {
      demandFloats(*f);
      chooseInstructions(*f);
      chooseParams(*f);
      chooseInstructions(
          *f);  // parameters that are unboxed now are known numbers already; calls of direct functions
      dropConversions(*f);
      shareConversions(*f);
      convertEdges(*f);
    }
    return true;
  }

 private:
  // --- signatures of direct functions -----------------------------------------------------------------------------------------

  uint32_t group(uint32_t f) {
    while (groups_[f] != f) f = groups_[f] = groups_[groups_[f]];
    return f;
  }

  void chooseSignatures() {
    const size_t count = program_.functions.size();
    groups_.resize(count);
    std::iota(groups_.begin(), groups_.end(), 0);
    for (const Function* f : program_.functions)
      for (const Block* block : f->blocks)
        for (const Instruction* inst : block->instructions)
          if (inst->tail && inst->op == Op::CallKnown && f->isDirect)
            groups_[group(f->index)] = group(inst->as<Op::CallKnown>().function()->index);
    std::vector<Type> results(count, Type::none());
    for (const Function* f : program_.functions)
      results[group(f->index)] = results[group(f->index)] | inference_.resultOf(f);
    for (Function* f : program_.functions) {
      if (!f->isDirect) continue;
      f->result = repOf(results[group(f->index)]);
      for (ir::Param* p : f->entry()->params) p->rep = repOf(p->type);
    }
  }

  // --- values ------------------------------------------------------------------------------------------------------------------

  void chooseInstructions(Function& f) {
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions)
        if (inst->info().hasResult && inst->rep == Rep::Boxed && !inst->tail) {
          inst->rep = naturalRep(*inst);
          // Where the inference has seen that control never comes by, types may be wider than those of the operands say.
          if (!inst->type.within(typeOf(inst->rep))) inst->type = inst->type & typeOf(inst->rep);
        }
  }

  /// Sums and products of unknown numbers, from which nothing is made but Floats together with another Float, are
  /// wanted as doubles at once.
  ///   before  (v3 = mul v1 v2 ^type int|float) (v4 = add v0 v3 ^type float)     with v0 known to be a float
  ///   after   (v3 = mul v1 v2 ^type float ^rep f64) …                           which converts a product of ints
  void demandFloats(Function& f) {
    std::unordered_map<const Value*, bool> demanded;  // is that so for all uses?
    for (bool changed = true; changed;) {
      changed = false;
      demanded.clear();
      for (Block* block : f.blocks) {
        for (const Instruction* inst : block->instructions)
          for (size_t i = 0; i < inst->operands.size(); i++) {
            const bool takes = inst->info().givesFloats() && isFloat(inst->operands[1 - i]);
            const auto [it, isNew] = demanded.try_emplace(inst->operands[i], takes);
            it->second = it->second && takes;
          }
        block->forEachEdge([&](Edge& edge, bool) {
          for (const Value* arg : edge.args) demanded[arg] = false;
        });
      }
      for (Block* block : f.blocks)
        for (Instruction* inst : block->instructions) {
          if (!inst->info().givesFloatsOnDemand()) continue;
          if (inst->tail || isNumber(inst) || !inst->type.overlaps(Type::Float())) continue;
          const auto it = demanded.find(inst);
          if (it == demanded.end() || !it->second) continue;
          inst->type = Type::Float();
          changed = true;
        }
    }
  }

  /// A parameter that somebody computes with, or passes on to one, follows its type.
  void chooseParams(Function& f) {
    std::vector<bool> isHandler(f.blocks.size());
    for (Block* block : f.blocks)
      block->forEachEdge([&](Edge& edge, bool handler) {
        if (handler) isHandler[edge.target->index] = true;
      });
    for (bool changed = true; changed;) {
      changed = false;
      auto want = [&](Value* v) {
        ir::Param* p = asParam(v);
        if (!p || p->rep != Rep::Boxed || p->block == f.entry() || isHandler[p->block->index])
          return;
        const Rep rep = repOf(p->type);
        if (rep == Rep::Boxed || rep == Rep::I1) return;
        p->rep = rep;
        changed = true;
      };
      for (Block* block : f.blocks) {
        for (Instruction* inst : block->instructions)
          for (size_t i = 0; i < inst->operands.size(); i++)
            if (wantsUnboxed(*inst, i)) want(inst->operands[i]);
        block->forEachEdge([&](Edge& edge, bool handler) {
          if (handler) return;
          for (size_t i = 0; i < edge.args.size(); i++)
            if (edge.target->params[i]->rep != Rep::Boxed) want(edge.args[i]);
        });
      }
    }
  }

  // --- conversions ---------------------------------------------------------------------------------------------------------------

  Instruction* convert(Value* value, Rep rep, Location loc) {
    Instruction* result = makeInstruction(program_, Op::Convert, loc, {value});
    // Where the inference has seen that a value never comes by, its type may still be wider.
    const Type held = typeOf(rep);
    result->type = value->type.within(held) ? value->type : held;
    result->rep = rep;
    return result;
  }

  /// Conversions of what is held that way by now, like those behind the guard of a copy for ints, are the value itself.
  void dropConversions(Function& f) {
    Substitution same;
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::Convert && inst->operands[0]->rep == inst->rep)
          same.replace(inst, inst->operands[0]);
    if (same.empty()) return;
    same.apply(f);
    removeInstructions(f, [&](const Instruction* inst) { return same.contains(inst); });
  }

  /// A boxed number that is computed with is unboxed once, where it is made.
  void shareConversions(Function& f) {
    std::unordered_map<Value*, Instruction*> unboxed;
    for (Block* block : f.blocks)
      for (Instruction* inst : block->instructions)
        for (size_t i = 0; i < inst->operands.size(); i++) {
          Value* v = inst->operands[i];
          const Rep rep = repOf(v->type);
          if (v->kind == ir::ValueKind::Constant || v->rep != Rep::Boxed || inst->op == Op::Convert)
            continue;
          if ((rep != Rep::I64 && rep != Rep::F64) || !wantsUnboxed(*inst, i)) continue;
          if (const Instruction* made = asInstruction(v); made && (made->handler || made->tail))
            continue;
          auto [it, isNew] = unboxed.try_emplace(v);
          if (isNew) it->second = convert(v, rep, inst->loc);
          inst->operands[i] = it->second;
        }
    if (unboxed.empty()) return;
    for (Block* block : f.blocks) {
      const std::vector<Instruction*> old(block->instructions.begin(), block->instructions.end());
      block->instructions.clear();
      for (ir::Param* p : block->params)
        if (auto it = unboxed.find(p); it != unboxed.end()) append(*block, it->second);
      for (Instruction* inst : old) {
        append(*block, inst);
        if (auto it = unboxed.find(inst); it != unboxed.end()) append(*block, it->second);
      }
    }
  }

  /// Edges agree with the parameters they lead to. On the way to a handler the back end converts.
  void convertEdges(Function& f) {
    const std::vector<Block*> blocks = f.blocks;
    for (Block* block : blocks) {
      Instruction* end = block->terminator();
      for (Edge& edge : end->successors) {
        auto differs = [&](size_t i) {
          return edge.args[i]->kind != ir::ValueKind::Constant &&
                 edge.args[i]->rep != edge.target->params[i]->rep;
        };
        bool any = false;
        for (size_t i = 0; i < edge.args.size(); i++) any |= differs(i);
        if (!any) continue;
        Block* at = block;
        if (end->op != Op::Jump || block->raising()) at = splitEdge(f, edge, end->loc);
        Instruction* jump = at->instructions.back();
        Edge& last = jump->successors[0];
        at->instructions.pop_back();
        for (size_t i = 0; i < last.args.size(); i++) {
          const Rep rep = last.target->params[i]->rep;
          if (last.args[i]->kind == ir::ValueKind::Constant || last.args[i]->rep == rep) continue;
          // From one unboxed representation to another by way of the word.
          Value* from = last.args[i];
          if (from->rep != Rep::Boxed && rep != Rep::Boxed) {
            Instruction* word = convert(from, Rep::Boxed, jump->loc);
            append(*at, word);
            from = word;
          }
          Instruction* converted = convert(from, rep, jump->loc);
          append(*at, converted);
          last.args[i] = converted;
        }
        append(*at, jump);
      }
    }
    ir::orderBlocks(f);
  }

  Block* splitEdge(Function& f, Edge& edge, Location loc) {
    Block* between = f.addBlock(Symbol::of("convert"));
    Instruction* jump = makeInstruction(program_, Op::Jump, loc, {});
    jump->successors = {program_.arena.array<Edge>(1), 1};
    new (&jump->successors[0]) Edge(edge);
    append(*between, jump);
    edge = Edge{between, {}};
    return between;
  }

  ir::Program& program_;
  const Inference& inference_;
  std::vector<uint32_t> groups_;
};

}  // namespace

bool unbox(ir::Program&, PassContext& context) { return context.native && Unboxer(context).run(); }

}  // namespace gene
