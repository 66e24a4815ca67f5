#pragma once
// Generators become ordinary functions: a body with `yield` instructions turns into one that runs from one yield to the
// next and keeps in a Scope (its frame) what must survive between.

#include "codegen/ir/Ir.h"

namespace gene {

/// Slot 0 of the frame when the body has ended (GeneratorObject::End).
inline constexpr int64_t GeneratorEnd = -1;

/// Rewrites `function`, whose only slot is the frame, so that it has no `yield` left. Slot 0 of the frame says where to
/// go on (0: at the start); the function stores there before it returns a yielded value. Returns how many slots the
/// frame needs. What lives across a yield is stored where it is made and read where it is used, so it costs memory
/// accesses only there; LLVM's coroutines do the same to their frames ("coroutine splitting").
uint32_t lowerYields(ir::Function& function);

}  // namespace gene
