// Gene methods (14 §5).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

GeneObject* self(Arguments args) { return as<GeneObject>(args[0]); }

Value type(Context&, Arguments args) { return self(args)->type.get(); }

Value setType(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "set_genetype", "set type on")) return Value::pending();
  self(args)->type.set(args[1]);
  return args[0];
}

Value props(Context& context, Arguments args) {
  const Value properties = self(args)->properties.get();
  return Value::object(properties.isNil() ? newMap(context)
                                          : mapCopy(context, as<MapObject>(properties)));
}

Value children(Context& context, Arguments args) {
  ArrayObject* result = newArray(context, self(args)->size);
  for (uint32_t i = 0; i < self(args)->size; i++)
    arrayPush(context, result, self(args)->children[i].get());
  return Value::object(result);
}

Value has(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Gene.has", &key)) return Value::pending();
  return Value::boolean(!geneProperty(self(args), key).isAbsent());
}

Value get(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Gene.get", &key)) return Value::pending();
  const Value found = geneProperty(self(args), key);
  return found.isAbsent() ? args.at(2) : found;
}

Value set(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Gene.set", &key) ||
      !checkMutable(context, args[0], "set", "set property on"))
    return Value::pending();
  geneSetProperty(context, self(args), key, args[2]);
  return args[0];
}

Value del(Context& context, Arguments args) {
  Symbol key;
  if (!keyArgument(context, args, "Gene.del", &key) ||
      !checkMutable(context, args[0], "del", "delete property from"))
    return Value::pending();
  Value removed = Value::nil();
  for (uint32_t i = 1; i < args.count; i++) {
    if (!keyName(args[i], &key))
      return raiseType(context, "Gene.del key must be a string or symbol");
    if (self(args)->properties.get().isNil()) continue;
    const Value old = mapRemove(context, as<MapObject>(self(args)->properties.get()), key);
    if (!old.isAbsent()) removed = old;
  }
  return removed;
}

/// The index argument; raises when it is no Int.
bool childIndex(Context& context, Arguments args, const char* name, int64_t* index) {
  if (!isInt(args[1])) {
    raiseType(context, std::string("Gene.") + name + " index must be an integer");
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

Value hasChild(Context& context, Arguments args) {
  int64_t i;
  if (!childIndex(context, args, "has_child", &i)) return Value::pending();
  return Value::boolean(i >= 0 && i < self(args)->size);
}

Value getChild(Context& context, Arguments args) {
  int64_t i;
  if (!childIndex(context, args, "get_child", &i)) return Value::pending();
  return i >= 0 && i < self(args)->size ? self(args)->children[i].get() : args.at(2);
}

Value setChild(Context& context, Arguments args) {
  int64_t i;
  if (!childIndex(context, args, "set_child", &i) ||
      !inBounds(context, i, self(args)->size, "set_child") ||
      !checkMutable(context, args[0], "set_child", "set child on"))
    return Value::pending();
  self(args)->children[i].set(args[2]);
  return args[0];
}

Value addChild(Context& context, Arguments args) {
  if (!checkMutable(context, args[0], "add_child", "append child to")) return Value::pending();
  genePush(context, self(args), args[1]);
  return args[0];
}

Value insertChild(Context& context, Arguments args) {
  int64_t i;
  if (!childIndex(context, args, "ins_child", &i) ||
      !inBounds(context, i, int64_t{self(args)->size} + 1, "ins_child") ||
      !checkMutable(context, args[0], "ins_child", "insert child into"))
    return Value::pending();
  geneInsert(context, self(args), static_cast<uint32_t>(i), args[2]);
  return args[0];
}

Value deleteChild(Context& context, Arguments args) {
  int64_t i;
  if (!childIndex(context, args, "del_child", &i) ||
      !inBounds(context, i, self(args)->size, "del_child") ||
      !checkMutable(context, args[0], "del_child", "delete child from"))
    return Value::pending();
  const Value removed = self(args)->children[i].get();
  geneErase(self(args), static_cast<uint32_t>(i));
  return removed;
}

Value contains(Context& context, Arguments args) {
  for (uint32_t i = 0; i < self(args)->size; i++)
    if (equal(context, self(args)->children[i].get(), args[1])) return Value::true_();
  return Value::false_();
}

Value isImmutable(Context&, Arguments args) {
  return Value::boolean((args[0].object()->countAndFlags & Object::Sealed) != 0);
}

constexpr BuiltinRow rows[] = {
    {"type genetype", type, "-> Value", "r", "the head"},
    {"set_genetype", setType, "type -> Gene", "Rw", "replaces the head; the gene",
     Missing{"Gene.set_genetype requires a type value"}},
    {"props", props, "-> Map", "ra", "the properties, as a fresh map"},
    {"children", children, "-> Array", "ra", "the children, as a fresh array"},
    {"has", has, "name -> Bool", "Rr", "is there a property?", Missing{"Gene.has requires a key"}},
    {"get", get, "name default? -> Value", "Rr", "a property, else the default, else nil",
     Missing{"Gene.get requires a key"}},
    {"set", set, "name value -> Gene", "Rwa", "adds or replaces a property; the gene",
     Missing{"Gene.set requires key and value"}},
    {"del", del, "name more... -> Value", "Rrw",
     "removes properties; the last removed value, or nil", Missing{"Gene.del requires a key"}},
    {"has_child", hasChild, "index -> Bool", "Rr", "is there a child at this index?",
     Missing{"Gene.has_child requires an index"}},
    {"get_child", getChild, "index default? -> Value", "Rr",
     "the child at an index, else the default, else nil",
     Missing{"Gene.get_child requires an index"}},
    {"set_child", setChild, "index value -> Gene", "Rw", "replaces a child; the gene",
     Missing{"Gene.set_child requires index and value"}},
    {"add_child", addChild, "value -> Gene", "Rwa", "appends a child; the gene",
     Missing{"Gene.add_child requires a value"}},
    {"ins_child", insertChild, "index value -> Gene", "Rwa", "inserts a child; the gene",
     Missing{"Gene.ins_child requires index and value"}},
    {"del_child", deleteChild, "index -> Value", "Rrw", "removes a child and gives it",
     Missing{"Gene.del_child requires an index"}},
    {"contains", contains, "value -> Bool", "Rrwac", "is an equal child in it?",
     Missing{"Gene.contains requires a value"}},
    {"immutable?", isImmutable, "-> Bool", "r", "is it sealed (`#(…)`)?"},
};

}  // namespace

BUILTIN_TABLE(geneTable, "Gene", Methods, rows)

}  // namespace gene
