#include "runtime/object/Interceptor.h"

#include <string>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

// Advice lies flat in InterceptorObject::advice: kind, number of the parameter, flags, function.
enum AdviceKind : int64_t { BeforeFilter, Before, Invariant, Around, After };
constexpr std::string_view kindNames[] = {"before_filter", "before", "invariant", "around",
                                          "after"};
enum Flags : int64_t { Replaces = 1, IsCallable = 2 };
constexpr uint32_t Words = 4;

const ArrayObject* parametersOf(const InterceptorObject* definition) {
  return as<ArrayObject>(definition->parameters.get());
}
std::string text(Value symbol) { return std::string(symbol.symbol().text()); }

bool isFunction(Value v) { return isKind(v, Kind::Function) || isKind(v, Kind::BoundMethod); }

}  // namespace

Value newInterceptor(Context& context, Value declaration, const Value* functions, uint32_t count) {
  const auto* parts = operand<ArrayObject>(declaration, Kind::Array);
  auto* definition = allocate<InterceptorObject>(context, Kind::Interceptor);
  definition->name.init(partOfConstant(parts, 1));
  definition->parameters.init(
      Value::object(operand<ArrayObject>(partOfConstant(parts, 2), Kind::Array)));
  definition->advice.init(Value::nil());
  definition->isOfFunction = symbolOperand(partOfConstant(parts, 0)).text() == "fn-interceptor";
  definition->enabled = true;
  ArrayObject* advice = newArray(context, count * Words);
  definition->advice.set(Value::object(advice));
  const ArrayObject* parameters = parametersOf(definition);
  for (uint32_t i = 0; i < count; i++) {
    const auto* part = operand<ArrayObject>(partOfConstant(parts, 3 + i), Kind::Array);
    const Value callable = partOfConstant(part, 3);
    if (functions[i].isAbsent())
      return raise(context, ErrorClass::Exception,
                   "advice callable not found: " +
                       std::string(operand<StringObject>(callable, Kind::String)->view()));
    if (!callable.isNil() && !isFunction(functions[i]))
      return raise(context, ErrorClass::Exception,
                   "advice callable must be a function or native function");
    int64_t kind = 0, parameter = 0;
    const std::string_view name = symbolOperand(partOfConstant(part, 0)).text();
    while (kind < static_cast<int64_t>(std::size(kindNames)) && kindNames[kind] != name) kind++;
    if (kind == static_cast<int64_t>(std::size(kindNames))) damagedCode();
    while (partOfConstant(parameters, static_cast<uint32_t>(parameter)) != partOfConstant(part, 1))
      parameter++;
    const int64_t flags =
        (partOfConstant(part, 2).isTruthy() ? Replaces : 0) | (callable.isNil() ? 0 : IsCallable);
    for (const int64_t word : {kind, parameter, flags})
      arrayPush(context, advice, Value::smallInt(word));
    arrayPush(context, advice, functions[i]);
  }
  return Value::object(definition);
}

// --- application -------------------------------------------------------------------------------------------------------

namespace {

Value refuse(Context& context, const InterceptorObject* definition, std::string_view marker,
             const std::string& detail) {
  return raise(context, ErrorClass::Exception,
               "[GENE.INTERCEPT." + std::string(marker) + "] " +
                   (definition->isOfFunction ? "fn-interceptor" : "interceptor") +
                   " application '" + text(definition->name.get()) + "': " + detail);
}

/// What a target is, in messages.
std::string targetKind(Context& context, Value v) {
  if (isClass(v)) return "class";
  if (isKind(v, Kind::Function))
    return as<FunctionObject>(v)->info->isNative() ? "native function" : "function";
  if (isKind(v, Kind::BoundMethod)) return "function";
  if (isKind(v, Kind::Interception)) return "interception";
  if (isInstance(v)) return "VkInstance";
  const std::string name(typeofName(v, context));
  return name.starts_with("Vk") ? name : "Vk" + name;
}

/// A macro's description; empty for other values.
std::string macroKind(Value v) {
  if (!isKind(v, Kind::Function) || !as<FunctionObject>(v)->info->isMacro) return {};
  return "macro-like function '" + std::string(as<FunctionObject>(v)->info->name.text()) + "'";
}

Value newInterception(Context& context, InterceptorObject* definition, Value target,
                      uint32_t parameter) {
  auto* application = allocate<InterceptionObject>(context, Kind::Interception);
  application->definition.init(Value::object(definition));
  application->target.init(target);
  application->parameter = parameter;
  application->isMethod = !definition->isOfFunction;
  application->enabled = true;
  return Value::object(application);
}

Value applyToClass(Context& context, InterceptorObject* definition, const Value* args,
                   uint32_t count, Keywords keywords) {
  if (keywords.count != 0)
    return refuse(context, definition, "KEYWORD_UNSUPPORTED",
                  "class interceptor application does not accept keyword arguments");
  if (count == 0)
    return refuse(context, definition, "CLASS_TARGET",
                  "expected class target argument; actual none");
  if (const std::string macro = macroKind(args[0]); !macro.empty())
    return refuse(context, definition, "MACRO_UNSUPPORTED",
                  "expected class target; actual " + macro);
  if (!isClass(args[0]))
    return refuse(context, definition, "CLASS_TARGET",
                  "expected class target; actual " + targetKind(context, args[0]));
  auto* cls = as<ClassObject>(args[0]);
  // What the methods of built-in kinds do is known to compiled code.
  if (cls->kind != Kind::Free)
    return refuse(context, definition, "CLASS_TARGET",
                  "expected class target; actual built-in class " + text(cls->name.get()));
  const ArrayObject* parameters = parametersOf(definition);
  if (count - 1 != parameters->size)
    return refuse(context, definition, "MAPPING_ARITY",
                  "expected " + std::to_string(parameters->size) +
                      " method mapping arguments; actual " + std::to_string(count - 1));
  const auto* methods = as<MapObject>(cls->methods.get());
  std::vector<Symbol> names;
  for (uint32_t i = 0; i < parameters->size; i++) {
    const Value name = args[i + 1];
    const std::string parameter = "'" + text(arrayAt(parameters, i)) + "'";
    if (!name.isSymbol() && !isString(name))
      return refuse(context, definition, "MAPPING_NAME",
                    "mapping for parameter " + parameter +
                        " expected string or symbol method name; actual " +
                        targetKind(context, name));
    names.push_back(name.isSymbol() ? name.symbol() : symbolOfString(name));
    if (mapGet(methods, names.back()).isAbsent())
      return refuse(context, definition, "MISSING_METHOD",
                    "class '" + text(cls->name.get()) + "' has no method '" +
                        std::string(names.back().text()) + "' for parameter " + parameter);
  }
  if (!mayChange(context, Value::object(cls))) return Value::pending();
  ArrayObject* applications = newArray(context, parameters->size);
  for (uint32_t i = 0; i < parameters->size; i++) {
    const Value application = newInterception(context, definition, mapGet(methods, names[i]), i);
    arrayPush(context, applications, application);
    defineMethod(context, cls, names[i], application);
  }
  return Value::object(applications);
}

/// The first keyword parameter of a function; empty without one.
std::string_view keywordParameter(const FunctionInfo& info) {
  for (uint32_t i = 0; info.slots && i < info.slotCount; i++)
    if (info.slots[i].kind == SlotKind::Keyword || info.slots[i].kind == SlotKind::KeywordRest)
      return info.slots[i].name.text();
  return {};
}

/// Does a call of it give a future?
bool isAsync(const FunctionInfo& info) {
  if (!info.metadata || !isMap(*info.metadata)) return false;
  const Value written = mapGet(as<MapObject>(*info.metadata), Symbol::of("async"));
  return !written.isAbsent() && written.isTruthy();
}

Value applyToFunction(Context& context, InterceptorObject* definition, const Value* args,
                      uint32_t count, Keywords keywords) {
  if (keywords.count != 0)
    return refuse(context, definition, "KEYWORD_UNSUPPORTED",
                  "direct application does not accept keyword arguments");
  if (count != 1)
    return refuse(context, definition, "FN_ARITY",
                  "expected exactly one callable argument; actual " + std::to_string(count));
  const Value target = args[0];
  if (const std::string macro = macroKind(target); !macro.empty())
    return refuse(context, definition, "MACRO_UNSUPPORTED",
                  "expected non-macro callable target; actual " + macro);
  const bool isApplication = isKind(target, Kind::Interception);
  if (!isFunction(target) && !isApplication)
    return refuse(context, definition, "FN_TARGET",
                  "expected function, native function, or interception target; actual " +
                      targetKind(context, target));
  if (isKind(target, Kind::Function)) {
    const FunctionInfo& info = *as<FunctionObject>(target)->info;
    const std::string name(info.name.text());
    if (const std::string_view keyword = keywordParameter(info); !keyword.empty())
      return refuse(context, definition, "KEYWORD_UNSUPPORTED",
                    "target function '" + name + "' declares keyword parameter '" +
                        std::string(keyword) + "', but keyword forwarding is deferred");
    if (isAsync(info))
      return refuse(context, definition, "ASYNC_UNSUPPORTED",
                    "expected synchronous callable target; actual async function '" + name + "'");
  }
  return newInterception(context, definition, target, 0);
}

}  // namespace

Value applyInterceptor(Context& context, InterceptorObject* definition, const Value* args,
                       uint32_t count, Keywords keywords) {
  return definition->isOfFunction ? applyToFunction(context, definition, args, count, keywords)
                                  : applyToClass(context, definition, args, count, keywords);
}

// --- running -----------------------------------------------------------------------------------------------------------

namespace {

/// One intercepted call.
class Run {
 public:
  Run(Context& context, const InterceptionObject* application, const Value* args, uint32_t count,
      Keywords keywords)
      : context_(context),
        application_(application),
        advice_(
            as<ArrayObject>(as<InterceptorObject>(application->definition.get())->advice.get())),
        args_(args),
        count_(count),
        keywords_(keywords),
        receivers_(application->isMethod ? 1 : 0) {}

  Value run() {
    for (const int64_t kind : {BeforeFilter, Before, Invariant})
      if (const Value stopped = before(kind); !stopped.isAbsent()) return stopped;
    Value result = target();
    if (result.isPending()) return result;
    if (const Value stopped = before(Invariant); !stopped.isAbsent()) return stopped;
    for (uint32_t i = 0; i < advice_->size; i += Words) {
      if (!isFor(i, After)) continue;
      const Value value = call(i, takesResult(i) ? result : Value::absent());
      if (value.isPending()) return value;
      if (flags(i) & Replaces) result = value;
    }
    return result;
  }

 private:
  [[nodiscard]] bool isFor(uint32_t i, int64_t kind) const {
    return arrayAt(advice_, i).smallInt() == kind &&
           arrayAt(advice_, i + 1).smallInt() == application_->parameter;
  }
  [[nodiscard]] int64_t flags(uint32_t i) const { return arrayAt(advice_, i + 2).smallInt(); }
  [[nodiscard]] Value function(uint32_t i) const { return arrayAt(advice_, i + 3); }

  /// All advice of a kind that goes by the arguments: absent, or what ends the call.
  Value before(int64_t kind) {
    for (uint32_t i = 0; i < advice_->size; i += Words) {
      if (!isFor(i, kind)) continue;
      const Value value = call(i, Value::absent());
      if (value.isPending()) return value;
      if (kind == BeforeFilter && !value.isTruthy()) return Value::nil();
    }
    return Value::absent();
  }

  /// The advice `around` with what it wraps, or that alone.
  Value target() {
    const Value wrapped = application_->target.get();
    for (uint32_t i = 0; i < advice_->size; i += Words) {
      if (!isFor(i, Around)) continue;
      if (!application_->isMethod) return call(i, wrapped);
      auto* bound = allocate<BoundMethodObject>(context_, Kind::BoundMethod);
      bound->receiver.init(args_[0]);
      bound->function.init(wrapped);
      return call(i, Value::object(bound));
    }
    return apply(context_, wrapped, args_, count_, keywords_);
  }

  /// Does it declare a parameter for the result, behind those for the arguments?
  [[nodiscard]] bool takesResult(uint32_t i) const {
    if (flags(i) & IsCallable) return true;
    const FunctionInfo& info = *as<FunctionObject>(function(i))->info;
    uint32_t declared = 0;
    for (uint32_t s = 0; s < info.slotCount; s++)
      declared +=
          info.slots[s].kind == SlotKind::Positional || info.slots[s].kind == SlotKind::Rest;
    return declared > count_ - receivers_;
  }

  /// The advice with the receiver, the arguments, and `last` unless it is absent.
  Value call(uint32_t i, Value last) {
    ValueList all;
    all.push(context_, receivers_ ? args_[0] : Value::nil());
    all.push(context_, args_ + receivers_, count_ - receivers_);
    if (!last.isAbsent()) all.push(context_, last);
    return apply(context_, function(i), all.data(), all.size(), {});
  }

  Context& context_;
  const InterceptionObject* application_;
  const ArrayObject* advice_;
  const Value* args_;
  uint32_t count_;
  Keywords keywords_;
  uint32_t receivers_;
};

}  // namespace

Value callIntercepted(Context& context, InterceptionObject* application, const Value* args,
                      uint32_t count, Keywords keywords) {
  const auto* definition = as<InterceptorObject>(application->definition.get());
  if (!application->isMethod && keywords.count != 0)
    return refuse(context, definition, "KEYWORD_UNSUPPORTED",
                  "calls with keyword arguments are not supported");
  if (!application->enabled || !definition->enabled)
    return apply(context, application->target.get(), args, count, keywords);
  const Value result = Run(context, application, args, count, keywords).run();
  keepAlive(Value::object(application));
  return result;
}

}  // namespace gene
