// Register allocation against a liveness of its own: what is alive at the same time has different registers, and nothing
// that lives across a call lies where the callee's frame will be.

#include "codegen/bytecode/RegAlloc.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "codegen/ir/Printer.h"
#include "codegen/ir/Verifier.h"
#include "test/unit/RandomFunctions.h"

namespace gene::bytecode {
namespace {

using ir::Block;
using ir::Edge;
using ir::Function;
using ir::Instruction;
using ir::Value;
using Live = std::set<const Value*>;

/// The values alive at the end of each block, along normal edges; by data flow over sets.
class Reference {
 public:
  explicit Reference(const Function& function) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const Block* block : function.blocks) {
        Live in = walk(*block, [](const Instruction&, const Live&, const Live&) {});
        changed |= in.size() != before_[block].size();
        before_[block] = std::move(in);
      }
    }
  }

  /// Calls f(instruction, alive behind it, alive where its handler begins), from the end of the block; returns what is alive
  /// at the block's begin, parameters included.
  template <class F>
  Live walk(const Block& block, F&& f) {
    Live alive;
    for (const Edge& edge : block.terminator()->successors) alive.merge(along(edge, 0));
    for (size_t k = block.instructions.size(); k-- > 0;) {
      const Instruction& i = *block.instructions[k];
      const Live raised = i.handler ? along(*i.handler, 1) : Live();
      f(i, alive, raised);
      alive.erase(&i);
      alive.insert(raised.begin(), raised.end());
      for (const Value* operand : i.operands)
        if (!asConstant(operand)) alive.insert(operand);
    }
    return alive;
  }

 private:
  /// What is alive on an edge: what its target needs, with arguments in the place of parameters.
  Live along(const Edge& edge, size_t firstParam) {
    Live alive;
    for (const Value* value : before_[edge.target])
      if (value->kind != ir::ValueKind::Param ||
          static_cast<const ir::Param*>(value)->block != edge.target)
        alive.insert(value);
    for (size_t k = 0; k < edge.args.size(); k++)
      if (!asConstant(edge.args[k]) &&
          before_[edge.target].contains(edge.target->params[k + firstParam]))
        alive.insert(edge.args[k]);
    return alive;
  }
  std::map<const Block*, Live> before_;
};

void expectDistinct(const RegAlloc& registers, const Live& alive, const std::string& where) {
  std::map<uint32_t, const Value*> taken;
  for (const Value* value : alive) {
    if (value->kind == ir::ValueKind::Instruction &&
        registers.isFused(static_cast<const Instruction&>(*value)))
      continue;
    ASSERT_TRUE(registers.hasReg(value)) << where << ": a value that is alive has no register";
    const auto [it, isNew] = taken.emplace(registers.reg(value), value);
    EXPECT_TRUE(isNew) << where << ": two values share register " << registers.reg(value);
    EXPECT_LT(registers.reg(value), registers.scratch()) << where;
  }
}

void check(const Function& function) {
  const RegAlloc registers(function);
  Reference reference(function);
  for (size_t k = 0; k < function.params.size(); k++) {
    const ir::Param* slot = function.entry()->params[k];
    if (registers.hasReg(slot))
      EXPECT_EQ(registers.reg(slot), k) << "a slot of the function is not where the caller puts it";
  }
  for (const Block* block : function.blocks) {
    const std::string name(block->name.text());
    const Live begin =
        reference.walk(*block, [&](const Instruction& i, const Live& alive, const Live& raised) {
          const std::string where = name + ", " + std::string(i.info().mnemonic);
          expectDistinct(registers, alive, where);
          expectDistinct(registers, raised, where + ", handler");
          const Placement placement = placementOf(i);
          if (!placement.window) return;
          const uint32_t window = registers.window(i);
          EXPECT_LE(window + placement.size, registers.scratch()) << where;
          for (const Live* across : {&alive, &raised})
            for (const Value* value : *across)
              if (value != &i && registers.hasReg(value))
                EXPECT_LT(registers.reg(value), window) << where << ": the window covers a value";
        });
    expectDistinct(registers, begin, name + ", begin");
  }
}

TEST(RegAlloc, WhatIsAliveTogetherHasDifferentRegisters) {
  std::mt19937 random(10);
  size_t windows = 0;
  for (int round = 0; round < 400; round++) {
    ir::TestProgram owner;
    const Function& function = *ir::randomFunction(owner, random);
    ASSERT_EQ(ir::verify(function), std::vector<std::string>()) << ir::print(function);
    for (const Block* block : function.blocks)
      for (const Instruction* i : block->instructions) windows += placementOf(*i).window;
    check(function);
    if (::testing::Test::HasFailure()) {
      std::fprintf(stderr, "round %d\n%s\n", round, ir::print(function).c_str());
      return;
    }
  }
  EXPECT_GT(windows, 1000u);
}

/// As many values alive at once as a frame has registers for, and some.
TEST(RegAlloc, ManyValuesAtOnce) {
  ir::TestProgram owner;
  Function* function = owner.add();
  ir::Builder builder(*function);
  Block* entry = builder.newBlock("entry");
  builder.setBlock(entry);
  function->params.push_back({Symbol::of("p")});
  Value* p = builder.addParam(entry);
  std::vector<Value*> values;
  for (int i = 0; i < 3000; i++)
    values.push_back(builder.emit(ir::Op::Add, {p, owner.program.integer(i)}));
  builder.ret(builder.emit(ir::Op::ArrayNew, values));
  builder.seal(entry);
  builder.finish();
  const RegAlloc registers(*function);
  std::set<uint32_t> taken;
  for (const Value* value : values) taken.insert(registers.reg(value));
  EXPECT_EQ(taken.size(), values.size());
  EXPECT_GT(registers.frameSize(), 3000u);
}

}  // namespace
}  // namespace gene::bytecode
