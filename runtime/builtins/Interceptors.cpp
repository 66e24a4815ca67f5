// Methods of interceptors and of what they were applied to (18 §5).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Interceptor.h"

namespace gene {
namespace {

/// `enabled` of a definition or an application becomes `value`.
template <class T>
Value enable(Context& context, const Value* args, uint32_t count, const char* name, bool value) {
  if (count > 1) return raiseArgument(context, std::string(name) + " expects no arguments");
  as<T>(args[0])->enabled = value;
  return args[0];
}

Value enableInterceptor(Context& context, const Value* args, uint32_t count) {
  return enable<InterceptorObject>(context, args, count, "Interceptor.enable", true);
}
Value disableInterceptor(Context& context, const Value* args, uint32_t count) {
  return enable<InterceptorObject>(context, args, count, "Interceptor.disable", false);
}
Value enableInterception(Context& context, const Value* args, uint32_t count) {
  return enable<InterceptionObject>(context, args, count, "Interception.enable", true);
}
Value disableInterception(Context& context, const Value* args, uint32_t count) {
  return enable<InterceptionObject>(context, args, count, "Interception.disable", false);
}
Value callValue(Context& context, const Value* args, uint32_t count) {
  return call(context, args[0], args + 1, count - 1);
}

constexpr BuiltinRow interceptorRows[] = {
    {"call", callValue, 0, -1, 0, "applies it, as calling it does"},
    {"enable", enableInterceptor, 0, -1, 0, "all applications run their advice; itself"},
    {"disable", disableInterceptor, 0, -1, 0, "no application runs its advice; itself"},
};
constexpr BuiltinRow interceptionRows[] = {
    {"call", callValue, 0, -1, 0, "calls what is intercepted"},
    {"enable", enableInterception, 0, -1, 0, "this application runs its advice; itself"},
    {"disable", disableInterception, 0, -1, 0, "this application runs no advice; itself"},
};

}  // namespace

extern const BuiltinTable interceptorTable, interceptionTable;
constinit const BuiltinTable interceptorTable{"Interceptor", true, interceptorRows};
constinit const BuiltinTable interceptionTable{"Interception", true, interceptionRows};

}  // namespace gene
