#include "runtime/object/Types.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/Output.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Interface.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/TypeNames.h"

namespace gene {
namespace {

bool isFunction(Value v) { return isKind(v, Kind::Function) || isKind(v, Kind::BoundMethod); }

bool matchesName(Context& context, Symbol symbol, Value v) {
  for (const ClassObject* cls = classOf(context, v); cls; cls = parentOf(cls))
    if (cls->identity == symbol) return true;
  const std::string_view name = canonicalTypeName(symbol.text());
  if (name == "Any" || name == "Object") return true;
  if (name == "Numeric") return isNumber(v);
  if (name == "Function" || name == "Fn" || name == "Callable") return isFunction(v);
  if (const InterfaceObject* interface = interfaceNamed(symbol);
      interface && satisfies(context, interface, v))
    return true;
  if (isInstance(v)) {
    return name == "Self" || name == "Instance";
  }
  if (name == "Collection")
    return isArray(v) || isMap(v) || isKind(v, Kind::HashMap) || isKind(v, Kind::HashSet);
  if (const VariantObject* variant = variantOf(v)) return ownerOf(variant)->identity == symbol;
  std::string_view actual = typeofName(v, context);
  if (actual == name) return true;
  return actual.starts_with("Vk") && canonicalTypeName(actual.substr(2)) == name;
}

bool isPipe(Value v) { return v.isSymbol() && v.symbol().text() == "|"; }
bool isUnion(const GeneObject* gene) { return gene->size >= 2 && isPipe(gene->children[0].get()); }
Symbol lastPart(Value path) {
  auto* complex = as<ComplexSymbolObject>(path);
  return complex->parts()[complex->count - 1];
}

std::string canonicalArray(const ArrayObject* items) {
  std::string text = "[";
  for (uint32_t i = 0; i < items->size; i++) text += canonicalType(arrayAt(items, i)) + " ";
  return text + "]";
}

void unionMembers(const GeneObject* type, std::vector<std::string>& members) {
  auto add = [&](Value member) {
    if (isGene(member) && isUnion(as<GeneObject>(member)))
      unionMembers(as<GeneObject>(member), members);
    else
      members.push_back(canonicalType(member));
  };
  add(type->type.get());
  for (uint32_t i = 1; i < type->size; i += 2) add(type->children[i].get());
}

/// What a function type or the definition of a function says of one parameter: the type is nil where nothing is said.
struct ParameterType {
  SlotKind kind;
  Symbol name;  // of keywords
  Value type;
};
struct Signature {
  std::vector<ParameterType> parameters;
  Value result = Value::nil();
};

/// (Fn [A ^k B C ... ^rest...] -> R ! [io])
Signature signatureOfType(const GeneObject* type) {
  Signature result;
  uint32_t at = 0;
  if (type->size > 0 && isArray(type->children[0].get())) {
    const auto* items = as<ArrayObject>(type->children[0].get());
    at = 1;
    for (uint32_t i = 0; i < items->size; i++) {
      const Value item = arrayAt(items, i);
      std::string_view text = item.isSymbol() ? item.symbol().text() : std::string_view();
      if (text == "..." && !result.parameters.empty()) {
        result.parameters.back().kind = SlotKind::Rest;
      } else if (text.starts_with("^")) {
        text.remove_prefix(1);
        const bool rest = text.ends_with("...");
        const bool typed = i + 1 < items->size;
        result.parameters.push_back({rest ? SlotKind::KeywordRest : SlotKind::Keyword,
                                     Symbol::of(text),
                                     !rest && typed ? arrayAt(items, ++i) : Value::nil()});
      } else {
        result.parameters.push_back({SlotKind::Positional, {}, item});
      }
    }
  }
  auto isSymbolAt = [&](uint32_t index, std::string_view text) {
    return index < type->size && type->children[index].get().isSymbol() &&
           type->children[index].get().symbol().text() == text;
  };
  if (isSymbolAt(at, "->")) at++;
  if (at < type->size && !isSymbolAt(at, "!")) result.result = type->children[at].get();
  return result;
}

Signature signatureOf(const FunctionInfo& info) {
  Signature result;
  const Value types = info.metadata && isMap(*info.metadata)
                          ? mapGet(as<MapObject>(*info.metadata), Symbol::of("types"))
                          : Value::absent();
  const ArrayObject* annotations = nullptr;
  if (isArray(types)) {
    annotations = as<ArrayObject>(arrayAt(as<ArrayObject>(types), 0));
    result.result = arrayAt(as<ArrayObject>(types), 1);
  }
  for (uint32_t i = 0; i < info.slotCount; i++) {
    const SlotInfo& slot = info.slots[i];
    if (slot.kind == SlotKind::Self) continue;
    const auto number = static_cast<uint32_t>(result.parameters.size());
    const bool known = annotations && number < annotations->size;
    result.parameters.push_back({slot.kind, slot.kind == SlotKind::Keyword ? slot.name : Symbol{},
                                 known ? arrayAt(annotations, number) : Value::nil()});
  }
  return result;
}

bool isAny(Value type) {
  return type.isNil() || (type.isSymbol() && type.symbol().text() == "Any");
}
bool agree(Value a, Value b) {
  return isAny(a) || isAny(b) || canonicalType(a) == canonicalType(b);
}

/// Same parameters in number and kind, same types where both say something.
bool matchesFunctionType(const GeneObject* type, Value v) {
  if (isKind(v, Kind::Variant)) return true;
  if (!isFunction(v)) return false;
  if (!isKind(v, Kind::Function)) return true;
  const FunctionInfo& info = *as<FunctionObject>(v)->info;
  if (info.builtin || (!info.slots && info.slotCount != 0)) return true;
  const Signature wanted = signatureOfType(type);
  const Signature has = signatureOf(info);
  if (wanted.parameters.size() != has.parameters.size() || !agree(wanted.result, has.result))
    return false;
  std::vector<const ParameterType*> keywords;
  std::vector<const ParameterType*> positional;
  for (const ParameterType& p : has.parameters)
    (p.kind == SlotKind::Keyword ? keywords : positional).push_back(&p);
  size_t at = 0;
  for (const ParameterType& p : wanted.parameters) {
    if (p.kind == SlotKind::Keyword) {
      const bool found = std::any_of(keywords.begin(), keywords.end(), [&](const ParameterType* k) {
        return k->name == p.name && agree(k->type, p.type);
      });
      if (!found) return false;
      continue;
    }
    if (at >= positional.size() || positional[at]->kind != p.kind ||
        !agree(positional[at]->type, p.type))
      return false;
    at++;
  }
  return true;
}

bool named(Value type, std::string_view name) {
  return type.isSymbol() && canonicalTypeName(type.symbol().text()) == name;
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

/// Result or Option, where quoted data such as `(Ok 1) or `None stands for one of their values; else empty.
std::string legacyVariant(Value type, Value v) {
  if (isGene(type)) type = as<GeneObject>(type)->type.get();
  const bool result = named(type, "Result");
  if (!result && !named(type, "Option")) return {};
  const Value head = isGene(v) ? as<GeneObject>(v)->type.get() : v;
  if (!head.isSymbol()) return {};
  const std::string_view text = head.symbol().text();
  const bool legacy = result ? text == "Ok" || text == "Err" : text == "Some" || text == "None";
  return legacy ? (result ? "Result" : "Option") : "";
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

std::string canonicalType(Value type) {
  if (type.isNil()) return "Nil";
  if (type.isSymbol()) return std::string(canonicalTypeName(type.symbol().text()));
  if (!type.isObject()) return "?";
  if (isKind(type, Kind::ComplexSymbol)) return std::string(lastPart(type).text());
  if (isKind(type, Kind::Type)) return canonicalType(as<TypeObject>(type)->expression.get());
  if (isArray(type)) return canonicalArray(as<ArrayObject>(type));
  if (const Value name = typeExpression(type); name.isSymbol())
    return std::string(name.symbol().text());  // of a class, an enum, an interface
  if (!isGene(type)) return "?";
  const auto* gene = as<GeneObject>(type);
  if (isUnion(gene)) {
    std::vector<std::string> members;
    unionMembers(gene, members);
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.size() == 1) return members[0];
    std::string text = "(";
    for (const std::string& member : members) text += member + "|";
    return text + ")";
  }
  std::string text = "(" + canonicalType(gene->type.get());
  for (uint32_t i = 0; i < gene->size; i++) {
    const Value child = gene->children[i].get();
    const bool isArrow = child.isSymbol() && child.symbol().text() == "->";
    const bool isEmpty = isArray(child) && as<ArrayObject>(child)->size == 0;
    if (!isArrow && !isEmpty) text += " " + canonicalType(child);
  }
  return text + ")";
}

Value newType(Context& context, Value expression) {
  auto* type = allocate<TypeObject>(context, Kind::Type);
  type->expression.init(expression);
  return Value::object(type);
}

Value typeExpression(Value v) {
  if (v.isNil()) return Value::symbol(Symbol::of("Nil"));
  if (isClass(v)) return Value::symbol(as<ClassObject>(v)->identity);
  if (isKind(v, Kind::Enum)) return Value::symbol(as<EnumObject>(v)->identity);
  if (isInterface(v)) return Value::symbol(as<InterfaceObject>(v)->identity);
  if (isKind(v, Kind::Type)) return as<TypeObject>(v)->expression.get();
  return Value::absent();
}

Value applyType(Context& context, Value type, const Value* args, uint32_t count) {
  GeneObject* applied = newGene(context, typeExpression(type));
  for (uint32_t i = 0; i < count; i++) {
    const Value argument = typeExpression(args[i]);
    if (argument.isAbsent()) return argument;
    genePush(context, applied, argument);
  }
  return count == 0 ? Value::absent() : newType(context, Value::object(applied));
}

bool isFunctionType(Value type) {
  if (!isGene(type) || isUnion(as<GeneObject>(type))) return false;
  const Value head = as<GeneObject>(type)->type.get();
  return head.isSymbol() && head.symbol().text() == "Fn";
}

bool matchesType(Context& context, Value type, Value v) {
  if (isKind(type, Kind::Type)) type = as<TypeObject>(type)->expression.get();
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
  if (isFunctionType(type)) return matchesFunctionType(gene, v);
  return matchesType(context, gene->type.get(), v);
}

bool isMatchedByShape(Context& context, Value type, Value v) {
  return v.isObject() && has(v.object()->kind(), trait::OneType) && matchesType(context, type, v);
}

Value convertNumber(Context& context, Value type, std::string_view where, Value v) {
  Value result = converted(context, type, v, Loss::Refused);
  if (!result.isAbsent()) return result;
  result = converted(context, type, v, Loss::Allowed);
  if (!result.isAbsent())
    writeWarning("Lossy conversion Float -> Int for " + std::string(where) + ": " +
                 literalText(context, v) + " -> " + literalText(context, result));
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
  if (const std::string owner = legacyVariant(type, v); !owner.empty())
    return raise(context, ErrorClass::Type,
                 "Type error [GENE_TYPE_MISMATCH]: legacy Gene-expression ADT value for " + owner +
                     " is no longer accepted in " + std::string(where) + "; use enum-backed " +
                     owner + " constructors instead");
  std::string message = "Type error [GENE_TYPE_MISMATCH]: expected " + literalText(context, type) +
                        ", got " + std::string(typeofName(v, context)) + " in ";
  const size_t place = where.find(" @ ");
  message += where.substr(0, place);
  if (v.isNil() && nilRule == NilRule::Strict)
    message +=
        "; strict nil mode admits nil only for Any, Nil, Option[T], or unions containing Nil";
  if (place != std::string_view::npos) message += where.substr(place);
  const Value result = raise(context, ErrorClass::Type, message);
  const Value named = isGene(type) ? as<GeneObject>(type)->type.get() : type;
  if (named.isSymbol() && withoutIdentity(named.symbol().text()) == typeofName(v, context))
    explainSameName(context, nameOfIdentity(named.symbol()));
  if (v.isNil() && nilRule == NilRule::Strict && place == std::string_view::npos)
    context.wantsLocation = true;
  return result;
}

Value isOfType(Context& context, Value v, Value type) {
  if (isClass(type)) {
    const auto* cls = as<ClassObject>(type);
    // Classes of kinds stand side by side below Object; the values of these two are of several.
    const uint32_t shape = shapeOf(v);
    if (shape < FirstInstanceShape && cls->kind != Kind::Free && cls->kind != Kind::Iterator &&
        cls->kind != Kind::DateTime)
      return Value::boolean(context.classes[shape] == cls);
    return Value::boolean(inherits(classOf(context, v), cls));
  }
  // A union or an applied type, written in place, comes as data.
  if (type.isSymbol() || isGene(type) || isKind(type, Kind::Type))
    return Value::boolean(matchesType(context, type, v));
  if (isString(type))
    return Value::boolean(matchesType(context, Value::symbol(symbolOfString(type)), v));
  return raise(context, ErrorClass::Argument, "is requires a type value on the right side");
}

}  // namespace gene
