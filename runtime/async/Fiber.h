#pragma once
// Fibers: flows of control with stacks of their own. The main program is one; whatever the event loop calls (callbacks,
// actor turns) runs on one taken from a pool; the event loop itself runs on one that never runs Gene code.
//
//   a slot of the pool, committed as it is touched:
//
//   low                          this (high)      valueLow                valueEnd
//    | … machine stack, downwards |  struct Fiber  | window of the VM, upwards |
//
// What belongs to one flow besides its stacks (the words of Context that a call changes) lies on its machine stack while
// it is parked (Scheduler.cpp, switchTo), so that whoever scans the stack sees it. Slots have no guard pages: the kernel
// allows 65,530 mappings a process. Gene code tests its stack pointer against the limit; C++ code that recurses does, too.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/Context.h"
#include "runtime/support/Span.h"

namespace gene {

/// Why a fiber goes on.
enum class Wakeup : uint8_t { Ended, Stuck, Interrupted };

struct Fiber {
  void* stackPointer = nullptr;  // while it does not run
  uintptr_t low = 0, high = 0;   // of the machine stack
  uintptr_t limit = 0;           // Context::stackLimit
  Value* valueLow =
      nullptr;  // its window of the VM's stack; null: the one that vm::State was made with
  Value* valueEnd = nullptr;
  Value* valueTop = nullptr;      // State::top, while it does not run
  Value* valueLimit = nullptr;    // State::limit of the main program
  FiberObject* object = nullptr;  // while it is parked
  Fiber* next =
      nullptr;  // in the list of parked fibers, the latest first; in the pool: of free ones
  Fiber* previous = nullptr;
  Wakeup wakeup = Wakeup::Ended;
  bool ready = false;    // stands in the ready queue
  bool isActor = false;  // runs turns of one
  bool counted = false;  // parked, and object->held is filled
  void* sanitizer = nullptr;
};

/// The bytes of a fiber's machine stack: GENE_FIBER_STACK, 256 KiB.
size_t fiberStackBytes();

/// Free fibers, and the memory of all: a few large mappings.
class FiberPool {
 public:
  FiberPool() = default;
  FiberPool(const FiberPool&) = delete;
  ~FiberPool();
  /// A fiber that starts with `entry`, or that gave itself back and goes on behind that. Null without memory.
  Fiber* take(void (*entry)());
  void give(Fiber* fiber);
  /// Fibers that were taken and not given back.
  [[nodiscard]] size_t inUse() const { return inUse_; }

 private:
  bool grow();
  Fiber* free_ = nullptr;
  size_t inUse_ = 0;
  size_t warm_ = 0;  // free fibers that keep their memory
  std::vector<Span<char>> mappings_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  size_t slots_ = 16;  // of the next mapping
};

/// A machine stack of its own, outside of the pool: false without memory.
bool mapStack(Fiber& fiber, size_t bytes);
/// Has the fiber begin with `entry`, which must not return.
void prepareFiber(Fiber& fiber, void (*entry)());
/// Goes from the running fiber to another: returns when somebody comes back.
void switchStacks(Fiber& from, Fiber& to);
/// To be called first by what prepareFiber was given.
void enterStack(Fiber& fiber);

}  // namespace gene
