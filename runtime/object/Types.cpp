#include "runtime/object/Types.h"

#include <cmath>
#include <string>

#include "runtime/Output.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// Lower-case and sized names of the built-in types.
std::string_view canonical(std::string_view name) {
  struct {
    std::string_view alias, name;
  } constexpr table[] = {
      {"int", "Int"},       {"Int64", "Int"},     {"int64", "Int"},     {"i64", "Int"},
      {"float", "Float"},   {"Float64", "Float"}, {"float64", "Float"}, {"f64", "Float"},
      {"string", "String"}, {"bool", "Bool"},     {"void", "Void"},     {"Regexp", "Regex"},
  };
  for (const auto& row : table)
    if (row.alias == name) return row.name;
  return name;
}

bool isFunction(Value v) { return isKind(v, Kind::Function) || isKind(v, Kind::BoundMethod); }

bool matchesName(Context& context, Symbol symbol, Value v) {
  for (const ClassObject* cls = classOf(context, v); cls; cls = parentOf(cls))
    if (cls->name.get() == Value::symbol(symbol)) return true;
  const std::string_view name = canonical(symbol.text());
  if (name == "Any" || name == "Object") return true;
  if (name == "Numeric") return isNumber(v);
  if (name == "Function" || name == "Fn" || name == "Callable") return isFunction(v);
  if (isInstance(v)) {
    return name == "Self" || name == "Instance";
  }
  if (name == "Collection")
    return isArray(v) || isMap(v) || isKind(v, Kind::HashMap) || isKind(v, Kind::HashSet);
  std::string_view actual = typeofName(v, context);
  if (actual == name) return true;
  return actual.starts_with("Vk") && canonical(actual.substr(2)) == name;
}

bool isPipe(Value v) { return v.isSymbol() && v.symbol().text() == "|"; }
bool isUnion(const GeneObject* gene) { return gene->size >= 2 && isPipe(gene->children[0].get()); }
Symbol lastPart(Value path) {
  auto* complex = as<ComplexSymbolObject>(path);
  return complex->parts()[complex->count - 1];
}

/// (Fn [P…] -> R): only how many and which kinds of parameters there are can be seen here.
bool matchesFunctionType(const GeneObject* type, Value v) {
  if (!isFunction(v)) return false;
  if (!isKind(v, Kind::Function)) return true;
  const FunctionInfo& info = *as<FunctionObject>(v)->info;
  if (info.builtin || (!info.slots && info.slotCount != 0)) return true;
  uint32_t positional = 0, rests = 0, keywordRests = 0;
  std::string keywords;
  if (type->size > 0 && isArray(type->children[0].get())) {
    const auto* parameters = as<ArrayObject>(type->children[0].get());
    for (uint32_t i = 0; i < parameters->size; i++) {
      const Value p = arrayAt(parameters, i);
      const std::string_view text = p.isSymbol() ? p.symbol().text() : std::string_view();
      if (text == "...") {
        if (positional > 0) positional--;
        rests++;
      } else if (text.starts_with("^")) {
        if (text.ends_with("...")) {
          keywordRests++;
        } else {
          keywords += std::string(text) + " ";
        }
        i++;  // its type
      } else {
        positional++;
      }
    }
  }
  for (uint32_t i = 0; i < info.slotCount; i++) {
    const SlotInfo& slot = info.slots[i];
    switch (slot.kind) {
      case SlotKind::Self: break;
      case SlotKind::Positional:
        if (positional == 0) return false;
        positional--;
        break;
      case SlotKind::Rest:
        if (rests == 0) return false;
        rests--;
        break;
      case SlotKind::Keyword: {
        const std::string word = "^" + std::string(slot.name.text()) + " ";
        const size_t at = keywords.find(word);
        if (at == std::string::npos) return false;
        keywords.erase(at, word.size());
        break;
      }
      case SlotKind::KeywordRest:
        if (keywordRests == 0) return false;
        keywordRests--;
        break;
    }
  }
  return positional == 0 && rests == 0 && keywordRests == 0 && keywords.empty();
}

bool named(Value type, std::string_view name) {
  return type.isSymbol() && canonical(type.symbol().text()) == name;
}

/// The number nearest to zero that `d` truncates to; false when no Int is.
bool truncated(double d, int64_t* result) {
  if (!(d > -9223372036854775809.0 && d < 9223372036854775808.0)) return false;
  *result = static_cast<int64_t>(d);
  return true;
}

enum class Loss : uint8_t { Allowed, Refused };

/// `v` as the type wants it, or absent.
Value converted(Context& context, Value type, Value v, Loss loss) {
  if (isGene(type) && isUnion(as<GeneObject>(type))) {
    const auto* members = as<GeneObject>(type);
    Value result = converted(context, members->type.get(), v, loss);
    for (uint32_t i = 1; result.isAbsent() && i < members->size; i += 2)
      result = converted(context, members->children[i].get(), v, loss);
    return result;
  }
  if (isInt(v) && named(type, "Float")) return Value::floating(static_cast<double>(asInt(v)));
  int64_t i;
  if (v.isFloat() && named(type, "Int") && truncated(v.floating(), &i)) {
    if (loss == Loss::Refused && static_cast<double>(i) != v.floating()) return Value::absent();
    return newInt(context, i);
  }
  return Value::absent();
}

/// Any, Nil, (Option T), and unions with one of them.
bool admitsNil(Value type) {
  if (type.isNil()) return true;
  if (type.isSymbol()) return named(type, "Any") || named(type, "Nil") || named(type, "Option");
  if (!isGene(type)) return false;
  const auto* gene = as<GeneObject>(type);
  if (!isUnion(gene)) return named(gene->type.get(), "Option");
  if (admitsNil(gene->type.get())) return true;
  for (uint32_t i = 1; i < gene->size; i += 2)
    if (admitsNil(gene->children[i].get())) return true;
  return false;
}

}  // namespace

bool matchesType(Context& context, Value type, Value v) {
  if (type.isSymbol()) return matchesName(context, type.symbol(), v);
  if (type.isNil()) return v.isNil();
  if (isClass(type)) return inherits(classOf(context, v), as<ClassObject>(type));
  if (isKind(type, Kind::ComplexSymbol)) return matchesName(context, lastPart(type), v);
  if (!isGene(type)) return true;
  const auto* gene = as<GeneObject>(type);
  if (isUnion(gene)) {
    if (matchesType(context, gene->type.get(), v)) return true;
    for (uint32_t i = 1; i < gene->size; i += 2)
      if (matchesType(context, gene->children[i].get(), v)) return true;
    return false;
  }
  if (gene->type.get().isSymbol() && gene->type.get().symbol().text() == "Fn")
    return matchesFunctionType(gene, v);
  return matchesType(context, gene->type.get(), v);
}

Value convertNumber(Context& context, Value type, std::string_view where, Value v) {
  Value result = converted(context, type, v, Loss::Refused);
  if (!result.isAbsent()) return result;
  result = converted(context, type, v, Loss::Allowed);
  if (!result.isAbsent())
    writeError("warning: Lossy conversion Float -> Int for " + std::string(where) + ": " +
               literalText(context, v) + " -> " + literalText(context, result) + "\n");
  return result;
}

Value checkType(Context& context, Value type, std::string_view where, Value v,
                Conversion conversion, NilRule nilRule) {
  if (v.isNil() && (nilRule == NilRule::Accepted || admitsNil(type))) return v;
  if (!v.isNil() && matchesType(context, type, v)) return v;
  if (conversion == Conversion::Numeric && isNumber(v)) {
    const Value result = convertNumber(context, type, where, v);
    if (!result.isAbsent()) return result;
  }
  std::string message = "Type error [GENE_TYPE_MISMATCH]: expected " + literalText(context, type) +
                        ", got " + std::string(typeofName(v, context)) + " in ";
  const size_t place = where.find(" @ ");
  message += where.substr(0, place);
  if (v.isNil() && nilRule == NilRule::Strict)
    message +=
        "; strict nil mode admits nil only for Any, Nil, Option[T], or unions containing Nil";
  if (place != std::string_view::npos) message += where.substr(place);
  const Value result = raise(context, ErrorClass::Type, message);
  if (v.isNil() && nilRule == NilRule::Strict && place == std::string_view::npos)
    context.wantsLocation = true;
  return result;
}

Value isOfType(Context& context, Value v, Value type) {
  if (isClass(type)) {
    const auto* cls = as<ClassObject>(type);
    const bool ofKind = static_cast<uint32_t>(cls->kind) == shapeOf(v) &&
                        cls->kind != Kind::Iterator && cls->kind != Kind::DateTime;
    return Value::boolean(ofKind || inherits(classOf(context, v), cls));
  }
  // A union or an applied type, written in place, comes as data.
  if (type.isSymbol() || isGene(type)) return Value::boolean(matchesType(context, type, v));
  if (isString(type))
    return Value::boolean(matchesType(context, Value::symbol(symbolOfString(type)), v));
  return raise(context, ErrorClass::Argument, "is requires a type value on the right side");
}

}  // namespace gene
