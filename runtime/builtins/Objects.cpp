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

Value classMethod(Context& context, Arguments args) {
  if (const VariantObject* variant = variantOf(args[0])) return Value::object(ownerOf(variant));
  return Value::object(classOf(context, args[0]));
}

Value is(Context& context, Arguments args) {
  if (isClass(args[1]))
    return Value::boolean(inherits(classOf(context, args[0]), as<ClassObject>(args[1])));
  if (isInstance(args[1]))
    return Value::boolean(inherits(classOf(context, args[0]), classOf(context, args[1])));
  if (isKind(args[1], Kind::Type)) return isOfType(context, args[0], args[1]);
  return raiseType(context, "Object.is expects a class or instance as the second argument");
}

Value to(Context& context, Arguments args) {
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

Value toS(Context& context, Arguments args) { return newString(context, toText(context, args[0])); }

constexpr BuiltinRow objectRows[] = {
    {"class", classMethod, "-> Value", "r", "the class"},
    {"is", is, "class -> Bool", "Rrwac", "is it of this class, or of one below it?",
     Missing{"Object.is expects a class as the second argument"}},
    {"to", to, "type -> Value", "Rrwac", "converted to another type",
     Missing{"Object.to expects a target type argument"}},
    {"to_s", toS, "-> String", "Rrwac", "its text"},
};

// --- Class -------------------------------------------------------------------------------------------------------------

ClassObject* cls(Arguments args) { return as<ClassObject>(args[0]); }

Value className(Context& context, Arguments args) {
  return newString(context, cls(args)->name.get().symbol().text());
}
Value classParent(Context&, Arguments args) { return cls(args)->parent.get(); }

Value methodIntent(Context& context, Arguments args) {
  Symbol name;
  if (!keyName(args[1], &name))
    return raiseArgument(context, "Class.method_intent expects a method name");
  const Value method = findMethod(context, cls(args), name);
  if (method.isAbsent())
    return raise(context, ErrorClass::Exception,
                 "Method " + std::string(name.text()) + " not found on class " +
                     std::string(cls(args)->name.get().symbol().text()));
  return functionIntent(context, method);
}

constexpr BuiltinRow classRows[] = {
    {"name to_s", className, "-> String", "a", "its name"},
    {"parent", classParent, "-> Class|Nil", "", "the class above it; nil for Object"},
    {"method_intent", methodIntent, "name -> Value", "Rra", "the `^intent` of a method",
     Missing{"Class.method_intent expects a method name"}},
};

// --- Enum --------------------------------------------------------------------------------------------------------------

Value enumName(Context& context, Arguments args) {
  return newString(context, as<EnumObject>(args[0])->name.get().symbol().text());
}

constexpr BuiltinRow enumRows[] = {
    {"name to_s", enumName, "-> String", "a", "its name"},
};

// --- numbers -----------------------------------------------------------------------------------------------------------

Value same(Context&, Arguments args) { return args[0]; }
Value intToFloat(Context&, Arguments args) {
  return Value::floating(static_cast<double>(asInt(args[0])));
}
Value floatToInt(Context& context, Arguments args) { return gene_truncate(&context, args[0]); }

constexpr BuiltinRow intRows[] = {
    {"to_i", same, "-> Int", "", "itself", NumberFunction::ToInt},
    {"to_f", intToFloat, "-> Float", "", "the nearest Float", NumberFunction::ToFloat},
};
constexpr BuiltinRow floatRows[] = {
    {"to_i", floatToInt, "-> Int", "Ra", "truncated toward zero", NumberFunction::ToInt},
    {"to_f", same, "-> Float", "", "itself", NumberFunction::ToFloat},
};

// --- nil and void ------------------------------------------------------------------------------------------------------

Value isTrue(Context&, Arguments) { return Value::true_(); }
Value isFalse(Context&, Arguments) { return Value::false_(); }
Value serializeNil(Context& context, Arguments) { return newString(context, "nil"); }

constexpr BuiltinRow nilRows[] = {
    {"to_bool", isFalse, "-> Bool", "", "false"},
    {"serialize", serializeNil, "-> String", "a", "`\"nil\"`"},
    {"empty empty?", isTrue, "-> Bool", "", "true"},
    {"not_empty?", isFalse, "-> Bool", "", "false"},
};
constexpr BuiltinRow voidRows[] = {
    {"empty empty?", isTrue, "-> Bool", "", "true"},
    {"not_empty?", isFalse, "-> Bool", "", "false"},
};

}  // namespace

BUILTIN_TABLE(objectTable, "Object", Methods, objectRows)
BUILTIN_TABLE(classTable, "Class", Methods, classRows)
BUILTIN_TABLE(enumTable, "Enum", Methods, enumRows)
BUILTIN_TABLE(intTable, "Int", Methods, intRows)
BUILTIN_TABLE(floatTable, "Float", Methods, floatRows)
BUILTIN_TABLE(nilTable, "Nil", Methods, nilRows)
BUILTIN_TABLE(voidTable, "Void", Methods, voidRows)

}  // namespace gene
