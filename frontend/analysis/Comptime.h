#pragma once
// (comptime form…) at a module's top level (16): runs before anything else looks at the module, and stands for the
// definitions it emits. Values are forms: what a variable holds is data that the compiler could have read.

#include <string>
#include <vector>

#include "frontend/syntax/Diagnostics.h"
#include "frontend/syntax/Form.h"
#include "runtime/support/Arena.h"
#include "runtime/support/Span.h"

namespace gene {

/// The forms of one module, each comptime block replaced by what it emits. All blocks of the module share their variables.
/// Errors are reported; the result is then of no use. NAME=VALUE of each variable of the environment that a block asks for is
/// appended to `environment`, unless it is null.
Span<Form*> expandComptime(Span<Form*> forms, Arena& arena, DiagnosticEngine& diagnostics,
                           std::vector<std::string>* environment);

}  // namespace gene
