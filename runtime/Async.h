#pragma once
// What the rest of the runtime asks of runtime/async, which not every program has: hooks in the context.

#include <type_traits>

#include "runtime/Context.h"

namespace gene {

/// Makes waiting available: the hooks, and built-in functions and classes. Null in a program that is linked without
/// runtime/async; whoever may wait refers to it, which is what links it (codegen/llvm/EmitModule.cpp).
extern "C" [[gnu::weak]] void gene_install_async(Context* context);

/// What runtime/async does for the rest of the runtime.
struct AsyncHooks {
  /// A finished future: of the exception it failed with, or of a value.
  Value (*finished)(Context& context, bool failed, Value value);
  /// The instructions await and await.all.
  Value (*await)(Context& context, uint64_t timeout, Value value);
  Value (*awaitAll)(Context& context, uint64_t timeout, const Value* values, uint64_t count);
  /// Waits for a time while other fibers run. False with an exception pending: the program was interrupted.
  bool (*sleep)(Context& context, int64_t microseconds);
  /// The main program has ended with this exit code: runs what is ready. The exit code of the process.
  int (*finish)(Context& context, int code);
  /// Before roots are scanned: what the stacks of parked fibers refer to is counted (docs/concurrency.md).
  void (*countParked)(Context& context);
  /// A parked fiber that nothing will ever resume is given up.
  void (*freeFiber)(Fiber* fiber);
  /// An actor that other threads know, or a handle of one, dies.
  void (*freeActor)(ActorObject* actor);
  /// Calls f(data), which runs no Gene code, on a stack as large as the main program's.
  void (*onLargeStack)(Context& context, void (*f)(void* data), void* data);
};

/// Calls f(), which recurses deeply in C++ and runs no Gene code, where there is room for that.
template <class F>
void onLargeStack(Context& context, F&& f) {
  if (!context.scheduler) return f();
  context.async->onLargeStack(
      context, [](void* data) { (*static_cast<std::remove_reference_t<F>*>(data))(); }, &f);
}

}  // namespace gene
