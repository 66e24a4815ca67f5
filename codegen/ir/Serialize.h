#pragma once
// A module's program as bytes, for objects (gene build -c): all that lowering has said of it, which is what linking and passes
// go by. Text (Printer.h) is for people and leaves out places, signatures and metadata.
//
// Places are counted from the beginning of the module's source; those in other sources become nowhere. Forms have no places.
// Of a function's definition its metadata is kept, which is what becomes of it. What is read twice is the same, byte for byte,
// as what was written.

#include <functional>
#include <string>
#include <string_view>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// Of a program that was lowered and not linked; `start`: of its source.
std::string serialize(const Program& program, Location start);

/// Reads into a program that has nothing yet but a name. `start`: the source that stands for the module's own. `rename` gives
/// the symbols that stand for those that are written. False when the bytes are no program: then it cannot be used.
bool deserialize(std::string_view bytes, Program& program, Location start,
                 const std::function<Symbol(Symbol)>& rename);

}  // namespace gene::ir
