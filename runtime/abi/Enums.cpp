// Enums, their patterns, and `?`.

#include "runtime/object/Enum.h"

#include "runtime/abi/Entry.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Function.h"

using namespace gene;

Value gene_enum_new(Context* context, Value declaration) {
  const auto* parts = operand<ArrayObject>(declaration, Kind::Array);
  EnumObject* result = newEnum(*context, symbolOperand(partOfConstant(parts, 0)));
  for (uint32_t i = 1; i < parts->size; i++) {
    const auto* variant = operand<ArrayObject>(arrayAt(parts, i), Kind::Array);
    addVariant(*context, result, symbolOperand(partOfConstant(variant, 0)),
               partOfConstant(variant, 1), partOfConstant(variant, 2));
  }
  return Value::object(result);
}

Value gene_match_variant(Context* context, uint64_t binders, Value target, Value variant) {
  const bool nameAlone = static_cast<int64_t>(binders) < 0;
  if (nameAlone && !isKind(variant, Kind::Variant) && !variant.isVoid())
    return equalOperator(*context, target, variant);
  const int matches =
      matchVariant(*context, target, variant, nameAlone ? 0 : static_cast<uint32_t>(binders));
  return matches < 0 ? Value::pending() : Value::boolean(matches != 0);
}

Value gene_variant_field(Context*, uint64_t index, Value value) {
  auto* made = operand<EnumValueObject>(value, Kind::EnumValue);
  if (GENE_UNLIKELY(index >= made->count)) damagedCode();
  return made->values()[index].get();
}

Value gene_unwrap_fails(Context* context, Value value) {
  return Value::boolean(isVariant(*context, value, StandardVariant::Err) ||
                        isVariant(*context, value, StandardVariant::None));
}

Value gene_unwrap(Context* context, Value value) {
  const bool wrapped = isVariant(*context, value, StandardVariant::Ok) ||
                       isVariant(*context, value, StandardVariant::Some);
  return wrapped ? as<EnumValueObject>(value)->values()[0].get() : value;
}
