// Ranges are sound: random functions of ints are run, and each value that is computed lies in its range.

#include "codegen/passes/Ranges.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "codegen/ir/Printer.h"
#include "codegen/ir/Verifier.h"
#include "test/unit/RandomFunctions.h"

namespace gene::ir {
namespace {

/// Runs a function of randomIntFunction; `seen(value, block, number)` for each use of an int in a block.
class Machine {
 public:
  template <class F>
  static size_t run(const Function& function, const std::vector<int64_t>& arguments, F&& seen) {
    Machine machine;
    const Block* block = function.entry();
    for (size_t i = 0; i < arguments.size(); i++) machine.values_[block->params[i]] = arguments[i];
    size_t steps = 0;
    while (block && steps++ < 300) {
      for (const Param* param : block->params) seen(param, block, machine.of(param));
      const Edge* next = nullptr;
      for (const Instruction* i : block->instructions) {
        for (const Value* operand : i->operands)
          if (operand->kind != ValueKind::Constant && operand->type == Type::Int())
            seen(operand, block, machine.of(operand));
        if (i->op == Op::Return) return steps;
        if (i->op == Op::Jump) next = &i->successors[0];
        if (i->op == Op::Branch) next = &i->successors[machine.of(i->operands[0]) ? 0 : 1];
        if (i->isTerminator()) break;
        if (!machine.execute(*i)) return steps;  // beyond 64 bits: it raises
        if (i->type == Type::Int()) seen(i, block, machine.of(i));
      }
      std::vector<int64_t> given;
      for (const Value* arg : next->args) given.push_back(machine.of(arg));
      block = next->target;
      for (size_t k = 0; k < given.size(); k++) machine.values_[block->params[k]] = given[k];
    }
    return steps;
  }

 private:
  int64_t of(const Value* value) const {
    return value->kind == ValueKind::Constant ? static_cast<const Constant*>(value)->integer
                                              : values_.at(value);
  }
  bool execute(const Instruction& i) {
    const int64_t a = of(i.operands[0]), b = i.operands.size() > 1 ? of(i.operands[1]) : 0;
    int64_t& result = values_[&i];
    switch (i.op) {
      case Op::Add: return !__builtin_add_overflow(a, b, &result);
      case Op::Sub: return !__builtin_sub_overflow(a, b, &result);
      case Op::Mul: return !__builtin_mul_overflow(a, b, &result);
      case Op::Neg: return !__builtin_sub_overflow(int64_t{0}, a, &result);
      case Op::BitAnd: result = a & b; return true;
      case Op::Lt: result = a < b; return true;
      case Op::Le: result = a <= b; return true;
      case Op::Gt: result = a > b; return true;
      case Op::Ge: result = a >= b; return true;
      case Op::Eq: result = a == b; return true;
      default: ADD_FAILURE() << "an instruction that the test does not know"; return false;
    }
  }
  std::unordered_map<const Value*, int64_t> values_;
};

TEST(Ranges, HoldWhatIsComputed) {
  std::mt19937_64 wide(9);
  std::mt19937 random(9);
  size_t checked = 0, bounded = 0;
  for (int round = 0; round < 400; round++) {
    TestProgram owner;
    const Function& function = *randomIntFunction(owner, random);
    ASSERT_EQ(verify(function), std::vector<std::string>()) << print(function);
    const Ranges ranges(function);
    for (int run = 0; run < 10; run++) {
      std::vector<int64_t> arguments;
      for (size_t i = 0; i < function.params.size(); i++)
        arguments.push_back(static_cast<int64_t>(wide()) >> below(random, 64));
      Machine::run(
          function, arguments, [&](const Value* value, const Block* block, int64_t number) {
            checked++;
            const Range here = ranges.at(value, block);
            bounded += here != Range();
            EXPECT_TRUE(ranges.of(value).contains(number)) << "round " << round << ": " << number;
            EXPECT_TRUE(here.contains(number))
                << "round " << round << " in " << block->name.text() << ": " << number;
          });
      if (HasFailure()) {
        std::fputs(print(function).c_str(), stderr);
        return;
      }
    }
  }
  EXPECT_GT(checked, 10'000u);
  EXPECT_GT(bounded, checked / 20);  // ranges that say nothing would hold everything
}

TEST(Ranges, SayWhatIsSaid) {
  const Range range{-1, 5};
  EXPECT_TRUE(range.contains(-1));
  EXPECT_TRUE(range.contains(5));
  EXPECT_FALSE(range.contains(6));
  EXPECT_FALSE(range.isEmpty());
  EXPECT_TRUE((Range{1, 0}).isEmpty());
  EXPECT_TRUE(range.within(-1, 5));
  EXPECT_FALSE(range.within(0, 5));
  EXPECT_FALSE(range.isNonnegative());
  EXPECT_TRUE((Range{0, 0}).isNonnegative());
  EXPECT_TRUE(SmallInts.contains((int64_t{1} << 47) - 1));
  EXPECT_FALSE(SmallInts.contains(int64_t{1} << 47));
}

}  // namespace
}  // namespace gene::ir
