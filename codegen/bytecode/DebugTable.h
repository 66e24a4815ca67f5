#pragma once
// Where the statements of a program begin in its bytecode, and what is visible there: for a debugger in the same process, which
// is given it beside the image. Variables lie in scope objects; registers hold these as long as control is where the statement's
// debug.point comes before.

#include <cstdint>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene {

struct DebugTable {
  static constexpr uint32_t None = 0xFFFFFFFF;

  struct Point {
    const ir::Function* function;
    uint32_t offset;  // of the instruction that the statement begins with, in words
    Location loc;
    const Form* names;  // [name scope slot constant …]
    uint32_t self;      // a register; None: that of the module
    struct Scope {
      uint32_t reg;
      bool captured;  // of a function around this one
    };
    std::vector<Scope> scopes;
    bool begins = true;  // false: another statement begins at the same instruction
  };
  /// Which point is in force where: at the instruction at `offset`, and those behind it that have no entry.
  struct Place {
    uint32_t offset;
    uint32_t point;  // None: none is
  };

  std::vector<Point> points;
  std::vector<std::vector<Place>> places;  // by index of the function, ascending
};

}  // namespace gene
