#include "codegen/passes/Cloner.h"

#include "codegen/passes/Rewrite.h"

namespace gene {

using ir::Block;
using ir::Edge;
using ir::Instruction;
using ir::Value;

Value* Cloner::operator()(Value* value) const {
  const auto it = values_.find(value);
  return it == values_.end() ? value : it->second;
}

Block* Cloner::operator()(Block* block) const {
  const auto it = blocks_.find(block);
  return it == blocks_.end() ? block : it->second;
}

Edge Cloner::copyEdge(const Edge& from) const {
  Edge edge{(*this)(from.target), {}};
  for (Value* arg : from.args) edge.args.push_back(to_.program->arena, (*this)(arg));
  return edge;
}

std::vector<Block*> Cloner::copy(Span<Block* const> region) {
  Arena& arena = to_.program->arena;
  const std::vector<Block*> blocks(region.begin(),
                                   region.end());  // may be those of `to_`, which grow
  std::vector<Block*> copies;
  for (const Block* from : blocks) {
    Block* block = to_.addBlock(from->name);
    copies.push_back(block);
    blocks_[from] = block;
    for (const ir::Param* p : from->params)
      if (!values_.contains(p)) values_[p] = addParam(*block, p->type, p->rep);
    for (const Instruction* inst : from->instructions) {
      auto* made = arena.make<Instruction>(*inst);
      append(*block, made);
      values_[inst] = made;
    }
  }
  for (Block* block : copies)
    for (Instruction* inst : block->instructions) {
      inst->operands = arena.copy(Span<Value* const>(inst->operands));
      for (Value*& operand : inst->operands) operand = (*this)(operand);
      const Span<Edge> edges = inst->successors;
      inst->successors = {arena.array<Edge>(edges.size()), edges.size()};
      for (size_t i = 0; i < edges.size(); i++) new (&inst->successors[i]) Edge(copyEdge(edges[i]));
      if (inst->handler) inst->handler = arena.make<Edge>(copyEdge(*inst->handler));
    }
  return copies;
}

ir::Function* cloneFunction(const ir::Function& from) {
  ir::Function* to = from.program->detachedCopy(from);
  Cloner(*to).copy(from.blocks);
  return to;
}

}  // namespace gene
