#include "runtime/object/Members.h"

#include <string>

#include "runtime/Program.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Interface.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/object/Types.h"

namespace gene {
namespace {

Value orVoid(Value v) { return v.isAbsent() ? Value::void_() : v; }
Symbol indexName(int64_t index) { return Symbol::of(std::to_string(index)); }

/// Asks the handlers that (.on_member_missing f) registered; what they find becomes a member.
Value memberOf(Context& context, NamespaceObject* ns, Symbol name) {
  const Value found = namespaceGet(ns, name);
  if (!found.isAbsent()) return found;
  if (!isArray(ns->handlers.get())) return Value::void_();
  const auto* handlers = as<ArrayObject>(ns->handlers.get());
  for (uint32_t i = 0; i < handlers->size; i++) {
    const Value argument = newString(context, name.text());
    const Value result = call(context, arrayAt(handlers, i), &argument, 1);
    if (result.isPending()) return result;
    if (result.isNil()) continue;
    // One that other threads see stays as it is: the handlers are asked again.
    if (!(ns->countAndFlags & Object::Frozen)) namespaceSet(context, ns, name, result);
    return result;
  }
  return Value::void_();
}

Value memberOf(Context& context, InstanceObject* instance, Symbol name) {
  const Value found = getField(context, instance, name);
  if (!found.isAbsent()) return found;
  const auto lazyField = classOf(context, Value::object(instance))->lazyField;
  return lazyField ? lazyField(context, instance, name) : found;
}
Value memberOf(Context&, MapObject* map, Symbol name) { return mapGet(map, name); }
Value memberOf(Context&, RegexMatchObject* match, Symbol name) {
  return mapGet(as<MapObject>(match->members.get()), name);
}
Value memberOf(Context&, GeneObject* gene, Symbol name) { return geneProperty(gene, name); }
Value memberOf(Context&, ClassObject* cls, Symbol name) { return classMember(cls, name); }
Value memberOf(Context&, EnumObject* owner, Symbol name) { return enumMember(owner, name); }
Value memberOf(Context& context, AdapterObject* adapter, Symbol name) {
  return adapterMember(context, adapter, name);
}

/// The slot of element `index` (negative: from the end) of `size` items, or -1.
int64_t position(int64_t index, uint32_t size) {
  if (index < 0) index += size;
  return index >= 0 && index < size ? index : -1;
}

bool raiseFalse(Context& context, std::string_view message) {
  raise(context, ErrorClass::Exception, message);
  return false;
}

bool setMemberOf(Context& context, InstanceObject* instance, Symbol name, Value value) {
  FieldDeclaration declaration;
  if (findFieldDeclaration(classOf(context, Value::object(instance)), name, &declaration)) {
    if (declaration.readonly && !getField(context, instance, name).isAbsent())
      return raiseFalse(context, "Property " + std::string(name.text()) + " is readonly");
    if (!declaration.type.isNil()) {
      value = checkField(context, declaration.type, name, value);
      if (value.isPending()) return false;
    }
  }
  setField(context, instance, name, value);
  return true;
}

bool setMemberOf(Context& context, MapObject* map, Symbol name, Value value) {
  if (map->sealed()) return raiseSealed(context, Value::object(map), "set item on");
  mapPut(context, map, name, value);
  return true;
}

bool setMemberOf(Context& context, GeneObject* gene, Symbol name, Value value) {
  if (gene->sealed()) return raiseSealed(context, Value::object(gene), "set property on");
  geneSetProperty(context, gene, name, value);
  return true;
}
bool setMemberOf(Context& context, NamespaceObject* ns, Symbol name, Value value) {
  if (!mayChange(context, Value::object(ns))) return false;
  namespaceSet(context, ns, name, value);
  return true;
}
bool setMemberOf(Context& context, ClassObject* cls, Symbol name, Value value) {
  if (!mayChange(context, Value::object(cls))) return false;
  mapPut(context, as<MapObject>(cls->members.get()), name, value);
  return true;
}
bool setMemberOf(Context& context, AdapterObject* adapter, Symbol name, Value value) {
  return setAdapterMember(context, adapter, name, value);
}

/// The symbol of a key that is a string, symbol or int; false and an exception for others.
bool checkKey(Context& context, Value key) {
  if (key.isSymbol() || isString(key) || isInt(key)) return true;
  if (key.isNil() || key.isVoid())
    return raiseFalse(context, std::string("Dynamic selector segment cannot be ") +
                                   (key.isNil() ? "nil" : "void"));
  return raiseFalse(context,
                    "Dynamic selector segment must resolve to string, symbol, or int, got " +
                        kindName(context, key));
}
Symbol keyName(Value key) {
  if (key.isSymbol()) return key.symbol();
  return isString(key) ? symbolOfString(key) : indexName(asInt(key));
}

bool cannotSet(Context& context, std::string_view what, Value object) {
  return raiseFalse(context, "Cannot set " + std::string(what) +
                                 " on value of type: " + kindName(context, object));
}

}  // namespace

Value getMember(Context& context, Value object, Symbol name) {
  if (!object.isObject()) return object.isNil() ? object : Value::void_();
  Value found = Value::absent();
  dispatch<trait::Members>(object.object(), [&](auto* o) { found = memberOf(context, o, name); });
  return orVoid(found);
}

Value getIndex(Context& context, Value object, int64_t index) {
  if (isArray(object)) {
    const auto* array = as<ArrayObject>(object);
    const int64_t at = position(index, array->size);
    return at < 0 ? Value::void_() : arrayAt(array, static_cast<uint32_t>(at));
  }
  if (isGene(object)) {
    const auto* gene = as<GeneObject>(object);
    const int64_t at = position(index, gene->size);
    return at < 0 ? Value::void_() : gene->children[at].get();
  }
  if (object.isNil()) return object;
  if (!object.isObject()) return Value::void_();
  return getMember(context, object, indexName(index));
}

Value getElement(Context& context, Value object, Value key) {
  if (object.isNil() || object.isVoid()) return object;
  if (!checkKey(context, key)) return Value::pending();
  if (isInt(key)) return getIndex(context, object, asInt(key));
  return getMember(context, object, keyName(key));
}

bool setMember(Context& context, Value object, Symbol name, Value value) {
  if (object.isNil())
    return raiseFalse(context, "Cannot set member '" + std::string(name.text()) +
                                   "' on nil (namespace or object doesn't exist)");
  if (isArray(object))
    return raiseFalse(context,
                      "Cannot set named member '" + std::string(name.text()) + "' on array");
  bool ok = true;
  if (object.isObject() && dispatch<trait::Settable>(object.object(), [&](auto* o) {
        ok = setMemberOf(context, o, name, value);
      }))
    return ok;
  return cannotSet(context, "member", object);
}

bool setIndex(Context& context, Value object, int64_t index, Value value) {
  if (isArray(object)) {
    auto* array = as<ArrayObject>(object);
    if (index < 0 || index >= array->size)
      return raiseFalse(context, "Array index out of bounds: " + std::to_string(index) +
                                     " (len=" + std::to_string(array->size) + ")");
    if (array->sealed()) return raiseSealed(context, object, "set item on");
    arraySet(array, static_cast<uint32_t>(index), value);
    return true;
  }
  if (isGene(object)) {
    auto* gene = as<GeneObject>(object);
    if (index < 0 || index >= gene->size)
      return raiseFalse(context, "Gene child index out of bounds: " + std::to_string(index) +
                                     " (len=" + std::to_string(gene->size) + ")");
    if (gene->sealed()) return raiseSealed(context, object, "set child on");
    gene->children[index].set(value);
    return true;
  }
  return cannotSet(context, "child", object);
}

bool setElement(Context& context, Value object, Value key, Value value) {
  if (!checkKey(context, key)) return false;
  if (isArray(object) && !isInt(key)) return raiseFalse(context, "Array index must be an integer");
  if (isInt(key) && (isArray(object) || isGene(object)))
    return setIndex(context, object, asInt(key), value);
  return setMember(context, object, keyName(key), value);
}

bool findFieldDeclaration(const ClassObject* cls, Symbol name, FieldDeclaration* declaration) {
  for (; cls; cls = parentOf(cls)) {
    if (!isMap(cls->fields.get())) continue;
    const Value found = mapGet(as<MapObject>(cls->fields.get()), name);
    if (found.isAbsent()) continue;
    const auto* pair = as<ArrayObject>(found);
    *declaration = {arrayAt(pair, 0), arrayAt(pair, 1).isTruthy()};
    return true;
  }
  return false;
}

Value checkField(Context& context, Value type, Symbol name, Value value) {
  // Without one around it, the code is that of a dialog or of a program that embeds Gene.
  const bool isStrict = context.program && context.program->language.strictNil;
  const NilRule nilRule = isStrict ? NilRule::Strict : NilRule::Accepted;
  value = checkType(context, type, "property " + std::string(name.text()), value,
                    Conversion::Numeric, nilRule);
  if (value.isPending()) context.wantsLocation = true;
  return value;
}

void declareField(Context& context, ClassObject* cls, Symbol name, Value type, bool readonly) {
  if (!isMap(cls->fields.get())) cls->fields.set(Value::object(newMap(context)));
  const Value pair[] = {type, Value::boolean(readonly)};
  mapPut(context, as<MapObject>(cls->fields.get()), name,
         Value::object(newArrayFrom(context, pair, 2)));
}

bool raiseSealed(Context& context, Value object, std::string_view what) {
  const Object* o = object.object();
  if (o->countAndFlags & Object::Frozen)
    return raiseFalse(context, "cannot mutate frozen " + kindName(context, object) + " via set");
  const char* kind = o->is(Kind::Array)     ? "array"
                     : o->is(Kind::HashMap) ? "hash map"
                     : o->is(Kind::Map)     ? "map"
                                            : "gene";
  return raiseFalse(context, "Cannot " + std::string(what) + " sealed " + kind);
}

}  // namespace gene
