#pragma once
// Which passes run in which order at each -O level; `gene opt --passes=a,b` runs any of them alone. What each pass needs and
// gives is said in Passes.def, and checked: of the pipelines while this compiles, of what it says when it has run.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/Expected.h"

namespace gene {

class Analyses;

/// What a pass has cost in a compilation, summed over its runs (--time-passes).
struct PassTime {
  std::string_view pass;
  double seconds = 0;
  uint32_t runs = 0;     // of a pass of functions: one for each of them
  uint32_t changes = 0;  // runs that changed something
  uint32_t skipped = 0;  // not run: nothing had changed since it found nothing to do
};

struct PassContext {
  ir::Program& program;
  int level = 1;        // 0..3
  bool native = false;  // for machine code: unboxed representations are allowed
  bool numbersClasses =
      false;  // at -O1, too: native code of the same program is to come (docs/jit.md)
  bool verify =
      false;  // after every pass: does the IR keep its rules, and did the pass tell the truth (Passes.def)? Aborts
              // with the pass's name. Always so in builds with assertions
  bool keepCalls = false;  // nothing is inlined: a profile counts every call
  /// Called before and after every pass with its name (--dump-before, --dump-after); may be empty.
  std::function<void(std::string_view pass, bool after)> observe;
  std::vector<PassTime>* times =
      nullptr;  // what each pass has cost, in the order of Passes.def; null: nobody asks
  Analyses* analyses = nullptr;  // what passes find out; of the pipeline that is running
};

/// Runs the pipeline of `context.level`: 0 for eval, 1 for `gene run`, 2 and 3 for `gene build`.
void runPipeline(PassContext& context);
/// Runs the named passes in this order; fails with the name of an unknown one, or of one that would get code of a phase that
/// it does not take.
Status runPasses(PassContext& context, const std::vector<std::string>& names);
/// A table of them, the dearest first.
std::string describe(std::vector<PassTime> times);

}  // namespace gene
