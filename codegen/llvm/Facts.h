#pragma once
// What the code of one function has to know of the rest of the program. Found once, whatever number of modules the code becomes.

#include <vector>

#include "codegen/ir/Ir.h"

namespace gene::native {

struct Facts {
  explicit Facts(const ir::Program& program);

  std::vector<bool> addressTaken;  // functions that closures are made of, and the main module's
  std::vector<bool> usesCallee;    // functions with a Callee instruction
  std::vector<bool> inTailCall;    // functions that make or are reached by known tail calls
  std::vector<bool> assigned;      // globals, by index
};

}  // namespace gene::native
