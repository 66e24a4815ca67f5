// Arithmetic and comparison, and the pairs of them that are one instruction.

#include "codegen/bytecode/Select.h"

#include "runtime/value/Value.h"

namespace gene::bytecode {

using ir::Op;

/// The instruction that computes `value`, if it is the arithmetic emitted last and nothing else needs its result: it can
/// be taken back and become part of the instruction that uses it.
const ir::Instruction* Select::fusible(const ir::Value* value) const {
  if (value != arithmetic_ || assembler_.last() == 0 || !registers_.hasReg(value) ||
      registers_.useCount(value) != 1 ||
      (assembler_.last() >> 16 & 0xFFFF) != registers_.reg(value))
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
#define PAIR(First, F, Second, S, Order)                                           \
  if (first == Opcode::First && (encoded ? immediate : plain) == Opcode::Second && \
      right == (ORDER_##Order))                                                    \
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
void Select::emitBitAnd(const ir::Instruction& i) {
  arithmetic(i, Opcode::BitAnd, Opcode::BitAndI);
}
void Select::emitBitOr(const ir::Instruction& i) { arithmetic(i, Opcode::BitOr, Opcode::BitOrI); }
void Select::emitBitXor(const ir::Instruction& i) {
  arithmetic(i, Opcode::BitXor, Opcode::BitXorI);
}
void Select::emitShl(const ir::Instruction& i) { arithmetic(i, Opcode::Shl, Opcode::ShlI); }
void Select::emitShr(const ir::Instruction& i) { arithmetic(i, Opcode::Shr, Opcode::ShrI); }
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
void Select::emitIsArray(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitIsFloat(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitIsClass(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitHasKind(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitExclude(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitAssume(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldGet(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldSet(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitFieldInit(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitInstanceNew(const ir::Instruction&) { GENE_UNREACHABLE("native only"); }
void Select::emitConvert(const ir::Instruction& i) { move(result(i), use(i, 0)); }

}  // namespace gene::bytecode
