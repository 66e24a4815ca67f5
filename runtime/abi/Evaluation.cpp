// Macro calls, eval, and the globals of the program around evaluated code.

#include "runtime/abi/Entry.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Function.h"

using namespace gene;

Value gene_is_macro(Context*, Value callee) {
  const auto* function = asOrNull<FunctionObject>(callee, Kind::Function);
  return Value::boolean(function && function->info->isMacro);
}

Value gene_environment_new(Context* context, Value names, Value self, const Value* scopes,
                           uint64_t count) {
  return Value::object(newEnvironment(*context, names, self, scopes, static_cast<uint32_t>(count)));
}

Value gene_call_macro(Context* context, CallShape* shape, Value callee, Value environment,
                      const Value* args, uint64_t) {
  EnvironmentObject* const caller = context->caller;
  context->caller = operand<EnvironmentObject>(environment, Kind::Environment);
  const Value result = callShaped(*context, callee, *shape, args);
  context->caller = caller;
  return result;
}

Value gene_caller_eval(Context* context, Value value) {
  if (!context->caller)
    return raise(*context, ErrorClass::Exception,
                 "$caller_eval can only be used within macros or macro-like functions");
  return evaluate(*context, value, context->caller);
}

Value gene_eval(Context* context, Value environment, const Value* values, uint64_t count) {
  Value result = Value::nil();
  for (uint64_t i = 0; i < count; i++) {
    // Unlike in macros, containers are themselves.
    const bool isData = values[i].isObject() && !isKind(values[i], Kind::Gene) &&
                        !isKind(values[i], Kind::ComplexSymbol);
    result = isData ? values[i]
                    : evaluate(*context, values[i],
                               operand<EnvironmentObject>(environment, Kind::Environment));
    if (result.isPending()) return result;
  }
  return result;
}

namespace {

Value undefined(Context* context, Value global) {
  return gene_undefined(context, Value::symbol(plainName(global.symbol())));
}

}  // namespace

Value gene_module_get(Context* context, Value name) {
  Value found = namedValue(*context, name.symbol());
  if (found.isAbsent() && session().variables)
    found = namespaceGet(context->globals, name.symbol());
  return found.isAbsent() ? undefined(context, name) : found;
}

Value gene_module_set(Context* context, Value name, Value value) {
  if (setNamedValue(*context, name.symbol(), value)) return value;
  return context->exception.isPending() ? undefined(context, name) : Value::pending();
}
