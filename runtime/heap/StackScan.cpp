// Everything outside the heap that may hold a reference, word by word. Values are raw pointers, so tagged and untagged
// forms are the same.

#include <csetjmp>

#include "runtime/heap/HeapState.h"

namespace gene {
namespace {

[[gnu::noinline]] __attribute__((no_sanitize("address", "undefined", "thread"))) void scanWords(
    Heap& heap, const uint64_t* from, const uint64_t* to, void (*f)(Heap&, uint64_t)) {
  const uint64_t low = heap.lowest;
  const uint64_t size = heap.highest - heap.lowest;
  for (const uint64_t* p = from; p < to; p++)
    if (*p - low <= size) f(heap, *p);
}

}  // namespace

[[gnu::noinline]] void scanRoots(Context& context, void (*f)(Heap&, uint64_t), bool withStacks) {
  Heap& heap = *context.heap;
  for (const Heap::Roots& r : heap.roots)
    scanWords(heap, reinterpret_cast<const uint64_t*>(r.first),
              reinterpret_cast<const uint64_t*>(r.first + r.count), f);
  if (!withStacks) return;
  if (heap.valueStackTop)
    scanWords(heap, reinterpret_cast<const uint64_t*>(heap.valueStack),
              reinterpret_cast<const uint64_t*>(*heap.valueStackTop), f);
  if (!heap.stackBase) return;
  std::jmp_buf registers;  // spills the callee-saved registers
  setjmp(registers);
  __builtin_unwind_init();
  auto* here = reinterpret_cast<const uint64_t*>(__builtin_frame_address(0));
  const auto* low = std::min(here, reinterpret_cast<const uint64_t*>(&registers));
  scanWords(heap, low, static_cast<const uint64_t*>(heap.stackBase), f);
}

}  // namespace gene
