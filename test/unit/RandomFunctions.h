#pragma once
// Random functions for tests of what works on any of them.

#include <random>
#include <vector>

#include "codegen/ir/Builder.h"

namespace gene::ir {

/// A program that owns its functions and has no sources.
struct TestProgram {
  SourceManager sources;
  Program program{sources};
  Function* add() { return program.addFunction(Symbol::of("test"), Location()); }
};

/// A choice below `limit`.
inline uint32_t below(std::mt19937& random, size_t limit) {
  return static_cast<uint32_t>(random() % limit);
}

/// Blocks without instructions but their terminators, which go anywhere but to the entry. Some cannot be reached.
inline Function* randomGraph(TestProgram& owner, std::mt19937& random, size_t size) {
  Function* function = owner.add();
  Builder builder(*function);
  std::vector<Block*> blocks;
  for (size_t i = 0; i < size; i++) blocks.push_back(builder.newBlock("b" + std::to_string(i)));
  const auto any = [&] { return size == 1 ? nullptr : blocks[1 + below(random, size - 1)]; };
  for (Block* block : blocks) {
    builder.setBlock(block);
    const uint32_t what = size == 1 ? 9 : below(random, 10);
    if (what < 4) {
      builder.jump(any());
    } else if (what < 7) {
      builder.branch(builder.nil(), any(), any());
    } else if (what < 8) {
      Block* targets[] = {any(), any(), any()};
      builder.switchOn(owner.program.integer(1), targets);
    } else {
      builder.ret(builder.nil());
    }
  }
  return function;
}

/// A function of ints only: arithmetic on variables, comparisons, branches and loops; reads of one variable anywhere are
/// reads of the last assignment on the way. All values have the type Int but for the comparisons.
inline Function* randomIntFunction(TestProgram& owner, std::mt19937& random) {
  Program& program = owner.program;
  Function* function = owner.add();
  Builder builder(*function);
  constexpr int64_t interesting[] = {0,
                                     1,
                                     -1,
                                     2,
                                     3,
                                     7,
                                     8,
                                     100,
                                     255,
                                     -128,
                                     int64_t{1} << 31,
                                     int64_t{1} << 47,
                                     -(int64_t{1} << 47),
                                     INT64_MAX,
                                     INT64_MIN};
  const size_t size = 2 + below(random, 7), count = 2 + below(random, 3);
  std::vector<Block*> blocks;
  for (size_t i = 0; i < size; i++) blocks.push_back(builder.newBlock("b" + std::to_string(i)));
  std::vector<Variable> variables;
  builder.setBlock(blocks[0]);
  for (size_t i = 0; i < count; i++) {
    function->params.push_back({Symbol::of("p" + std::to_string(i))});
    variables.push_back(builder.newVariable());
    builder.write(variables.back(), builder.addParam(blocks[0], Type::Int()));
  }
  const auto operand = [&]() -> Value* {
    if (below(random, 3) == 0)
      return program.integer(interesting[below(random, std::size(interesting))]);
    return builder.read(variables[below(random, count)]);
  };
  const auto any = [&] { return blocks[1 + below(random, size - 1)]; };
  constexpr Op arithmetic[] = {Op::Add, Op::Sub, Op::Mul, Op::BitAnd, Op::Add, Op::Sub};
  constexpr Op comparisons[] = {Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq};
  for (Block* block : blocks) {
    builder.setBlock(block);
    for (uint32_t k = below(random, 4); k > 0; k--) {
      Value* value = below(random, 8) == 0
                         ? builder.emit(Op::Neg, {operand()})
                         : builder.emit(arithmetic[below(random, std::size(arithmetic))],
                                        {operand(), operand()});
      value->type = Type::Int();
      builder.write(variables[below(random, count)], value);
    }
    const uint32_t what = below(random, 10);
    if (what < 6)
      builder.branch(
          builder.emit(comparisons[below(random, std::size(comparisons))], {operand(), operand()}),
          any(), any());
    else if (what < 9)
      builder.jump(any());
    else
      builder.ret(operand());
  }
  for (Block* block : blocks) builder.seal(block);
  builder.finish();
  for (Block* block : function->blocks)
    for (Param* param : block->params) param->type = Type::Int();
  return function;
}

/// A function of anything: calls, literals, members, comparisons, with `try` around some of it.
inline Function* randomFunction(TestProgram& owner, std::mt19937& random) {
  Function* function = owner.add();
  Builder builder(*function);
  const size_t size = 2 + below(random, 9), count = 2 + below(random, 6);
  std::vector<Block*> blocks;
  for (size_t i = 0; i < size; i++) blocks.push_back(builder.newBlock("b" + std::to_string(i)));
  Block* handler = builder.newBlock("handler");
  builder.setBlock(blocks[0]);
  std::vector<Variable> variables;
  for (size_t i = 0; i < count; i++) {
    function->params.push_back({Symbol::of("p" + std::to_string(i))});
    variables.push_back(builder.newVariable());
    builder.write(variables.back(), builder.addParam(blocks[0]));
  }
  Param* exception = builder.addParam(handler);
  const auto operand = [&]() -> Value* {
    const uint32_t what = below(random, 8);
    if (what == 0) return owner.program.integer(below(random, 100));
    if (what == 1) return builder.nil();
    return builder.read(variables[below(random, count)]);
  };
  const auto operands = [&](size_t least) {
    std::vector<Value*> all;
    for (size_t n = least + below(random, 4); n > 0; n--) all.push_back(operand());
    return all;
  };
  const auto any = [&] { return blocks[1 + below(random, size - 1)]; };
  const auto terminate = [&] {
    const uint32_t what = below(random, 10);
    if (what < 5)
      builder.branch(below(random, 2) ? builder.emit(Op::Lt, {operand(), operand()}) : operand(),
                     any(), any());
    else if (what < 8)
      builder.jump(any());
    else
      builder.ret(operand());
  };
  for (Block* block : blocks) {
    builder.setBlock(block);
    if (block != blocks[0]) builder.setHandler(below(random, 3) == 0 ? handler : nullptr);
    for (uint32_t k = below(random, 6); k > 0; k--) {
      Value* value = nullptr;
      switch (below(random, 6)) {
        case 0: value = builder.emit(Op::Call, operands(1)); break;
        case 1:
          value = builder.emit(Op::CallMethod, operands(1), {Builder::imm(Symbol::of("m"))});
          break;
        case 2: value = builder.emit(Op::ArrayNew, operands(0)); break;
        case 3:
          value = builder.emit(Op::MemberGet, {operand()}, {Builder::imm(Symbol::of("x"))});
          break;
        case 4: value = builder.emit(Op::New, operands(1)); break;
        default: value = builder.emit(Op::Add, {operand(), operand()}); break;
      }
      builder.write(variables[below(random, count)], value);
    }
    terminate();
    builder.setHandler(nullptr);
  }
  builder.setBlock(handler);
  builder.write(variables[0], exception);
  terminate();
  for (Block* block : blocks) builder.seal(block);
  builder.seal(handler);
  builder.finish();
  return function;
}

}  // namespace gene::ir
