#pragma once
// Operations on value words as handlers do them, without a call: tests of tags and shapes, ints in their biased encoding,
// floats on their way between the stack and vector registers. Included by Interpreter.cpp alone, which is compiled several times.

#include <bit>
#include <cstring>
#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "runtime/abi/Entry.h"
#include "runtime/object/Objects.h"

namespace gene::vm {

using Word = uint64_t;

inline uint32_t load32(const uint16_t* at) {
  uint32_t v;
  std::memcpy(&v, at, sizeof v);
  return v;
}
inline bool isFloatBits(Word v) { return v - Value::DoubleOffset <= Value::DoubleRange; }
inline double floatOf(Word v) { return std::bit_cast<double>(v - Value::DoubleOffset); }
#ifdef __x86_64__
// A float goes from the stack to a vector register and back without passing through a general one, which would cost a
// third of the latency of a chain of operations. The compiler would join these loads with those of the tests.
inline __m128i doubleOffset() { return _mm_set1_epi64x(static_cast<int64_t>(Value::DoubleOffset)); }
inline double floatAt(const Value* v) {
  __m128i bits;
  asm("movq %1, %0" : "=x"(bits) : "m"(*v));
  return _mm_cvtsd_f64(_mm_castsi128_pd(_mm_sub_epi64(bits, doubleOffset())));
}
inline void storeFloat(Value* to, double d) {
  const __m128i bits = _mm_add_epi64(_mm_castpd_si128(_mm_set_sd(d)), doubleOffset());
  asm("movq %1, %0" : "=m"(*to) : "x"(bits));
}
#else
inline double floatAt(const Value* v) { return floatOf(v->bits); }
inline void storeFloat(Value* to, double d) {
  *to = Value{std::bit_cast<Word>(d) + Value::DoubleOffset};
}
#endif
/// A number of either kind as a double; false when `v` is something else or a boxed int.
inline bool toDouble(Word v, double* d) {
  if (isFloatBits(v)) {
    *d = floatOf(v);
    return true;
  }
  if (v < Value::IntTag) return false;
  *d = static_cast<double>(static_cast<int64_t>(v - Value::IntBias));
  return true;
}
inline bool isObjectBits(Word v) { return (v & Value::NotHeap) == 0; }
/// Is `v` an object of this shape?
inline bool hasShape(Word v, uint32_t shape) {
  return isObjectBits(v) && reinterpret_cast<Object*>(v)->shape == shape;
}
inline bool hasKind(Word v, Kind kind) { return hasShape(v, static_cast<uint32_t>(kind)); }
inline bool isMapOrHashMap(Word v) { return hasKind(v, Kind::Map) || hasKind(v, Kind::HashMap); }

inline bool isIntOrBytes(Word v) {
  return v >= Value::IntTag || hasKind(v, Kind::BoxedInt) || hasKind(v, Kind::Bytes);
}
/// Neither is an object or a float, and not both are ints: equal exactly when they are the same word.
inline bool comparesByWord(Word x, Word y) {
  return !isObjectBits(x) && !isObjectBits(y) && !isFloatBits(x) && !isFloatBits(y);
}
/// Truncating remainder of ints whose divisor is not 0; small numbers take the faster division.
inline Word remainderOf(Word x, Word y) {
  if (GENE_LIKELY(((x | y) >> 32) == 0)) return static_cast<uint32_t>(x) % static_cast<uint32_t>(y);
  return static_cast<Word>(static_cast<int64_t>(x) % static_cast<int64_t>(y));
}

// --- halves of the pairs of Pairs.def: on two ints, whose result is one from `least` on; on 64 bits, false for what has no
//     result there; on two doubles; in general ----------------------------------------------------------------------------
struct IntOperands {
  Word tag, bias;
  constexpr IntOperands(Word t, Word b) : tag(t), bias(b) {}
  static constexpr bool AlwaysFloat = false, HasFloats = true;
  static Word least(Word tag) { return tag; }
};
/// Of operations that two doubles do not have, or not here.
struct OnlyInts : IntOperands {
  using IntOperands::IntOperands;
  static constexpr bool HasFloats = false;
  static double floats(double x, double) { return x; }
};
struct AddInts : IntOperands {
  using IntOperands::IntOperands;
  Word operator()(Word x, Word y) const { return x + y - bias; }
  static double floats(double x, double y) { return x + y; }
  static bool wide(int64_t x, int64_t y, int64_t* r) { return !__builtin_add_overflow(x, y, r); }
  static Value entry(Context* context, Value x, Value y) { return gene_add(context, x, y); }
};
struct SubInts : IntOperands {
  using IntOperands::IntOperands;
  Word operator()(Word x, Word y) const { return x - y + bias; }
  static double floats(double x, double y) { return x - y; }
  static bool wide(int64_t x, int64_t y, int64_t* r) { return !__builtin_sub_overflow(x, y, r); }
  static Value entry(Context* context, Value x, Value y) { return gene_sub(context, x, y); }
};
struct MulInts : IntOperands {
  using IntOperands::IntOperands;
  Word operator()(Word x, Word y) const {
    int64_t product;
    if (GENE_UNLIKELY(__builtin_mul_overflow(static_cast<int64_t>(x - bias),
                                             static_cast<int64_t>(y - bias), &product)))
      return 0;
    return static_cast<Word>(product) + bias;
  }
  static double floats(double x, double y) { return x * y; }
  static bool wide(int64_t x, int64_t y, int64_t* r) { return !__builtin_mul_overflow(x, y, r); }
  static Value entry(Context* context, Value x, Value y) { return gene_mul(context, x, y); }
};
/// The quotient of ints is a float, whose word the result is.
struct DivInts : IntOperands {
  using IntOperands::IntOperands;
  static constexpr bool AlwaysFloat = true;
  static Word least(Word) { return 0; }
  Word operator()(Word x, Word y) const {
    return std::bit_cast<Word>(static_cast<double>(static_cast<int64_t>(x - bias)) /
                               static_cast<double>(static_cast<int64_t>(y - bias))) +
           Value::DoubleOffset;
  }
  static double floats(double x, double y) { return x / y; }
  static bool wide(int64_t, int64_t, int64_t*) { return false; }
  static Value entry(Context* context, Value x, Value y) { return gene_div(context, x, y); }
};
struct ModInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const {
    if (GENE_UNLIKELY(y == bias)) return 0;
    return remainderOf(x - bias, y - bias) + bias;
  }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    if (y == 0) return false;
    *r = y == -1 ? 0 : x % y;
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_mod(context, x, y); }
};
struct BitAndInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const { return ((x - bias) & (y - bias)) + bias; }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    *r = x & y;
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_and(context, x, y); }
};
struct BitOrInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const { return ((x - bias) | (y - bias)) + bias; }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    *r = x | y;
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_or(context, x, y); }
};
struct BitXorInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const { return ((x - bias) ^ (y - bias)) + bias; }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    *r = x ^ y;
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_xor(context, x, y); }
};
/// 0, which no int is, for an amount that is not from 0 to 63.
struct ShlInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const {
    const Word amount = y - bias;
    return GENE_UNLIKELY(amount > 63) ? 0 : ((x - bias) << amount) + bias;
  }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    if (y < 0 || y > 63) return false;
    *r = static_cast<int64_t>(static_cast<Word>(x) << y);
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_shl(context, x, y); }
};
struct ShrInts : OnlyInts {
  using OnlyInts::OnlyInts;
  Word operator()(Word x, Word y) const {
    const Word amount = y - bias;
    return GENE_UNLIKELY(amount > 63)
               ? 0
               : static_cast<Word>(static_cast<int64_t>(x - bias) >> amount) + bias;
  }
  static bool wide(int64_t x, int64_t y, int64_t* r) {
    if (y < 0 || y > 63) return false;
    *r = x >> y;
    return true;
  }
  static Value entry(Context* context, Value x, Value y) { return gene_shr(context, x, y); }
};
using BitAndIInts = BitAndInts;
using BitOrIInts = BitOrInts;
using BitXorIInts = BitXorInts;
using ShlIInts = ShlInts;
using ShrIInts = ShrInts;
using AddIInts = AddInts;
using SubIInts = SubInts;
using MulIInts = MulInts;
using DivIInts = DivInts;
using ModIInts = ModInts;
template <class Operation>
struct SecondEntry {
  Context* context;
  Value operator()(Value x, Value y) const { return Operation::entry(context, x, y); }
};

}  // namespace gene::vm
