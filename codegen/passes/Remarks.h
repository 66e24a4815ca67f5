#pragma once
// What stayed slow in a program after its passes, by place in the source: `gene build --remarks`.

#include <string>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene {

struct Remark {
  Location loc;
  std::string text;
};

/// Ordered by place. The module's top level counts where it loops: the rest of it runs once.
std::vector<Remark> remarks(const ir::Program& program);

}  // namespace gene
