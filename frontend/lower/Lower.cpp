#include "frontend/lower/Lower.h"

#include "frontend/lower/Lowering.h"

namespace gene {

namespace {

/// The body of a module becomes function 0 of its program.
void lowerModule(ast::Function& body, ir::Program& program, const LanguageOptions& options) {
  GENE_ASSERT(program.functions.empty(), "the body of a module is function 0");
  ir::Function* function = program.addFunction(sym::Init, body.loc);
  body.lowered = function;
  function->captureCount = body.captures.size();
  Lowering(*function, body, options).run();
}

}  // namespace

void lower(const ast::Module& module, ir::Program& program, const LanguageOptions& options) {
  // A function may be checked in another module than it is defined in.
  for (const ir::Program* imported : program.modules)
    program.checksFunctionTypes |= imported->checksFunctionTypes;
  for (size_t i = 0; i < module.imported.size(); i++) {
    program.modules[i]->checksFunctionTypes = program.checksFunctionTypes;
    lowerModule(*module.imported[i], *program.modules[i], options);
  }
  lowerModule(*module.main, program, options);
}

}  // namespace gene
