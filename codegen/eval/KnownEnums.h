#pragma once
// The enums that code which is compiled at run time may name variants of: (case value when Variant …).

#include <vector>

#include "frontend/analysis/Analyze.h"
#include "runtime/Context.h"

namespace gene {

/// Those of the environment, of the REPL, and of the module that the environment belongs to, by the names that they have there.
/// `environment` may be null.
std::vector<KnownEnum> knownEnums(const Context& context, const EnvironmentObject* environment);

}  // namespace gene
