#pragma once
// What runWatched asks before each instruction: may it go on, and does anybody want to see it? For the REPL, whose user
// may interrupt what runs, and for `gene run --trace`.

#include <csignal>
#include <functional>

#include "runtime/vm/Code.h"

namespace gene::vm {

class Watch {
 public:
  /// `pc`: the first halfword of the instruction that comes next, of the frame at `base`.
  using Look = std::function<void(const uint16_t* pc, const Value* base)>;
  explicit Watch(Look look = {}) : look_(std::move(look)) {}

  /// What runs ends with the exception "Interrupted". May be called by a signal handler.
  void interrupt() { interrupted_ = 1; }
  /// Nothing is to be interrupted any more.
  void reset() { interrupted_ = 0; }
  /// Before an instruction; false with an exception pending.
  bool step(Context& context, const uint16_t* pc, Value* base) {
    if (look_) look_(pc, base);
    return GENE_LIKELY(!interrupted_) || stop(context, base);
  }

 private:
  bool stop(Context& context, Value* base);
  const Look look_;
  volatile std::sig_atomic_t interrupted_ = 0;
};

}  // namespace gene::vm
