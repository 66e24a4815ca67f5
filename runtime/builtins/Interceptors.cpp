// Methods of interceptors and of what they were applied to (18 §5).

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Interceptor.h"

namespace gene {
namespace {

/// `enabled` of a definition or an application becomes `value`.
template <class T, bool value>
Value enable(Context&, Arguments args) {
  as<T>(args[0])->enabled = value;
  return args[0];
}

Value callValue(Context& context, Arguments args) {
  return call(context, args[0], args.values + 1, args.count - 1);
}

constexpr BuiltinRow interceptorRows[] = {
    {"call", callValue, "argument... -> Value", "Rrwac", "applies it, as calling it does"},
    {"enable", enable<InterceptorObject, true>, "-> Interceptor", "w",
     "all applications run their advice; itself",
     Surplus{"Interceptor.enable expects no arguments"}},
    {"disable", enable<InterceptorObject, false>, "-> Interceptor", "w",
     "no application runs its advice; itself", Surplus{"Interceptor.disable expects no arguments"}},
};
constexpr BuiltinRow interceptionRows[] = {
    {"call", callValue, "argument... -> Value", "Rrwac", "calls what is intercepted"},
    {"enable", enable<InterceptionObject, true>, "-> Interception", "w",
     "this application runs its advice; itself",
     Surplus{"Interception.enable expects no arguments"}},
    {"disable", enable<InterceptionObject, false>, "-> Interception", "w",
     "this application runs no advice; itself",
     Surplus{"Interception.disable expects no arguments"}},
};

}  // namespace

BUILTIN_TABLE(interceptorTable, "Interceptor", Methods, interceptorRows)
BUILTIN_TABLE(interceptionTable, "Interception", Methods, interceptionRows)

}  // namespace gene
