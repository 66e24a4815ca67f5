#pragma once
// What the code of each function reaches: the table by which a program that runs decides what other threads may see.

#include <cstdint>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene {

/// The section Uses of an image (runtime/image/ImageFormat.h).
std::vector<uint32_t> usesOf(const ir::Program& program);

}  // namespace gene
