// Methods of every value, of classes, numbers, nil and void (14 §1, §6; 07 §4).

#include <cmath>
#include <cstdio>

#include "runtime/Output.h"
#include "runtime/abi/Entry.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/object/Types.h"

namespace gene {
namespace {

// --- Object ------------------------------------------------------------------------------------------------------------

Value classMethod(Context& context, const Value* args, uint32_t) {
  if (const VariantObject* variant = variantOf(args[0])) return Value::object(ownerOf(variant));
  return Value::object(classOf(context, args[0]));
}

Value is(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Object.is expects a class as the second argument");
  if (isClass(args[1]))
    return Value::boolean(inherits(classOf(context, args[0]), as<ClassObject>(args[1])));
  if (isInstance(args[1]))
    return Value::boolean(inherits(classOf(context, args[0]), classOf(context, args[1])));
  if (isKind(args[1], Kind::Type)) return isOfType(context, args[0], args[1]);
  return raiseType(context, "Object.is expects a class or instance as the second argument");
}

Value to(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Object.to expects a target type argument");
  const bool isName = isString(args[1]) || args[1].isSymbol();
  if (!isClass(args[1]) && !isName)
    return raiseType(context, "Object.to expects a class or type name");
  const Value v = args[0];
  const Value type = isString(args[1]) ? Value::symbol(symbolOfString(args[1])) : args[1];
  if (matchesType(context, type, v)) return v;
  const Value name = isClass(type) ? typeExpression(type) : type;
  if (isNumber(v))
    if (const Value number = convertNumber(context, name, "to", v); !number.isAbsent())
      return number;
  return raiseType(context, "Type error: cannot convert " + kindName(context, v) + " to " +
                                std::string(withoutIdentity(name.symbol().text())));
}

Value toS(Context& context, const Value* args, uint32_t) {
  return newString(context, toText(context, args[0]));
}

constexpr BuiltinRow objectRows[] = {
    {"class", classMethod, 0, 0, 0, "the class"},
    {"is", is, 1, 1, 0, "is it of this class, or of one below it?"},
    {"to", to, 1, 1, 0, "converted to another type"},
    {"to_s", toS, 0, 0, 0, "its text"},
};

// --- Class -------------------------------------------------------------------------------------------------------------

ClassObject* cls(const Value* args) { return as<ClassObject>(args[0]); }

Value className(Context& context, const Value* args, uint32_t) {
  return newString(context, cls(args)->name.get().symbol().text());
}
Value classParent(Context&, const Value* args, uint32_t) { return cls(args)->parent.get(); }

Value methodIntent(Context& context, const Value* args, uint32_t count) {
  Symbol name;
  if (count < 2 || !keyName(args[1], &name))
    return raiseArgument(context, "Class.method_intent expects a method name");
  const Value method = findMethod(context, cls(args), name);
  if (method.isAbsent())
    return raise(context, ErrorClass::Exception,
                 "Method " + std::string(name.text()) + " not found on class " +
                     std::string(cls(args)->name.get().symbol().text()));
  return functionIntent(context, method);
}

constexpr BuiltinRow classRows[] = {
    {"name to_s", className, 0, 0, 0, "its name"},
    {"parent", classParent, 0, 0, 0, "the class above it; nil for Object"},
    {"method_intent", methodIntent, 1, 1, 0, "the `^intent` of a method"},
};

// --- Enum --------------------------------------------------------------------------------------------------------------

Value enumName(Context& context, const Value* args, uint32_t) {
  return newString(context, as<EnumObject>(args[0])->name.get().symbol().text());
}

constexpr BuiltinRow enumRows[] = {
    {"name to_s", enumName, 0, 0, 0, "its name"},
};

// --- numbers -----------------------------------------------------------------------------------------------------------

Value same(Context&, const Value* args, uint32_t) { return args[0]; }
Value intToFloat(Context&, const Value* args, uint32_t) {
  return Value::floating(static_cast<double>(asInt(args[0])));
}
Value floatToInt(Context& context, const Value* args, uint32_t) {
  return gene_truncate(&context, args[0]);
}

constexpr BuiltinRow intRows[] = {
    {"to_i", same, 0, 0, 0, "itself"},
    {"to_f", intToFloat, 0, 0, 0, "the nearest Float"},
};
constexpr BuiltinRow floatRows[] = {
    {"to_i", floatToInt, 0, 0, 0, "truncated toward zero"},
    {"to_f", same, 0, 0, 0, "itself"},
};

// --- nil and void ------------------------------------------------------------------------------------------------------

Value isTrue(Context&, const Value*, uint32_t) { return Value::true_(); }
Value isFalse(Context&, const Value*, uint32_t) { return Value::false_(); }
Value serializeNil(Context& context, const Value*, uint32_t) { return newString(context, "nil"); }

constexpr BuiltinRow nilRows[] = {
    {"to_bool", isFalse, 0, 0, 0, "false"},
    {"serialize", serializeNil, 0, 0, 0, "`\"nil\"`"},
    {"empty empty?", isTrue, 0, 0, 0, "true"},
    {"not_empty?", isFalse, 0, 0, 0, "false"},
};
constexpr BuiltinRow voidRows[] = {
    {"empty empty?", isTrue, 0, 0, 0, "true"},
    {"not_empty?", isFalse, 0, 0, 0, "false"},
};

}  // namespace

extern const BuiltinTable objectTable, classTable, enumTable, intTable, floatTable, nilTable,
    voidTable;
constinit const BuiltinTable objectTable{"Object", true, objectRows};
constinit const BuiltinTable classTable{"Class", true, classRows};
constinit const BuiltinTable enumTable{"Enum", true, enumRows};
constinit const BuiltinTable intTable{"Int", true, intRows};
constinit const BuiltinTable floatTable{"Float", true, floatRows};
constinit const BuiltinTable nilTable{"Nil", true, nilRows};
constinit const BuiltinTable voidTable{"Void", true, voidRows};

}  // namespace gene
