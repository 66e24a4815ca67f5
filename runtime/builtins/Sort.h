#pragma once
// Stable sorting of arrays (14 §3).

#include "runtime/Context.h"

namespace gene {

/// Sorts `array` in place: by `function`, or without one (nil) numbers by value and strings by code point, other kinds
/// raise a TypeException. A comparing function gives an Int (its sign counts) or says whether a comes before b. False
/// if it raised; then the array keeps all its items, in some order.
bool sortArray(Context& context, ArrayObject* array, Value function);

}  // namespace gene
