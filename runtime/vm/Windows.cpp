#include "runtime/vm/Windows.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/object/Array.h"
#include "runtime/object/String.h"

namespace gene::vm {
namespace {

/// The method `name` of an instance, when it is a function; else absent.
Value methodOfInstance(Context& context, Value receiver, Symbol name) {
  if (!isInstance(receiver)) return Value::absent();
  const Value method = findMethod(context, classOfShape(context, receiver.object()->shape), name);
  return isKind(method, Kind::Function) ? method : Value::absent();
}

}  // namespace

Code* bindToWindow(Context& context, Value* window, const CallShape* shape, uint32_t count,
                   const Value* consts) {
  if (!isKind(window[-2], Kind::Function)) return nullptr;
  const FunctionInfo& info = *as<FunctionObject>(window[-2])->info;
  Code* code = info.code;
  if (!code || code->consts != consts) return nullptr;
  context.vm->top = window + count;
  if (window >= context.vm->limit) {
    gene_stack_overflow(&context);
    return nullptr;
  }
  if (code->simpleCount == count && (!shape || shape->plain)) return code;
  Value* slots = window + count;
  std::fill_n(slots, info.slotCount, Value::nil());
  context.vm->top = slots + info.slotCount;
  if (!bindArguments(context, info, shape, window, count, slots)) return nullptr;
  std::memmove(window, slots, info.slotCount * sizeof(Value));
  return code;
}

Code* bindTail(Context& context, Value* window, const CallShape* shape, uint32_t count,
               const Value* consts) {
  context.vm->top = window + count;
  const TailTarget target =
      tailTarget(context, window[-2], window, count, shape && !shape->plain ? shape : nullptr);
  if (target.function.isAbsent()) return nullptr;
  const Code* code = as<FunctionObject>(target.function)->info->code;
  if (!code || code->consts != consts) return nullptr;
  if (target.dropsFirst && target.receiver.isAbsent()) {
    count--;
    std::memmove(static_cast<void*>(window), window + 1, count * sizeof(Value));
  } else if (!target.receiver.isAbsent()) {
    if (!target.dropsFirst) {
      std::memmove(static_cast<void*>(window + 1), window, count * sizeof(Value));
      count++;
    }
    window[0] = target.receiver;
  }
  window[-2] = target.function;
  return bindToWindow(context, window, shape, count, consts);
}

Code* bindMethod(Context& context, Value* window, uint32_t count, uint64_t* words,
                 const Value* consts) {
  context.vm->top = window + count;
  const Symbol name = Value{words[0]}.symbol();
  const Value method = methodOfInstance(context, window[0], name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  Code* code = bindToWindow(context, window, nullptr, count, consts);
  if (!code) return nullptr;
  const uint32_t shape = window[0].object()->shape;
  const uint32_t index = methodTargetIndex(context, classOfShape(context, shape), name, method);
  writeCache(reinterpret_cast<InlineCache*>(words + 1), shape, index);
  rememberTarget(context, shape, name, index);
  return code;
}
Code* bindMethodShaped(Context& context, Value* window, uint32_t count, Symbol name,
                       const CallShape* shape, const Value* consts) {
  context.vm->top = window + count;
  const Value method = methodOfInstance(context, window[0], name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindToWindow(context, window, shape, count, consts);
}

Code* bindTailMethod(Context& context, Value* window, uint32_t count, Symbol name,
                     const CallShape* shape, const Value* consts) {
  const Value receiver = window[0];
  if (name != sym::Call && !isInstance(receiver) && !isKind(receiver, Kind::Adapter))
    return nullptr;
  context.vm->top = window + count;
  const Value method = methodOf(context, receiver, name);
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindTail(context, window, shape, count, consts);
}

Code* bindTailDynamic(Context& context, Value* window, Value receiver, Value name,
                      const Value* args, const CallShape* shape, uint32_t count,
                      const Value* consts) {
  context.vm->top = window + count + 1;
  std::memcpy(static_cast<void*>(window + 1), args, count * sizeof(Value));
  window[0] = receiver;
  if (!name.isSymbol() && !isString(name)) return nullptr;
  const Value method =
      methodOf(context, receiver, name.isSymbol() ? name.symbol() : symbolOfString(name));
  if (method.isAbsent()) return nullptr;
  window[-2] = method;
  return bindTail(context, window, shape, count + 1, consts);
}

Value memberGet(Context* context, uint64_t* words, Value object) {
  InlineCache* cache = reinterpret_cast<InlineCache*>(words + 1);
  const uint32_t shape = isInstance(object) ? object.object()->shape : 0;
  const Value result = gene_member_get(context, Value{words[0]}, cache, object);
  if (const InlineCache now = readCache(cache); shape != 0 && now.shape == shape)
    context->vm->memberGets.add(shape, Value{words[0]}, now);
  return result;
}
Value memberSet(Context* context, uint64_t* words, Value object, Value value) {
  InlineCache* cache = reinterpret_cast<InlineCache*>(words + 1);
  const uint32_t shape = isInstance(object) ? object.object()->shape : 0;
  const Value result = gene_member_set(context, Value{words[0]}, cache, object, value);
  const InlineCache now = readCache(cache);
  if (shape != 0 && (now.shape == shape || now.shape == (shape | AddsField)))
    context->vm->memberSets.add(shape, Value{words[0]}, now);
  return result;
}

Value isCached(Context* context, uint64_t* cache, Value value, Value type) {
  const Value result = gene_is(context, value, type);
  if (value.isObject() && isClass(type) && result.isBool() && !isKind(value, Kind::Iterator) &&
      !isKind(value, Kind::DateTime))
    writeCache(reinterpret_cast<InlineCache*>(cache), value.object()->shape,
               as<ClassObject>(type)->id << 1 | (result == Value::true_()));
  return result;
}

Code* bindSuper(Context& context, Value* window, uint32_t count, uint64_t* words, Value cls,
                const Value* consts) {
  context.vm->top = window + count;
  ClassObject* parent = isClass(cls) ? parentOf(as<ClassObject>(cls)) : nullptr;
  if (!parent) return nullptr;
  const Symbol name = Value{words[0]}.symbol();
  const bool isCtor = name == sym::Ctor;
  const Value method = isCtor ? findConstructor(parent) : findMethod(context, parent, name);
  if (!isKind(method, Kind::Function)) return nullptr;
  window[-2] = method;
  const CallShape* shape = reinterpret_cast<CallShape*>(words[1]);
  Code* code = bindToWindow(context, window, shape, count, consts);
  if (code && shape->plain)
    writeCache(reinterpret_cast<InlineCache*>(words + 2), superKey(*as<ClassObject>(cls)),
               methodTargetIndex(context, parent, name, method));
  return code;
}

Code* bindConstructor(Context& context, Value* window, uint32_t count, InlineCache cache,
                      const Value* consts) {
  ClassObject* cls = asOrNull<ClassObject>(window[-3], Kind::Class);
  if (!cls || !cls->rootShape || cls->rootShape->id != cache.shape || cache.index == NoConstructor)
    return nullptr;
  context.vm->top = window + count;
  const Value constructor = methodTarget(context, cache.index);
  if (!as<FunctionObject>(constructor)->info->code) return nullptr;
  const Value instance = Value::object(newInstance(context, cls));
  window[-2] = constructor;
  window[0] = instance;
  Code* code = bindToWindow(context, window, nullptr, count, consts);
  if (code) window[-3] = instance;
  return code;
}

}  // namespace gene::vm
