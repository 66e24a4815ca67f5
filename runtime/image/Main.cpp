// The `main` of native executables: the compiler's object defines gene_program, this archive member runs it.

#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/image/ImageLoader.h"

extern "C" const gene::NativeProgram gene_program;

namespace {

int runNative(void* data) {
  const auto& options = *static_cast<const gene::RuntimeOptions*>(data);
  gene::Context& context = *gene::createContext(options);
  if (gene_program.evaluator) gene_program.evaluator(&context);
  gene::Expected<gene::Program*> program = gene::loadNative(context, gene_program);
  if (!program) {
    gene::writeError("Error: " + program.message() + "\n");
    return 1;
  }
  return gene::runProgram(context, **program, options);
}

}  // namespace

int main(int argc, char** argv) {
  gene::RuntimeOptions options = gene::runtimeOptionsFromEnvironment();
  if (argc > 0) options.programName = argv[0];
  for (int i = 1; i < argc; i++) options.arguments.emplace_back(argv[i]);
  gene::exitProcess(gene::runOnLargeStack(options, runNative, &options));
}
