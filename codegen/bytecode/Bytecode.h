#pragma once
// IR to bytecode: the image of a program with code for the VM.

#include <cstdint>
#include <vector>

#include "codegen/bytecode/DebugTable.h"
#include "codegen/ir/Ir.h"

namespace gene {

/// The bytes of a .gir file for an optimised, valid program. `timestamp`: seconds since 1970. `debug`: takes what is known of the
/// program's debug.points.
std::vector<uint8_t> writeBytecode(const ir::Program& program, uint64_t timestamp,
                                   DebugTable* debug = nullptr);

}  // namespace gene
