// The fast halves of what generated code does, written once in C++. Compiled twice: into the runtime library, and to
// bitcode (GENE_BITCODE) that codegen/llvm links into each module before optimisation. The bitcode holds the Inline
// rows of Fastpath.def and declares all other rows and all entries, so that generated code takes every prototype from
// clang. An Inline function is some thirty instructions at most; what is longer stands behind a call.

#include "runtime/abi/Fastpath.h"
#include <cmath>
#include <cstring>

#include "runtime/abi/Caches.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

constexpr uint32_t shapeOfKind(Kind kind) { return static_cast<uint32_t>(kind); }

/// Slot::set, with the work of releasing an object behind a call.
[[maybe_unused]] inline void store(Slot* slot, Value value) {
  const Value old = slot->get();
  slot->init(value);
  if (old.isObject()) gene_slow_release(old);
}

/// A new object; null, with the exception pending, when memory ran out and the caller `mayRaise`, a constant.
[[gnu::always_inline]] inline Object* newObject(Context& context, size_t size, uint32_t shape,
                                                uint64_t mayRaise) {
  return mayRaise ? allocateObjectFast<allocateObjectOrRaise>(context, size, shape)
                  : allocateObjectFast(context, size, shape);
}

/// Gives an instance the field that a cache says it is about to get.
inline bool addField(InlineCache known, Object* object, Value value) {
  if (known.shape != (object->shape | AddsField)) return false;
  object->shape += known.index >> SlotBits;
  static_cast<InstanceObject*>(object)->fields()[known.index & ((1u << SlotBits) - 1)].init(value);
  return true;
}

}  // namespace
}  // namespace gene

using namespace gene;

#ifdef GENE_BITCODE

/// Makes clang declare every row in the bitcode; nothing refers to it, so it is never linked.
extern "C" const void* const gene_prototypes[] = {
#define ENTRY(name, result, parameters, effects) reinterpret_cast<const void*>(&name),
#include "runtime/abi/Entry.def"
#define FAST(name, result, parameters, place) reinterpret_cast<const void*>(&name),
#include "runtime/abi/Fastpath.def"
};

#else

// --- arithmetic and comparison where not both are small ints -----------------------------------------------------------
// A double and a number come first; the tail call to the entry lies in a function of its own, as preserve_most would
// otherwise save every register on the way to the double path, too.

namespace {

inline bool bothInts(Value a, Value b) { return (a.bits & b.bits) >= Value::IntTag; }

/// Is one a double and the other a double or small int? Then their numbers are in x and y.
inline bool doubles(Value a, Value b, double* x, double* y) {
  if (a.isFloat()) {
    *x = a.floating();
    if (b.isFloat())
      *y = b.floating();
    else if (b.isSmallInt())
      *y = static_cast<double>(b.smallInt());
    else
      return false;
    return true;
  }
  if (!a.isSmallInt() || !b.isFloat()) return false;
  *x = static_cast<double>(a.smallInt());
  *y = b.floating();
  return true;
}
/// The result of arithmetic: its NaNs are canonical already.
inline Value boxed(double d) { return {std::bit_cast<uint64_t>(d) + Value::DoubleOffset}; }

}  // namespace

/// Is one an immediate that equals nothing but itself? Then the words say all, unless some class defines ==.
inline bool comparesByWord(const Context* context, Value a, Value b) {
  const auto immediate = [](Value v) { return !v.isObject() && !v.isFloat() && !v.isSmallInt(); };
  return !context->customEquality && (immediate(a) || immediate(b));
}

/// Are both strings?
inline bool bothStrings(Value a, Value b) {
  return a.isObject() && b.isObject() && isKind(a, Kind::String) && isKind(b, Kind::String);
}

/// Have two strings the same text? Without a call, which would cost the caller its registers.
inline bool sameText(Value a, Value b) {
  const auto *x = static_cast<const StringObject*>(a.object()),
             *y = static_cast<const StringObject*>(b.object());
  return x == y || (x->bytes == y->bytes && sameBytes(x, y));
}

/// gene_slow_NAME: what the statements do not return goes on to gene_NAME.
#define SLOW_HALF(operation, ...)                                                            \
  [[gnu::noinline, gnu::cold]] __attribute__((preserve_most)) static Value operation##Entry( \
      Context* context, Value lhs, Value rhs) {                                              \
    return gene_##operation(context, lhs, rhs);                                              \
  }                                                                                          \
  __attribute__((preserve_most)) Value gene_slow_##operation(Context* context, Value lhs,    \
                                                             Value rhs) {                    \
    __VA_ARGS__;                                                                             \
    [[clang::musttail]] return operation##Entry(context, lhs, rhs);                          \
  }
#define SLOW(operation, value) \
  SLOW_HALF(operation, double x, y; if (GENE_LIKELY(doubles(lhs, rhs, &x, &y))) return value)
SLOW(add, boxed(x + y))
SLOW(sub, boxed(x - y))
SLOW(mul, boxed(x* y))
SLOW(lt, Value::boolean(x < y))
SLOW(le, Value::boolean(x <= y))
SLOW(gt, Value::boolean(x > y))
SLOW(ge, Value::boolean(x >= y))
#undef SLOW
#define EQUALITY(operation, op)                                                                   \
  SLOW_HALF(operation, double x, y; if (doubles(lhs, rhs, &x, &y)) return Value::boolean(x op y); \
            if (bothStrings(lhs, rhs)) return Value::boolean(sameText(lhs, rhs) op true);         \
            if (comparesByWord(context, lhs, rhs)) return Value::boolean(lhs.bits op rhs.bits))
EQUALITY(eq, ==)
EQUALITY(ne, !=)
#undef EQUALITY

__attribute__((preserve_most)) bool gene_same_text(Value lhs, Value rhs) {
  return sameBytes(static_cast<const StringObject*>(lhs.object()),
                   static_cast<const StringObject*>(rhs.object()));
}

// --- bit operations where not both are small ints: words that are no objects and not two ints have no bits --------------

#define BITS(operation, value) \
  SLOW_HALF(operation, if (GENE_LIKELY(!lhs.isObject() && !lhs.isSmallInt())) return value)
BITS(bit_and, lhs.isFalsy() ? lhs : rhs)
BITS(bit_or, lhs.isFalsy() ? rhs : lhs)
BITS(bit_xor, Value::boolean(lhs.isFalsy() != rhs.isFalsy()))
#undef BITS
__attribute__((preserve_most)) Value gene_slow_shl(Context* context, Value lhs, Value rhs) {
  return gene_shl(context, lhs, rhs);
}
__attribute__((preserve_most)) Value gene_slow_shr(Context* context, Value lhs, Value rhs) {
  return gene_shr(context, lhs, rhs);
}

[[gnu::noinline, gnu::cold]]
__attribute__((preserve_most)) static Value divEntry(Context* context, Value lhs, Value rhs) {
  return gene_div(context, lhs, rhs);
}
__attribute__((preserve_most)) Value gene_slow_div(Context* context, Value lhs, Value rhs) {
  double x, y;
  if (bothInts(lhs, rhs))
    return boxed(static_cast<double>(lhs.smallInt()) / static_cast<double>(rhs.smallInt()));
  if (GENE_LIKELY(doubles(lhs, rhs, &x, &y))) return boxed(x / y);
  [[clang::musttail]] return divEntry(context, lhs, rhs);
}

double gene_float_mod(double lhs, double rhs) { return std::fmod(lhs, rhs); }

int64_t gene_order_int_float(int64_t lhs, double rhs) {
  if (rhs != rhs) return 2;
  // Beyond 2^63 the double's side says all; within, its integer part and then the fraction.
  if (rhs >= 0x1p63) return -1;
  if (rhs < -0x1p63) return 1;
  const auto whole = static_cast<int64_t>(rhs);
  if (lhs != whole) return lhs < whole ? -1 : 1;
  const double fraction = rhs - static_cast<double>(whole);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

// --- slots ------------------------------------------------------------------------------------------

__attribute__((preserve_most)) void gene_slow_release(Value value) { release(value); }

__attribute__((preserve_most)) void gene_slow_array_set(Value array, uint64_t index, Value value) {
  arraySet(static_cast<ArrayObject*>(array.object()), static_cast<uint32_t>(index), value);
}

__attribute__((preserve_most)) void gene_slow_array_push(Context* context, Value array,
                                                         Value value) {
  auto* const to = static_cast<ArrayObject*>(array.object());
  if (GENE_UNLIKELY(context->outOfMemory || !arrayTakes(*context, to)))
    raiseOutOfMemory(*context);
  else
    arrayPush(*context, to, value);
}

Value gene_slow_member_set(Context* context, Value name, InlineCache* cache, Value object,
                           Value value) {
  if (GENE_LIKELY(object.isObject() && !object.object()->sealed())) {
    const InlineCache known = readCache(cache);
    if (addField(known, object.object(), value)) return value;
    if (known.shape == object.object()->shape) {
      reinterpret_cast<Slot*>(object.bits + known.index)->set(value);
      return value;
    }
  }
  return gene_member_set(context, name, cache, object, value);
}

// --- calls -----------------------------------------------------------------------------------------------------------------

Value gene_call_object_0(Context* context, Value callee, Value, Value, Value, Value) {
  return gene_call_buffer(context, callee, 0);
}
Value gene_call_object_1(Context* context, Value callee, Value a0, Value, Value, Value) {
  context->arguments[0] = a0;
  return gene_call_buffer(context, callee, 1);
}
Value gene_call_object_2(Context* context, Value callee, Value a0, Value a1, Value, Value) {
  context->arguments[0] = a0;
  context->arguments[1] = a1;
  return gene_call_buffer(context, callee, 2);
}
Value gene_call_object_3(Context* context, Value callee, Value a0, Value a1, Value a2, Value) {
  context->arguments[0] = a0;
  context->arguments[1] = a1;
  context->arguments[2] = a2;
  return gene_call_buffer(context, callee, 3);
}
Value gene_call_object_4(Context* context, Value callee, Value a0, Value a1, Value a2, Value a3) {
  context->arguments[0] = a0;
  context->arguments[1] = a1;
  context->arguments[2] = a2;
  context->arguments[3] = a3;
  return gene_call_buffer(context, callee, 4);
}

#endif

// --- values and slots ---------------------------------------------------------------------------------------------------

Value gene_fast_box_int(Context* context, int64_t value) {
  const uint64_t bits = static_cast<uint64_t>(value) + Value::IntBias;
  if (GENE_LIKELY(bits >= Value::IntTag)) return {bits};
  return gene_box_int(context, value);
}

int64_t gene_fast_unbox_int(Value value) {
  if (GENE_LIKELY(value.isSmallInt())) return value.smallInt();
  return static_cast<const BoxedIntObject*>(value.object())->value;
}

void gene_fast_slot_set(Value* slot, Value value) { store(reinterpret_cast<Slot*>(slot), value); }

// --- objects ----------------------------------------------------------------------------------------

Value gene_fast_scope_new(Context* context, uint64_t slots, uint64_t mayRaise) {
  auto* scope = static_cast<ScopeObject*>(newObject(
      *context, sizeof(ScopeObject) + slots * sizeof(Slot), shapeOfKind(Kind::Scope), mayRaise));
  if (mayRaise && GENE_UNLIKELY(!scope)) return Value::pending();
  scope->count = static_cast<uint32_t>(slots);
  scope->unused = 0;
  for (uint64_t i = 0; i < slots; i++) scope->slots()[i].init(Value::nil());
  return Value::object(scope);
}

Value gene_fast_closure(Context* context, FunctionInfo* info, const Value* captures, uint64_t count,
                        uint64_t mayRaise) {
  auto* function = static_cast<FunctionObject*>(
      newObject(*context, sizeof(FunctionObject) + count * sizeof(Slot),
                shapeOfKind(Kind::Function), mayRaise));
  if (mayRaise && GENE_UNLIKELY(!function)) return Value::pending();
  function->info = info;
  function->captureCount = static_cast<uint32_t>(count);
  function->unused = 0;
  for (uint64_t i = 0; i < count; i++) function->captures()[i].init(captures[i]);
  return Value::object(function);
}

/// A new instance of the class that the word of a cache knows; its constructor is to be called on it.
Value gene_fast_instance(Context* context, uint64_t cache, Value cls) {
  const InlineCache known = std::bit_cast<InlineCache>(cache);
  if (GENE_UNLIKELY(!isKind(cls, Kind::Class))) return Value::pending();
  const Shape* shape = static_cast<const ClassObject*>(cls.object())->rootShape;
  if (GENE_UNLIKELY(!shape || shape->id != known.shape || known.index == NoConstructor))
    return Value::pending();
  auto* instance = static_cast<InstanceObject*>(allocateObjectFast<allocateObjectOrRaise>(
      *context, sizeof(InstanceObject) + shape->inlineCapacity * sizeof(Slot), shape->id));
  if (GENE_UNLIKELY(!instance)) return Value::pending();
  instance->overflow = nullptr;
  for (uint32_t i = 0; i < shape->inlineCapacity; i++) instance->fields()[i].init(Value::absent());
  return Value::object(instance);
}

/// A new instance of the class with this first shape.
Value gene_fast_instance_new(Context* context, uint64_t shape, uint64_t slots, uint64_t mayRaise) {
  auto* instance = static_cast<InstanceObject*>(
      newObject(*context, sizeof(InstanceObject) + slots * sizeof(Slot),
                static_cast<uint32_t>(shape), mayRaise));
  if (mayRaise && GENE_UNLIKELY(!instance)) return Value::pending();
  instance->overflow = nullptr;
  for (uint64_t i = 0; i < slots; i++) instance->fields()[i].init(Value::absent());
  return Value::object(instance);
}

/// The first value of the next field of the layout: the shape with it has the next id.
void gene_fast_init_field(Value object, uint64_t offset, Value value) {
  object.object()->shape++;
  reinterpret_cast<Slot*>(object.bits + offset)->init(value);
}

// --- members ---------------------------------------------------------------------------------------------------------------

void gene_fast_store_field(Value object, uint64_t offset, Value value) {
  store(reinterpret_cast<Slot*>(object.bits + offset), value);
}

/// Field assignment where the field is probably new: in constructors.
Value gene_fast_add_field(Context* context, Value name, InlineCache* cache, Value object,
                          Value value) {
  if (GENE_LIKELY(object.isObject() && !object.object()->sealed()))
    if (GENE_LIKELY(addField(readCache(cache), object.object(), value))) return value;
  return gene_slow_member_set(context, name, cache, object, value);
}

// --- enums -----------------------------------------------------------------------------------------------------------------

int64_t gene_fast_variant_of(Value value, Value owner) {
  if (!value.isObject()) return -1;
  const Object* object = value.object();
  const bool isValue = object->shape == shapeOfKind(Kind::EnumValue);
  if (GENE_LIKELY(isValue))
    object = static_cast<const EnumValueObject*>(object)->variant.get().object();
  else if (object->shape != shapeOfKind(Kind::Variant))
    return -1;
  const auto* variant = static_cast<const VariantObject*>(object);
  if (variant->owner.get() != owner) return -1;
  // A variant with fields is no value of itself: it makes them.
  const auto* fields = static_cast<const ArrayObject*>(variant->fields.get().object());
  return isValue || fields->size == 0 ? variant->ordinal : -1;
}

Value gene_fast_variant_get(Value owner, uint64_t index) {
  const Object* members = static_cast<const EnumObject*>(owner.object())->members.get().object();
  return static_cast<const MapObject*>(members)->entries[index].value.get();
}

Value gene_fast_variant_new(Context* context, Value owner, uint64_t index, const Value* values,
                            uint64_t count, uint64_t mayRaise) {
  auto* made = static_cast<EnumValueObject*>(
      newObject(*context, sizeof(EnumValueObject) + count * sizeof(Slot),
                shapeOfKind(Kind::EnumValue), mayRaise));
  if (mayRaise && GENE_UNLIKELY(!made)) return Value::pending();
  made->variant.init(gene_fast_variant_get(owner, index));
  made->count = static_cast<uint32_t>(count);
  made->unused = 0;
  for (uint64_t i = 0; i < count; i++) made->values()[i].init(values[i]);
  return Value::object(made);
}

Value gene_fast_variant_field(uint64_t index, Value value) {
  return static_cast<EnumValueObject*>(value.object())->values()[index].get();
}

// --- containers ------------------------------------------------------------------------------------------------------------

Value gene_fast_char_at(Value string, int64_t index) {
  const auto* s = static_cast<const StringObject*>(string.object());
  if (GENE_UNLIKELY(static_cast<uint64_t>(index) >= s->bytes || !s->ascii())) return {0};
  return Value::character(static_cast<unsigned char>(s->data()[index]));
}

Value gene_fast_iter_next(Context* context, Value iterator) {
  IteratorObject* it = asOrNull<IteratorObject>(iterator, Kind::Iterator);
  if (GENE_LIKELY(it != nullptr)) {
    if (it->iteratorKind == IteratorKind::Array) {
      const ArrayObject* array = static_cast<const ArrayObject*>(it->source.get().object());
      if (GENE_LIKELY(it->position < array->size)) return array->items[it->position++].get();
    }
  }
  return gene_iter_next(context, iterator);
}
