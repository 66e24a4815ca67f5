#pragma once
// The passes of Passes.def. Each has a file of its name, a folder under test/passes and a section in docs/passes.md.

#include "codegen/passes/Pipeline.h"

namespace gene {

#define FUNCTION_PASS(function, name) bool function(ir::Function&, PassContext&);
#define PROGRAM_PASS(function, name) bool function(ir::Program&, PassContext&);
#include "codegen/passes/Passes.def"

}  // namespace gene
