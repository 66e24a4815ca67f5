#include "runtime/object/Enum.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "runtime/heap/Allocate.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Map.h"
#include "runtime/object/Types.h"

namespace gene {
namespace {

ArrayObject* fieldsOf(const VariantObject* variant) {
  return as<ArrayObject>(variant->fields.get());
}
Symbol fieldName(const VariantObject* variant, uint32_t index) {
  return fieldsOf(variant)->items[index].get().symbol();
}

/// Enum/Variant
std::string path(const VariantObject* variant) {
  return std::string(ownerOf(variant)->name.get().symbol().text()) + "/" +
         std::string(variant->name.get().symbol().text());
}

/// a, b, c
std::string list(const std::vector<Symbol>& names) {
  std::string text;
  for (Symbol name : names) text += (text.empty() ? "" : ", ") + std::string(name.text());
  return text;
}
std::string fieldList(const VariantObject* variant) {
  std::vector<Symbol> names;
  for (uint32_t i = 0; i < fieldsOf(variant)->size; i++) names.push_back(fieldName(variant, i));
  return list(names);
}
std::string sortedList(std::vector<Symbol> names) {
  std::sort(names.begin(), names.end(), [](Symbol a, Symbol b) { return a.text() < b.text(); });
  return list(names);
}

/// One payload value against its annotation; 0 when it does not fit.
Value checkedField(Context& context, const VariantObject* variant, uint32_t index, Value v) {
  const Value type = as<ArrayObject>(variant->types.get())->items[index].get();
  if (type.isNil()) return v;
  const std::string where =
      "field " + path(variant) + "." + std::string(fieldName(variant, index).text());
  // Unlike everywhere else, nil has to be named by the type.
  const Value checked = checkType(context, type, where, v, Conversion::Numeric, NilRule::Payload);
  if (checked.isPending()) context.wantsLocation = true;
  return checked;
}

Value argumentError(Context& context, const std::string& message) {
  return raise(context, ErrorClass::Argument, message);
}

/// Fills `values` from keywords in any order, or raises.
bool byKeyword(Context& context, const VariantObject* variant, Keywords keywords,
               std::vector<Value>& values) {
  std::vector<Symbol> unknown, missing;
  for (uint32_t i = 0; i < keywords.count; i++) {
    const int64_t field = fieldIndex(variant, keywords.pairs[2 * i].symbol());
    if (field < 0)
      unknown.push_back(keywords.pairs[2 * i].symbol());
    else
      values[field] = keywords.pairs[2 * i + 1];
  }
  for (uint32_t i = 0; i < values.size(); i++)
    if (values[i].isAbsent()) missing.push_back(fieldName(variant, i));
  if (unknown.empty() && missing.empty()) return true;
  const std::string what = !unknown.empty()
                               ? " got unknown keyword argument(s): " + sortedList(unknown)
                               : " missing keyword argument(s): " + list(missing);
  argumentError(context,
                "Variant " + path(variant) + what + "; expected fields: " + fieldList(variant));
  return false;
}

std::atomic<uint64_t> madeSoFar = 0;

}  // namespace

uint64_t enumsMade() { return madeSoFar.load(std::memory_order_relaxed); }

EnumObject* newEnum(Context& context, Symbol name) {
  madeSoFar.fetch_add(1, std::memory_order_relaxed);
  auto* object = allocate<EnumObject>(context, Kind::Enum);
  object->name.init(Value::symbol(nameOfIdentity(name)));
  object->identity = name;
  object->members.init(Value::nil());
  object->members.set(Value::object(newMap(context)));
  return object;
}

void addVariant(Context& context, EnumObject* owner, Symbol name, Value fields, Value types) {
  auto* variant = allocate<VariantObject>(context, Kind::Variant);
  variant->owner.init(Value::object(owner));
  variant->name.init(Value::symbol(name));
  variant->fields.init(fields);
  variant->types.init(types);
  variant->ordinal = as<MapObject>(owner->members.get())->size;
  variant->unused = 0;
  mapPut(context, as<MapObject>(owner->members.get()), name, Value::object(variant));
}

Value enumMember(const EnumObject* owner, Symbol name) {
  return mapGet(as<MapObject>(owner->members.get()), name);
}

VariantObject* variantOf(Value v) {
  if (isKind(v, Kind::EnumValue)) return as<VariantObject>(as<EnumValueObject>(v)->variant.get());
  return asOrNull<VariantObject>(v, Kind::Variant);
}

int64_t fieldIndex(const VariantObject* variant, Symbol field) {
  const ArrayObject* fields = fieldsOf(variant);
  for (uint32_t i = 0; i < fields->size; i++)
    if (fields->items[i].get() == Value::symbol(field)) return i;
  return -1;
}

Value constructVariant(Context& context, VariantObject* variant, const Value* args, uint32_t count,
                       Keywords keywords) {
  const uint32_t fields = fieldsOf(variant)->size;
  if (fields == 0) {
    if (keywords.count > 0) {
      std::vector<Symbol> names;
      for (uint32_t i = 0; i < keywords.count; i++) names.push_back(keywords.pairs[2 * i].symbol());
      return argumentError(context, "Unit variant " + path(variant) +
                                        " expects 0 keyword arguments, got: " + sortedList(names));
    }
    if (count > 0)
      return argumentError(context, "Unit variant " + path(variant) + " expects 0 arguments, got " +
                                        std::to_string(count));
    return Value::object(variant);
  }
  std::vector<Value> byName;
  if (keywords.count > 0) {
    if (count > 0)
      return argumentError(
          context, "Variant " + path(variant) + " cannot mix positional and keyword arguments");
    byName.assign(fields, Value::absent());
    if (!byKeyword(context, variant, keywords, byName)) return Value::pending();
    args = byName.data();
  } else if (count != fields) {
    return argumentError(context, "Variant " + path(variant) + " expects " +
                                      std::to_string(fields) + " arguments (" + fieldList(variant) +
                                      "), got " + std::to_string(count));
  }
  auto* value = allocate<EnumValueObject>(context, Kind::EnumValue, fields * sizeof(Slot));
  value->variant.init(Value::object(variant));
  value->count = fields;
  value->unused = 0;
  for (uint32_t i = 0; i < fields; i++) value->values()[i].init(Value::nil());
  for (uint32_t i = 0; i < fields; i++) {
    const Value v = checkedField(context, variant, i, args[i]);
    if (v.isPending()) return v;
    value->values()[i].set(v);
  }
  return Value::object(value);
}

Value enumField(Context& context, Value v, Symbol field) {
  const VariantObject* variant = variantOf(v);
  const int64_t index = isKind(v, Kind::EnumValue) ? fieldIndex(variant, field) : -1;
  if (index >= 0) return as<EnumValueObject>(v)->values()[index].get();
  raise(context, ErrorClass::Exception,
        "Variant " + std::string(variant->name.get().symbol().text()) + " has no field " +
            std::string(field.text()));
  explainMethod(context, v, field);
  return Value::pending();
}

int matchVariant(Context& context, Value target, Value value, uint32_t binders) {
  const auto* variant = asOrNull<VariantObject>(value, Kind::Variant);
  if (!variant) {
    raise(context, ErrorClass::Exception,
          "Enum pattern expected a variant, got " + kindName(context, value));
    return -1;
  }
  const uint32_t fields = fieldsOf(variant)->size;
  if (fields != binders) {
    argumentError(context, "variant " + path(variant) + " pattern expects " +
                               std::to_string(fields) + " binding(s)" +
                               (fields ? " (" + fieldList(variant) + ")" : "") + ", got " +
                               std::to_string(binders));
    return -1;
  }
  // A variant with fields is no value of itself: it makes them.
  return fields == 0 || isKind(target, Kind::EnumValue) ? variantOf(target) == variant : 0;
}

void defineStandardEnums(Context& context) {
  auto variant = [&](StandardVariant which, EnumObject* owner, const char* name,
                     const char* field) {
    const Value fieldValue = field ? Value::symbol(Symbol::of(field)) : Value::nil();
    const Value none = Value::nil();
    addVariant(context, owner, Symbol::of(name),
               Value::object(newArrayFrom(context, &fieldValue, field ? 1 : 0)),
               Value::object(newArrayFrom(context, &none, field ? 1 : 0)));
    const Value made = enumMember(owner, Symbol::of(name));
    makeImmortal(made);
    context.standard[static_cast<size_t>(which)] = as<VariantObject>(made);
    namespaceSet(context, context.globals, Symbol::of(name), made);
  };
  auto define = [&](const char* name) {
    EnumObject* owner = newEnum(context, Symbol::of(name));
    namespaceSet(context, context.globals, Symbol::of(name), Value::object(owner));
    return owner;
  };
  EnumObject* result = define("Result");
  variant(StandardVariant::Ok, result, "Ok", "value");
  variant(StandardVariant::Err, result, "Err", "error");
  EnumObject* option = define("Option");
  variant(StandardVariant::Some, option, "Some", "value");
  variant(StandardVariant::None, option, "None", nullptr);
}

}  // namespace gene
