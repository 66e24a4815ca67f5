#include "runtime/ai/Schema.h"

#include <vector>

#include "runtime/ai/Provider.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Print.h"

namespace gene::ai {
namespace {

// --- schemas ---------------------------------------------------------------------------------------------------------------

Value typeSchema(Context& context, Value type);

std::string_view jsonType(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> Types[] = {
      {"Int", "integer"},  {"Float", "number"}, {"Number", "number"}, {"String", "string"},
      {"Bool", "boolean"}, {"Array", "array"},  {"Map", "object"},    {"Nil", "null"}};
  for (const auto& [own, json] : Types)
    if (own == name) return json;
  return "";  // anything
}

/// (A | B …)
Value unionSchema(Context& context, const GeneObject* type) {
  ArrayObject* any = newArray(context, type->size + 1);
  arrayPush(context, any, typeSchema(context, type->type.get()));
  for (uint32_t i = 0; i < type->size; i++) {
    const Value part = type->children[i].get();
    if (!part.isSymbol() || part.symbol().text() != "|")
      arrayPush(context, any, typeSchema(context, part));
  }
  MapObject* map = newMap(context);
  put(context, map, "anyOf", Value::object(any));
  return Value::object(map);
}

Value typeSchema(Context& context, Value type) {
  MapObject* map = newMap(context);
  if (type.isSymbol()) {
    const std::string_view json = jsonType(type.symbol().text());
    if (!json.empty()) putText(context, map, "type", json);
    return Value::object(map);
  }
  const auto* gene = asOrNull<GeneObject>(type, Kind::Gene);
  if (!gene) return Value::object(map);
  if (gene->size > 0) {
    const Value first = gene->children[0].get();
    if (first.isSymbol() && first.symbol().text() == "|") return unionSchema(context, gene);
  }
  if (!gene->type.get().isSymbol()) return Value::object(map);
  const std::string_view name = gene->type.get().symbol().text();
  const std::string_view json = jsonType(name);
  if (!json.empty()) putText(context, map, "type", json);
  if (name == "Array" && gene->size == 1)
    put(context, map, "items", typeSchema(context, gene->children[0].get()));
  return Value::object(map);
}

const FunctionInfo* infoOf(Value tool) {
  const auto* function = asOrNull<FunctionObject>(tool, Kind::Function);
  return function && !function->info->builtin && function->info->slots ? function->info : nullptr;
}

Value metadataOf(const FunctionInfo& info, const char* name) {
  return info.metadata ? fieldOf(*info.metadata, name) : Value::nil();
}

/// The annotations of the parameters, self left out.
Value annotation(const FunctionInfo& info, uint32_t parameter) {
  const Value types = metadataOf(info, "types");
  if (!isArray(types)) return Value::nil();
  const auto* own = as<ArrayObject>(arrayAt(as<ArrayObject>(types), 0));
  return parameter < own->size ? arrayAt(own, parameter) : Value::nil();
}

Value functionSchema(Context& context, const FunctionInfo& info) {
  MapObject* properties = newMap(context);
  ArrayObject* required = newArray(context, 0);
  for (uint32_t i = 0; i < info.slotCount; i++) {
    const SlotInfo& slot = info.slots[i];
    if (slot.kind != SlotKind::Positional && slot.kind != SlotKind::Keyword) continue;
    mapPut(context, properties, slot.name, typeSchema(context, annotation(info, i)));
    if (!slot.optional) arrayPush(context, required, newString(context, slot.name.text()));
  }
  MapObject* schema = newMap(context);
  putText(context, schema, "type", "object");
  put(context, schema, "properties", Value::object(properties));
  put(context, schema, "required", Value::object(required));
  return Value::object(schema);
}

}  // namespace

bool describeTool(Context& context, Value tool, std::string* name, Value* description,
                  Value* schema) {
  if (isMap(tool)) {
    const Value given = fieldOf(tool, "name");
    if (!isString(given) || !isCallable(fieldOf(tool, "call"))) {
      raiseType(context, "A tool that is a Map requires ^name, a String, and ^call, a function");
      return false;
    }
    *name = stringView(given);
    *description = fieldOf(tool, "description");
    *schema = fieldOf(tool, "parameters");
    if (!schema->isNil()) return true;
    MapObject* none = newMap(context);
    putText(context, none, "type", "object");
    put(context, none, "properties", Value::object(newMap(context)));
    *schema = Value::object(none);
    return true;
  }
  const FunctionInfo* info = infoOf(tool);
  if (!info || info->isMacro || info->isMethod || info->name.text().empty()) {
    raiseType(context,
              "A tool must be a function with a name, or a Map, not " + kindName(context, tool));
    return false;
  }
  *name = info->name.text();
  *description = metadataOf(*info, "intent");
  *schema = functionSchema(context, *info);
  return true;
}

bool addTools(Context& context, Value tools, MapObject* body,
              Value (*form)(Context& context, MapObject* tool, Value schema)) {
  if (itemOf(tools, 0).isNil()) return true;
  ArrayObject* array = newArray(context, 0);
  for (uint32_t i = 0; !itemOf(tools, i).isNil(); i++) {
    std::string name;
    Value description, schema;
    if (!describeTool(context, itemOf(tools, i), &name, &description, &schema)) return false;
    MapObject* tool = newMap(context);
    putText(context, tool, "name", name);
    if (isString(description)) put(context, tool, "description", description);
    arrayPush(context, array, form(context, tool, schema));
  }
  put(context, body, "tools", Value::object(array));
  return true;
}

// --- calls -----------------------------------------------------------------------------------------------------------------

namespace {

Value failure(Context& context, std::string_view text, bool* failed) {
  *failed = true;
  return newString(context, text);
}

Value callFunction(Context& context, Value tool, const FunctionInfo& info, Value arguments,
                   bool* failed) {
  std::vector<Value> values;
  std::vector<CallShape::Arg> shape;
  uint32_t known = 0;
  bool isMissing = false;
  for (uint32_t i = 0; i < info.slotCount; i++) {
    const SlotInfo& slot = info.slots[i];
    if (slot.kind != SlotKind::Positional && slot.kind != SlotKind::Keyword) continue;
    const Value given = mapGet(as<MapObject>(arguments), slot.name);
    const std::string name(slot.name.text());
    if (given.isAbsent()) {
      if (!slot.optional) return failure(context, "The argument " + name + " is missing", failed);
      isMissing |= slot.kind == SlotKind::Positional;
      continue;
    }
    known++;
    if (slot.kind == SlotKind::Positional && isMissing)
      return failure(context, "An argument in front of " + name + " is missing", failed);
    values.push_back(given);
    shape.push_back(slot.kind == SlotKind::Keyword ? CallShape::Arg{ArgKind::Keyword, slot.name}
                                                   : CallShape::Arg{ArgKind::Positional, {}});
  }
  if (known != as<MapObject>(arguments)->size)
    return failure(context, "There is an argument that the tool does not have", failed);
  const CallShape call{static_cast<uint32_t>(shape.size()), false, shape.data()};
  return callShaped(context, tool, call, values.data());
}

}  // namespace

Value callTool(Context& context, Value tool, Value arguments, bool* failed) {
  *failed = false;
  if (!isMap(arguments)) return failure(context, "The arguments are no object", failed);
  const FunctionInfo* info = infoOf(tool);
  const Value result = info ? callFunction(context, tool, *info, arguments, failed)
                            : call(context, fieldOf(tool, "call"), &arguments, 1);
  if (!result.isPending()) return result;
  if (classOf(context, context.exception) == errorClass(context, ErrorClass::Cancellation))
    return result;
  const Value exception = takeException(context);
  const Value message = isInstance(exception) ? getField(context, as<InstanceObject>(exception),
                                                         Symbol::of("message"))
                                              : exception;
  return failure(context, "Error: " + displayText(context, message), failed);
}

}  // namespace gene::ai
