// The handlers of Handlers.inc as tail-called functions, or as the cases of a switch. This file is compiled four times:
//
//   run           as it stands
//   runProfiled   GENE_VM_PROFILED (ProfiledInterpreter.cpp): reports calls and returns to State::profile, and takes its
//                 handler table from there
//   runWatched    GENE_VM_WATCHED (WatchedInterpreter.cpp): asks State::watch before each instruction
//   runSwitch     GENE_VM_SWITCH (SwitchInterpreter.cpp): a loop around a switch
//
// What lives in machine registers: pc (behind the current instruction's first word), base, consts, context, vm, the
// handler table, and the two constants of the int encoding. preserve_none passes the first four in registers that
// C++ callees keep; the rest is loaded again after a call (RELOAD).

#include "runtime/vm/Interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Allocate.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/String.h"
#include "runtime/vm/Opcodes.h"
#ifdef GENE_VM_PROFILED
#include "runtime/vm/Profile.h"
#endif
#ifdef GENE_VM_WATCHED
#include "runtime/vm/Watch.h"
#endif
#include "runtime/vm/RuntimeTable.h"

namespace gene::vm {
namespace {

using Word = uint64_t;

// --- fields of the current instruction: pc stands behind its first word ------------------------------------------------
#define A (pc[-3])
#define B (pc[-2])
#define C (pc[-1])
#define SIGNED_B (static_cast<int64_t>(static_cast<int16_t>(pc[-2])))
#define SIGNED_C (static_cast<int64_t>(static_cast<int16_t>(pc[-1])))
#define WIDE (load32(pc - 2))
#define REG(i) (base[i].bits)
/// Further word i of the current instruction.
#define WORD(i) (reinterpret_cast<Word*>(pc)[i])

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

// --- halves of the pairs of Pairs.def: on two ints, whose result is one from `least` on; on two doubles; in general -----
struct AddInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = true;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const { return x + y - bias; }
  static double floats(double x, double y) { return x + y; }
  static Value entry(Context* context, Value x, Value y) { return gene_add(context, x, y); }
};
struct SubInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = true;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const { return x - y + bias; }
  static double floats(double x, double y) { return x - y; }
  static Value entry(Context* context, Value x, Value y) { return gene_sub(context, x, y); }
};
struct MulInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = true;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const {
    int64_t product;
    if (GENE_UNLIKELY(__builtin_mul_overflow(static_cast<int64_t>(x - bias),
                                             static_cast<int64_t>(y - bias), &product)))
      return 0;
    return static_cast<Word>(product) + bias;
  }
  static double floats(double x, double y) { return x * y; }
  static Value entry(Context* context, Value x, Value y) { return gene_mul(context, x, y); }
};
/// The quotient of ints is a float, whose word the result is.
struct DivInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = true, HasFloats = true;
  static Word least(Word) { return 0; }
  Word operator()(Word x, Word y) const {
    return std::bit_cast<Word>(static_cast<double>(static_cast<int64_t>(x - bias)) /
                               static_cast<double>(static_cast<int64_t>(y - bias))) +
           Value::DoubleOffset;
  }
  static double floats(double x, double y) { return x / y; }
  static Value entry(Context* context, Value x, Value y) { return gene_div(context, x, y); }
};
struct ModInts {
  Word tag, bias;
  static constexpr bool HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const {
    if (GENE_UNLIKELY(y == bias)) return 0;
    return remainderOf(x - bias, y - bias) + bias;
  }
  static double floats(double x, double) { return x; }
  static Value entry(Context* context, Value x, Value y) { return gene_mod(context, x, y); }
};
struct BitAndInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const { return ((x - bias) & (y - bias)) + bias; }
  static double floats(double x, double) { return x; }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_and(context, x, y); }
};
struct BitOrInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const { return ((x - bias) | (y - bias)) + bias; }
  static double floats(double x, double) { return x; }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_or(context, x, y); }
};
struct BitXorInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const { return ((x - bias) ^ (y - bias)) + bias; }
  static double floats(double x, double) { return x; }
  static Value entry(Context* context, Value x, Value y) { return gene_bit_xor(context, x, y); }
};
/// 0, which no int is, for an amount that is not from 0 to 63.
struct ShlInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const {
    const Word amount = y - bias;
    return GENE_UNLIKELY(amount > 63) ? 0 : ((x - bias) << amount) + bias;
  }
  static double floats(double x, double) { return x; }
  static Value entry(Context* context, Value x, Value y) { return gene_shl(context, x, y); }
};
struct ShrInts {
  Word tag, bias;
  static constexpr bool AlwaysFloat = false, HasFloats = false;
  static Word least(Word tag) { return tag; }
  Word operator()(Word x, Word y) const {
    const Word amount = y - bias;
    return GENE_UNLIKELY(amount > 63)
               ? 0
               : static_cast<Word>(static_cast<int64_t>(x - bias) >> amount) + bias;
  }
  static double floats(double x, double) { return x; }
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

/// What a comparison gave, and what makes the jump.
struct Outcome {
  Value holds;
  bool wanted;
};

/// Stores into a slot of a heap object. False: the old value's count fell to zero and it must be entered in the
/// zero-count table; it is in vm->operand then.
inline bool storeCounted(Slot* slot, Word v, State* vm) {
  const Word old = slot->get().bits;
  if (isObjectBits(v)) retain(reinterpret_cast<Object*>(v));
  *reinterpret_cast<Word*>(slot) = v;
  if (!isObjectBits(old) || reinterpret_cast<Object*>(old)->isImmortal()) return true;
  Object* object = reinterpret_cast<Object*>(old);
  object->countAndFlags -= Object::One;
  gene_count_operations++;
  if (object->countAndFlags >= Object::One || (object->countAndFlags & Object::InTable))
    return true;
  vm->operand.bits = old;
  return false;
}
/// The next value of an iterator over an array, or over a range that has begun and goes up; 0: ask gene_iter_next.
inline Word nextOf(Word iterator, Word tag, Word bias) {
  if (!hasKind(iterator, Kind::Iterator)) return 0;
  IteratorObject* i = reinterpret_cast<IteratorObject*>(iterator);
  if (i->iteratorKind == IteratorKind::Array) {
    const ArrayObject* array = static_cast<const ArrayObject*>(i->source.get().object());
    if (i->position >= array->size) return 0;
    const Value item = array->items[i->position].get();
    if (item.isNotFound()) return 0;  // it ends the loop
    i->position++;
    return item.bits;
  }
  if (i->iteratorKind != IteratorKind::Range || i->position == 0 || i->step <= 0) return 0;
  const Word next = static_cast<Word>(i->next) + bias;
  int64_t following;
  if (next < tag || __builtin_add_overflow(i->next, i->step, &following) || following > i->last)
    return 0;
  i->next = following;
  i->position++;
  return next;
}
inline bool raised(const Context& context) { return !context.exception.isPending(); }

/// Binds the `count` arguments of a call window, which `shape` (or null) describes, to the slots of its callee, in
/// place. Null when the callee is nothing that runs in this activation of the interpreter, or with an exception pending.
[[gnu::noinline]] Code* bindToWindow(Context& context, Value* window, const CallShape* shape,
                                     uint32_t count, const Value* consts) {
  if (!isKind(window[-2], Kind::Function)) return nullptr;
  const FunctionInfo& info = *as<FunctionObject>(window[-2])->info;
  Code* code = info.code;
  if (!code || code->consts != consts) return nullptr;
  context.vm->top = window + count;
  if (window >= context.vm->limit) {
    gene_stack_overflow(&context);
    return nullptr;
  }
  if (code->simpleCount == count && (!shape || shape->plain)) return code;
  Value* slots = window + count;
  std::fill_n(slots, info.slotCount, Value::nil());
  context.vm->top = slots + info.slotCount;
  if (!bindArguments(context, info, shape, window, count, slots)) return nullptr;
  std::memmove(window, slots, info.slotCount * sizeof(Value));
  return code;
}

/// bindToWindow for a tail call, of anything that ends in a call of a function.
[[gnu::noinline]] Code* bindTail(Context& context, Value* window, const CallShape* shape,
                                 uint32_t count, const Value* consts) {
  context.vm->top = window + count;
  const TailTarget target =
      tailTarget(context, window[-2], window, count, shape && !shape->plain ? shape : nullptr);
  if (target.function.isAbsent()) return nullptr;
  const Code* code = as<FunctionObject>(target.function)->info->code;
  if (!code || code->consts != consts) return nullptr;
  if (target.dropsFirst && target.receiver.isAbsent()) {
    count--;
    std::memmove(static_cast<void*>(window), window + 1, count * sizeof(Value));
  } else if (!target.receiver.isAbsent()) {
    if (!target.dropsFirst) {
      std::memmove(static_cast<void*>(window + 1), window, count * sizeof(Value));
      count++;
    }
    window[0] = target.receiver;
  }
  window[-2] = target.function;
  return bindToWindow(context, window, shape, count, consts);
}

/// Can the built-in function be called with `count` positional arguments, without further ado?
inline bool takesBuiltin(const FunctionInfo& info, uint32_t count) {
  return info.builtin && info.takes(count);
}

inline InlineCache cacheAt(const Word* word) {
  return readCache(reinterpret_cast<const InlineCache*>(word));
}

/// The method `name` of an instance, when it is a function; else absent.
Value methodOfInstance(Context& context, Value receiver, Symbol name) {
  if (!isInstance(receiver)) return Value::absent();
  const Value method = findMethod(context, classOfShape(context, receiver.object()->shape), name);
  return isKind(method, Kind::Function) ? method : Value::absent();
}

/// The first shape that a site sees stays in its inline cache.
inline void fillEmpty(Word* cache, InlineCache with) {
  if (cacheAt(cache).shape == 0)
    writeCache(reinterpret_cast<InlineCache*>(cache), with.shape, with.index);
}

/// bindToWindow for the method of an instance: `words` are the name and the cache, which is filled. Null, and nothing
/// pending, when the receiver is no instance or its method is no bytecode of this program.
[[gnu::noinline]] Code* bindMethod(Context& context, Value* window, uint32_t count, Word* words,
                                   const Value* consts) {
  context.vm->top = window + count;
  const Symbol name = Value{words[0]}.symbol();
  const Value method = methodOfInstance(context, window[0], name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  Code* code = bindToWindow(context, window, nullptr, count, consts);
  if (!code) return nullptr;
  const uint32_t shape = window[0].object()->shape;
  const uint32_t index = methodTargetIndex(context, classOfShape(context, shape), name, method);
  writeCache(reinterpret_cast<InlineCache*>(words + 1), shape, index);
  rememberTarget(context, shape, name, index);
  return code;
}
/// The same for arguments that `shape` describes.
[[gnu::noinline]] Code* bindMethodShaped(Context& context, Value* window, uint32_t count,
                                         Symbol name, const CallShape* shape, const Value* consts) {
  context.vm->top = window + count;
  const Value method = methodOfInstance(context, window[0], name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindToWindow(context, window, shape, count, consts);
}

/// bindTail for a method that is no plain function of an instance; null for most methods of built-in classes without
/// looking further.
[[gnu::noinline]] Code* bindTailMethod(Context& context, Value* window, uint32_t count, Symbol name,
                                       const CallShape* shape, const Value* consts) {
  const Value receiver = window[0];
  if (name != sym::Call && !isInstance(receiver) && !isKind(receiver, Kind::Adapter))
    return nullptr;
  context.vm->top = window + count;
  const Value method = methodOf(context, receiver, name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindTail(context, window, shape, count, consts);
}

/// bindTail for (receiver . name args…), in a window behind the frame at `base`.
[[gnu::noinline]] Code* bindTailDynamic(Context& context, Value* window, Value receiver, Value name,
                                        const Value* args, const CallShape* shape, uint32_t count,
                                        const Value* consts) {
  context.vm->top = window + count + 1;
  std::memcpy(static_cast<void*>(window + 1), args, count * sizeof(Value));
  window[0] = receiver;
  if (!name.isSymbol() && !isString(name)) return nullptr;
  const Value method =
      methodOf(context, receiver, name.isSymbol() ? name.symbol() : symbolOfString(name));
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindTail(context, window, shape, count + 1, consts);
}

/// gene_member_get, and what its cache has learned about instances goes to the shared one.
Value memberGet(Context* context, Word* words, Value object) {
  InlineCache* cache = reinterpret_cast<InlineCache*>(words + 1);
  const uint32_t shape = isInstance(object) ? object.object()->shape : 0;
  const Value result = gene_member_get(context, Value{words[0]}, cache, object);
  if (const InlineCache now = readCache(cache); shape != 0 && now.shape == shape)
    context->vm->memberGets.add(shape, Value{words[0]}, now);
  return result;
}
/// The same for gene_member_set, with the shape that the instance had before.
Value memberSet(Context* context, Word* words, Value object, Value value) {
  InlineCache* cache = reinterpret_cast<InlineCache*>(words + 1);
  const uint32_t shape = isInstance(object) ? object.object()->shape : 0;
  const Value result = gene_member_set(context, Value{words[0]}, cache, object, value);
  const InlineCache now = readCache(cache);
  if (shape != 0 && (now.shape == shape || now.shape == (shape | AddsField)))
    context->vm->memberSets.add(shape, Value{words[0]}, now);
  return result;
}

/// gene_is; `cache` remembers what the answer was for the shape of an object and a class.
Value isCached(Context* context, Word* cache, Value value, Value type) {
  const Value result = gene_is(context, value, type);
  if (value.isObject() && isClass(type) && result.isBool() && !isKind(value, Kind::Iterator) &&
      !isKind(value, Kind::DateTime))
    writeCache(reinterpret_cast<InlineCache*>(cache), value.object()->shape,
               as<ClassObject>(type)->id << 1 | (result == Value::true_()));
  return result;
}

/// What the cache of a super call compares: the class that the method was written in.
inline uint32_t superKey(const ClassObject& cls) { return cls.id + 1; }

/// The same for a super call; `words` are name, shape and cache. Only calls without keywords and spreads are cached.
[[gnu::noinline]] Code* bindSuper(Context& context, Value* window, uint32_t count, Word* words,
                                  Value cls, const Value* consts) {
  context.vm->top = window + count;
  ClassObject* parent = isClass(cls) ? parentOf(as<ClassObject>(cls)) : nullptr;
  if (!parent) return nullptr;
  const Symbol name = Value{words[0]}.symbol();
  const bool isCtor = name == sym::Ctor;
  const Value method = isCtor ? findConstructor(parent) : findMethod(context, parent, name);
  if (!isKind(method, Kind::Function)) return nullptr;
  window[-2] = method;
  const CallShape* shape = reinterpret_cast<CallShape*>(words[1]);
  Code* code = bindToWindow(context, window, shape, count, consts);
  if (code && shape->plain)
    writeCache(reinterpret_cast<InlineCache*>(words + 2), superKey(*as<ClassObject>(cls)),
               methodTargetIndex(context, parent, name, method));
  return code;
}

/// The same for the constructor of a class that the cache knows; makes the instance, too.
[[gnu::noinline]] Code* bindConstructor(Context& context, Value* window, uint32_t count,
                                        InlineCache cache, const Value* consts) {
  ClassObject* cls = asOrNull<ClassObject>(window[-3], Kind::Class);
  if (!cls || !cls->rootShape || cls->rootShape->id != cache.shape || cache.index == NoConstructor)
    return nullptr;
  context.vm->top = window + count;
  const Value constructor = methodTarget(context, cache.index);
  if (!as<FunctionObject>(constructor)->info->code) return nullptr;
  const Value instance = Value::object(newInstance(context, cls));
  window[-2] = constructor;
  window[0] = instance;
  Code* code = bindToWindow(context, window, nullptr, count, consts);
  if (code) window[-3] = instance;
  return code;
}

/// Is there a free cell of this size, and room in the zero-count table? Then allocateObjectFast calls nothing.
inline bool hasCell(const Context& context, size_t bytes) {
  const size_t n = (bytes + 15) / 16;
  return n < SmallClasses && context.zeroTop < context.zeroEnd && context.freeCells[n];
}

// --- what the profiler is told ------------------------------------------------------------------------------------------
#ifdef GENE_VM_PROFILED
#define ENTERED vm->profile->enter(base)
#define REPLACED vm->profile->replace(base)
#define LEFT vm->profile->leave()
#define UNWOUND(resume) vm->profile->unwind((resume).base, (resume).pc != nullptr)
#define CALL_BUILTIN(info, args, count) vm->profile->callBuiltin(*context, *(info), {args, count})
#define CALL_VALUE(callee, args, count) vm->profile->callValue(*context, callee, args, count)
#define CALL_METHOD(words, args, count) vm->profile->callMethod(*context, words, args, count)
#define TABLE vm->profile->table()
#define RUN runProfiled
#else
#define ENTERED
#define REPLACED
#define LEFT
#define UNWOUND(resume)
#define CALL_BUILTIN(info, args, count) callAccepted(*context, *(info)->builtin, {args, count})
#define CALL_VALUE(callee, args, count) call(*context, callee, args, count)
#define CALL_METHOD(words, args, count)                                                           \
  gene_call_method(context, Value{(words)[0]}, reinterpret_cast<InlineCache*>((words) + 1), args, \
                   count)
#ifdef GENE_VM_WATCHED
#define TABLE watchedHandlers
#else
#define TABLE handlers
#endif
#ifdef GENE_VM_SWITCH
#define RUN runSwitch
#elif defined(GENE_VM_WATCHED)
#define RUN runWatched
#else
#define RUN run
#endif
#endif

#define LEAVE_FRAME(value)                           \
  do {                                               \
    LEFT;                                            \
    const Word left = (value), link = base[-1].bits; \
    base[-2].bits = left;                            \
    pc = reinterpret_cast<uint16_t*>(link >> 16);    \
    base -= link & 0xFFFF;                           \
  } while (0)

#ifdef GENE_VM_SWITCH

#define HANDLER(Name) case static_cast<uint16_t>(Opcode::Name):
#define SLOW_PATH(Name) slow_##Name:
#define MEDIUM_PATH(Name) slow_##Name:
#define SLOW(Name) goto slow_##Name
#define NEXT goto dispatch
#define NEXT_RELOADED goto dispatch
#define RAISE goto raise
#define LEAVE_RUN goto leave
#define TAG Value::IntTag
#define BIAS Value::IntBias
#define KEEP_APART

#else

#define PARAMS                                                                                 \
  [[maybe_unused]] uint16_t *pc, [[maybe_unused]] Value *base, [[maybe_unused]] Value *consts, \
      [[maybe_unused]] Context *context, [[maybe_unused]] State *vm,                           \
      [[maybe_unused]] void *const *table, [[maybe_unused]] uint64_t tag,                      \
      [[maybe_unused]] uint64_t bias
using Handler = __attribute__((preserve_none)) void (*)(PARAMS);
#define HANDLER(Name) __attribute__((preserve_none)) static void handle##Name(PARAMS)
#define SLOW_FUNCTION [[gnu::noinline, gnu::cold]] __attribute__((preserve_none)) static void
#define SLOW_PATH(Name) SLOW_FUNCTION slow##Name(PARAMS)
#define MEDIUM_PATH(Name) \
  [[gnu::noinline]] __attribute__((preserve_none)) static void slow##Name(PARAMS)
#define GO(function) \
  [[clang::musttail]] return function(pc, base, consts, context, vm, table, tag, bias)
#define SLOW(Name) GO(slow##Name)
#define NEXT                                    \
  do {                                          \
    const uint16_t next = *pc;                  \
    pc += 4;                                    \
    GO(reinterpret_cast<Handler>(table[next])); \
  } while (0)
#define NEXT_RELOADED      \
  do {                     \
    vm = context->vm;      \
    table = TABLE;         \
    tag = Value::IntTag;   \
    bias = Value::IntBias; \
    NEXT;                  \
  } while (0)
// Nothing but context, pc and base is needed any more, so that nothing has to be kept across the call before.
#define RAISE         \
  do {                \
    vm = nullptr;     \
    table = nullptr;  \
    tag = bias = 0;   \
    GO(raisePending); \
  } while (0)
#define LEAVE_RUN return
#define TAG tag
#define BIAS bias
// Two arms that both dispatch are merged by the compiler into a conditional move on pc, which makes the next
// instruction wait for the comparison; this keeps them two.
#define KEEP_APART asm volatile("" : "+r"(pc))

extern void* const handlers[OpcodeCount];
#ifdef GENE_VM_WATCHED
extern void* const watchedHandlers[OpcodeCount];
#endif

/// A class, so that the functions can tail-call each other in any order.
struct Handlers {
#include "runtime/vm/Handlers.inc"

  SLOW_FUNCTION raisePending(PARAMS) {
    const Resume resume = unwind(*context, pc, base);
    vm = context->vm;
    UNWOUND(resume);
    if (!resume.pc) {
      context->vm->result = Value::pending();
      return;
    }
    pc = resume.pc;
    base = resume.base;
    NEXT_RELOADED;
  }
#ifdef GENE_VM_WATCHED
  /// Asks whether to go on, then runs the instruction.
  HANDLER(Watched) {
    if (!vm->watch->step(*context, pc - 4, base)) RAISE;
    GO(reinterpret_cast<Handler>(handlers[pc[-4]]));
  }
#endif
};

void* const handlers[OpcodeCount] = {
#define OPCODE(Name, fields, words, flags) reinterpret_cast<void*>(&Handlers::handle##Name),
#include "runtime/vm/Opcodes.def"
};
#ifdef GENE_VM_WATCHED
void* const watchedHandlers[OpcodeCount] = {
#define OPCODE(Name, fields, words, flags) reinterpret_cast<void*>(&Handlers::handleWatched),
#include "runtime/vm/Opcodes.def"
};
#endif

#endif

#ifdef GENE_VM_PROFILED
/// Counts the instruction, then runs it.
__attribute__((preserve_none)) void countInstruction(PARAMS) {
  vm->profile->count(pc[-4]);
  GO(reinterpret_cast<Handler>(handlers[pc[-4]]));
}
#endif

}  // namespace

#ifdef GENE_VM_PROFILED
std::vector<void*> profiledHandlers(bool counting) {
  std::vector<void*> table(handlers, handlers + OpcodeCount);
  if (counting) table.assign(OpcodeCount, reinterpret_cast<void*>(&countInstruction));
  return table;
}
#endif

Value RUN(Context& contextReference, Value* base) {
  Context* context = &contextReference;
  State* vm = context->vm;
  if (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < context->stackLimit ||
      base > vm->limit)
    return gene_stack_overflow(context);
  base[-1].bits = makeLink(exitCode, 0);
  uint16_t* pc = codeOf(base).start;
  Value* consts = codeOf(base).consts;
  Value* const top = vm->top;
  ENTERED;
#ifdef GENE_VM_SWITCH
dispatch:
  const uint16_t op = *pc;
  pc += 4;
  switch (op) {
#include "runtime/vm/Handlers.inc"
    default: GENE_UNREACHABLE("no such opcode");
  }
raise: {
  const Resume resume = unwind(*context, pc, base);
  UNWOUND(resume);
  if (resume.pc) {
    pc = resume.pc;
    base = resume.base;
    goto dispatch;
  }
  vm->result = Value::pending();
}
leave:;
#else
  const uint16_t op = *pc;
  void* const* const table = TABLE;
  reinterpret_cast<Handler>(table[op])(pc + 4, base, consts, context, vm, table, Value::IntTag,
                                       Value::IntBias);
#endif
  vm->top = top;
  return vm->result;
}

}  // namespace gene::vm
