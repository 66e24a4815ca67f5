// The `main` of native executables: the compiler's object defines gene_program, this archive member runs it.

#include <cstdlib>

#include "runtime/Budget.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/support/Sandbox.h"

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

/// What GENE_SANDBOX gives: options of the sandbox, with blanks between.
gene::Status beginSandbox(std::string_view words, gene::RuntimeOptions& options) {
  while (!words.empty()) {
    const size_t blank = words.find(' ');
    const std::string word(words.substr(0, blank));
    words = blank == std::string_view::npos ? std::string_view{} : words.substr(blank + 1);
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (word.empty() || word == "--sandbox") continue;
    if (name == "--max-heap") {
      options.maxHeap = gene::parseHeapSize(value.c_str());
      if (options.maxHeap == 0) return gene::Failure{"Invalid heap size '" + value + "'"};
    } else if (name == "--max-time") {
      const long long time = std::strtoll(value.c_str(), nullptr, 10);
      if (time <= 0) return gene::Failure{"--max-time must be a number of at least 1"};
      gene::limitTime(std::chrono::milliseconds(time));
    } else if (name == "--max-instructions") {
      return gene::Failure{"--max-instructions are counted in the VM only"};
    } else if (gene::Status granted = gene::sandbox::grantOption(word); !granted) {
      return granted;
    }
  }
  gene::sandbox::begin();
  if (options.maxHeap != 0) gene::keepToOneThread();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  gene::RuntimeOptions options = gene::runtimeOptionsFromEnvironment();
  if (const char* words = std::getenv("GENE_SANDBOX"))
    if (const gene::Status status = beginSandbox(words, options); !status) {
      gene::writeError("Error: GENE_SANDBOX: " + status.message() + "\n");
      return 1;
    }
  if (argc > 0) options.programName = argv[0];
  for (int i = 1; i < argc; i++) options.arguments.emplace_back(argv[i]);
  gene::exitProcess(gene::runOnLargeStack(options, runNative, &options));
}
