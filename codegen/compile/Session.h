#pragma once
// One compilation: the sources that it reads, how it is to be done, and what is said about them. Source text to IR to image,
// in process: what run, eval, compile, build, check, the REPL, the editor and `eval` in programs share.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codegen/passes/Pipeline.h"
#include "frontend/analysis/Analyze.h"
#include "runtime/Context.h"

namespace gene {

struct DebugTable;
struct ModuleObject;
class PathMap;
struct SeparateModule;

struct CompileOptions {
  LanguageOptions language;
  int level = 1;
  bool native = false;  // for machine code, not for the VM
  /// native: code that a VM enters which runs what -O1 makes of the same source
  bool entered = false;
  bool numbersClasses = false;  // as PassContext's
  bool verify = false;
  bool keepCalls = false;  // as PassContext's
  Context* names =
      nullptr;  // whose built-ins there are, for warnings about names; null: none are given
  bool isEntry = false;               // one entry of a dialog (codegen/eval/Dialog.h)
  std::vector<KnownEnum> enums = {};  // as AnalysisExtras'
  bool keepVariables = false;         // as AnalysisExtras'
  bool debug = false;                 // for the debugger: statements begin with a debug.point
  std::function<void(const ir::Program&, std::string_view pass, bool after)> observe;
  std::vector<PassTime>* times = nullptr;  // as PassContext's
  const PathMap* paths = nullptr;          // as AnalysisExtras'
  /// Asked when the program was analysed without errors; false: that was enough, and the program is given as it is then.
  /// `environment`: NAME=VALUE of the variables that comptime blocks asked for.
  std::function<bool(const ir::Program&, const std::vector<std::string>& environment)> analysed =
      {};
};

/// What it compiles refers to its sources, and must not outlive it.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;

  SourceManager sources;
  DiagnosticEngine diagnostics{sources};
  CompileOptions options;

  /// Reads, analyses, lowers and optimises the source at `main`; null after errors, which are reported.
  std::unique_ptr<ir::Program> compile(Location main);
  /// Compiles the source alone, as far as its module's code before linking; null after errors, which are reported.
  std::unique_ptr<ir::Program> compileAlone(Location main, SeparateModule& separate);
  /// The program that objects are, optimised; their sources become those of the session. Fails where they do not fit together.
  /// A program that options.analysed does not want is given before its modules are linked.
  Expected<std::unique_ptr<ir::Program>> linkObjects(Span<const ModuleObject> objects);
  /// The first half of `compile`, for editors: reads and analyses, reports all that `compile` would, and notes down what the
  /// names of the source mean. The program owns what was read.
  std::unique_ptr<ir::Program> analyze(Location main, Index& index);
  /// Compiles a form, which is code inside of an environment; see analyzeEvaluated. Null after errors.
  struct Evaluated {
    std::unique_ptr<ir::Program> program;
    ast::Function* function = nullptr;
  };
  Evaluated compileEvaluated(const Form* form, const EvaluatedPlace& place);
  /// The files that were read so far, the main one first: modules, and the manifests that say where they are.
  [[nodiscard]] std::vector<InputFile> dependencies() const { return sources.dependencies(); }
  /// Everything that was said, as text.
  [[nodiscard]] std::string report(ErrorFormat format) const;

 private:
  struct Analysed {
    std::unique_ptr<ir::Program> program;
    ast::Module module;
  };
  Analysed analyse(Location main, AnalysisExtras extras);
  std::unique_ptr<ir::Program> newProgram(std::string_view mainFile);
  void optimise(ir::Program& program);
};

/// Bytecode for a program: the bytes of a .gir file. `debug`: takes what is known of debug.points.
std::vector<uint8_t> compileToImage(ir::Program& program, DebugTable* debug = nullptr);

}  // namespace gene
