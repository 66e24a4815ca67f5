#pragma once
// The rules every IR function keeps; each has a test in test/ir/verify that breaks it, or in test/unit where IR text cannot.

#include <string>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// What is wrong with `function`, one sentence each; empty if nothing is.
std::vector<std::string> verify(const Function& function);
std::vector<std::string> verify(const Program& program);

}  // namespace gene::ir
