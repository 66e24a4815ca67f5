// Enums, their patterns, and `?`.

#include "runtime/object/Enum.h"

#include "runtime/abi/Entry.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/FromForm.h"

using namespace gene;

Value gene_enum_new(Context* context, Value declaration) {
  const auto* parts = as<ArrayObject>(declaration);
  EnumObject* result = newEnum(*context, arrayAt(parts, 0).symbol());
  for (uint32_t i = 1; i < parts->size; i++) {
    const auto* variant = as<ArrayObject>(arrayAt(parts, i));
    addVariant(*context, result, arrayAt(variant, 0).symbol(), arrayAt(variant, 1),
               arrayAt(variant, 2));
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
  return as<EnumValueObject>(value)->values()[index].get();
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
