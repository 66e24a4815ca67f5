// Calling values of any kind, and methods by name.

#include "runtime/object/Function.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/Output.h"
#include "runtime/abi/Entry.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Interceptor.h"
#include "runtime/object/Interface.h"
#include "runtime/object/Map.h"
#include "runtime/object/Selector.h"
#include "runtime/object/String.h"
#include "runtime/object/Types.h"

namespace gene {

void damagedCode() {
  flushOut();
  std::fputs("Error: the bytecode is damaged\n", stderr);
  std::_Exit(1);
}
namespace {

/// How deep calls of on_method_missing may be nested.
constexpr uint32_t MaxMissingDepth = 32;

Value applyWithReceiver(Context& context, Value function, Value receiver, const Value* args,
                        uint32_t count, Keywords keywords) {
  ValueList all;
  all.push(context, receiver);
  all.push(context, args, count);
  return apply(context, function, all.data(), all.size(), keywords);
}

[[gnu::cold]] Value notCallable(Context& context, Value callee) {
  if (isInstance(callee))
    return raise(
        context, ErrorClass::Exception,
        "Instance of " + kindName(context, callee) + " is not callable (no 'call' method)");
  const Value result =
      raise(context, ErrorClass::Type, "Not callable: " + kindName(context, callee));
  explainCallable(context, callee);
  return result;
}

/// A plain function as a method: the receiver is not passed to it.
Value withoutReceiver(Context& context, Value function) {
  if (!isKind(function, Kind::Function)) return function;
  const FunctionInfo& info = *as<FunctionObject>(function)->info;
  if (info.isMethod || info.isCtor) return function;
  auto* bound = allocate<BoundMethodObject>(context, Kind::BoundMethod);
  bound->receiver.init(Value::absent());
  bound->function.init(function);
  return Value::object(bound);
}

/// (Class ^name "N" ^parent P ^methods {…} ^ctor f ^on_method_missing f): a class made at run time (07 §4).
Value makeClass(Context& context, Keywords keywords) {
  auto get = [&](std::string_view name) {
    Value found = Value::nil();
    for (uint32_t i = 0; i < keywords.count; i++)
      if (keywords.pairs[2 * i].symbol().text() == name) found = keywords.pairs[2 * i + 1];
    return found;
  };
  const Value name = get("name"), parent = get("parent"), methods = get("methods");
  if (!isString(name) && !name.isSymbol())
    return raise(context, ErrorClass::Argument, "Class(...) requires ^name");
  if (!parent.isNil() && !isClass(parent))
    return raise(context, ErrorClass::Type, "Class.parent must be a class");
  if (!methods.isNil() && !isMap(methods))
    return raise(context, ErrorClass::Type, "Class.methods must be a map");
  const Symbol symbol = name.isSymbol() ? name.symbol() : symbolOfString(name);
  const Value cls = Value::object(
      newClass(context, symbol,
               as<ClassObject>(parent.isNil() ? namespaceGet(context.globals, Symbol::of("Object"))
                                              : parent)));
  if (isMap(methods)) {
    const auto* map = as<MapObject>(methods);
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      gene_class_method(&context, map->entries[i].key.get(), cls,
                        withoutReceiver(context, map->entries[i].value.get()));
  }
  if (const Value missing = get("on_method_missing"); !missing.isNil())
    gene_class_method(&context, Value::symbol(sym::OnMethodMissing), cls,
                      withoutReceiver(context, missing));
  if (const Value ctor = get("ctor");
      !ctor.isNil() && gene_class_ctor(&context, cls, withoutReceiver(context, ctor)).isPending())
    return Value::pending();
  return cls;
}

/// The class of `cls` or its ancestors that defines `name`.
const ClassObject* definingClass(const ClassObject* cls, Symbol name) {
  for (; cls; cls = parentOf(cls))
    if (isMap(cls->methods.get()) && !mapGet(as<MapObject>(cls->methods.get()), name).isAbsent())
      return cls;
  return nullptr;
}

}  // namespace

FunctionObject* newFunction(Context& context, FunctionInfo* info, uint32_t captureCount) {
  auto* function = allocate<FunctionObject>(context, Kind::Function, captureCount * sizeof(Slot));
  function->info = info;
  function->captureCount = captureCount;
  function->unused = 0;
  for (uint32_t i = 0; i < captureCount; i++) function->captures()[i].init(Value::nil());
  return function;
}

bool isCallable(Value v) {
  return isKind(v, Kind::Function) || isKind(v, Kind::BoundMethod) || isKind(v, Kind::Variant);
}

Value methodOf(Context& context, Value receiver, Symbol name) {
  // A payload field hides a method.
  if (isKind(receiver, Kind::EnumValue) && fieldIndex(variantOf(receiver), name) >= 0)
    return Value::absent();
  if (isAdapter(receiver)) return adapterMethod(context, as<AdapterObject>(receiver), name);
  ClassObject* cls = classOf(context, receiver);
  const Value method = findMethod(context, cls, name);
  if (GENE_LIKELY(!isInstance(receiver)) || method.isAbsent()) return method;
  // Code for the values of a built-in kind must not see an instance.
  if (!isKind(method, Kind::Function) || !as<FunctionObject>(method)->info->builtin) return method;
  const ClassObject* owner = definingClass(cls, name);
  return owner && owner->kind != Kind::Free ? Value::absent() : method;
}

Value apply(Context& context, Value callee, const Value* args, uint32_t count, Keywords keywords) {
  if (GENE_LIKELY(isKind(callee, Kind::Function)))
    return applyFunction(context, as<FunctionObject>(callee), args, count, keywords);
  if (isKind(callee, Kind::BoundMethod)) {
    const auto* bound = as<BoundMethodObject>(callee);
    if (bound->receiver.get().isAbsent())
      return apply(context, bound->function.get(), args + 1, count - 1, keywords);
    return applyWithReceiver(context, bound->function.get(), bound->receiver.get(), args, count,
                             keywords);
  }
  if (auto* application = asOrNull<InterceptionObject>(callee, Kind::Interception))
    return callIntercepted(context, application, args, count, keywords);
  if (auto* interceptor = asOrNull<InterceptorObject>(callee, Kind::Interceptor))
    return applyInterceptor(context, interceptor, args, count, keywords);
  if (isInstance(callee)) {
    const Value method = methodOf(context, callee, sym::Call);
    if (!method.isAbsent())
      return applyWithReceiver(context, method, callee, args, count, keywords);
    return notCallable(context, callee);
  }
  if (isInterface(callee))
    return adapt(context, as<InterfaceObject>(callee), args, count, keywords);
  if (isKind(callee, Kind::Selector)) {
    if (count == 0)
      return raise(context, ErrorClass::Argument, "Selector.call expects a target value");
    return applySelector(context, as<SelectorObject>(callee), args[0],
                         count > 1 ? args[1] : Value::absent());
  }
  if (auto* variant = asOrNull<VariantObject>(callee, Kind::Variant))
    return context.outOfMemory ? raiseOutOfMemory(context)
                               : constructVariant(context, variant, args, count, keywords);
  if (isClass(callee) && as<ClassObject>(callee) == classOfKind(context, Kind::Class))
    return makeClass(context, keywords);
  // (Array Int), (Option String): applied types.
  if (keywords.count == 0 && (isClass(callee) || isKind(callee, Kind::Enum)))
    if (const Value type = applyType(context, callee, args, count); !type.isAbsent()) return type;
  return notCallable(context, callee);
}

Value applyMethod(Context& context, Symbol name, const Value* args, uint32_t count,
                  Keywords keywords) {
  const Value method = methodOf(context, args[0], name);
  if (GENE_LIKELY(!method.isAbsent())) return apply(context, method, args, count, keywords);
  return applyMissing(context, name, args, count, keywords);
}

Value applyMissing(Context& context, Symbol name, const Value* args, uint32_t count,
                   Keywords keywords) {
  const Value receiver = args[0];
  if (receiver.isNil()) return Value::nil();
  if (variantOf(receiver)) return enumField(context, receiver, name);
  if (isAdapter(receiver)) return callWrapped(context, name, args, count, keywords);
  if (isInstance(receiver) && count == 1 && keywords.count == 0) {
    const Value field = getField(context, static_cast<InstanceObject*>(receiver.object()), name);
    if (!field.isAbsent()) return field;
    if (isException(context, receiver) &&
        (name == sym::Message || name == sym::Cause || name == sym::LocationName))
      return Value::void_();
  }
  const Value handler = methodOf(context, receiver, sym::OnMethodMissing);
  if (!handler.isAbsent()) {
    if (context.missingDepth >= MaxMissingDepth)
      return raise(context, ErrorClass::Exception,
                   "on_method_missing recursion limit exceeded while resolving '" +
                       std::string(name.text()) + "'");
    ValueList all;
    all.push(context, receiver);
    all.push(context, Value::symbol(name));
    all.push(context, args + 1, count - 1);
    context.missingDepth++;
    const Value result = apply(context, handler, all.data(), all.size(), keywords);
    context.missingDepth--;
    return result;
  }
  const Value result = raise(context, ErrorClass::Exception,
                             "Method " + std::string(name.text()) + " not found on " +
                                 (isInstance(receiver) ? "instance" : kindName(context, receiver)));
  explainMethod(context, receiver, name);
  return result;
}

Value callReceiver(Context& context, Arguments args) {
  return apply(context, args[0], args.values + 1, args.count - 1, keywordsOf(args));
}

TailTarget tailTarget(Context& context, Value callee, const Value* args, uint32_t count,
                      const CallShape* shape) {
  TailTarget target{callee};
  if (isKind(callee, Kind::Function) && as<FunctionObject>(callee)->info->callsReceiver) {
    if (count <= (shape ? shape->count : 0)) return {Value::absent()};
    target.dropsFirst = true;
    target.function = args[0];
  }
  if (isInstance(target.function)) {
    target.receiver = target.function;
    target.function = methodOf(context, target.receiver, sym::Call);
  } else if (const auto* bound = asOrNull<BoundMethodObject>(target.function, Kind::BoundMethod)) {
    target.receiver = bound->receiver.get();
    // One without a receiver does not take the one that it is called with.
    target.function = target.receiver.isAbsent() ? Value::absent() : bound->function.get();
  }
  if (!isKind(target.function, Kind::Function)) target.function = Value::absent();
  return target;
}

Value call(Context& context, Value callee, const Value* args, uint32_t count) {
  return apply(context, callee, args, count, {});
}

Value callShaped(Context& context, Value callee, const CallShape& shape, const Value* args) {
  if (shape.plain) return apply(context, callee, args, shape.count, {});
  ValueList positional, keywords;
  if (!flatten(context, shape, args, positional, keywords)) return Value::pending();
  return apply(context, callee, positional.data(), positional.size(), keywordsOf(keywords));
}

Value callMethod(Context& context, Symbol name, const Value* args, uint32_t count) {
  return applyMethod(context, name, args, count, {});
}

Value construct(Context& context, Value value, const Value* args, uint32_t count,
                Keywords keywords) {
  if (!isClass(value)) {
    raise(context, ErrorClass::Argument, "new requires a class, got " + kindName(context, value));
    explainNew(context, value);
    return Value::pending();
  }
  auto* cls = as<ClassObject>(value);
  if (cls->builtinConstructor)
    return callChecked(context, *cls->builtinConstructor, nullptr, args, count, keywords);
  const Value instance = Value::object(newInstance(context, cls));
  const Value ctor = findConstructor(cls);
  if (ctor.isNil()) return instance;
  const Value result = applyWithReceiver(context, ctor, instance, args, count, keywords);
  return result.isPending() ? result : instance;
}

}  // namespace gene
