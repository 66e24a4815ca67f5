#pragma once
// What `gene run --profile=sample` finds: where the VM is, about once in a millisecond of CPU time.
//
// runSampled runs with a handler table of its own. A tick (a signal, runtime/profile/Ticks.h) puts one handler into all its
// rows: the next instruction, whichever it is, comes to `take`, which puts the others back and walks the frames. So
// nothing is asked in between. Calls of built-in functions are noted on their way, because ticks come while they run;
// what came then is taken when they return, or call something.

#include <atomic>
#include <string>

#include "runtime/profile/Stacks.h"
#include "runtime/profile/Ticks.h"
#include "runtime/vm/Code.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {

/// A call into C++ in progress that may be of a built-in function. What it calls is found out when somebody asks.
struct Calling {
  enum : uint8_t { Function, Callee, Method } what;
  uint64_t bits;      // a FunctionInfo, a value, a name
  const Value* args;  // of the method
};

class Sampler final : public profile::Sampled {
 public:
  /// Of the thread that runs the context.
  explicit Sampler(Context& context);
  ~Sampler() override;

  [[nodiscard]] void* const* table() const { return table_; }
  void tick(uint64_t nanoseconds, const void* machine) override;
  /// The instruction comes next whose first word `pc` is behind; ticks came before.
  void take(const uint16_t* pc, Value* base);
  /// Calls that may be of built-in functions.
  Value callBuiltin(const FunctionInfo& info, Arguments args);
  Value callValue(Value callee, const Value* args, uint32_t count);
  Value callMethod(uint64_t* words, const Value* args, uint32_t count);

 private:
  /// Ends a call.
  Value end(const Calling& calling, Value result);
  void takeAt(const Calling& calling, bool hasResult);
  uint64_t disarm();
  const FunctionInfo* builtinOf(const Calling& calling) const;
  void record(const FunctionInfo* builtin, Place place, const Entered* entered, uint64_t weight);

  Context& context_;
  void* table_[OpcodeCount];
  std::atomic<uint64_t> due_ = 0;  // nanoseconds for which no sample was taken yet
  const Calling* during_ =
      nullptr;  // the call into which the first of these ticks fell, and where it was
  Place from_;
  const Entered* entered_ = nullptr;
};

/// The sampler of the context whose first run begins on this thread.
void beginSampling(Context& context);
/// What all threads did until now; no sample is taken any more. Of programs that are still loaded.
profile::Stacks takeSamples();

/// The handlers of runSampled, and the one that takes a sample.
struct SampledHandlers {
  void* const* all;
  void* sample;
};
SampledHandlers sampledHandlers();

}  // namespace gene::vm
