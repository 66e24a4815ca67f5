#include "runtime/vm/WideInts.h"

#include <array>

#include "runtime/object/String.h"
#include "runtime/vm/Opcodes.h"
#include "runtime/vm/Words.h"

namespace gene::vm {
namespace {

using Operation = bool (*)(int64_t x, int64_t y, int64_t* result);
/// Where a right operand comes from: a register, an unsigned or signed number, the mask of a remainder.
enum class From : uint8_t { R, U, S, Mask };

/// What an opcode does to the number in its register b; a pair does two things.
struct Row {
  Operation first = nullptr;  // null: no arithmetic
  From firstFrom = From::R;
  Operation second = nullptr;
  From secondFrom = From::R;
  bool isRight = false;  // the first one's result is the second one's right operand
};

constexpr auto rows = [] {
  std::array<Row, OpcodeCount + 1> table{};  // the last one is what a breakpoint writes
  const auto at = [&](Opcode op) -> Row& { return table[static_cast<size_t>(op)]; };
#define ONE(Name, from) at(Opcode::Name) = {Name##Ints::wide, From::from}
  ONE(Add, R);
  ONE(Sub, R);
  ONE(Mul, R);
  ONE(Mod, R);
  ONE(AddI, U);
  ONE(SubI, U);
  ONE(MulI, S);
  ONE(ModI, S);
  ONE(BitAnd, R);
  ONE(BitOr, R);
  ONE(BitXor, R);
  ONE(Shl, R);
  ONE(Shr, R);
  ONE(BitAndI, U);
  ONE(BitOrI, U);
  ONE(BitXorI, U);
  ONE(ShlI, U);
  ONE(ShrI, U);
#undef ONE
  at(Opcode::ModMask) = {ModInts::wide, From::Mask};
#define PAIR(First, F, Second, S, Order)                                                       \
  at(Opcode::First##Second##Order) = {First##Ints::wide, From::F, Second##Ints::wide, From::S, \
                                      sizeof(#Order) > 1};
#include "runtime/vm/Pairs.def"
  return table;
}();

bool intOf(Value v, int64_t* number) {
  if (!isInt(v)) return false;
  *number = asInt(v);
  return true;
}

bool operand(From from, uint16_t field, const Value* base, int64_t* number) {
  switch (from) {
    case From::R: return intOf(base[field], number);
    case From::U: *number = field; return true;
    case From::S: *number = static_cast<int16_t>(field); return true;
    case From::Mask: *number = field + 1; return true;
  }
  return false;
}

/// What stands behind the instruction, which was done on *value; null if it was not.
uint16_t* step(uint16_t* at, const Value* base, int64_t* value) {
  const Row& row = rows[at[0]];
  int64_t right, result;
  if (!row.first || !operand(row.firstFrom, at[3], base, &right) ||
      !row.first(*value, right, &result))
    return nullptr;
  if (row.second) {
    int64_t other;
    if (!operand(row.secondFrom, at[4], base, &other) ||
        !(row.isRight ? row.second(other, result, &result) : row.second(result, other, &result)))
      return nullptr;
  }
  *value = result;
  return at + (row.second ? 8 : 4);
}

/// Does the instruction replace a register by something that is made of it, and of no other use of it?
bool onlyReads(const uint16_t* at, uint16_t to) {
  const Row& row = rows[at[0]];
  return row.first && at[1] == to && at[2] == to && (row.firstFrom != From::R || at[3] != to) &&
         (!row.second || row.secondFrom != From::R || at[4] != to);
}

}  // namespace

uint16_t* runWideInts(Context& context, const Value* base, uint16_t* at, Value* result) {
  const uint16_t to = at[1];
  int64_t value;
  if (!intOf(base[at[2]], &value) || !(at = step(at, base, &value))) return nullptr;
  while (!Value::fitsSmallInt(value) && onlyReads(at, to)) {
    uint16_t* behind = step(at, base, &value);
    if (!behind) break;
    at = behind;
  }
  *result = newInt(context, value);
  return at;
}

}  // namespace gene::vm
