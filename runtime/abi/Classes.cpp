// Classes, namespaces, `self` of a module.

#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Interceptor.h"
#include "runtime/object/Interface.h"
#include "runtime/object/Members.h"

using namespace gene;

Value gene_class_new(Context* context, Value name, Value fields, uint64_t number, Value parent) {
  if (!parent.isAbsent() && !isClass(parent))
    return raise(*context, ErrorClass::Exception,
                 "Parent must be a class, got " + kindName(*context, parent));
  if (context->isBeside)
    return raise(*context, ErrorClass::Concurrency,
                 "class " + std::string(name.symbol().text()) +
                     " cannot be defined here: an actor on another thread makes no classes");
  if (GENE_UNLIKELY(number > MaxClassNumber)) damagedCode();
  ClassObject* above = parent.isAbsent()
                           ? as<ClassObject>(namespaceGet(context->globals, Symbol::of("Object")))
                           : as<ClassObject>(parent);
  ClassObject* cls = newClass(*context, name.symbol(), above);
  std::vector<Symbol> names;
  const auto* list = operand<ArrayObject>(fields, Kind::Array);
  for (uint32_t i = 0; i < list->size; i++) names.push_back(symbolOperand(arrayAt(list, i)));
  setLayout(cls, names, static_cast<uint32_t>(number));
  return Value::object(cls);
}

Value gene_class_method(Context* context, Value name, Value cls, Value function) {
  if (name.symbol() == sym::EqualEqual) context->customEquality = true;
  defineMethod(*context, operand<ClassObject>(cls, Kind::Class), name.symbol(), function);
  return cls;
}

Value gene_class_ctor(Context* context, Value cls, Value function) {
  auto* c = operand<ClassObject>(cls, Kind::Class);
  if (!c->ctor.get().isNil())
    return raise(
        *context, ErrorClass::Exception,
        "Class '" + std::string(c->name.get().symbol().text()) + "' already has a constructor");
  c->ctor.set(function);
  updateMethodTargets(*context, c, sym::Ctor);
  return cls;
}

Value gene_class_field(Context* context, Value name, Value cls, Value type, Value options) {
  declareField(*context, operand<ClassObject>(cls, Kind::Class), name.symbol(), type,
               options.isTruthy());
  return cls;
}

Value gene_interface_new(Context* context, Value declaration) {
  return Value::object(newInterface(*context, declaration));
}

namespace {

Value noInterface(Context* context, Value name) {
  return raise(*context, ErrorClass::Exception,
               "Interface not found: " + std::string(name.symbol().text()));
}

}  // namespace

Value gene_implementation_new(Context* context, Value name) {
  return Value::object(newClass(*context, name.symbol(), classOfKind(*context, Kind::Adapter)));
}

Value gene_class_implements(Context* context, Value name, Value cls, Value interface) {
  if (!isInterface(interface)) return noInterface(context, name);
  return declareImplementer(*context, as<InterfaceObject>(interface),
                            operand<ClassObject>(cls, Kind::Class))
             ? cls
             : Value::pending();
}

Value gene_implement(Context* context, Value name, Value interface, Value cls,
                     Value implementation) {
  if (!isInterface(interface)) return noInterface(context, name);
  if (!isClass(cls))
    return raise(*context, ErrorClass::Argument,
                 "implement requires a class, got " + kindName(*context, cls));
  return implementFor(*context, as<InterfaceObject>(interface), as<ClassObject>(cls), operand<ClassObject>(implementation, Kind::Class)) ? interface : Value::pending();
}

Value gene_interceptor_new(Context* context, Value declaration, const Value* functions,
                           uint64_t count) {
  return newInterceptor(*context, declaration, functions, static_cast<uint32_t>(count));
}

Value gene_namespace_new(Context* context, Value name) {
  return Value::object(newNamespace(*context, name.symbol()));
}

Value gene_module_self(Context* context) { return context->moduleSelf; }
