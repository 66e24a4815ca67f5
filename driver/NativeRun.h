#pragma once
// Native code for `gene run`, without being asked (docs/jit.md): what was compiled before is taken from the cache and run
// instead of bytecode; else a program that runs for longer than a moment is compiled beside it, for the next time.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "codegen/jit/Cache.h"
#include "driver/Job.h"

namespace gene::driver {

class NativeRun {
 public:
  /// `file`: the program as the command line has it, "-" for the job's text.
  NativeRun(const Job& job, std::string file);

  /// Is there native code for the program that was analysed? Then load() gives it.
  bool find(const ir::Program& program, const std::vector<std::string>& environment);
  [[nodiscard]] bool hasFound() const { return found_ != nullptr; }
  /// Loads what was found; null after a failure that was reported.
  Program* load(Context& context);

  /// The program begins to run in the VM.
  void begin();
  /// It has ended.
  void end();
  /// Waits on another thread: when the program has run for long enough, starts the compiler and returns.
  void watch();

 private:
  enum class State { Preparing, Running, Ended };
  void log(const std::string& text) const;
  void startCompiler();

  const Job& job_;
  const std::string file_, folder_;
  std::vector<char*> environment_;
  std::chrono::milliseconds delay_{50};
  std::unique_ptr<jit::Cache> cache_;
  const NativeProgram* found_ = nullptr;
  bool compiles_ = false;  // beside the program
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::Preparing;
};

}  // namespace gene::driver
