// Gene methods (14 §5).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

GeneObject* self(const Value* args) { return as<GeneObject>(args[0]); }

Value type(Context&, const Value* args, uint32_t) { return self(args)->type.get(); }

Value setType(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Gene.set_genetype requires a type value");
  if (!checkMutable(context, args[0], "set_genetype", "set type on")) return Value::pending();
  self(args)->type.set(args[1]);
  return args[0];
}

Value props(Context& context, const Value* args, uint32_t) {
  const Value properties = self(args)->properties.get();
  return Value::object(properties.isNil() ? newMap(context)
                                          : mapCopy(context, as<MapObject>(properties)));
}

Value children(Context& context, const Value* args, uint32_t) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++)
    arrayPush(context, result, self(args)->children[i].get());
  return Value::object(result);
}

Value has(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Gene.has", "a key", &key)) return Value::pending();
  return Value::boolean(!geneProperty(self(args), key).isAbsent());
}

Value get(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Gene.get", "a key", &key)) return Value::pending();
  const Value found = geneProperty(self(args), key);
  return found.isAbsent() ? argument(args, count, 2) : found;
}

Value set(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 3, "Gene.set", "key and value", &key) ||
      !checkMutable(context, args[0], "set", "set property on"))
    return Value::pending();
  geneSetProperty(context, self(args), key, args[2]);
  return args[0];
}

Value del(Context& context, const Value* args, uint32_t count) {
  Symbol key;
  if (!keyArgument(context, args, count, 2, "Gene.del", "a key", &key) ||
      !checkMutable(context, args[0], "del", "delete property from"))
    return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Gene.del key must be a string or symbol");
    if (self(args)->properties.get().isNil()) continue;
    const Value old = mapRemove(context, as<MapObject>(self(args)->properties.get()), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}

/// The index argument; raises when it is missing or no Int.
bool childIndex(Context& context, const Value* args, uint32_t count, uint32_t needed,
                const char* name, const char* missing, int64_t* index) {
  const std::string who = std::string("Gene.") + name;
  if (count < needed) {
    raiseArgument(context, who + " requires " + missing);
    return false;
  }
  if (!isInt(args[1])) {
    raiseType(context, who + " index must be an integer");
    return false;
  }
  *index = asInt(args[1]);
  return true;
}

bool inBounds(Context& context, int64_t index, int64_t size, const char* name) {
  if (index >= 0 && index < size) return true;
  raise(context, ErrorClass::Exception, std::string("Gene.") + name + " index out of bounds");
  return false;
}

Value hasChild(Context& context, const Value* args, uint32_t count) {
  int64_t i;
  if (!childIndex(context, args, count, 2, "has_child", "an index", &i)) return Value::pending();
  return Value::boolean(i >= 0 && i < self(args)->size);
}

Value getChild(Context& context, const Value* args, uint32_t count) {
  int64_t i;
  if (!childIndex(context, args, count, 2, "get_child", "an index", &i)) return Value::pending();
  return i >= 0 && i < self(args)->size ? self(args)->children[i].get() : argument(args, count, 2);
}

Value setChild(Context& context, const Value* args, uint32_t count) {
  int64_t i;
  if (!childIndex(context, args, count, 3, "set_child", "index and value", &i) ||
      !inBounds(context, i, self(args)->size, "set_child") ||
      !checkMutable(context, args[0], "set_child", "set child on"))
    return Value::pending();
  self(args)->children[i].set(args[2]);
  return args[0];
}

Value addChild(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Gene.add_child requires a value");
  if (!checkMutable(context, args[0], "add_child", "append child to")) return Value::pending();
  genePush(context, self(args), args[1]);
  return args[0];
}

Value insertChild(Context& context, const Value* args, uint32_t count) {
  int64_t i;
  if (!childIndex(context, args, count, 3, "ins_child", "index and value", &i) ||
      !inBounds(context, i, int64_t{self(args)->size} + 1, "ins_child") ||
      !checkMutable(context, args[0], "ins_child", "insert child into"))
    return Value::pending();
  geneInsert(context, self(args), static_cast<uint32_t>(i), args[2]);
  return args[0];
}

Value deleteChild(Context& context, const Value* args, uint32_t count) {
  int64_t i;
  if (!childIndex(context, args, count, 2, "del_child", "an index", &i) ||
      !inBounds(context, i, self(args)->size, "del_child") ||
      !checkMutable(context, args[0], "del_child", "delete child from"))
    return Value::pending();
  const Value removed = self(args)->children[i].get();
  geneErase(self(args), static_cast<uint32_t>(i));
  return removed;
}

Value contains(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "Gene.contains requires a value");
  for (uint32_t i = 0; i < self(args)->size; i++)
    if (equal(context, self(args)->children[i].get(), args[1])) return Value::true_();
  return Value::false_();
}

Value isImmutable(Context&, const Value* args, uint32_t) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}

constexpr BuiltinRow rows[] = {
    {"type genetype", type, 0, 0, 0, "the head"},
    {"set_genetype", setType, 1, 1, 0, "replaces the head; the gene"},
    {"props", props, 0, 0, 0, "the properties, as a fresh map"},
    {"children", children, 0, 0, 0, "the children, as a fresh array"},
    {"has", has, 1, 1, 0, "is there a property?"},
    {"get", get, 1, 2, 0, "a property, else the default, else nil"},
    {"set", set, 2, 2, 0, "adds or replaces a property; the gene"},
    {"del", del, 1, -1, 0, "removes properties; the last removed value, or nil"},
    {"has_child", hasChild, 1, 1, 0, "is there a child at this index?"},
    {"get_child", getChild, 1, 2, 0, "the child at an index, else the default, else nil"},
    {"set_child", setChild, 2, 2, 0, "replaces a child; the gene"},
    {"add_child", addChild, 1, 1, 0, "appends a child; the gene"},
    {"ins_child", insertChild, 2, 2, 0, "inserts a child; the gene"},
    {"del_child", deleteChild, 1, 1, 0, "removes a child and gives it"},
    {"contains", contains, 1, 1, 0, "is an equal child in it?"},
    {"immutable?", isImmutable, 0, 0, 0, "is it sealed (`#(…)`)?"},
};

}  // namespace

extern const BuiltinTable geneTable;
constinit const BuiltinTable geneTable{"Gene", true, rows};

}  // namespace gene
