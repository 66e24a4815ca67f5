#include "frontend/lower/Lower.h"

#include "frontend/lower/Lowering.h"

namespace gene {

void lower(const ast::Module& module, ir::Program& program, const LanguageOptions& options) {
  GENE_ASSERT(program.functions.empty(), "the main module is function 0");
  ir::Function* main = program.addFunction(sym::Init, module.main->loc);
  module.main->lowered = main;
  main->captureCount = module.main->captures.size();
  Lowering(*main, *module.main, options).run();
}

}  // namespace gene
