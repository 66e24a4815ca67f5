#pragma once
// Interception (18). A definition, applied to a class, puts an application in the place of a method: a method that is an
// Interception runs the definition's advice around the one it replaced. Applied to a callable it gives such a value to call.

#include "runtime/Context.h"
#include "runtime/object/Arguments.h"

namespace gene {

/// `declaration`: [form Name [parameter …] [kind target replaces callable] …], with a function for each advice.
/// `callable`: how an advice that is a function of its own is written; nil for one that is written out.
Value newInterceptor(Context& context, Value declaration, const Value* functions, uint32_t count);
/// (Name Class "method" …), (Name f)
Value applyInterceptor(Context& context, InterceptorObject* definition, const Value* args,
                       uint32_t count, Keywords keywords);
/// A call of what is intercepted; a method's receiver is args[0].
Value callIntercepted(Context& context, InterceptionObject* application, const Value* args,
                      uint32_t count, Keywords keywords);

}  // namespace gene
