#pragma once
// The passes of Passes.def. Each has a file of its name, a folder under test/passes and a section in docs/passes.md.

#include "codegen/passes/Analyses.h"
#include "codegen/passes/Pipeline.h"

namespace gene {

namespace unit {
using Function = ir::Function;
using Program = ir::Program;
}  // namespace unit

#define PASS(Unit, function, name, from, until, gives, keeps) \
  bool function(unit::Unit&, PassContext&);
#include "codegen/passes/Passes.def"

}  // namespace gene
