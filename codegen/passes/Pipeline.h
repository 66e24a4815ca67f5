#pragma once
// Which passes run in which order at each -O level; `gene opt --passes=a,b` runs any of them alone.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Expected.h"

namespace gene {

struct PassContext {
  ir::Program& program;
  int level = 1;           // 0..3
  bool native = false;     // for machine code: unboxed representations are allowed
  bool verify = false;     // run the verifier after every pass; aborts with the pass's name. Always
                           // so in builds with assertions
  bool keepCalls = false;  // nothing is inlined: a profile counts every call
  /// Called before and after every pass with its name (--dump-before, --dump-after); may be empty.
  std::function<void(std::string_view pass, bool after)> observe;
};

/// Runs the pipeline of `context.level`: 0 for eval, 1 for `gene run`, 2 and 3 for `gene build`.
void runPipeline(PassContext& context);
/// Runs the named passes in this order; fails with the name of an unknown one.
Status runPasses(PassContext& context, const std::vector<std::string>& names);

}  // namespace gene
