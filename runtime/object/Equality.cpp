#include "runtime/object/Equality.h"

#include <cmath>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/DateTime.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

struct Pair {
  Value a, b;
};

bool sameContent(const StringObject* a, const StringObject* b) { return stringsEqual(a, b); }
bool sameContent(ComplexSymbolObject* a, ComplexSymbolObject* b) {
  return a->count == b->count &&
         std::memcmp(a->parts(), b->parts(), a->count * sizeof(Symbol)) == 0;
}
bool sameContent(const BytesObject* a, const BytesObject* b) {
  return a->size == b->size && (a->size == 0 || std::memcmp(a->data, b->data, a->size) == 0);
}
bool sameContent(const DateTimeObject* a, const DateTimeObject* b) { return sameDateTime(*a, *b); }
/// Handles of one actor.
bool sameContent(const ActorObject* a, const ActorObject* b) {
  return a->share && a->share == b->share;
}

/// Whether the parts are worth a look.
bool mayBeEqual(const ArrayObject* a, const ArrayObject* b) { return a->size == b->size; }
bool mayBeEqual(const MapObject* a, const MapObject* b) { return a->size == b->size; }
bool mayBeEqual(const EnumValueObject* a, const EnumValueObject* b) {
  return a->variant.get() == b->variant.get();
}

/// Compares what needs no look inside: 1 equal, 0 different, -1 both are containers of one kind.
int compareShallow(Value a, Value b) {
  if (a == b) return a.isFloat() ? !std::isnan(a.floating()) : 1;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) == 0;
  if (!a.isObject() || !b.isObject() || a.object()->shape != b.object()->shape) return 0;
  if (isInstance(a)) return 0;
  int result = 0;
  dispatch<trait::Content>(a.object(), [&]<class T>(T* x) { result = sameContent(x, as<T>(b)); });
  dispatch<trait::Parts>(a.object(),
                         [&]<class T>(T* x) { result = mayBeEqual(x, as<T>(b)) ? -1 : 0; });
  return result;
}

/// Compares without memory: 1 equal, 0 different, -1 not decided. Each part takes one from `parts`; with none left, nothing is.
int compareSmall(Value a, Value b, int& parts) {
  const int shallow = compareShallow(a, b);
  if (shallow >= 0) return shallow;
  const auto compareParts = [&](uint32_t count, const Slot* x, const Slot* y) {
    for (uint32_t i = 0; i < count; i++) {
      const int result = parts-- > 0 ? compareSmall(x[i].get(), y[i].get(), parts) : -1;
      if (result != 1) return result;
    }
    return 1;
  };
  if (a.object()->is(Kind::Array)) {
    const auto *x = as<ArrayObject>(a), *y = as<ArrayObject>(b);
    return compareParts(x->size, x->items, y->items);
  }
  if (a.object()->is(Kind::EnumValue)) {
    auto *x = as<EnumValueObject>(a), *y = as<EnumValueObject>(b);
    return compareParts(x->count, x->values(), y->values());
  }
  return -1;
}

uint64_t pairKey(const Pair& p) { return p.a.bits * 0x9E3779B97F4A7C15ull ^ p.b.bits; }

}  // namespace

int compareNumbers(Value lhs, Value rhs) {
  if (isInt(lhs) && isInt(rhs)) {
    const int64_t a = asInt(lhs), b = asInt(rhs);
    return a < b ? -1 : a > b;
  }
  const double a = asDouble(lhs), b = asDouble(rhs);
  if (a != a || b != b) return 2;
  if (a != b) return a < b ? -1 : 1;
  // Equal as doubles: a large Int may have been rounded.
  if (isInt(lhs) == isInt(rhs)) return 0;
  const bool intLeft = isInt(lhs);
  const int64_t i = asInt(intLeft ? lhs : rhs);
  const double d = intLeft ? b : a;
  const int order = d >= 9223372036854775808.0    ? -1
                    : i < static_cast<int64_t>(d) ? -1
                                                  : i > static_cast<int64_t>(d);
  return intLeft ? order : -order;
}

bool equal(Context& context, Value a, Value b) {
  int parts = 64;
  if (const int small = compareSmall(a, b, parts); small >= 0) return small != 0;
  // Large containers, and cyclic ones: an explicit stack. Pairs that were met before are taken as equal, which ends cycles.
  // Remembered are those of which one can be met again: what several objects hold, and the roots. So a tree costs nothing.
  std::vector<Pair> work{{a, b}};
  std::unordered_set<uint64_t> met;
  auto mayComeAgain = [](Value v, Value root) {
    return v.object()->isImmortal() || v.object()->countAndFlags >= 2 * Object::One || v == root;
  };
  auto compare = [&](Value x, Value y) {
    const int result = compareShallow(x, y);
    if (result < 0) work.push_back({x, y});
    return result != 0;
  };
  while (!work.empty()) {
    const Pair p = work.back();
    work.pop_back();
    if ((mayComeAgain(p.a, a) || mayComeAgain(p.b, b)) && !met.insert(pairKey(p)).second) continue;
    if (p.a.object()->is(Kind::Array)) {
      auto *x = as<ArrayObject>(p.a), *y = as<ArrayObject>(p.b);
      for (uint32_t i = x->size; i-- > 0;)
        if (!compare(x->items[i].get(), y->items[i].get())) return false;
      continue;
    }
    if (p.a.object()->is(Kind::EnumValue)) {
      auto *x = as<EnumValueObject>(p.a), *y = as<EnumValueObject>(p.b);
      for (uint32_t i = x->count; i-- > 0;)
        if (!compare(x->values()[i].get(), y->values()[i].get())) return false;
      continue;
    }
    auto *x = as<MapObject>(p.a), *y = as<MapObject>(p.b);
    for (uint32_t i = 0; (i = mapNext(x, i)) != MapEnd; i++) {
      const Value key = x->entries[i].key.get();
      const int64_t j =
          x->is(Kind::Map) ? mapFind(y, key.symbol()) : tableFind(context, y, key, x->hashes()[i]);
      if (j < 0 || !compare(x->entries[i].value.get(), y->entries[j].value.get())) return false;
    }
  }
  return true;
}

Value equalOperator(Context& context, Value a, Value b) {
  if (isInstance(a)) {
    const Value method = findMethod(context, classOf(context, a), sym::EqualEqual);
    if (!method.isAbsent()) {
      const Value args[] = {a, b};
      const Value result = call(context, method, args, 2);
      return result.isPending() ? result : Value::boolean(result.isTruthy());
    }
  }
  return Value::boolean(equal(context, a, b));
}

// --- hashing -----------------------------------------------------------------------------------------------------------

namespace {

/// The hash of a key; false with an exception for what is none. Without a context: false for what needs one, no exception.
class Hasher {
 public:
  Hasher() = default;
  Hasher(Context& context, std::string_view what) : context_(&context), what_(what) {}

  bool hash(Value v, uint64_t* hash, int depth = 0) {
    if (hashPlain(v, hash)) return true;
    if (v.isFloat()) {
      const double d = v.floating();
      const bool integral = d >= -9223372036854775808.0 && d < 9223372036854775808.0 &&
                            static_cast<double>(static_cast<int64_t>(d)) == d;
      *hash = mixHash(integral ? static_cast<uint64_t>(static_cast<int64_t>(d)) : v.bits);
      return true;
    }
    if (isInt(v)) {
      *hash = mixHash(static_cast<uint64_t>(asInt(v)));
      return true;
    }
    if (!context_) {
      if (isInstance(v) || depth > DeepestData) return false;
    } else if (stackIsFull(*context_)) {
      gene_stack_overflow(context_);
      return false;
    }
    if (isInstance(v)) return hashInstance(v, hash);
    bool ok = true;
    if (dispatch<trait::Hashed>(v.object(),
                                [&](auto* object) { ok = hashInside(object, hash, depth); }))
      return ok;
    return refuse(v);
  }

 private:
  static constexpr int Deepest =
      5000;  // containers below hash by their size alone, which ends cycles
  static constexpr int DeepestData = 8;  // without a context

  bool refuse(Value v) {
    if (!context_) return false;
    raise(*context_, ErrorClass::Type,
          "Key is not hashable for " + std::string(what_) + ": " + kindName(*context_, v));
    return false;
  }

  bool hashInstance(Value v, uint64_t* hash) {
    const Value method = findMethod(*context_, classOf(*context_, v), sym::Hash);
    if (method.isAbsent()) return refuse(v);
    const Value result = call(*context_, method, &v, 1);
    if (result.isPending()) return false;
    if (!isInt(result)) {
      raise(*context_, ErrorClass::Type,
            std::string(what_) + " key .hash must return Int, got " + kindName(*context_, result));
      return false;
    }
    *hash = mixHash(static_cast<uint64_t>(asInt(result)));
    return true;
  }

  bool hashInside(StringObject* string, uint64_t* hash, int) {
    return hashPlain(Value::object(string), hash);
  }
  bool hashInside(ComplexSymbolObject* symbol, uint64_t* hash, int) {
    *hash = symbol->count;
    for (uint32_t i = 0; i < symbol->count; i++) *hash = mixHash(*hash ^ symbol->parts()[i].id);
    return true;
  }
  bool hashInside(DateTimeObject* date, uint64_t* hash, int) {
    *hash = mixHash(hashDateTime(*date));
    return true;
  }
  bool hashInside(BytesObject* bytes, uint64_t* hash, int) {
    *hash = bytes->size;
    for (uint32_t i = 0; i < bytes->size; i++) *hash = mixHash(*hash ^ bytes->data[i]);
    return true;
  }
  bool hashInside(VariantObject* variant, uint64_t* hash, int) {
    *hash = mixHash(Value::object(variant).bits);
    return true;
  }
  bool hashInside(ArrayObject* array, uint64_t* hash, int depth) {
    *hash = 0xA0761D6478BD642Full + array->size;
    for (uint32_t i = 0; i < array->size && depth < Deepest; i++)
      if (!add(array->items[i].get(), hash, depth)) return false;
    return true;
  }
  bool hashInside(EnumValueObject* value, uint64_t* hash, int depth) {
    *hash = mixHash(value->variant.get().bits);
    for (uint32_t i = 0; i < value->count && depth < Deepest; i++)
      if (!add(value->values()[i].get(), hash, depth)) return false;
    return true;
  }
  bool hashInside(MapObject* map, uint64_t* hash, int depth) {
    *hash = 0xE7037ED1A0B428DBull + map->size;
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd && depth < Deepest; i++) {
      // A user's `hash` may change the map.
      const Value key = map->entries[i].key.get(), value = map->entries[i].value.get();
      uint64_t keyHash, valueHash;
      if (!this->hash(key, &keyHash, depth + 1) || !this->hash(value, &valueHash, depth + 1))
        return false;
      *hash += mixHash(keyHash ^ mixHash(valueHash));  // order does not count
    }
    return true;
  }
  bool add(Value item, uint64_t* hash, int depth) {
    uint64_t its;
    if (!this->hash(item, &its, depth + 1)) return false;
    *hash = mixHash(*hash ^ its);
    return true;
  }

  Context* context_ = nullptr;
  std::string_view what_;
};

}  // namespace

bool hashData(Value v, uint64_t* hash) { return Hasher().hash(v, hash); }

bool hashOf(Context& context, Value v, std::string_view what, uint64_t* hash) {
  return Hasher(context, what).hash(v, hash);
}

}  // namespace gene
