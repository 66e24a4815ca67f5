#pragma once
// Values as forms: code given as data, on its way to the compiler. The other direction is FromForm.h.

#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/Context.h"
#include "runtime/support/Arena.h"

namespace gene {

/// Values that no literal stands for (functions, instances …): the form has a variable `name(i)` where they stand.
struct ForeignValues {
  std::vector<Value> values;  // kept alive by the code they come from
  static Symbol name(uint32_t index);
};

/// Forms are made in `arena`; they have no locations. Null and an exception for data that contains itself, or is nested
/// deeper than code may be.
Form* toForm(Context& context, Value v, Arena& arena, ForeignValues& foreign);

}  // namespace gene
