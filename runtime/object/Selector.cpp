// The execution model of 17 §3.1: a value, a stream of values or a stream of entries goes from segment to segment.

#include "runtime/object/Selector.h"

#include <string>

#include "runtime/object/Arguments.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

enum class Mode : uint8_t { Value, Values, Entries };

class Application {
 public:
  Application(Context& context, Value target) : context_(context), current_(target) {}

  bool segment(Value s) {
    if (s.isSymbol()) {
      const std::string_view text = s.symbol().text();
      if (text == "*") return expand();
      if (text == "**") return expandEntries();
      if (text == "@") return collect();
      if (text == "@@") return collectEntries();
      if (text == "!") return require();
    }
    if (s.isSymbol() || isString(s) || isInt(s)) return look(s);
    return transform(s);
  }

  Value result(Value fallback) {
    if (mode_ == Mode::Value)
      return current_.isVoid() && !fallback.isAbsent() ? fallback : current_;
    if (stream_->size == 0 && !fallback.isAbsent()) return fallback;
    return mode_ == Mode::Values ? Value::object(stream_) : Value::object(pairs());
  }

 private:
  // A stream of entries lies in `stream_` as key value key value …

  ArrayObject* begin() { return newArray(context_, 0); }
  void push(ArrayObject* to, Value v) {
    if (!v.isVoid()) arrayPush(context_, to, v);
  }
  void pushEntry(ArrayObject* to, Value key, Value v) {
    if (v.isVoid()) return;
    arrayPush(context_, to, key);
    arrayPush(context_, to, v);
  }
  [[nodiscard]] uint32_t step() const { return mode_ == Mode::Entries ? 2 : 1; }
  /// The values of the stream: every element, or every second one.
  [[nodiscard]] Value valueAt(uint32_t i) const { return arrayAt(stream_, i + step() - 1); }
  ArrayObject* pairs() {
    ArrayObject* result = newArray(context_, stream_->size / 2);
    for (uint32_t i = 0; i < stream_->size; i += 2) {
      const Value pair[] = {arrayAt(stream_, i), arrayAt(stream_, i + 1)};
      arrayPush(context_, result, Value::object(newArrayFrom(context_, pair, 2)));
    }
    return result;
  }
  bool become(Mode mode, ArrayObject* stream) {
    mode_ = mode;
    stream_ = stream;
    return true;
  }
  bool become(Value v) {
    mode_ = Mode::Value;
    current_ = v;
    return true;
  }

  bool look(Value key) {
    if (mode_ == Mode::Value) {
      current_ = getElement(context_, current_, key);
      return !current_.isPending();
    }
    ArrayObject* to = begin();
    for (uint32_t i = 0; i < stream_->size; i += step()) {
      const Value found = getElement(context_, valueAt(i), key);
      if (found.isPending()) return false;
      if (mode_ == Mode::Entries)
        pushEntry(to, arrayAt(stream_, i), found);
      else
        push(to, found);
    }
    return become(mode_, to);
  }

  bool expand() {
    ArrayObject* to = begin();
    if (mode_ == Mode::Value) return valuesOf(current_, to) && become(Mode::Values, to);
    for (uint32_t i = 0; i < stream_->size; i += step())
      if (!valuesOf(valueAt(i), to)) return false;
    return become(Mode::Values, to);
  }

  bool expandEntries() {
    ArrayObject* to = begin();
    if (mode_ == Mode::Value) return entriesOf(current_, to) && become(Mode::Entries, to);
    for (uint32_t i = 0; i < stream_->size; i += step())
      if (!entriesOf(valueAt(i), to)) return false;
    return become(Mode::Entries, to);
  }

  bool collect() {
    if (mode_ == Mode::Values) return become(Value::object(stream_));
    if (mode_ == Mode::Entries) return become(Value::object(pairs()));
    ArrayObject* to = begin();
    push(to, current_);
    return become(Value::object(to));
  }

  bool collectEntries() {
    if (mode_ != Mode::Entries) {
      raise(context_, ErrorClass::Argument,
            "@@ requires an entry stream (use ** to expand entries first)");
      return false;
    }
    MapObject* map = newMap(context_);
    for (uint32_t i = 0; i < stream_->size; i += 2)
      mapPut(context_, map, arrayAt(stream_, i).symbol(), arrayAt(stream_, i + 1));
    return become(Value::object(map));
  }

  bool require() {
    const char* problem = nullptr;
    if (mode_ == Mode::Value) {
      if (current_.isVoid()) problem = "Selector did not match (VOID)";
      if (current_.isNil()) problem = "Selector matched but value is nil";
    } else {
      if (stream_->size == 0) problem = "Selector did not match (empty)";
      for (uint32_t i = 0; i < stream_->size; i += step())
        if (valueAt(i).isNil()) problem = "Selector matched but value is nil";
    }
    if (problem) raise(context_, ErrorClass::Exception, problem);
    return !problem;
  }

  bool transform(Value function) {
    if (mode_ == Mode::Value) {
      if (!current_.isVoid()) current_ = call(context_, function, &current_, 1);
      return !current_.isPending();
    }
    ArrayObject* to = begin();
    for (uint32_t i = 0; i < stream_->size; i += step()) {
      const Value args[] = {arrayAt(stream_, i), valueAt(i)};
      const Value result = call(context_, function, args, step());
      if (result.isPending()) return false;
      if (mode_ == Mode::Values)
        push(to, result);
      else if (!transformedEntry(args[0], result, to))
        return false;
    }
    return become(mode_, to);
  }

  bool transformedEntry(Value key, Value result, ArrayObject* to) {
    if (!isArray(result)) {
      pushEntry(to, key, result);
      return true;
    }
    const auto* pair = as<ArrayObject>(result);
    if (pair->size != 2) {
      raise(context_, ErrorClass::Exception, "Entry transform must return [key value]");
      return false;
    }
    return pushKeyed(to, arrayAt(pair, 0), arrayAt(pair, 1));
  }

  /// An entry whose key is a string, symbol or int.
  bool pushKeyed(ArrayObject* to, Value key, Value v) {
    if (isString(key)) {
      key = Value::symbol(symbolOfString(key));
    } else if (isInt(key)) {
      key = Value::symbol(Symbol::of(std::to_string(asInt(key))));
    } else if (!key.isSymbol()) {
      raise(context_, ErrorClass::Exception,
            "Entry key must be string/symbol/int, got " + kindName(context_, key));
      return false;
    }
    pushEntry(to, key, v);
    return true;
  }

  // --- what values contain -------------------------------------------------------------------------------------------

  bool valuesOf(Value v, ArrayObject* to) {
    if (isArray(v)) {
      for (uint32_t i = 0; i < as<ArrayObject>(v)->size; i++)
        push(to, arrayAt(as<ArrayObject>(v), i));
      return true;
    }
    if (isGene(v)) {
      for (uint32_t i = 0; i < as<GeneObject>(v)->size; i++)
        push(to, as<GeneObject>(v)->children[i].get());
      return true;
    }
    if (isMap(v) || isKind(v, Kind::HashMap) || isKind(v, Kind::HashSet)) {
      const bool isSet = isKind(v, Kind::HashSet);
      const auto* map = as<MapObject>(v);
      for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
        push(to, isSet ? map->entries[i].key.get() : map->entries[i].value.get());
      return true;
    }
    return iterate(v, sym::Next, [&](Value item) {
      push(to, item);
      return true;
    });
  }

  bool entriesOf(Value v, ArrayObject* to) {
    if (isMap(v)) return mapEntries(as<MapObject>(v), to);
    if (isKind(v, Kind::HashMap)) return mapEntries(as<MapObject>(v), to);
    if (isGene(v)) {
      const Value properties = as<GeneObject>(v)->properties.get();
      return !isMap(properties) || mapEntries(as<MapObject>(properties), to);
    }
    if (isKind(v, Kind::Namespace))
      return mapEntries(as<MapObject>(as<NamespaceObject>(v)->members.get()), to);
    if (isClass(v)) return mapEntries(as<MapObject>(as<ClassObject>(v)->members.get()), to);
    if (isArray(v)) {
      const auto* array = as<ArrayObject>(v);
      for (uint32_t i = 0; i < array->size; i++)
        if (!pushKeyed(to, Value::smallInt(i), arrayAt(array, i))) return false;
      return true;
    }
    if (isKind(v, Kind::HashSet)) {
      const auto* set = as<MapObject>(v);
      int64_t number = 0;
      for (uint32_t i = 0; (i = mapNext(set, i)) != MapEnd; i++)
        if (!pushKeyed(to, Value::smallInt(number++), set->entries[i].key.get())) return false;
      return true;
    }
    if (isInstance(v) && methodOf(context_, v, sym::Iter).isAbsent()) return fields(v, to);
    return iterate(v, sym::NextPair, [&](Value pair) {
      if (!isArray(pair) || as<ArrayObject>(pair)->size != 2) return true;
      return pushKeyed(to, arrayAt(as<ArrayObject>(pair), 0), arrayAt(as<ArrayObject>(pair), 1));
    });
  }

  bool mapEntries(const MapObject* map, ArrayObject* to) {
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      if (!pushKeyed(to, map->entries[i].key.get(), map->entries[i].value.get())) return false;
    return true;
  }

  bool fields(Value v, ArrayObject* to) {
    auto* instance = static_cast<InstanceObject*>(v.object());
    for (const Symbol name : fieldNames(instance))
      pushEntry(to, Value::symbol(name), getField(context_, instance, name));
    return true;
  }

  /// Values that have an `iter` method: ranges, iterators, generators, instances. Others contain nothing.
  template <class Each>
  bool iterate(Value v, Symbol next, Each each) {
    if (!v.isObject() || methodOf(context_, v, sym::Iter).isAbsent()) return true;
    const Value iterator = callMethod(context_, sym::Iter, &v, 1);
    if (iterator.isPending()) return false;
    for (;;) {
      const Value item = callMethod(context_, next, &iterator, 1);
      if (item.isPending()) return false;
      if (item.isNotFound()) return true;
      if (!each(item)) return false;
    }
  }

  Context& context_;
  Mode mode_ = Mode::Value;
  Value current_;
  ArrayObject* stream_ = nullptr;
};

}  // namespace

Value applySelector(Context& context, SelectorObject* selector, Value target, Value fallback) {
  const auto* segments = as<ArrayObject>(selector->segments.get());
  Application application(context, target);
  for (uint32_t i = 0; i < segments->size; i++)
    if (!application.segment(arrayAt(segments, i))) return Value::pending();
  return application.result(fallback);
}

bool checkSegment(Context& context, Value segment) {
  if (segment.isSymbol() || isString(segment) || isInt(segment) || isCallable(segment)) return true;
  if (isKind(segment, Kind::Selector) || isInstance(segment)) return true;
  raise(context, ErrorClass::Exception, "Invalid selector segment: " + kindName(context, segment));
  return false;
}

}  // namespace gene
