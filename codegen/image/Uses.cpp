#include "codegen/image/Uses.h"

#include <algorithm>

#include "codegen/ir/Views.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/support/Symbol.h"

namespace gene {
namespace {

using image::ImageUse;

/// May control come back to the block?
bool isInLoop(const ir::Block* block) {
  std::vector<bool> seen(block->function->blocks.size());
  std::vector<const ir::Block*> work{block};
  while (!work.empty()) {
    const ir::Block* from = work.back();
    work.pop_back();
    bool comesBack = false;
    from->forEachEdge([&](const ir::Edge& edge, bool) {
      const uint32_t index = edge.target->index;
      comesBack |= edge.target == block;
      if (!seen[index]) work.push_back(edge.target);
      seen[index] = true;
    });
    if (comesBack) return true;
  }
  return false;
}

//// Which variables get a value more than once, or from other code than the body of a module.
class Assignments {
 public:
  explicit Assignments(const ir::Program& program) : sets_(program.globals.size()) {
    for (const ir::Function* function : program.functions) {
      function_ = function;
      for (const ir::Block* block : function->blocks)
        for (const ir::Instruction* inst : block->instructions)
          if (const auto set = inst->tryAs<ir::Op::GlobalSet>()) add(*inst, set.global()->index);
    }
  }
  [[nodiscard]] bool isAssigned(const ir::Global& global) const {
    return sets_[global.index].again;
  }

 private:
  struct Sets {
    uint32_t first = 0;  // the place in the source, + 1
    bool again = false;
  };

  void add(const ir::Instruction& inst, uint32_t global) {
    Sets& sets = sets_[global];
    const ir::Function* author = inst.inlined ? inst.inlined->function : function_;
    // Passes may have copied the one that there was.
    const uint32_t place = inst.loc.offset + 1;
    if (author->name != sym::Init || (sets.first != 0 && sets.first != place) ||
        isInLoop(inst.block))
      sets.again = true;
    sets.first = place;
  }

  const ir::Function* function_ = nullptr;
  std::vector<Sets> sets_;
};

void addUses(const ir::Instruction& inst, const Assignments& assignments,
             std::vector<uint32_t>& uses) {
  const ir::InstInfo& row = inst.info();
  // A debugger changes what it is told to, whoever uses it.
  if (row.reachesUnseenCode() && inst.op != ir::Op::DebugPoint)
    uses.push_back(ImageUse::of(ImageUse::Unseen, 0));
  for (const ir::Immediate& immediate : inst.immediates) {
    if (const ir::Global* global = immediate.global)
      uses.push_back(
          ImageUse::of(assignments.isAssigned(*global) ? ImageUse::Assigned : ImageUse::Variable,
                       global->index));
    if (immediate.function)
      uses.push_back(ImageUse::of(ImageUse::Function, immediate.function->index));
  }
}

}  // namespace

std::vector<uint32_t> usesOf(const ir::Program& program) {
  const Assignments assignments(program);
  std::vector<uint32_t> starts, entries;
  const auto first = static_cast<uint32_t>(program.functions.size() + 1);
  for (const ir::Function* function : program.functions) {
    std::vector<uint32_t> uses;
    for (const ir::Block* block : function->blocks)
      for (const ir::Instruction* inst : block->instructions) addUses(*inst, assignments, uses);
    std::ranges::sort(uses);
    uses.erase(std::ranges::unique(uses).begin(), uses.end());
    starts.push_back(first + static_cast<uint32_t>(entries.size()));
    entries.insert(entries.end(), uses.begin(), uses.end());
  }
  starts.push_back(first + static_cast<uint32_t>(entries.size()));
  starts.insert(starts.end(), entries.begin(), entries.end());
  return starts;
}

}  // namespace gene
