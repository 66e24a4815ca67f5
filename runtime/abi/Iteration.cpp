// Loops over collections (06 §6) and how often `repeat` repeats.

#include <cmath>

#include "runtime/abi/Entry.h"
#include "runtime/object/Class.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Generator.h"
#include "runtime/object/String.h"

using namespace gene;

namespace {

constexpr Symbol iteratorMethods[] = {sym::Next, sym::NextPair};

}  // namespace

Value gene_iter_new(Context* context, Value collection) {
  if (collection.isNil()) return Value::object(newIterator(*context, collection));
  if (collection.isObject()) {
    const Kind kind = collection.object()->kind();
    if (has(kind, trait::Iterable)) return Value::object(newIterator(*context, collection));
    if (has(kind, trait::Stepping)) return collection;
  }
  return callMethod(*context, sym::Iter, &collection, 1);
}

Value gene_iter_next(Context* context, Value iterator) {
  if (auto* it = asOrNull<IteratorObject>(iterator, Kind::Iterator))
    return iteratorNext(*context, it);
  if (auto* generator = asOrNull<GeneratorObject>(iterator, Kind::Generator))
    return generatorNext(*context, generator);
  return callMethod(*context, iteratorMethods[0], &iterator, 1);
}

Value gene_iter_next_pair(Context* context, Value iterator) {
  if (auto* it = asOrNull<IteratorObject>(iterator, Kind::Iterator))
    return iteratorNextEntry(*context, it);
  if (auto* generator = asOrNull<GeneratorObject>(iterator, Kind::Generator))
    return generatorNextPair(*context, generator);
  return callMethod(*context, iteratorMethods[1], &iterator, 1);
}

Value gene_generator_new(Context* context, uint64_t slots, Value resume) {
  return newGenerator(*context, resume, static_cast<uint32_t>(slots));
}

Value gene_yield(Context* context, Value) {
  return raise(*context, ErrorClass::Exception, "yield used outside of generator function");
}

Value gene_range_bound(Context* context, Value value) {
  return isInt(value) ? value : raise(*context, ErrorClass::Exception, "Value is not an integer");
}

Value gene_repeat_count(Context*, Value value) {
  if (value.isSmallInt()) return value;
  if (isInt(value)) return Value::smallInt(asInt(value) < 0 ? 0 : Value::SmallIntMax);
  if (!value.isFloat()) return Value::smallInt(value.isTruthy());
  const double d = std::trunc(value.floating());
  if (!(d > 0)) return Value::smallInt(0);
  return Value::smallInt(d < static_cast<double>(Value::SmallIntMax) ? static_cast<int64_t>(d)
                                                                     : Value::SmallIntMax);
}
