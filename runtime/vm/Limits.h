#pragma once
// What a program may use that another one embeds: instructions and time. One that has used it up is stopped by an exception that
// no handler of it sees: not those of the VM (Unwind.cpp), and what C++ code catches is raised again at the next instruction.

#include <atomic>
#include <chrono>
#include <cstdint>

#include "runtime/Context.h"

namespace gene::vm {

enum class StopReason : uint8_t { None, Steps, Time, Memory, Exit, Interrupt };

class Limits {
 public:
  using Clock = std::chrono::steady_clock;

  uint64_t maxSteps = 0;                // instructions of one call from outside; 0: any number
  std::chrono::milliseconds maxTime{};  // of one call from outside; 0: any
  bool endsProcess =
      false;  // nobody embeds the program: the process ends with it (runtime/Budget.h)

  /// A call from outside begins: everything is there again.
  void begin();
  /// Before an instruction of the watched interpreter. False with an exception pending.
  bool step(Context& context, Value* base) {
    return GENE_LIKELY(--slice_ > 0) || spent(context, base);
  }
  /// Asks for the end, from any thread: told at the next slice of instructions.
  void interrupt() { interrupted_ = true; }
  /// The program ends with this exit code. Gives 0.
  Value exit(Context& context, int code);
  /// Memory has run out, and nothing is left for handlers: the next instruction raises.
  void memoryIsOut();
  /// Time is up, or somebody has interrupted: for whoever waits. From here on the program is stopping.
  bool endsWait();
  /// Until when a call from outside may take, or time_point::max().
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }

  /// No handler is to see the pending exception.
  [[nodiscard]] bool stopping() const { return reason_ != StopReason::None; }
  [[nodiscard]] StopReason reason() const { return reason_; }
  [[nodiscard]] int exitCode() const { return exitCode_; }

 private:
  static constexpr int64_t Slice = 4096;
  bool spent(Context& context, Value* base);
  void nextSlice();

  int64_t slice_ = Slice;
  uint64_t stepsLeft_ = 0;  // behind the slice
  Clock::time_point deadline_ = Clock::time_point::max();
  StopReason reason_ = StopReason::None;
  int exitCode_ = 0;
  std::atomic<bool> interrupted_ = false;
};

/// Raises why the program is stopped. Gives 0.
Value raiseStopped(Context& context, const Limits& limits);

}  // namespace gene::vm
