#include "codegen/eval/Compile.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "codegen/bytecode/Bytecode.h"
#include "frontend/lower/Lower.h"
#include "frontend/syntax/Reader.h"

namespace gene {
namespace {

/// The time that an image bears: that of its source, so that the same source gives the same bytes whenever it is compiled;
/// SOURCE_DATE_EPOCH (reproducible-builds.org) overrides it. 0 for a text that is no file.
uint64_t timestampOf(const ir::Program& program) {
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH"))
    return std::strtoull(epoch, nullptr, 10);
  struct stat status;
  if (stat(std::string(program.mainFile).c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_mtime);
}

}  // namespace

std::unique_ptr<ir::Program> compileToIr(SourceManager& sources, Location start,
                                         DiagnosticEngine& diagnostics,
                                         const CompileOptions& options) {
  auto program = std::make_unique<ir::Program>(sources);
  program->mainFile = program->arena.copy(sources.name(start));
  const std::span<Form*> forms = readForms(start, program->arena, diagnostics);
  if (diagnostics.hasErrors()) return nullptr;
  const ast::Module module =
      analyze(forms, *program, options.language, diagnostics, sources, start);
  if (diagnostics.hasErrors()) return nullptr;
  lower(module, *program, options.language);
  if (options.observe) options.observe(*program, "lower", true);
  PassContext passes{.program = *program,
                     .level = options.level,
                     .native = options.native,
                     .verify = options.verify,
                     .keepCalls = options.keepCalls,
                     .observe = {}};
  if (options.observe)
    passes.observe = [&](std::string_view pass, bool after) {
      options.observe(*program, pass, after);
    };
  runPipeline(passes);
  return program;
}

std::vector<uint8_t> compileToImage(ir::Program& program) {
  return writeBytecode(program, timestampOf(program));
}

}  // namespace gene
