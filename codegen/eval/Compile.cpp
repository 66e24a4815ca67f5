#include "codegen/eval/Compile.h"

#include <ctime>

#include "codegen/bytecode/Bytecode.h"
#include "frontend/lower/Lower.h"
#include "frontend/syntax/Reader.h"

namespace gene {

std::unique_ptr<ir::Program> compileToIr(SourceManager& sources, Location start,
                                         DiagnosticEngine& diagnostics,
                                         const CompileOptions& options) {
  auto program = std::make_unique<ir::Program>(sources);
  program->mainFile = program->arena.copy(sources.name(start));
  const std::span<Form*> forms = readForms(start, program->arena, diagnostics);
  if (diagnostics.hasErrors()) return nullptr;
  const ast::Module module = analyze(forms, *program, options.language, diagnostics);
  if (diagnostics.hasErrors()) return nullptr;
  lower(module, *program, options.language);
  if (options.observe) options.observe(*program, "lower", true);
  PassContext passes{.program = *program,
                     .level = options.level,
                     .native = options.native,
                     .verify = options.verify,
                     .observe = {}};
  if (options.observe)
    passes.observe = [&](std::string_view pass, bool after) {
      options.observe(*program, pass, after);
    };
  runPipeline(passes);
  return program;
}

std::vector<uint8_t> compileToImage(ir::Program& program) {
  return writeBytecode(program, static_cast<uint64_t>(std::time(nullptr)));
}

}  // namespace gene
