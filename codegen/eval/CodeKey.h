#pragma once
// What evaluated code is, as words: two pieces of code with equal words are equal forms. So code that was compiled before is
// found without being converted to a form, or to text.

#include <cstdint>
#include <vector>

#include "runtime/value/Value.h"

namespace gene {

/// Appends the code; false for code that contains what no literal stands for (a function, an instance …) or that is nested very
/// deeply: then the words mean nothing.
bool appendCode(Value code, std::vector<uint64_t>& words);

}  // namespace gene
