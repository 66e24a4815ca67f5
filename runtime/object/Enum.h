#pragma once
// Enums with payloads (02 §6, 12 §5.2 and §6): the declaration, its variants, and values.

#include "runtime/object/Arguments.h"

namespace gene {

/// An enum without variants yet; addVariant appends them in order of declaration.
EnumObject* newEnum(Context& context, Symbol name);
/// How many there are by now in this process: code that is compiled at run time depends on which there are.
uint64_t enumsMade();
/// `fields`: Array of symbols; `types`: Array of annotations, nil where everything fits; both empty for a unit variant.
void addVariant(Context& context, EnumObject* owner, Symbol name, Value fields, Value types);
/// The variant, or absent.
Value enumMember(const EnumObject* owner, Symbol name);

inline EnumObject* ownerOf(const VariantObject* variant) {
  return as<EnumObject>(variant->owner.get());
}
/// The variant of an enum value or unit variant; null for values of other kinds.
VariantObject* variantOf(Value v);
/// (Enum/Variant args…): the value of payload variants, the variant itself for unit ones; 0 when arguments don't fit.
Value constructVariant(Context& context, VariantObject* variant, const Value* args, uint32_t count,
                       Keywords keywords);
/// The number of the payload field, or -1.
int64_t fieldIndex(const VariantObject* variant, Symbol field);
/// The payload field of an enum value; 0 and "Variant V has no field F".
Value enumField(Context& context, Value v, Symbol field);

/// Does `target` match the pattern (variant binders…)? -1 and an exception for a wrong number of binders and for a
/// `variant` that is none.
int matchVariant(Context& context, Value target, Value variant, uint32_t binders);

enum class StandardVariant : uint8_t { Ok, Err, Some, None };
/// Is `v` a value of the variant? Those with fields are none of their own values.
inline bool isVariant(const Context& context, Value v, StandardVariant which) {
  return variantOf(v) == context.standard[static_cast<size_t>(which)] &&
         (which == StandardVariant::None || isKind(v, Kind::EnumValue));
}
/// Ok, Err, Some, None and their enums, in `context.globals`.
void defineStandardEnums(Context& context);

}  // namespace gene
