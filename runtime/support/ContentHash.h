#pragma once
// The number by which two contents of a file are told apart: in images, and wherever it is asked whether a file is the same.

#include <cstdint>
#include <string_view>

namespace gene {

/// Equal for equal texts, and the same in every version of the compiler; different texts have different ones but by a chance of
/// one in 2^64.
uint64_t contentHash(std::string_view text);

}  // namespace gene
