#pragma once
// ($render template): quoted data with its %x replaced (01).

#include "runtime/Context.h"

namespace gene {

/// A copy of `form` in which every %expr is replaced by its value and every %_expr is left out. `values` are pairs of
/// symbol and value: the variables that expressions may mention. 0 when one cannot be evaluated.
Value render(Context& context, Value form, const Value* values, uint32_t pairs);

}  // namespace gene
