#pragma once
// Forms as values: quoted data, $parse, macro arguments.

#include "frontend/syntax/Form.h"
#include "runtime/Context.h"

namespace gene {

/// The value that quoting `form` gives: symbols, genes, fresh arrays and maps. Iterative: depth is bounded by memory.
Value fromForm(Context& context, const Form& form);
/// A fresh copy of quoted data: arrays, maps and genes are copied deeply, everything else is shared.
Value copyData(Context& context, Value v);

}  // namespace gene
