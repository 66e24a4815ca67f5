#pragma once
// Native code for `gene run`, without being asked (docs/jit.md): what was compiled before is taken from the cache and run
// instead of bytecode; else a program that runs for longer than a moment is compiled beside it. What it calls is native code then
// as soon as that is there, and the whole of it the next time.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "codegen/jit/Programs.h"
#include "driver/Job.h"

namespace gene::driver {

class NativeRun {
 public:
  /// `file`: the program as the command line has it, "-" for the job's text.
  NativeRun(const Job& job, std::string file);

  /// Is there native code for the program that was analysed? Then load() gives it.
  bool find(const ir::Program& program, const std::vector<std::string>& environment);
  [[nodiscard]] bool hasFound() const { return found_ != nullptr; }
  /// May native code of this program come while the VM runs it?
  [[nodiscard]] bool compiles() const { return compiles_; }
  /// Loads what was found; null after a failure that was reported.
  Program* load(Context& context);

  /// The program begins to run in the VM: in the native code that is there for it, where there is some.
  void begin(Program& program);
  /// It has ended.
  void end();
  /// Waits on another thread: when the program has run for long enough, starts the compiler, and leads the program into the
  /// native code when it has come. Returns when there is nothing more to do, or when the program has ended.
  void watch();

 private:
  enum class State { Preparing, Running, Ended };
  void log(const std::string& text) const;
  int startCompiler();
  bool hears(int output);
  bool enter();

  const Job& job_;
  const std::string file_, folder_;
  std::vector<char*> environment_;
  std::chrono::milliseconds delay_{50};
  std::unique_ptr<jit::Cache> cache_;
  const NativeProgram* found_ = nullptr;
  std::optional<jit::ProgramIdentity> identity_;
  Program* running_ = nullptr;
  int ended_ = -1;          // an eventfd: the program has ended
  bool compiles_ = false;   // beside the program
  bool isEntered_ = false;  // the program enters native code
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::Preparing;
};

}  // namespace gene::driver
