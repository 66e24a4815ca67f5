#include "codegen/bytecode/Select.h"

#include "codegen/ir/ArrayMethods.h"
#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::Op;

Select::Select(const ir::Function& function, const RegAlloc& registers, ImageTables& tables,
               bool longJumps)
    : function_(function), registers_(registers), tables_(tables), assembler_(longJumps) {
  start_ = assembler_.newLabel();
  for (size_t i = 0; i < function.blocks.size(); i++) blockLabels_.push_back(assembler_.newLabel());
}

/// How many loops each block is in, from the edges that lead back.
void Select::findLoops() {
  const size_t count = function_.blocks.size();
  std::vector<std::vector<uint32_t>> predecessors(count);
  for (const ir::Block* block : function_.blocks)
    block->forEachEdge(
        [&](ir::Edge& edge, bool) { predecessors[edge.target->index].push_back(block->index); });
  loopDepths_.assign(count, 0);
  std::vector<uint32_t> member(count, 0),
      pending;  // member: the header + 1 of the loop it was found in last
  for (uint32_t header = 0; header < count; header++) {
    for (const uint32_t before : predecessors[header])
      if (before >= header) pending.push_back(before);
    while (!pending.empty()) {
      const uint32_t block = pending.back();
      pending.pop_back();
      if (block < header || member[block] == header + 1) continue;
      member[block] = header + 1;
      loopDepths_[block]++;
      if (block == header) continue;
      for (const uint32_t before : predecessors[block]) pending.push_back(before);
    }
  }
}

bool Select::run() {
  findLoops();
  assembler_.bind(start_);
  for (const ir::Constant* constant : registers_.hoisted())
    load(registers_.reg(constant), *constant);
  for (const ir::Block* block : function_.blocks) {
    assembler_.bind(blockLabel(block));
    next_ = block->index + 1;
    blockBody(*block);
  }
  for (size_t i = 0; i < stubs_.size(); i++) stub(stubs_[i]);
  return assembler_.link();
}

void Select::blockBody(const ir::Block& block) {
  left_ = false;
  for (const ir::Instruction* i : block.instructions) {
    if (registers_.isFused(*i)) continue;
    instruction(*i);
    if (left_) break;
  }
}

void Select::instruction(const ir::Instruction& i) {
  switch (i.op) {
#define INST(Name, mnemonic, operands, immediates, result, effects) \
  case Op::Name: return emit##Name(i);
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, entry) \
  case Op::Name: return emitRuntime(i);
#include "codegen/ir/Instructions.def"
    case Op::Count: break;
  }
  GENE_UNREACHABLE("no such instruction");
}

// --- operands and results ---------------------------------------------------------------------------------------------

void Select::load(uint32_t reg, const ir::Constant& constant) {
  if (const uint16_t word = constantWord(&constant))
    return assembler_.emit(Opcode::LoadWord, reg, word);
  if (constant.constantKind == ir::ConstantKind::Int && constant.integer >= INT32_MIN &&
      constant.integer <= INT32_MAX)
    return assembler_.emitWide(Opcode::LoadInt, reg, static_cast<uint32_t>(constant.integer));
  assembler_.emitWide(Opcode::LoadConst, reg, tables_.constantSlot(&constant));
}

void Select::move(uint32_t to, uint32_t from) {
  if (to == from) return;
  const uint64_t last = assembler_.last();
  if (static_cast<Opcode>(last & 0xFFFF) == Opcode::Move && last != 0) {
    // Two moves to neighbours are one, which reads both registers first.
    const auto to1 = static_cast<uint32_t>(last >> 16 & 0xFFFF);
    const auto from1 = static_cast<uint32_t>(last >> 32 & 0xFFFF);
    if (from != to1 && (to == to1 + 1 || to + 1 == to1)) {
      assembler_.takeBack();
      return to > to1 ? assembler_.emit(Opcode::MoveTwo, to1, from1, from)
                      : assembler_.emit(Opcode::MoveTwo, to, from, from1);
    }
  }
  assembler_.emit(Opcode::Move, to, from);
}

/// The register of an operand outside a window; a constant is loaded.
uint32_t Select::use(const ir::Instruction& i, uint32_t operand) {
  const ir::Constant* constant = asConstant(i.operands[operand]);
  if (!constant || registers_.isHoisted(constant)) return registers_.reg(i.operands[operand]);
  const uint32_t reg = registers_.constantReg(i, operand);
  load(reg, *constant);
  return reg;
}

/// Brings the operands that lie in the window there; returns its first register.
uint32_t Select::fillWindow(const ir::Instruction& i) {
  const Placement placement = placementOf(i);
  const uint32_t start = registers_.window(i);
  std::vector<RegisterMove> moves;
  for (uint32_t operand = 0; operand < i.operands.size(); operand++) {
    const int32_t slot = placement.slotOf(operand);
    if (slot != NoSlot && !asConstant(i.operands[operand]))
      moves.push_back({start + static_cast<uint32_t>(slot), registers_.reg(i.operands[operand])});
  }
  resolveMoves(std::move(moves), registers_.scratch(),
               [&](uint32_t to, uint32_t from) { move(to, from); });
  for (uint32_t operand = 0; operand < i.operands.size(); operand++) {
    const int32_t slot = placement.slotOf(operand);
    const ir::Constant* constant = asConstant(i.operands[operand]);
    if (slot != NoSlot && constant && !isEncoded(i, operand))
      load(start + static_cast<uint32_t>(slot), *constant);
  }
  return start;
}

void Select::takeResult(const ir::Instruction& i, uint32_t from) {
  if (registers_.hasReg(&i)) move(registers_.reg(&i), from);
}

/// The instruction word that follows is the one that may raise.
void Select::mark(const ir::Instruction& i) {
  assembler_.site(tables_.site(i.loc, i.inlined, &function_));
  if (!i.handler) return;
  const ir::Param* exception = i.handler->target->params[0];
  const uint32_t arrives =
      registers_.hasReg(exception) ? registers_.reg(exception) : registers_.scratch() + 1;
  if (!hasMoves(*i.handler, true))
    return assembler_.handler(blockLabel(i.handler->target), arrives);
  // The moves of the landing may still need what is in the exception's register.
  const Stub landing{assembler_.newLabel(), i.handler, true, registers_.scratch() + 1};
  stubs_.push_back(landing);
  assembler_.handler(landing.label, landing.exceptionReg);
}

// --- control ------------------------------------------------------------------------------------------------------------

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
#define PAIR(First, Test)                                                           \
  if (static_cast<Opcode>(last & 0xFFFF) == Opcode::First && jump == Opcode::Test) \
    pair = Opcode::First##Test;
#include "runtime/vm/JumpPairs.def"
  if (pair == Opcode::Count) return false;
  mark(test);  // at the further word
  assembler_.takeBack();
  assembler_.jumpIfWith(pair, static_cast<uint32_t>(last >> 32 & 0xFFFF),
                        static_cast<uint32_t>(last >> 48), registers_.reg(test.operands[1]), target);
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
  switch (test->op) {
#define COMPARISON(Name)                                                                \
  case Op::Name:                                                                        \
    return when ? jumpCompare(*test, Opcode::Jump##Name, Opcode::Jump##Name##I, target) \
                : jumpCompare(*test, Opcode::JumpNot##Name, Opcode::JumpNot##Name##I, target);
    COMPARISON(Lt)
    COMPARISON(Le)
    COMPARISON(Gt)
    COMPARISON(Ge)
    COMPARISON(Eq)
    COMPARISON(Ne)
#undef COMPARISON
    case Op::Same: {
      if (const ir::Instruction* next = iterationOf(*test)) {
        const uint32_t iterator = use(*next, 0);
        mark(*next);
        return assembler_.jumpIf(when ? Opcode::JumpIterEnd : Opcode::JumpIterMore, result(*next),
                                 iterator, target);
      }
      const uint32_t lhs = use(*test, 0);
      if (isEncoded(*test, 1))
        return assembler_.jumpIf(when ? Opcode::JumpSameWord : Opcode::JumpNotSameWord, lhs,
                                 constantWord(test->operands[1]), target);
      const uint32_t rhs = use(*test, 1);
      return assembler_.jumpIf(when ? Opcode::JumpSame : Opcode::JumpNotSame, lhs, rhs, target);
    }
    case Op::IsAbsent:
      return assembler_.jumpIf(when ? Opcode::JumpSameWord : Opcode::JumpNotSameWord, use(*test, 0),
                               static_cast<uint16_t>(gene::Value::absent().bits), target);
    case Op::IsInt:
    case Op::IsSmallInt:
      return assembler_.jumpIf(when ? Opcode::JumpInt : Opcode::JumpNotInt, use(*test, 0), 0,
                               target);
    case Op::Not: when = !when; [[fallthrough]];
    case Op::IsTrue:
      return assembler_.jumpIf(when ? Opcode::JumpTrue : Opcode::JumpFalse, use(*test, 0), 0,
                               target);
    default: GENE_UNREACHABLE("a test that is fused");
  }
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

// --- arithmetic and comparison --------------------------------------------------------------------------------------------

/// The instruction that computes `value`, if it is the arithmetic emitted last and nothing else needs its result: it can
/// be taken back and become part of the instruction that uses it.
const ir::Instruction* Select::fusible(const ir::Value* value) const {
  if (value != arithmetic_ || assembler_.last() == 0 || !registers_.hasReg(value) ||
      registers_.useCount(value) != 1 || (assembler_.last() >> 16 & 0xFFFF) != registers_.reg(value))
    return nullptr;
  return arithmetic_;
}

/// Makes one instruction of this one and the one emitted last, where Pairs.def has it.
bool Select::pairWith(const ir::Instruction& i, Opcode plain, Opcode immediate) {
  const bool encoded = isEncoded(i, 1);
  const bool right = !encoded && fusible(i.operands[1]);
  if (!right && !fusible(i.operands[0])) return false;
  const ir::Value* other = i.operands[right ? 0 : 1];
  // A constant that is not in a register yet would have to be loaded in between; both operands cannot be the same value.
  const ir::Constant* constant = encoded ? nullptr : asConstant(other);
  if (constant && !registers_.isHoisted(constant)) return false;
  const uint64_t last = assembler_.last();
  const auto first = static_cast<Opcode>(last & 0xFFFF);
  Opcode pair = Opcode::Count;
#define ORDER_ false
#define ORDER_Right true
#define PAIR(First, F, Second, S, Order)                                         \
  if (first == Opcode::First && (encoded ? immediate : plain) == Opcode::Second && \
      right == (ORDER_##Order))                                                  \
    pair = Opcode::First##Second##Order;
#include "runtime/vm/Pairs.def"
#undef ORDER_
#undef ORDER_Right
  if (pair == Opcode::Count) return false;
  const uint32_t operand =
      encoded ? static_cast<uint16_t>(asConstant(i.operands[1])->integer) : registers_.reg(other);
  mark(i);  // at the further word
  assembler_.takeBack();
  assembler_.emit(pair, result(i), static_cast<uint32_t>(last >> 32 & 0xFFFF),
                  static_cast<uint32_t>(last >> 48));
  assembler_.word(operand);
  arithmetic_ = nullptr;
  return true;
}

void Select::arithmetic(const ir::Instruction& i, Opcode plain, Opcode immediate) {
  if (pairWith(i, plain, immediate)) return;
  const uint32_t lhs = use(i, 0);
  if (isEncoded(i, 1)) {
    mark(i);
    assembler_.emit(immediate, result(i), lhs,
                    static_cast<uint16_t>(asConstant(i.operands[1])->integer));
  } else {
    const uint32_t rhs = use(i, 1);
    mark(i);
    assembler_.emit(plain, result(i), lhs, rhs);
  }
  arithmetic_ = &i;
}

void Select::unary(const ir::Instruction& i, Opcode op) {
  const uint32_t operand = use(i, 0);
  if (vm::opcodeInfo(op).mayRaise) mark(i);
  assembler_.emit(op, result(i), operand);
}

void Select::emitAdd(const ir::Instruction& i) { arithmetic(i, Opcode::Add, Opcode::AddI); }
void Select::emitSub(const ir::Instruction& i) { arithmetic(i, Opcode::Sub, Opcode::SubI); }
void Select::emitMul(const ir::Instruction& i) { arithmetic(i, Opcode::Mul, Opcode::MulI); }
void Select::emitDiv(const ir::Instruction& i) { arithmetic(i, Opcode::Div, Opcode::DivI); }
void Select::emitMod(const ir::Instruction& i) {
  const int64_t by = isEncoded(i, 1) ? asConstant(i.operands[1])->integer : 0;
  if (by <= 0 || (by & (by - 1)) != 0) return arithmetic(i, Opcode::Mod, Opcode::ModI);
  const uint32_t lhs = use(i, 0);
  mark(i);
  assembler_.emit(Opcode::ModMask, result(i), lhs, static_cast<uint32_t>(by - 1));
  arithmetic_ = &i;
}
void Select::emitNeg(const ir::Instruction& i) { unary(i, Opcode::Neg); }
void Select::emitLt(const ir::Instruction& i) { arithmetic(i, Opcode::Lt, Opcode::LtI); }
void Select::emitLe(const ir::Instruction& i) { arithmetic(i, Opcode::Le, Opcode::LeI); }
void Select::emitGt(const ir::Instruction& i) { arithmetic(i, Opcode::Gt, Opcode::GtI); }
void Select::emitGe(const ir::Instruction& i) { arithmetic(i, Opcode::Ge, Opcode::GeI); }
void Select::equality(const ir::Instruction& i, Opcode plain, Opcode immediate, Opcode word) {
  const uint16_t constant = constantWord(i.operands[1]);
  if (constant == 0) return arithmetic(i, plain, immediate);
  const uint32_t lhs = use(i, 0);
  mark(i);
  assembler_.emit(word, result(i), lhs, constant);
}
void Select::emitEq(const ir::Instruction& i) {
  equality(i, Opcode::Eq, Opcode::EqI, Opcode::EqWord);
}
void Select::emitNe(const ir::Instruction& i) {
  equality(i, Opcode::Ne, Opcode::NeI, Opcode::NeWord);
}
void Select::emitNot(const ir::Instruction& i) { unary(i, Opcode::Not); }
void Select::emitIsTrue(const ir::Instruction& i) { unary(i, Opcode::IsTrue); }
void Select::emitIsInt(const ir::Instruction& i) { unary(i, Opcode::IsInt); }
void Select::emitIsSmallInt(const ir::Instruction& i) { unary(i, Opcode::IsSmallInt); }

void Select::emitIsAbsent(const ir::Instruction& i) {
  const uint32_t operand = use(i, 0);
  assembler_.emit(Opcode::SameWord, result(i), operand,
                  static_cast<uint16_t>(gene::Value::absent().bits));
}

void Select::emitSame(const ir::Instruction& i) {
  const uint32_t lhs = use(i, 0);
  if (isEncoded(i, 1))
    return assembler_.emit(Opcode::SameWord, result(i), lhs, constantWord(i.operands[1]));
  const uint32_t rhs = use(i, 1);
  assembler_.emit(Opcode::Same, result(i), lhs, rhs);
}

/// Bytecode has one representation.
// Native code only: classes are not numbered for bytecode.
void Select::emitIsClass(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitExclude(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitAssume(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldGet(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldSet(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldInit(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitInstanceNew(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitConvert(const ir::Instruction& i) { move(result(i), use(i, 0)); }

// --- variables that are not registers ------------------------------------------------------------------------------------

void Select::emitGlobalGet(const ir::Instruction& i) {
  assembler_.emitWide(Opcode::GlobalGet, result(i), tables_.globalSlot(i.immediates[0].global));
}
void Select::emitGlobalSet(const ir::Instruction& i) {
  const uint32_t value = use(i, 0);
  assembler_.emitWide(Opcode::GlobalSet, value, tables_.globalSlot(i.immediates[0].global));
}
void Select::emitGlobalCheck(const ir::Instruction& i) {
  mark(i);
  assembler_.emitWide(Opcode::GlobalCheck, result(i), tables_.globalSlot(i.immediates[0].global));
}
void Select::emitCaptureGet(const ir::Instruction& i) {
  assembler_.emit(Opcode::CaptureGet, result(i), static_cast<uint32_t>(i.immediates[0].integer));
}
void Select::emitCallee(const ir::Instruction& i) { assembler_.emit(Opcode::Callee, result(i)); }
void Select::emitScopeNew(const ir::Instruction& i) {
  assembler_.emit(Opcode::ScopeNew, result(i), static_cast<uint32_t>(i.immediates[0].integer));
}
void Select::emitScopeGet(const ir::Instruction& i) {
  const uint32_t scope = use(i, 0);
  assembler_.emit(Opcode::ScopeGet, result(i), scope,
                  static_cast<uint32_t>(i.immediates[0].integer));
}
void Select::emitScopeSet(const ir::Instruction& i) {
  const uint32_t scope = use(i, 0), value = use(i, 1);
  assembler_.emit(Opcode::ScopeSet, scope, static_cast<uint32_t>(i.immediates[0].integer), value);
}
void Select::emitClosure(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  assembler_.emit(Opcode::Closure, result(i), window, static_cast<uint32_t>(i.operands.size()));
  assembler_.word(i.immediates[0].function->index);
}

// --- calls ----------------------------------------------------------------------------------------------------------------

void Select::emitCall(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCall : Opcode::Call, window + 2,
                  static_cast<uint32_t>(i.operands.size()) - 1);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitCallKnown(const ir::Instruction& i) {
  const ir::Function* callee = i.immediates[0].function;
  const bool captures = !isEncoded(i, 0);
  const uint32_t count = static_cast<uint32_t>(i.operands.size()) - 1;
  if (i.tail && !captures && callee == &function_) {
    // A call of itself in tail position is a jump with new slots.
    std::vector<RegisterMove> moves;
    for (uint32_t slot = 0; slot < count; slot++)
      if (!asConstant(i.operands[slot + 1]))
        moves.push_back({slot, registers_.reg(i.operands[slot + 1])});
    resolveMoves(std::move(moves), registers_.scratch(),
                 [&](uint32_t to, uint32_t from) { move(to, from); });
    for (uint32_t slot = 0; slot < count; slot++)
      if (const ir::Constant* constant = asConstant(i.operands[slot + 1])) load(slot, *constant);
    assembler_.jump(start_);
    left_ = true;
    return;
  }
  const uint32_t window = fillWindow(i);
  mark(i);
  const Opcode op = captures ? (i.tail ? Opcode::TailCallClosure : Opcode::CallClosure)
                             : (i.tail ? Opcode::TailCallKnown : Opcode::CallKnown);
  assembler_.emit(op, window + 2, count);
  assembler_.word(callee->index);
  if (!captures) assembler_.word(callee->index);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitToInt(const ir::Instruction& i) {
  const uint64_t last = assembler_.last();
  if (fusible(i.operands[0]) && static_cast<Opcode>(last & 0xFFFF) == Opcode::DivI) {
    mark(i);  // at the further word
    assembler_.takeBack();
    assembler_.emit(Opcode::DivIToInt, result(i), static_cast<uint32_t>(last >> 32 & 0xFFFF),
                    static_cast<uint32_t>(last >> 48));
  } else {
    const uint32_t number = use(i, 0);
    mark(i);
    assembler_.emit(Opcode::ToInt, result(i), number);
  }
  assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(0);
  if (!i.tail) return;
  assembler_.emit(Opcode::Return, result(i));
  left_ = true;
}

/// What comes before the call of a method that Array has.
void Select::arrayMethod(const ir::Instruction& i, uint32_t window) {
  static constexpr Opcode opcodes[] = {Opcode::ArraySize, Opcode::ArrayGet, Opcode::ArrayAdd,
                                       Opcode::ArrayPush, Opcode::ArrayPop};
  const ir::ArrayMethod* method = i.tail ? nullptr : ir::arrayMethod(i);
  if (!method) return;
  const uint32_t receiver = use(i, 0), argument = method->arguments ? use(i, 1) : 0;
  assembler_.emit(opcodes[static_cast<size_t>(method->operation)], window + 2, receiver, argument);
}

void Select::emitCallMethod(const ir::Instruction& i) {
  if (isToInt(i)) return emitToInt(i);
  const uint32_t window = fillWindow(i);
  arrayMethod(i, window);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCallMethod : Opcode::CallMethod, window + 2,
                  static_cast<uint32_t>(i.operands.size()));
  assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(0);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitNew(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  // The new instance is an argument like the others.
  assembler_.emit(Opcode::New, window + 3, static_cast<uint32_t>(i.operands.size()));
  assembler_.word(0);
  takeResult(i, window);
}

// --- members, containers, iteration ---------------------------------------------------------------------------------------

void Select::emitMemberGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0);
  mark(i);
  assembler_.emit(Opcode::MemberGet, result(i), object);
  assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(0);
}
void Select::emitMemberSet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), value = use(i, 1);
  mark(i);
  assembler_.emit(Opcode::MemberSet, result(i), object, value);
  assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(0);
}
void Select::emitIndexGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0);
  mark(i);
  assembler_.emit(Opcode::IndexGet, result(i), object);
  assembler_.word(static_cast<uint64_t>(i.immediates[0].integer));
}
void Select::emitElementGet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), key = use(i, 1);
  mark(i);
  assembler_.emit(Opcode::ElementGet, result(i), object, key);
}
void Select::emitElementSet(const ir::Instruction& i) {
  const uint32_t object = use(i, 0), key = use(i, 1), value = use(i, 2);
  mark(i);
  assembler_.emit(Opcode::ElementSet, object, key, value);
  takeResult(i, value);
}
void Select::emitArrayNew(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i), count = placementOf(i).size;
  const bool grows = count < i.operands.size();
  const uint32_t array = grows ? registers_.scratch() + 1 : result(i);
  assembler_.emit(Opcode::ArrayNew, array, window, count);
  if (grows) growLiteral(i, array, vm::RuntimeOp::ArrayPush, 1);
}

/// Adds the operands of a large literal that its window had no room for, `step` at a time, to the value in `reg`.
void Select::growLiteral(const ir::Instruction& i, uint32_t reg, vm::RuntimeOp op, uint32_t step) {
  for (uint32_t operand = placementOf(i).size; operand < i.operands.size(); operand += step) {
    uint64_t registers = static_cast<uint64_t>(op) | uint64_t{reg} << 16;
    for (uint32_t k = 0; k < step; k++) {
      const ir::Value* value = i.operands[operand + k];
      const uint32_t from =
          asConstant(value) ? registers_.scratch() + 2 + k : registers_.reg(value);
      if (const ir::Constant* constant = asConstant(value)) load(from, *constant);
      registers |= uint64_t{from} << (16 * (k + 2));
    }
    assembler_.emit(Opcode::Runtime, reg);
    assembler_.word(registers);
  }
  move(result(i), reg);
}
void Select::emitIterNext(const ir::Instruction& i) {
  const std::span<ir::Instruction* const> all = i.block->instructions;
  if (all.size() >= 3 && iterationOf(*all[all.size() - 2]) == &i) return;  // part of the branch
  unary(i, Opcode::IterNext);
}

/// The iter.next directly before `test`, when the test is the fused one whether the iterator was at its end.
const ir::Instruction* Select::iterationOf(const ir::Instruction& test) const {
  if (test.op != Op::Same || !registers_.isFused(test) || !isEncoded(test, 1)) return nullptr;
  const std::span<ir::Instruction* const> all = test.block->instructions;
  if (all.size() < 3 || all[all.size() - 3] != test.operands[0]) return nullptr;
  const bool end =
      constantWord(test.operands[1]) == static_cast<uint16_t>(gene::Value::notFound().bits);
  return end && all[all.size() - 3]->op == Op::IterNext ? all[all.size() - 3] : nullptr;
}

// --- everything else: a call of the row's entry -----------------------------------------------------------------------------

/// Calls with keywords and spreads enter bytecode without recursion in C++, like the plain ones.
void Select::emitShaped(const ir::Instruction& i) {
  const uint32_t window = fillWindow(i);
  mark(i);
  const bool method = i.op == Op::CallMethodShaped;
  const Opcode op = method ? (i.tail ? Opcode::TailCallMethodShaped : Opcode::CallMethodShaped)
                           : (i.tail ? Opcode::TailCallShaped : Opcode::CallShaped);
  assembler_.emit(op, window + 2, static_cast<uint32_t>(i.operands.size()) - (method ? 0 : 1));
  if (method) assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(i.immediates[method ? 1 : 0].shape->index);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitCallSuper(const ir::Instruction& i) {
  const uint32_t cls = use(i, 0), window = fillWindow(i);
  mark(i);
  assembler_.emit(i.tail ? Opcode::TailCallSuper : Opcode::CallSuper, window + 2,
                  static_cast<uint32_t>(i.operands.size()) - 1, cls);
  assembler_.word(tables_.symbolSlot(i.immediates[0].symbol));
  assembler_.word(i.immediates[1].shape->index);
  assembler_.word(0);
  if (i.tail)
    left_ = true;
  else
    takeResult(i, window);
}

void Select::emitRuntime(const ir::Instruction& i) {
  if (i.op == Op::CallSuper) return emitCallSuper(i);
  if (i.op == Op::CallShaped || i.op == Op::CallMethodShaped) return emitShaped(i);
  const vm::RuntimeOp op = runtimeOp(i.op);
  const vm::RuntimeRow& row = vm::runtimeRow(op);
  uint64_t registers = static_cast<uint64_t>(op);
  for (uint32_t operand = 0; operand < row.operands; operand++)
    registers |= uint64_t{use(i, operand)} << (16 * (operand + 1));
  const uint32_t window = row.variadic ? fillWindow(i) : 0;
  const uint32_t count = row.variadic ? placementOf(i).size : 0;
  const bool grows = i.op == Op::MapNew && count < i.operands.size();
  const uint32_t to = grows ? registers_.scratch() + 1 : result(i);
  if (row.mayRaise) mark(i);
  assembler_.emit(row.mayRaise ? Opcode::RuntimeRaising : Opcode::Runtime, to, window, count);
  assembler_.word(registers);
  for (uint32_t k = 0; k < row.immediates; k++) {
    const ir::Immediate* immediate = row.kinds[k] == 'c' ? nullptr : &i.immediates[k];
    switch (row.kinds[k]) {
      case 'i': assembler_.word(static_cast<uint64_t>(immediate->integer)); break;
      case 'y': assembler_.word(tables_.symbolSlot(immediate->symbol)); break;
      case 'k': assembler_.word(tables_.formSlot(immediate->form, i.op == Op::Quote)); break;
      case 'F': assembler_.word(immediate->function->index); break;
      case 'S': assembler_.word(immediate->shape->index); break;
      default: assembler_.word(0); break;
    }
  }
  if (grows) growLiteral(i, to, vm::RuntimeOp::MapPut, 2);
}

std::vector<uint8_t> tooLarge(const ir::Function& function, ImageTables& tables) {
  static const StringForm message(FormKind::String, {}, "Function is too large");
  Assembler assembler(false);
  assembler.site(tables.site(function.loc, nullptr, &function));
  assembler.emit(Opcode::RuntimeRaising);
  assembler.word(static_cast<uint64_t>(vm::RuntimeOp::RaiseMessage));
  assembler.word(tables.symbolSlot(Symbol::of("RuntimeException")));
  assembler.word(tables.formSlot(&message, false));
  assembler.emit(Opcode::ReturnWord, static_cast<uint32_t>(gene::Value::nil().bits));
  return assembler.bytes(std::max<uint32_t>(static_cast<uint32_t>(function.params.size()), 1));
}

}  // namespace gene::bytecode
