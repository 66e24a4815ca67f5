#pragma once
// The stack that a runtime runs on. Calls from outside go there and come back, so that how deep Gene code may recurse, and where
// the heap looks for values, does not depend on the thread that calls.

#include "runtime/async/Fiber.h"

namespace gene {

class OwnStack {
 public:
  OwnStack() = default;
  OwnStack(const OwnStack&) = delete;
  ~OwnStack();

  /// False without memory.
  bool make(size_t bytes);
  /// Calls f(data) on the stack, from a thread that is not on it.
  void call(void (*f)(void* data), void* data);
  /// The innermost one that this thread runs on, or null.
  static const OwnStack* running();
  [[nodiscard]] uintptr_t low() const { return own_.low; }
  [[nodiscard]] uintptr_t high() const { return own_.high; }

 private:
  static void begin();
  void serve();
  Fiber own_, caller_;
  OwnStack* outer_ = nullptr;  // that the caller runs on
  void (*request_)(void*) = nullptr;
  void* data_ = nullptr;
};

}  // namespace gene
