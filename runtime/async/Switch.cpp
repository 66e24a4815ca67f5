// The change from one machine stack to another: callee-saved registers and the stack pointer. One block for each
// architecture; the rest of the runtime knows nothing of either. The frame is described to debuggers, and a stack ends
// where its fiber began.

#include "runtime/async/Fiber.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#endif

/// Saves the stack pointer at *from and goes on with the other one.
extern "C" void gene_switch(void** from, void* to);
/// Where a new stack begins: calls the function in the first callee-saved register.
extern "C" void gene_fiber_start();

#if defined(__x86_64__)

asm(R"(
  .text
  .globl gene_switch
  .type gene_switch, @function
  .p2align 4
gene_switch:
  .cfi_startproc
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %rbp, 0
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %rbx, 0
  pushq %r12
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %r12, 0
  pushq %r13
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %r13, 0
  pushq %r14
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %r14, 0
  pushq %r15
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset %r15, 0
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r15
  popq %r14
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r14
  popq %r13
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r13
  popq %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore %r12
  popq %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore %rbx
  popq %rbp
  .cfi_adjust_cfa_offset -8
  .cfi_restore %rbp
  retq
  .cfi_endproc
  .size gene_switch, .-gene_switch

  .globl gene_fiber_start
  .type gene_fiber_start, @function
gene_fiber_start:
  .cfi_startproc
  .cfi_undefined %rip
  callq *%rbx
  ud2
  .cfi_endproc
  .size gene_fiber_start, .-gene_fiber_start
)");

namespace {
// r15 r14 r13 r12 rbx rbp, the return address; two keep the alignment.
constexpr size_t SavedWords = 9;
constexpr size_t EntryWord = 4, ReturnWord = 6;
}  // namespace

#elif defined(__aarch64__)

asm(R"(
  .text
  .globl gene_switch
  .type gene_switch, %function
  .p2align 4
gene_switch:
  .cfi_startproc
  sub sp, sp, #160
  .cfi_adjust_cfa_offset 160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  .cfi_rel_offset x19, 0
  .cfi_rel_offset x20, 8
  .cfi_rel_offset x21, 16
  .cfi_rel_offset x22, 24
  .cfi_rel_offset x23, 32
  .cfi_rel_offset x24, 40
  .cfi_rel_offset x25, 48
  .cfi_rel_offset x26, 56
  .cfi_rel_offset x27, 64
  .cfi_rel_offset x28, 72
  .cfi_rel_offset x29, 80
  .cfi_rel_offset x30, 88
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  .cfi_adjust_cfa_offset -160
  ret
  .cfi_endproc
  .size gene_switch, .-gene_switch

  .globl gene_fiber_start
  .type gene_fiber_start, %function
gene_fiber_start:
  .cfi_startproc
  .cfi_undefined x30
  blr x19
  brk #1
  .cfi_endproc
  .size gene_fiber_start, .-gene_fiber_start
)");

namespace {
constexpr size_t SavedWords = 20;
constexpr size_t EntryWord = 0, ReturnWord = 11;
}  // namespace

#else
#error "fibers need a switch for this architecture"
#endif

namespace gene {

void prepareFiber(Fiber& fiber, void (*entry)()) {
#if __has_feature(address_sanitizer)
  // Frames that were given up have left their marks.
  __asan_unpoison_memory_region(reinterpret_cast<void*>(fiber.low), fiber.high - fiber.low);
  fiber.sanitizer = nullptr;
#elif __has_feature(thread_sanitizer)
  fiber.sanitizer = __tsan_create_fiber(0);
#endif
  auto* words = reinterpret_cast<uint64_t*>(fiber.high & ~uintptr_t{15}) - SavedWords;
  for (size_t i = 0; i < SavedWords; i++) words[i] = 0;
  words[EntryWord] = reinterpret_cast<uint64_t>(entry);
  words[ReturnWord] = reinterpret_cast<uint64_t>(&gene_fiber_start);
  fiber.stackPointer = words;
}

void switchStacks(Fiber& from, Fiber& to) {
#if __has_feature(address_sanitizer)
  __sanitizer_start_switch_fiber(&from.sanitizer, reinterpret_cast<void*>(to.low),
                                 to.high - to.low);
#elif __has_feature(thread_sanitizer)
  if (!from.sanitizer) from.sanitizer = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.sanitizer, 0);
#endif
  gene_switch(&from.stackPointer, to.stackPointer);
#if __has_feature(address_sanitizer)
  __sanitizer_finish_switch_fiber(from.sanitizer, nullptr, nullptr);
#endif
}

void enterStack(Fiber& fiber) {
#if __has_feature(address_sanitizer)
  __sanitizer_finish_switch_fiber(fiber.sanitizer, nullptr, nullptr);
#else
  (void)fiber;
#endif
}

}  // namespace gene
