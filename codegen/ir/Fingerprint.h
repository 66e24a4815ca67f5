#pragma once
// A number that is another one when a function has changed: what the pipeline checks the word of a pass with.

#include <cstdint>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// Of all that is said of the function and of its code. Comparable while the program is in memory: objects count by address.
uint64_t fingerprint(const Function& function);
/// Of its blocks and edges alone: who follows whom, not what is in them or handed on.
uint64_t fingerprintOfBlocks(const Function& function);

}  // namespace gene::ir
