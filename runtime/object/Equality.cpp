#include "runtime/object/Equality.h"

#include <cmath>
#include <cstring>
#include <unordered_set>
#include <vector>

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

/// Compares what needs no look inside: 1 equal, 0 different, -1 both are containers of one kind.
int compareShallow(Value a, Value b) {
  if (a == b) return a.isFloat() ? !std::isnan(a.floating()) : 1;
  if (isNumber(a) && isNumber(b)) {
    if (isInt(a) && isInt(b)) return asInt(a) == asInt(b);
    if (a.isFloat() && b.isFloat()) return a.floating() == b.floating();
    const double d = a.isFloat() ? a.floating() : b.floating();
    const int64_t i = a.isFloat() ? asInt(b) : asInt(a);
    // Exact: beyond 2^53 the conversion of the Int could round to the Float.
    return d >= -9223372036854775808.0 && d < 9223372036854775808.0 &&
           static_cast<int64_t>(d) == i && static_cast<double>(static_cast<int64_t>(d)) == d;
  }
  if (!a.isObject() || !b.isObject() || a.object()->shape != b.object()->shape) return 0;
  switch (a.object()->kind()) {
    case Kind::String: return stringsEqual(as<StringObject>(a), as<StringObject>(b));
    case Kind::ComplexSymbol: {
      auto *x = as<ComplexSymbolObject>(a), *y = as<ComplexSymbolObject>(b);
      return x->count == y->count &&
             std::memcmp(x->parts(), y->parts(), x->count * sizeof(Symbol)) == 0;
    }
    case Kind::Bytes: {
      auto *x = as<BytesObject>(a), *y = as<BytesObject>(b);
      return x->size == y->size && (x->size == 0 || std::memcmp(x->data, y->data, x->size) == 0);
    }
    case Kind::DateTime: return sameDateTime(*as<DateTimeObject>(a), *as<DateTimeObject>(b));
    case Kind::Array: return as<ArrayObject>(a)->size == as<ArrayObject>(b)->size ? -1 : 0;
    case Kind::EnumValue:
      return as<EnumValueObject>(a)->variant.get() == as<EnumValueObject>(b)->variant.get() ? -1
                                                                                            : 0;
    case Kind::Map:
    case Kind::HashMap:
    case Kind::HashSet: return as<MapObject>(a)->size == as<MapObject>(b)->size ? -1 : 0;
    default: return 0;
  }
}

uint64_t pairKey(const Pair& p) { return p.a.bits * 0x9E3779B97F4A7C15ull ^ p.b.bits; }

}  // namespace

bool equal(Context& context, Value a, Value b) {
  int shallow = compareShallow(a, b);
  if (shallow >= 0) return shallow != 0;
  // Containers: an explicit stack. Pairs that were met before are taken as equal, which ends cycles. Remembered are those
  // of which one can be met again: what several objects hold, and the roots. So a tree costs nothing.
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
      const Value other = x->is(Kind::Map) ? mapGet(y, key.symbol()) : tableGet(context, y, key);
      if (other.isPending()) {
        context.exception = Value::pending();  // `==` never raises
        return false;
      }
      if (other.isAbsent() || !compare(x->entries[i].value.get(), other)) return false;
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

uint64_t mix(uint64_t h) {
  h ^= h >> 33;
  h *= 0xFF51AFD7ED558CCDull;
  h ^= h >> 33;
  return h;
}

constexpr int DeepestHash =
    5000;  // containers below are hashed by their size alone, which ends cycles

bool hashDeep(Context& context, Value v, std::string_view what, uint64_t* hash, int depth) {
  if (isInt(v)) {
    *hash = mix(static_cast<uint64_t>(asInt(v)));
    return true;
  }
  if (v.isFloat()) {
    const double d = v.floating();
    const bool integral = d >= -9223372036854775808.0 && d < 9223372036854775808.0 &&
                          static_cast<double>(static_cast<int64_t>(d)) == d;
    *hash = mix(integral ? static_cast<uint64_t>(static_cast<int64_t>(d)) : v.bits);
    return true;
  }
  if (!v.isObject()) {
    *hash = mix(v.bits);
    return true;
  }
  if (isInstance(v)) {
    const Value method = findMethod(context, classOf(context, v), sym::Hash);
    if (!method.isAbsent()) {
      const Value result = call(context, method, &v, 1);
      if (result.isPending()) return false;
      if (!isInt(result)) {
        raise(context, ErrorClass::Type,
              std::string(what) + " key .hash must return Int, got " + kindName(context, result));
        return false;
      }
      *hash = mix(static_cast<uint64_t>(asInt(result)));
      return true;
    }
  } else {
    switch (v.object()->kind()) {
      case Kind::String: *hash = mix(stringHash(as<StringObject>(v))); return true;
      case Kind::ComplexSymbol: {
        auto* symbol = as<ComplexSymbolObject>(v);
        uint64_t h = symbol->count;
        for (uint32_t i = 0; i < symbol->count; i++) h = mix(h ^ symbol->parts()[i].id);
        *hash = h;
        return true;
      }
      case Kind::DateTime: *hash = mix(hashDateTime(*as<DateTimeObject>(v))); return true;
      case Kind::Bytes: {
        auto* bytes = as<BytesObject>(v);
        uint64_t h = bytes->size;
        for (uint32_t i = 0; i < bytes->size; i++) h = mix(h ^ bytes->data[i]);
        *hash = h;
        return true;
      }
      case Kind::Array: {
        auto* array = as<ArrayObject>(v);
        uint64_t h = 0xA0761D6478BD642Full + array->size;
        for (uint32_t i = 0; i < array->size && depth < DeepestHash; i++) {
          uint64_t item;
          if (!hashDeep(context, array->items[i].get(), what, &item, depth + 1)) return false;
          h = mix(h ^ item);
        }
        *hash = h;
        return true;
      }
      case Kind::Variant: *hash = mix(v.bits); return true;
      case Kind::EnumValue: {
        auto* value = as<EnumValueObject>(v);
        uint64_t h = mix(value->variant.get().bits);
        for (uint32_t i = 0; i < value->count && depth < DeepestHash; i++) {
          uint64_t item;
          if (!hashDeep(context, value->values()[i].get(), what, &item, depth + 1)) return false;
          h = mix(h ^ item);
        }
        *hash = h;
        return true;
      }
      case Kind::Map:
      case Kind::HashMap: {
        auto* map = as<MapObject>(v);
        uint64_t h = 0xE7037ED1A0B428DBull + map->size;
        for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd && depth < DeepestHash; i++) {
          uint64_t key, value;
          if (!hashDeep(context, map->entries[i].key.get(), what, &key, depth + 1) ||
              !hashDeep(context, map->entries[i].value.get(), what, &value, depth + 1))
            return false;
          h += mix(key ^ mix(value));  // order does not count
        }
        *hash = h;
        return true;
      }
      default: break;
    }
  }
  raise(context, ErrorClass::Type,
        "Key is not hashable for " + std::string(what) + ": " + kindName(context, v));
  return false;
}

}  // namespace

bool hashOf(Context& context, Value v, std::string_view what, uint64_t* hash) {
  return hashDeep(context, v, what, hash, 0);
}

}  // namespace gene
