#pragma once
// The parts of genex/ that are built in.

#include "runtime/builtins/Builtins.h"

namespace gene {

/// genex/logging/Logger; before the tables are read.
void defineLoggerClass(Context& context);

}  // namespace gene
