#pragma once
// Somebody who looks at a program that runs in the watched interpreter. Either before each instruction, where it may also be
// interrupted (the REPL, `gene run --trace`) or held to limits (Limits.h), or where they put BreakOpcode in the place of an
// opcode (the debugger), which costs nothing elsewhere.

#include <csignal>
#include <functional>

#include "runtime/vm/Code.h"
#include "runtime/vm/Limits.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {

/// No opcode of an image: only runWatched knows it.
inline constexpr uint16_t BreakOpcode = OpcodeCount;

class Watch {
 public:
  /// `pc`: the first halfword of the instruction that comes next, of the frame at `base`.
  using Look = std::function<void(const uint16_t* pc, const Value* base)>;
  explicit Watch(Look look = {}) : look_(std::move(look)), looks_(true) {}

  struct Breaks {
    /// Control is at BreakOpcode; gives the opcode that it replaced. May run Gene code.
    std::function<uint16_t(Context& context, const uint16_t* pc, Value* base)> reached;
    /// An exception is pending, and about to leave the instruction before `pc`. May run Gene code, and has to leave it pending.
    std::function<void(Context& context, const uint16_t* pc, Value* base)> raised;
  };
  explicit Watch(Breaks breaks) : breaks_(std::move(breaks)), looks_(false) {}
  /// What runs is held to these limits.
  explicit Watch(Limits& limits) : looks_(true), limits_(&limits) {}

  /// Does it look at each instruction?
  [[nodiscard]] bool looks() const { return looks_; }

  /// What runs ends with the exception "Interrupted". May be called by a signal handler.
  void interrupt() { interrupted_ = 1; }
  /// Nothing is to be interrupted any more.
  void reset() { interrupted_ = 0; }
  /// Before an instruction; false with an exception pending.
  bool step(Context& context, const uint16_t* pc, Value* base) {
    if (limits_) return limits_->step(context, base);
    if (look_) look_(pc, base);
    return GENE_LIKELY(!interrupted_) || stop(context, base);
  }

  uint16_t reached(Context& context, const uint16_t* pc, Value* base) {
    return breaks_.reached(context, pc, base);
  }
  void raised(Context& context, const uint16_t* pc, Value* base) {
    if (!breaks_.raised) return;
    context.vm->top = frameTop(base);
    breaks_.raised(context, pc, base);
  }

 private:
  bool stop(Context& context, Value* base);
  const Look look_;
  const Breaks breaks_;
  const bool looks_;
  Limits* const limits_ = nullptr;
  volatile std::sig_atomic_t interrupted_ = 0;
};

}  // namespace gene::vm
