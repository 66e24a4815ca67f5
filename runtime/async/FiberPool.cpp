// The memory of fibers.

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "runtime/Runtime.h"
#include "runtime/async/Fiber.h"
#include "runtime/system/Environment.h"

namespace gene {
namespace {

constexpr size_t Page = 4096;
constexpr size_t DefaultStack = size_t{256} << 10;
constexpr size_t LeastStack = size_t{96} << 10;
/// What C++ code that Gene code calls may use below the limit.
constexpr size_t Reserve = size_t{64} << 10;
constexpr size_t MostSlots = 4096;  // of one mapping
constexpr size_t MostWarm = 64;
/// What a warm fiber keeps of each of its stacks.
constexpr size_t WarmBytes = 4 * Page;

/// Two fibers' stacks: of the machine and of the VM, of equal size.
size_t slotBytes() { return 2 * fiberStackBytes(); }

void* reserve(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

size_t fiberStackBytes() {
  static const size_t bytes = [] {
    const size_t asked = parseSize(environmentValue("GENE_FIBER_STACK").value_or("").c_str());
    return asked == 0 ? DefaultStack
                      : (std::clamp(asked, LeastStack, size_t{1} << 30) + Page - 1) & ~(Page - 1);
  }();
  return bytes;
}

FiberPool::~FiberPool() {
  for (const Span<char> mapping : mappings_) munmap(mapping.data(), mapping.size());
}

bool FiberPool::grow() {
  const size_t bytes = slots_ * slotBytes() + Page;
  auto* memory = static_cast<char*>(reserve(bytes));
  if (!memory) return false;
  mappings_.emplace_back(memory, bytes);
  mprotect(memory, Page, PROT_NONE);
  next_ = memory + Page;
  end_ = memory + bytes;
  slots_ = std::min(slots_ * 2, MostSlots);
  return true;
}

Fiber* FiberPool::take(void (*entry)()) {
  if (Fiber* fiber = free_) {
    free_ = fiber->next;
    if (warm_ != 0) warm_--;
    fiber->next = nullptr;
    inUse_++;
    if (!fiber->stackPointer) prepareFiber(*fiber, entry);
    return fiber;
  }
  if (next_ == end_ && !grow()) return nullptr;
  inUse_++;
  char* const middle = next_ + fiberStackBytes();
  auto* fiber = new (middle - sizeof(Fiber) - (sizeof(Fiber) & 15)) Fiber();
  fiber->low = reinterpret_cast<uintptr_t>(next_);
  fiber->high = reinterpret_cast<uintptr_t>(fiber) & ~uintptr_t{15};
  fiber->limit = fiber->low + Reserve;
  fiber->valueLow = fiber->valueTop = reinterpret_cast<Value*>(middle);
  next_ += slotBytes();
  fiber->valueEnd = reinterpret_cast<Value*>(next_);
  prepareFiber(*fiber, entry);
  return fiber;
}

void FiberPool::give(Fiber* fiber) {
  inUse_--;
  fiber->next = free_;
  free_ = fiber;
  if (warm_ < MostWarm) {
    warm_++;
    return;
  }
  const size_t bytes = fiberStackBytes() - WarmBytes;
  madvise(reinterpret_cast<void*>(fiber->low), bytes, MADV_FREE);
  madvise(reinterpret_cast<char*>(fiber->valueLow) + WarmBytes, bytes, MADV_FREE);
}

bool mapStack(Fiber& fiber, size_t bytes) {
  auto* memory = static_cast<char*>(reserve(bytes));
  if (!memory) return false;
  mprotect(memory, Page, PROT_NONE);
  fiber.low = reinterpret_cast<uintptr_t>(memory);
  fiber.high = fiber.low + bytes;
  fiber.limit = fiber.low + Page + Reserve;
  return true;
}

}  // namespace gene
