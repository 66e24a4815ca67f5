// Functions in C: how Gene calls them, how they call Gene, and how errors pass.

#include "runtime/capi/Functions.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/Runtime.h"
#include "runtime/abi/Entry.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/Utf8.h"

namespace gene::capi {
namespace {

constexpr uint32_t AnyNumber = UINT32_MAX;

// --- from Gene to C -----------------------------------------------------------------------------------------------------

/// Calls the function; gene_raise_error comes back here. Nothing in this frame has a destructor.
[[gnu::noinline]] GeneValue callGuarded(const NativeFunction& function, Scope& scope, void* owner,
                                        GeneValue* args, int count, bool hasKeywords) {
  std::jmp_buf leave;
  scope.leave = &leave;
  if (setjmp(leave) != 0) return GENE_FAILED;
  return function.code(static_cast<GeneRuntime*>(owner), args, count, hasKeywords);
}

/// What the function has given, when its scopes are still there.
Value resultOf(Api& api, const NativeFunction& function, GeneValue word) {
  if (!api.context.exception.isPending()) return Value::pending();
  if (word != GENE_FAILED) return api.take(word);
  return raise(api.context, ErrorClass::Runtime,
               "native function '" + function.text + "' failed without an exception");
}

Value enterNative(Context& context, const NativeFunction& function, const Value* args,
                  uint32_t count, Keywords keywords) {
  if (GENE_UNLIKELY(context.outOfMemory)) return raiseOutOfMemory(context);
  if (GENE_UNLIKELY(stackIsFull(context))) return gene_stack_overflow(&context);
  if (count < function.least || count > function.most) {
    const uint32_t receivers = function.info.isCtor ? 1 : 0;
    const uint32_t wanted = count < function.least ? function.least : function.most;
    return raise(context, ErrorClass::Argument,
                 "Expected " + std::to_string(wanted - receivers) + " arguments, got " +
                     std::to_string(count - receivers));
  }
  Api& api = partOf<Api>(context);
  Scope* const before = api.scope;
  Scope scope;
  scope.isCall = true;
  scope.function = &function;
  api.scope = &scope;
  constexpr uint32_t Few = 16;
  GeneValue few[Few];
  std::vector<GeneValue> many;
  const uint32_t words = count + (keywords.count != 0);
  if (words > Few) many.resize(words);
  GeneValue* const given = words > Few ? many.data() : few;
  uint32_t next = 0;
  if (keywords.count != 0) {
    MapObject* map = newMap(context);
    for (uint32_t i = 0; i < keywords.count; i++)
      mapPut(context, map, keywords.pairs[2 * i].symbol(), keywords.pairs[2 * i + 1]);
    given[next++] = api.give(Value::object(map));
  }
  for (uint32_t i = 0; i < count; i++) given[next++] = api.give(args[i]);
  Value result = Value::pending();
  if (context.exception.isPending())
    result = resultOf(api, function,
                      callGuarded(function, scope, api.owner ? api.owner : &api, given,
                                  static_cast<int>(words), keywords.count != 0));
  endCall(api, scope, before);
  return result;
}

const NativeFunction& functionOf(Value closure) {
  return *reinterpret_cast<const NativeFunction*>(as<FunctionObject>(closure)->info);
}

template <uint32_t Count>
Value nativeEntry(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  const Value args[] = {a0, a1, a2, a3};
  return enterNative(*context, functionOf(closure), args, Count, {});
}

Value nativeGeneric(Context* context, Value closure, Value count, Value shape, Value, Value) {
  ValueList args, keywords;
  if (!takeBuffered(*context, static_cast<uint32_t>(count.bits),
                    reinterpret_cast<const CallShape*>(shape.bits), args, keywords))
    return Value::pending();
  return enterNative(*context, functionOf(closure), args.data(), args.size(), keywordsOf(keywords));
}

// --- from C to Gene -----------------------------------------------------------------------------------------------------

/// The values of words, where the heap sees them. False with an exception pending.
bool takeAll(Api& api, const GeneValue* words, size_t count, ValueList& values) {
  api.stopped = 0;
  if (count != 0 && !words) {
    raise(api.context, ErrorClass::Argument, "arguments are missing");
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    const Value v = api.take(words[i]);
    if (v.isPending()) return false;
    values.push(api.context, v);
  }
  return true;
}

ErrorClass errorNamed(Context& context, std::string_view name) {
  for (uint8_t i = 0; i < static_cast<uint8_t>(ErrorClass::Count); i++) {
    const auto which = static_cast<ErrorClass>(i);
    const ClassObject* const cls = errorClass(context, which);
    if (cls && cls->name.get().symbol().text() == name) return which;
  }
  return ErrorClass::Count;
}

Value failWith(Api& api, const char* className, const char* message) {
  const std::string_view name = className ? className : "Exception";
  const ErrorClass which = errorNamed(api.context, name);
  const std::string text = utf8Text(message);
  if (which == ErrorClass::Count)
    return raise(api.context, ErrorClass::Exception,
                 text + " (there is no class of exceptions '" + utf8Text(className) + "')");
  return raise(api.context, which, text);
}

}  // namespace

int32_t runInit(Api& api, Scope& scope, int32_t (*init)(GeneHostAbi*), GeneHostAbi& host) {
  std::jmp_buf leave;
  scope.isCall = true;
  scope.leave = &leave;
  api.scope = &scope;
  return setjmp(leave) != 0 ? GENE_ERROR : init(&host);
}

void endCall(Api& api, Scope& scope, Scope* before) {
  while (api.scope != &scope && api.endScope()) {
  }
  api.clear(scope);
  api.scope = before;
}

std::string utf8Text(const char* text) {
  std::string result;
  for (const char *p = text ? text : "", *end = p + std::char_traits<char>::length(p); p < end;)
    utf8::append(result, utf8::decode(p, end));
  return result;
}

Value newNativeFunction(Api& api, const char* name, GeneFunction code, void* data, int least,
                        int most, Role role) {
  if (!code || least < 0 || (most >= 0 && most < least))
    return raise(api.context, ErrorClass::Argument, "a native function makes no sense");
  auto made = std::make_unique<NativeFunction>();
  const uint32_t receivers = role == Role::Plain ? 0 : 1;
  made->text = utf8Text(name);
  made->code = code;
  made->data = data;
  made->least = static_cast<uint32_t>(least) + receivers;
  made->most = most < 0 ? AnyNumber : static_cast<uint32_t>(most) + receivers;
  FunctionInfo& info = made->info;
  info = FunctionInfo{};
  const NativeCode entries[] = {nativeEntry<0>, nativeEntry<1>, nativeEntry<2>, nativeEntry<3>,
                                nativeEntry<4>};
  for (uint32_t n = 0; n <= RegisterArguments; n++) info.entry[n] = entries[n];
  info.generic = nativeGeneric;
  info.slotCount = 1;  // neither slots nor builtin: everybody goes through the entries
  info.name = Symbol::of(made->text);
  info.isMethod = role != Role::Plain;
  info.isCtor = role == Role::Constructor;
  FunctionObject* const function = newFunction(api.context, &info, 0);
  api.functions.push_back(std::move(made));
  return Value::object(function);
}

extern "C" {

GeneValue gene_wrap_native_fn(GeneFunction function) {
  return gene_make_function("native", function, nullptr, 0, -1);
}

GeneValue gene_make_function(const char* name, GeneFunction function, void* data, int least,
                             int most) {
  return valueOf([&](Api& api) {
    return newNativeFunction(api, name, function, data, least, most, Role::Plain);
  });
}

void* gene_function_data(void) {
  const Api* const api = current();
  if (!api) return nullptr;
  for (const Scope* scope = api->scope; scope; scope = scope->outer)
    if (scope->function) return scope->function->data;
  return nullptr;
}

GeneValue gene_get_arg(const GeneValue* args, int count, bool has_keywords, int index) {
  const int at = index + has_keywords;
  return args && index >= 0 && at < count ? args[at] : gene_nil();
}

GeneValue gene_get_keyword(const GeneValue* args, int count, bool has_keywords, const char* name) {
  return args && count > 0 && has_keywords ? gene_map_lookup(args[0], name) : gene_nil();
}

GeneValue gene_call(GeneValue callee, const GeneValue* args, size_t count) {
  return valueOf([&](Api& api) {
    ValueList values;
    const Value function = api.take(callee);
    if (function.isPending() || !takeAll(api, args, count, values)) return Value::pending();
    return apply(api.context, function, values.data(), values.size(), {});
  });
}

GeneValue gene_call_keywords(GeneValue callee, const GeneValue* args, size_t count,
                             GeneValue keywords) {
  return valueOf([&](Api& api) {
    ValueList values, pairs;
    const Value function = api.take(callee);
    if (function.isPending() || !takeAll(api, args, count, values)) return Value::pending();
    const auto* map = objectOf<MapObject>(api, keywords, Kind::Map, "a Map");
    if (!map) return Value::pending();
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
      pairs.push(api.context, map->entries[i].key.get());
      pairs.push(api.context, map->entries[i].value.get());
    }
    return apply(api.context, function, values.data(), values.size(), keywordsOf(pairs));
  });
}

GeneValue gene_send(GeneValue receiver, const char* name, const GeneValue* args, size_t count) {
  return valueOf([&](Api& api) {
    ValueList values;
    Symbol method;
    if (!takeAll(api, &receiver, 1, values) || !takeAll(api, args, count, values) ||
        !nameOf(api, name, &method))
      return Value::pending();
    return applyMethod(api.context, method, values.data(), values.size(), {});
  });
}

GeneValue gene_instantiate(GeneValue cls, const GeneValue* args, size_t count) {
  return valueOf([&](Api& api) {
    ValueList values;
    const Value made = api.take(cls);
    if (made.isPending() || !takeAll(api, args, count, values)) return Value::pending();
    return construct(api.context, made, values.data(), values.size(), {});
  });
}

GeneValue gene_fail(const char* class_name, const char* message) {
  return valueOf([&](Api& api) { return failWith(api, class_name, message); });
}

GeneValue gene_fail_with(GeneValue exception) {
  return valueOf([&](Api& api) {
    const Value v = api.take(exception);
    return v.isPending() ? v : raiseValue(api.context, v);
  });
}

void gene_raise_error(const char* message) {
  Api* const api = current();
  for (const Scope* scope = api ? api->scope : nullptr; scope; scope = scope->outer) {
    if (!scope->leave) continue;
    gene_fail(nullptr, message);
    std::longjmp(*scope->leave, 1);
  }
  std::fputs("Error: gene_raise_error where no function of Gene's was called\n", stderr);
  std::abort();
}

bool gene_has_error(void) {
  const Api* const api = current();
  return api && !api->context.exception.isPending();
}

GeneValue gene_take_error(void) {
  Api* const api = current();
  if (!api || api->context.exception.isPending()) return gene_nil();
  return api->give(takeException(api->context));
}

GeneValue gene_error_message(GeneValue exception) {
  return valueOf([&](Api& api) {
    const Value v = api.take(exception);
    if (v.isPending()) return v;
    return checkedString(api.context, exceptionMessage(api.context, v));
  });
}

bool gene_is_instance(GeneValue value, GeneValue cls) {
  return done([&](Api& api) {
    const Value v = api.take(value);
    const auto* wanted =
        v.isPending() ? nullptr : objectOf<ClassObject>(api, cls, Kind::Class, "a Class");
    return wanted && inherits(classOf(api.context, v), wanted);
  });
}

}  // extern "C"

}  // namespace gene::capi
