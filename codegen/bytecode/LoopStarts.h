#pragma once
// Where a frame that runs in the VM may leave its bytecode in the middle of a loop (docs/jit.md).

#include <vector>

#include "codegen/image/ImageWriter.h"
#include "codegen/ir/Ir.h"

namespace gene::bytecode {

/// The beginning of a block that each round of a loop passes by a jump back.
struct LoopStart {
  const ir::Block* block;
  uint32_t offset;  // of its first instruction in the function's code, in words
  uint16_t opcode;  // of that instruction
  struct Held {
    const ir::Value* value;
    uint16_t reg;
  };
  std::vector<Held> held;  // what the frame has there
};

/// Those in the bytecode of a function, each at another offset. None where the code has long jumps or is too large. `tables` takes
/// what the code refers to, and is of no use after that.
std::vector<LoopStart> loopStarts(const ir::Function& function, ImageTables& tables);

}  // namespace gene::bytecode
