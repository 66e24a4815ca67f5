// Variables, closures and calls.

#include <string>

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Gene.h"
#include "runtime/object/String.h"

using namespace gene;

namespace {

// What gene_method_target gives where the target is no function: one that does what a call of the method does. Its
// capture is the name.

Value missing(Context* context, Value closure, const Value* args, uint32_t count,
              Keywords keywords = {}) {
  return applyMethod(*context, as<FunctionObject>(closure)->captures()[0].get().symbol(), args,
                     count, keywords);
}
template <uint32_t Count>
Value missingEntry(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  const Value args[] = {a0, a1, a2, a3};
  return missing(context, closure, args, Count);
}
Value missingGeneric(Context* context, Value closure, Value count, Value shape, Value, Value) {
  ValueList args, keywords;
  if (!takeBuffered(*context, static_cast<uint32_t>(count.bits),
                    reinterpret_cast<const CallShape*>(shape.bits), args, keywords))
    return Value::pending();
  return missing(context, closure, args.data(), args.size(), keywordsOf(keywords));
}
FunctionInfo* missingInfo() {
  static FunctionInfo info = [] {
    FunctionInfo result{};
    const NativeCode entries[] = {missingEntry<0>, missingEntry<1>, missingEntry<2>,
                                  missingEntry<3>, missingEntry<4>};
    for (uint32_t n = 0; n <= RegisterArguments; n++) result.entry[n] = entries[n];
    result.generic = missingGeneric;
    result.slotCount = 1;  // neither slots nor builtin: applyFunction goes through the entries
    result.captureCount = 1;
    return result;
  }();
  return &info;
}

/// Looks the method up and remembers it; absent when there is none.
Value methodWithCache(Context& context, Value receiver, Symbol name, InlineCache* cache) {
  const uint32_t shape = shapeOf(receiver);
  const InlineCache cached = readCache(cache);
  if (GENE_LIKELY(cached.shape == shape)) return methodTarget(context, cached.index);
  if (const uint32_t recent = findRecentTarget(context, shape, name); recent != NoTarget) {
    writeCache(cache, shape, recent);
    return methodTarget(context, recent);
  }
  const Value method = methodOf(context, receiver, name);
  // Iterators and dates of one shape are of several classes; the fields of enum values hide methods; adapters have
  // those of their interface.
  if (!isKind(method, Kind::Function) || shape == static_cast<uint32_t>(Kind::Iterator) ||
      shape == static_cast<uint32_t>(Kind::DateTime) ||
      shape == static_cast<uint32_t>(Kind::EnumValue) ||
      shape == static_cast<uint32_t>(Kind::Adapter))
    return method;
  const uint32_t index = methodTargetIndex(context, classOf(context, receiver), name, method);
  rememberTarget(context, shape, name, index);
  writeCache(cache, shape, index);
  return method;
}

/// The name of (obj . name …), where it is a string or symbol; the empty one and an exception for others.
Symbol dynamicName(Context& context, Value name) {
  if (name.isSymbol()) return name.symbol();
  if (isString(name)) return symbolOfString(name);
  if (name.isNil() || name.isVoid())
    raise(context, ErrorClass::Exception, "Dynamic method name cannot be nil");
  else
    raise(context, ErrorClass::Type,
          "Dynamic method name must be a string or symbol, got " + kindName(context, name));
  return {};
}

/// The method or constructor that the parent of `cls` has; absent without.
Value superMethod(Context& context, Symbol name, Value cls) {
  ClassObject* parent = isClass(cls) ? parentOf(as<ClassObject>(cls)) : nullptr;
  if (!parent) return Value::absent();
  if (name != sym::Ctor) return findMethod(context, parent, name);
  const Value ctor = findConstructor(parent);
  return ctor.isNil() ? Value::absent() : ctor;
}

/// The arguments of a shaped call behind a receiver.
struct WrittenOut {
  ValueList positional, keywords;
  bool valid;
  WrittenOut(Context& context, Value receiver, const CallShape* shape, const Value* args,
             uint64_t count) {
    positional.push(context, receiver);
    valid = true;
    if (!shape || shape->plain)
      positional.push(context, args, static_cast<uint32_t>(count));
    else
      valid = flatten(context, *shape, args, positional, keywords);
  }
};

}  // namespace

Value gene::standInMethod(Context& context, Symbol name) {
  FunctionObject* stand = newFunction(context, missingInfo(), 1);
  stand->captures()[0].init(Value::symbol(name));
  return Value::object(stand);
}

Value gene_undefined(Context* context, Value name) {
  const Value result =
      raise(*context, ErrorClass::Exception, std::string(name.symbol().text()) + " is not defined");
  explainName(*context, name.symbol());
  return result;
}

Value gene_scope_new(Context* context, uint64_t slots) {
  return Value::object(newScope(*context, static_cast<uint32_t>(slots)));
}

void gene_scope_set(Value scope, uint64_t index, Value value) {
  as<ScopeObject>(scope)->slots()[index].set(value);
}

Value gene_closure(Context* context, FunctionInfo* info, const Value* captures, uint64_t count) {
  FunctionObject* function = newFunction(*context, info, static_cast<uint32_t>(count));
  for (uint64_t i = 0; i < count; i++) function->captures()[i].init(captures[i]);
  return Value::object(function);
}

Value gene_call_0(Context* context, Value callee) {
  return apply(*context, callee, nullptr, 0, {});
}

Value gene_call_buffer(Context* context, Value callee, uint64_t count) {
  ValueList args;
  args.push(*context, context->arguments, static_cast<uint32_t>(count));
  return apply(*context, callee, args.data(), args.size(), {});
}

Value* gene_argument_buffer(Context* context, uint64_t count) {
  return requireArguments(*context, count);
}

Value gene_tail_call(Context* context, Value callee, uint64_t wide, CallShape* shape) {
  const auto count = static_cast<uint32_t>(wide);
  const CallShape* written = shape && !shape->plain ? shape : nullptr;
  const TailTarget target = tailTarget(*context, callee, context->arguments, count, written);
  if (target.function.isAbsent()) return target.function;
  const FunctionInfo& info = *as<FunctionObject>(target.function)->info;
  if (!info.slots && info.slotCount != 0) return Value::absent();  // of the runtime
  if (info.builtin) return Value::absent();
  const bool asTheyAre = !written && !target.dropsFirst && target.receiver.isAbsent();
  if (asTheyAre && info.simple && info.slotCount == count) return target.function;
  ValueList given, keywords, positional;
  if (!takeBuffered(*context, count, written, given, keywords)) return Value::pending();
  if (!target.receiver.isAbsent()) positional.push(*context, target.receiver);
  positional.push(*context, given.data() + target.dropsFirst, given.size() - target.dropsFirst);
  return bindToBuffer(*context, info, positional.data(), positional.size(), keywordsOf(keywords))
             ? target.function
             : Value::pending();
}

Value gene_tail_method(Context* context, Value receiver, Value name, uint64_t count,
                       CallShape* shape) {
  const Symbol method = dynamicName(*context, name);
  if (method.empty()) return Value::pending();
  const Value found = methodOf(*context, receiver, method);
  return found.isAbsent() ? found : gene_tail_call(context, found, count, shape);
}

Value gene_tail_super(Context* context, Value name, Value cls, uint64_t count, CallShape* shape) {
  const Value found = superMethod(*context, name.symbol(), cls);
  return found.isAbsent() ? found : gene_tail_call(context, found, count, shape);
}

Value gene_call_method(Context* context, Value name, InlineCache* cache, const Value* args,
                       uint64_t count) {
  const Value method = methodWithCache(*context, args[0], name.symbol(), cache);
  if (GENE_LIKELY(isKind(method, Kind::Function)))
    return applyFunction(*context, as<FunctionObject>(method), args, static_cast<uint32_t>(count),
                         {});
  if (method.isAbsent())
    return applyMissing(*context, name.symbol(), args, static_cast<uint32_t>(count), {});
  return apply(*context, method, args, static_cast<uint32_t>(count), {});
}

Value gene_method_target(Context* context, Value receiver, Value name, InlineCache* cache,
                         uint64_t) {
  const Value method = methodWithCache(*context, receiver, name.symbol(), cache);
  if (GENE_LIKELY(isKind(method, Kind::Function))) return method;
  return standInMethod(*context, name.symbol());
}

Value gene_call_shaped(Context* context, CallShape* shape, Value callee, const Value* args,
                       uint64_t) {
  return callShaped(*context, callee, *shape, args);
}

Value gene_call_method_shaped(Context* context, Value name, CallShape* shape, Value receiver,
                              const Value* args, uint64_t count) {
  WrittenOut all(*context, receiver, shape, args, count);
  if (!all.valid) return Value::pending();
  return applyMethod(*context, name.symbol(), all.positional.data(), all.positional.size(),
                     keywordsOf(all.keywords));
}

Value gene_call_method_dynamic(Context* context, CallShape* shape, Value receiver, Value name,
                               const Value* args, uint64_t count) {
  const Symbol method = dynamicName(*context, name);
  if (method.empty()) return Value::pending();
  return gene_call_method_shaped(context, Value::symbol(method), shape, receiver, args, count);
}

Value gene_call_super(Context* context, Value name, CallShape* shape, Value cls, Value self,
                      const Value* args, uint64_t count) {
  const Value method = superMethod(*context, name.symbol(), cls);
  if (method.isAbsent())
    return raise(*context, ErrorClass::Exception,
                 name.symbol() == sym::Ctor
                     ? "Superclass constructor must be a function or native function"
                     : "Method '" + std::string(name.symbol().text()) +
                           "' not found in super class hierarchy");
  WrittenOut all(*context, self, shape, args, count);
  if (!all.valid) return Value::pending();
  return apply(*context, method, all.positional.data(), all.positional.size(),
               keywordsOf(all.keywords));
}

// --- new --------------------------------------------------------------------------------------------------------------------

Value gene_new(Context* context, InlineCache* cache, Value value, const Value* args,
               uint64_t count) {
  if (GENE_UNLIKELY(!context->exception.isPending())) return Value::pending();
  if (GENE_UNLIKELY(context->outOfMemory)) return raiseOutOfMemory(*context);
  if (GENE_UNLIKELY(!isClass(value)) || as<ClassObject>(value)->builtinConstructor)
    return construct(*context, value, args, static_cast<uint32_t>(count), {});
  auto* cls = as<ClassObject>(value);
  const InlineCache cached = readCache(cache);
  uint32_t index = cached.index;
  if (GENE_UNLIKELY(cached.shape != cls->rootShape->id)) {
    const Value ctor = findConstructor(cls);
    if (!ctor.isNil() && !isKind(ctor, Kind::Function))
      return construct(*context, value, args, static_cast<uint32_t>(count), {});
    index = ctor.isNil() ? NoConstructor : methodTargetIndex(*context, cls, sym::Ctor, ctor);
    writeCache(cache, cls->rootShape->id, index);
  }
  const Value instance = Value::object(newInstance(*context, cls));
  if (index == NoConstructor) return instance;
  FunctionObject* ctor = as<FunctionObject>(methodTarget(*context, index));
  if (count < RegisterArguments) {
    Value all[RegisterArguments];
    all[0] = instance;
    for (uint64_t i = 0; i < count; i++) all[i + 1] = args[i];
    const Value result = applyFunction(*context, ctor, all, static_cast<uint32_t>(count) + 1, {});
    return result.isPending() ? result : instance;
  }
  ValueList all;
  all.push(*context, instance);
  all.push(*context, args, static_cast<uint32_t>(count));
  const Value result = applyFunction(*context, ctor, all.data(), all.size(), {});
  return result.isPending() ? result : instance;
}

Value gene_new_shaped(Context* context, CallShape* shape, Value cls, const Value* args, uint64_t) {
  ValueList positional, keywords;
  if (!flatten(*context, *shape, args, positional, keywords)) return Value::pending();
  return construct(*context, cls, positional.data(), positional.size(), keywordsOf(keywords));
}
