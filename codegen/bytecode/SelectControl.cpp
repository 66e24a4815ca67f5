// Control flow: edges and the moves on them, branches and what is fused with them.

#include "codegen/bytecode/Select.h"

#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::Op;

bool Select::hasMoves(const ir::Edge& edge, bool handler) const {
  for (uint32_t a = 0; a < edge.args.size(); a++) {
    const ir::Param* param = edge.target->params[a + (handler ? 1 : 0)];
    if (!registers_.hasReg(param)) continue;
    if (asConstant(edge.args[a]) || registers_.reg(edge.args[a]) != registers_.reg(param))
      return true;
  }
  return false;
}

void Select::edgeMoves(const ir::Edge& edge, bool handler, std::vector<RegisterMove> moves) {
  const uint32_t first = handler ? 1 : 0;
  for (uint32_t a = 0; a < edge.args.size(); a++) {
    const ir::Param* param = edge.target->params[a + first];
    if (registers_.hasReg(param) && !asConstant(edge.args[a]))
      moves.push_back({registers_.reg(param), registers_.reg(edge.args[a])});
  }
  resolveMoves(std::move(moves), registers_.scratch(),
               [&](uint32_t to, uint32_t from) { move(to, from); });
  for (uint32_t a = 0; a < edge.args.size(); a++) {
    const ir::Param* param = edge.target->params[a + first];
    const ir::Constant* constant = asConstant(edge.args[a]);
    if (constant && registers_.hasReg(param)) load(registers_.reg(param), *constant);
  }
}

/// A block that ends in a branch and is short enough to be copied to where a loop ends.
bool Select::isShortTest(const ir::Block& block) const {
  constexpr uint32_t most = 4;
  if (block.terminator()->op != Op::Branch || block.instructions.size() > most + 1) return false;
  for (const ir::Instruction* i : block.instructions)
    if (placementOf(*i).window) return false;
  return true;
}

/// Does the block end a round of a loop, or begin one that was begun already?
bool Select::isLoopTest(const ir::Block& block) const {
  if (isEmitted(&block)) return true;
  for (const ir::Edge& edge : block.terminator()->successors)
    if (isEmitted(edge.target)) return true;
  return false;
}

/// Continues at the edge's target: falls through where that is possible.
void Select::goTo(const ir::Edge& edge) {
  edgeMoves(edge, false, {});
  if (isNext(edge.target)) return;
  if (!copying_ && isShortTest(*edge.target) && isLoopTest(*edge.target)) {
    copying_ = true;
    blockBody(*edge.target);
    copying_ = false;
    return;
  }
  assembler_.jump(blockLabel(edge.target));
}

/// What a conditional jump along the edge leads to.
Label Select::labelOf(const ir::Edge& edge) {
  if (!hasMoves(edge, false)) return blockLabel(edge.target);
  stubs_.push_back({assembler_.newLabel(), &edge, false, 0});
  return stubs_.back().label;
}

void Select::stub(const Stub& stub) {
  assembler_.bind(stub.label);
  const ir::Edge& edge = *stub.edge;
  std::vector<RegisterMove> moves;
  if (stub.landing && registers_.hasReg(edge.target->params[0]))
    moves.push_back({registers_.reg(edge.target->params[0]), stub.exceptionReg});
  edgeMoves(edge, stub.landing, std::move(moves));
  assembler_.jump(blockLabel(edge.target));
}

void Select::emitJump(const ir::Instruction& i) { goTo(i.successors[0]); }

void Select::emitBranch(const ir::Instruction& i) {
  const ir::Edge& whenTrue = i.successors[0];
  const ir::Edge& whenFalse = i.successors[1];
  const bool trueMoves = hasMoves(whenTrue, false), falseMoves = hasMoves(whenFalse, false);
  // One edge is jumped along, the other one goes on here: best the next block, or the one with moves, or the one that
  // leaves a loop.
  bool jumpOnTrue;
  if (isNext(whenTrue.target))
    jumpOnTrue = false;
  else if (isNext(whenFalse.target))
    jumpOnTrue = true;
  else if (trueMoves != falseMoves)
    jumpOnTrue = falseMoves;
  else
    jumpOnTrue = loopDepth(whenTrue) >= loopDepth(whenFalse);
  const ir::Edge& jumped = jumpOnTrue ? whenTrue : whenFalse;
  jumpOn(i, jumpOnTrue ? Sense::WhenTrue : Sense::WhenFalse, labelOf(jumped));
  goTo(jumpOnTrue ? whenFalse : whenTrue);
}

/// The step of a loop, `lhs` = … + k, before its test: one instruction.
bool Select::jumpAfterStep(const ir::Instruction& test, Opcode jump, uint32_t lhs, uint64_t rhs,
                           Label target) {
  const uint64_t last = assembler_.last();
  if (static_cast<Opcode>(last & 0xFFFF) != Opcode::AddI || (last >> 16 & 0xFFFF) != lhs ||
      assembler_.hasLongJumps())
    return false;
  // The limit is read before the sum is there: it has to be another register.
  if ((jump == Opcode::JumpLt || jump == Opcode::JumpLe) && rhs == lhs) return false;
  Opcode fused;
  switch (jump) {
    case Opcode::JumpLt: fused = Opcode::AddIJumpLt; break;
    case Opcode::JumpLe: fused = Opcode::AddIJumpLe; break;
    case Opcode::JumpLtI: fused = Opcode::AddIJumpLtI; break;
    case Opcode::JumpNotLtI: fused = Opcode::AddIJumpNotLtI; break;
    case Opcode::JumpNotEqI:
    case Opcode::JumpNeI: fused = Opcode::AddIJumpNotEqI; break;
    default: return false;
  }
  mark(test);  // at the further word
  assembler_.takeBack();
  assembler_.jumpIfWith(fused, lhs, static_cast<uint32_t>(last >> 32 & 0xFFFF),
                        (last >> 48) | (rhs & 0xFFFF) << 16, target);
  return true;
}

/// Arithmetic whose result is only compared.
bool Select::jumpOnArithmetic(const ir::Instruction& test, Opcode jump, Label target) {
  const ir::Constant* constant = asConstant(test.operands[1]);
  if (!fusible(test.operands[0]) || assembler_.hasLongJumps() ||
      (constant && !registers_.isHoisted(constant)))
    return false;
  const uint64_t last = assembler_.last();
  Opcode pair = Opcode::Count;
#define PAIR(First, Test)                                                          \
  if (static_cast<Opcode>(last & 0xFFFF) == Opcode::First && jump == Opcode::Test) \
    pair = Opcode::First##Test;
#include "runtime/vm/JumpPairs.def"
  if (pair == Opcode::Count) return false;
  mark(test);  // at the further word
  assembler_.takeBack();
  assembler_.jumpIfWith(pair, static_cast<uint32_t>(last >> 32 & 0xFFFF),
                        static_cast<uint32_t>(last >> 48), registers_.reg(test.operands[1]),
                        target);
  return true;
}

/// A remainder by a constant that is only compared with one.
bool Select::jumpOnRemainder(const ir::Instruction& test, Opcode jump, Label target) {
  const bool equal = jump == Opcode::JumpEqI || jump == Opcode::JumpNotNeI;
  if (!equal && jump != Opcode::JumpNotEqI && jump != Opcode::JumpNeI) return false;
  const ir::Instruction* remainder = fusible(test.operands[0]);
  if (!remainder || remainder->op != Op::Mod || !isEncoded(*remainder, 1) ||
      assembler_.hasLongJumps())
    return false;
  const int64_t by = asConstant(remainder->operands[1])->integer;
  if (by <= 0) return false;
  const auto from = static_cast<uint32_t>(assembler_.last() >> 32 & 0xFFFF);
  mark(test);
  assembler_.takeBack();
  assembler_.jumpIfWith(equal ? Opcode::JumpModEqI : Opcode::JumpModNotEqI, from,
                        static_cast<uint16_t>(asConstant(test.operands[1])->integer),
                        static_cast<uint64_t>(by), target);
  return true;
}

void Select::jumpCompare(const ir::Instruction& test, Opcode plain, Opcode immediate,
                         Label target) {
  if (const uint16_t word = constantWord(test.operands[1]); word != 0 && isEncoded(test, 1)) {
    const bool equal = plain == Opcode::JumpEq || plain == Opcode::JumpNotNe;
    const uint32_t lhs = use(test, 0);
    mark(test);
    return assembler_.jumpIf(equal ? Opcode::JumpEqWord : Opcode::JumpNotEqWord, lhs, word, target);
  }
  if (isEncoded(test, 1) && jumpOnRemainder(test, immediate, target)) return;
  const uint32_t lhs = use(test, 0);
  if (isEncoded(test, 1)) {
    const int64_t rhs = asConstant(test.operands[1])->integer;
    if (jumpAfterStep(test, immediate, lhs, static_cast<uint64_t>(rhs), target)) return;
    mark(test);
    return assembler_.jumpIf(immediate, lhs, static_cast<uint16_t>(rhs), target);
  }
  if (jumpOnArithmetic(test, plain, target)) return;
  const uint32_t rhs = use(test, 1);
  if (jumpAfterStep(test, plain, lhs, rhs, target)) return;
  mark(test);
  assembler_.jumpIf(plain, lhs, rhs, target);
}

/// Jumps when the branch's condition has the truth `sense`.
void Select::jumpOn(const ir::Instruction& branch, Sense sense, Label target) {
  bool when = sense == Sense::WhenTrue;
  const ir::Instruction* test = asInstruction(branch.operands[0]);
  if (!test || !registers_.isFused(*test))
    return assembler_.jumpIf(when ? Opcode::JumpTrue : Opcode::JumpFalse, use(branch, 0), 0,
                             target);
#define COMPARISON(Name)                                                                \
  if (test->op == Op::Name)                                                             \
    return when ? jumpCompare(*test, Opcode::Jump##Name, Opcode::Jump##Name##I, target) \
                : jumpCompare(*test, Opcode::JumpNot##Name, Opcode::JumpNot##Name##I, target);
  COMPARISON(Lt)
  COMPARISON(Le)
  COMPARISON(Gt)
  COMPARISON(Ge)
  COMPARISON(Eq)
  COMPARISON(Ne)
#undef COMPARISON
  if (test->op == Op::Same) return jumpSame(*test, when, target);
  const uint32_t operand = use(*test, 0);
  if (test->op == Op::IsAbsent)
    return assembler_.jumpIf(when ? Opcode::JumpSameWord : Opcode::JumpNotSameWord, operand,
                             static_cast<uint16_t>(gene::Value::absent().bits), target);
  if (test->is<Op::IsInt, Op::IsSmallInt>())
    return assembler_.jumpIf(when ? Opcode::JumpInt : Opcode::JumpNotInt, operand, 0, target);
  if (test->op == Op::Not) when = !when;
  GENE_ASSERT((test->is<Op::Not, Op::IsTrue>()), "a test that is fused");
  assembler_.jumpIf(when ? Opcode::JumpTrue : Opcode::JumpFalse, operand, 0, target);
}

/// Identity, or whether an iterator was at its end.
void Select::jumpSame(const ir::Instruction& test, bool when, Label target) {
  if (const ir::Instruction* next = iterationOf(test)) {
    const uint32_t iterator = use(*next, 0);
    mark(*next);
    return assembler_.jumpIf(when ? Opcode::JumpIterEnd : Opcode::JumpIterMore, result(*next),
                             iterator, target);
  }
  const uint32_t lhs = use(test, 0);
  if (isEncoded(test, 1))
    return assembler_.jumpIf(when ? Opcode::JumpSameWord : Opcode::JumpNotSameWord, lhs,
                             constantWord(test.operands[1]), target);
  const uint32_t rhs = use(test, 1);
  assembler_.jumpIf(when ? Opcode::JumpSame : Opcode::JumpNotSame, lhs, rhs, target);
}

void Select::emitSwitch(const ir::Instruction& i) {
  const uint32_t index = use(i, 0);
  std::vector<Label> targets;
  for (const ir::Edge& edge : i.successors) targets.push_back(labelOf(edge));
  assembler_.switchOn(index, targets);
}

void Select::emitReturn(const ir::Instruction& i) {
  if (isEncoded(i, 0))
    assembler_.emit(Opcode::ReturnWord, constantWord(i.operands[0]));
  else
    assembler_.emit(Opcode::Return, use(i, 0));
}

void Select::emitUnreachable(const ir::Instruction& i) {
  mark(i);
  assembler_.emit(Opcode::Unreachable);
}

}  // namespace gene::bytecode
