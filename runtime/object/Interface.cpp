#include "runtime/object/Interface.h"

#include <string>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Class.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"
#include "runtime/object/Types.h"

namespace gene {
namespace {

std::string text(Symbol symbol) { return std::string(symbol.text()); }

MapObject* methodsOf(const InterfaceObject* interface) {
  return as<MapObject>(interface->methods.get());
}
MapObject* fieldsOf(const InterfaceObject* interface) {
  return as<MapObject>(interface->fields.get());
}
Value bound(Context& context, Value receiver, Value function) {
  auto* result = allocate<BoundMethodObject>(context, Kind::BoundMethod);
  result->receiver.init(receiver);
  result->function.init(function);
  return Value::object(result);
}

MapObject* methodsOf(const ClassObject* cls) { return as<MapObject>(cls->methods.get()); }

InterfaceObject* interfaceOf(const AdapterObject* adapter) {
  return as<InterfaceObject>(adapter->interface.get());
}

/// Records what serves values of `cls`: a class with adapter methods, or nil where they need none.
void record(Context& context, InterfaceObject* interface, ClassObject* cls, Value implementation) {
  const DomainLock lock(*context.domain);
  auto* known = as<ArrayObject>(interface->implementations.get());
  for (uint32_t i = 0; i < known->size; i += 2) {
    if (arrayAt(known, i) != Value::object(cls)) continue;
    arraySet(known, i + 1, implementation);
    return;
  }
  arrayPush(context, known, Value::object(cls));
  arrayPush(context, known, implementation);
}

/// The implementation for the nearest class of the value's chain: a class, nil, or absent.
Value implementationFor(Context& context, const InterfaceObject* interface, Value v) {
  const DomainLock lock(*context.domain);
  const auto* known = as<ArrayObject>(interface->implementations.get());
  for (const ClassObject* cls = classOf(context, v); cls; cls = parentOf(cls))
    for (uint32_t i = 0; i < known->size; i += 2)
      if (arrayAt(known, i).object() == cls) return arrayAt(known, i + 1);
  return Value::absent();
}

Value innermost(Value v) {
  while (isAdapter(v)) v = as<AdapterObject>(v)->value.get();
  return v;
}

}  // namespace

InterfaceObject* newInterface(Context& context, Value declaration) {
  const auto* parts = operand<ArrayObject>(declaration, Kind::Array);
  auto* interface = allocate<InterfaceObject>(context, Kind::Interface);
  interface->identity = symbolOperand(partOfConstant(parts, 0));
  interface->name.init(Value::symbol(nameOfIdentity(interface->identity)));
  interface->methods.init(Value::nil());
  interface->fields.init(Value::nil());
  interface->implementations.init(Value::nil());
  interface->methods.set(Value::object(newMap(context)));
  interface->fields.set(Value::object(newMap(context)));
  interface->implementations.set(Value::object(newArray(context, 0)));
  const auto* methods = operand<ArrayObject>(partOfConstant(parts, 1), Kind::Array);
  for (uint32_t i = 0; i < methods->size; i++)
    mapPut(context, methodsOf(interface), symbolOperand(arrayAt(methods, i)), Value::true_());
  const auto* fields = operand<ArrayObject>(partOfConstant(parts, 2), Kind::Array);
  for (uint32_t i = 0; i < fields->size; i += 3) {
    const Value pair[] = {partOfConstant(fields, i + 1), partOfConstant(fields, i + 2)};
    mapPut(context, fieldsOf(interface), symbolOperand(arrayAt(fields, i)),
           Value::object(newArrayFrom(context, pair, 2)));
  }
  // Like classes, interfaces are never freed: annotations find them by name.
  interface->countAndFlags |= Object::Immortal;
  const DomainLock lock(*context.domain);
  context.domain->interfaces[interface->identity] = interface;
  return interface;
}

InterfaceObject* interfaceNamed(Symbol name) {
  Domain& domain = *currentContext().domain;
  const DomainLock lock(domain);
  const auto found = domain.interfaces.find(name);
  return found == domain.interfaces.end() ? nullptr : found->second;
}

std::string_view interfaceName(const InterfaceObject* interface) {
  return interface->name.get().symbol().text();
}

bool declareImplementer(Context& context, InterfaceObject* interface, ClassObject* cls) {
  if (!mayChange(context, Value::object(interface))) return false;
  record(context, interface, cls, Value::nil());
  return true;
}

bool implementFor(Context& context, InterfaceObject* interface, ClassObject* cls,
                  ClassObject* implementation) {
  const MapObject* methods = methodsOf(implementation);
  for (uint32_t i = 0; (i = mapNext(methods, i)) != MapEnd; i++) {
    const Symbol name = methods->entries[i].key.get().symbol();
    if (!mapGet(methodsOf(interface), name).isAbsent()) continue;
    raise(context, ErrorClass::Exception,
          "Method " + text(name) + " is not declared on interface " +
              std::string(interfaceName(interface)));
    return false;
  }
  if (!mayChange(context, Value::object(interface))) return false;
  record(context, interface, cls, Value::object(implementation));
  return true;
}

bool satisfies(Context& context, const InterfaceObject* interface, Value v) {
  return !implementationFor(context, interface, innermost(v)).isAbsent();
}

Value adapt(Context& context, InterfaceObject* interface, const Value* args, uint32_t count,
            Keywords keywords) {
  if (count == 0)
    return raise(context, ErrorClass::Argument, "Interface call requires an object to adapt");
  const Value value = args[0];
  const Value inner = innermost(value);
  const Value implementation = implementationFor(context, interface, inner);
  const std::string name(interfaceName(interface));
  if (implementation.isAbsent())
    return raise(
        context, ErrorClass::Exception,
        "No implementation found for interface " + name + " on type " + kindName(context, inner));
  const bool hasArguments = count > 1 || keywords.count > 0;
  if (implementation.isNil()) {
    if (hasArguments)
      return raise(context, ErrorClass::Argument,
                   "Inline interface implementation " + name +
                       " does not accept adapter constructor arguments");
    return inner;
  }
  auto* adapter = allocate<AdapterObject>(context, Kind::Adapter);
  adapter->value.init(value);
  adapter->interface.init(Value::object(interface));
  adapter->implementation.init(implementation);
  adapter->internal.init(Value::nil());
  const Value result = Value::object(adapter);
  const Value ctor = as<ClassObject>(implementation)->ctor.get();
  if (ctor.isNil()) {
    if (hasArguments)
      return raise(context, ErrorClass::Argument,
                   "Adapter " + name + " does not define a constructor");
    return result;
  }
  ValueList all;
  all.push(context, result);
  all.push(context, args + 1, count - 1);
  const Value done = apply(context, ctor, all.data(), all.size(), keywords);
  return done.isPending() ? done : result;
}

// --- members of adapters -----------------------------------------------------------------------------------------------

Value adapterMethod(Context& context, const AdapterObject* adapter, Symbol name) {
  const Value own = mapGet(methodsOf(as<ClassObject>(adapter->implementation.get())), name);
  if (!own.isAbsent()) return own;
  if (!mapGet(methodsOf(interfaceOf(adapter)), name).isAbsent()) return Value::absent();
  return findMethod(context, classOfKind(context, Kind::Adapter), name);
}

Value callWrapped(Context& context, Symbol name, const Value* args, uint32_t count,
                  Keywords keywords) {
  auto* adapter = as<AdapterObject>(args[0]);
  const Value inner = adapter->value.get();
  if (!mapGet(methodsOf(interfaceOf(adapter)), name).isAbsent()) {
    const bool answers = isAdapter(inner) || inner.isNil() ||
                         !methodOf(context, inner, name).isAbsent() ||
                         !methodOf(context, inner, sym::OnMethodMissing).isAbsent();
    if (!answers)
      return raise(context, ErrorClass::Exception,
                   "Method " + text(name) + " not found on inner object");
    ValueList all;
    all.push(context, inner);
    all.push(context, args + 1, count - 1);
    return applyMethod(context, name, all.data(), all.size(), keywords);
  }
  const bool isField = name == sym::GeneValue || name == sym::GeneInternal ||
                       !mapGet(fieldsOf(interfaceOf(adapter)), name).isAbsent();
  if (!isField && isAdapter(inner)) {  // which keeps its members
    ValueList all;
    all.push(context, inner);
    all.push(context, args + 1, count - 1);
    return applyMethod(context, name, all.data(), all.size(), keywords);
  }
  if (count == 1 && keywords.count == 0) {
    const Value member = adapterMember(context, adapter, name);
    if (!member.isVoid()) return member;
  }
  return raise(context, ErrorClass::Exception, "Method " + text(name) + " not found on Adapter");
}

Value adapterMember(Context& context, AdapterObject* adapter, Symbol name) {
  if (name == sym::GeneValue) return adapter->value.get();
  if (name == sym::GeneInternal) {
    if (adapter->internal.get().isNil()) adapter->internal.set(Value::object(newMap(context)));
    return adapter->internal.get();
  }
  const Value inner = adapter->value.get();
  if (!mapGet(fieldsOf(interfaceOf(adapter)), name).isAbsent()) {
    if (isMap(adapter->internal.get())) {
      const Value own = mapGet(as<MapObject>(adapter->internal.get()), name);
      if (!own.isAbsent()) return own;
    }
    return getMember(context, inner, name);
  }
  const bool isMethod = !mapGet(methodsOf(interfaceOf(adapter)), name).isAbsent();
  if (isMethod) {
    const Value own = mapGet(methodsOf(as<ClassObject>(adapter->implementation.get())), name);
    if (!own.isAbsent()) return bound(context, Value::object(adapter), own);
  }
  if (isAdapter(inner)) return adapterMember(context, as<AdapterObject>(inner), name);
  const Value method = isMethod ? methodOf(context, inner, name) : Value::absent();
  return method.isAbsent() ? Value::void_() : bound(context, inner, method);
}

bool setAdapterMember(Context& context, AdapterObject* adapter, Symbol name, Value value) {
  const Value declaration = mapGet(fieldsOf(interfaceOf(adapter)), name);
  const Value inner = adapter->value.get();
  if (declaration.isAbsent()) {
    if (isAdapter(inner)) return setAdapterMember(context, as<AdapterObject>(inner), name, value);
    raise(context, ErrorClass::Exception,
          "Property " + text(name) + " is not declared on interface " +
              std::string(interfaceName(interfaceOf(adapter))));
    return false;
  }
  const auto* pair = operand<ArrayObject>(declaration, Kind::Array);
  if (arrayAt(pair, 1).isTruthy()) {
    raise(context, ErrorClass::Exception, "Property " + text(name) + " is readonly");
    return false;
  }
  if (const Value type = arrayAt(pair, 0); !type.isNil()) {
    value = checkField(context, type, name, value);
    if (value.isPending()) return false;
  }
  // Values without fields leave the data to the adapter.
  const bool hasFields = isInstance(inner) || isAdapter(inner) || isMap(inner) || isGene(inner) ||
                         isClass(inner) || isKind(inner, Kind::Namespace);
  const bool isOwn = isMap(adapter->internal.get()) &&
                     !mapGet(as<MapObject>(adapter->internal.get()), name).isAbsent();
  if (hasFields && !isOwn) return setMember(context, inner, name, value);
  mapPut(context, as<MapObject>(adapterMember(context, adapter, sym::GeneInternal)), name, value);
  return true;
}

}  // namespace gene
