#pragma once
// Source text to IR to image, in process: what `gene run`, `eval`, `compile`, `build` and `check` share.

#include <memory>
#include <string>
#include <vector>

#include "codegen/passes/Pipeline.h"
#include "frontend/analysis/Analyze.h"
#include "runtime/Context.h"

namespace gene {

struct CompileOptions {
  LanguageOptions language;
  int level = 1;
  bool native = false;  // for machine code, not for the VM
  bool verify = false;
  bool keepCalls = false;  // as PassContext's
  Context* names =
      nullptr;  // whose built-ins there are, for warnings about names; null: none are given
  bool session = false;        // one entry of a REPL (Session.h)
  bool keepVariables = false;  // as AnalysisExtras'
  std::function<void(const ir::Program&, std::string_view pass, bool after)> observe;
  std::vector<PassTime>* times = nullptr;  // as PassContext's
  /// Asked when the program was analysed without errors; false: that was enough, and the program is given as it is then.
  /// `environment`: NAME=VALUE of the variables that comptime blocks asked for.
  std::function<bool(const ir::Program&, const std::vector<std::string>& environment)> analysed =
      {};
};

/// Reads, analyses, lowers and optimises the source at `start`; null after errors, which are reported.
std::unique_ptr<ir::Program> compileToIr(SourceManager& sources, Location start,
                                         DiagnosticEngine& diagnostics,
                                         const CompileOptions& options);
/// The first half of it, for editors: reads and analyses, reports all that compileToIr would, and notes down what the names
/// of the source mean. The program owns what was read.
std::unique_ptr<ir::Program> analyzeSource(SourceManager& sources, Location start,
                                           DiagnosticEngine& diagnostics,
                                           const CompileOptions& options, Index& index);
/// Bytecode for a program: the bytes of a .gir file.
std::vector<uint8_t> compileToImage(ir::Program& program);

}  // namespace gene
