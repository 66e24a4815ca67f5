// The value stack of a thread, and the way into the interpreter from C++ and native code.

#include <sys/mman.h>

#include <cstring>

#include "runtime/StackSize.h"
#include "runtime/abi/Entry.h"
#include "runtime/heap/HeapState.h"
#include "runtime/support/Activity.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {

WatchedThreads watchedThreads;

uint16_t exitCode[4] = {static_cast<uint16_t>(Opcode::Exit), 0, 0, 0};

bool createState(Context& context, size_t bytes) {
  constexpr size_t page = 4096;
  if (bytes == 0) bytes = defaultStackSize();
  // Room for the largest frame, a call window behind it and the slots its arguments are bound to.
  constexpr size_t slack = size_t{4} * MaxFrameSize * sizeof(Value);
  bytes = (bytes + slack + page - 1) & ~(page - 1);
  void* stack = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return false;
  State* state = new State();
  state->stack = static_cast<Value*>(stack);
  state->bytes = bytes;
  state->top = state->stack;
  state->limit = state->stack + (bytes - slack) / sizeof(Value);
  state->result = Value::nil();
  state->operand = Value::nil();
  state->run = watchedThreads.run ? watchedThreads.run : run;
  state->watch = watchedThreads.watch;
  context.vm = state;
  setValueStack(context, state->stack, &state->top);
  return true;
}

void destroyState(Context& context) {
  State* state = context.vm;
  if (!state) return;
  if (state->endSampling) state->endSampling(*state);
  state->top = state->stack;
  munmap(state->stack, state->bytes);
  delete state;
  context.vm = nullptr;
}

void limitFiber(State& state) {
  if (!state.fiberEnd) return;
  // The largest frame, a call window behind it and bound slots; and what built-ins are given.
  const size_t slack = size_t{4} * state.largestFrame + size_t{4} * AlwaysBufferedArguments;
  const auto room = static_cast<size_t>(state.fiberEnd - state.stack);
  state.limit = state.stack + (room > slack ? room - slack : 0);
}

Value enterBody(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  GENE_NOTE(calls);
  State* vm = context->vm;
  if (vm->top >= vm->limit) return gene_stack_overflow(context);
  Value* base = vm->top + 2;
  base[-2] = closure;
  const uint32_t slots = as<FunctionObject>(closure)->info->slotCount;
  if (slots <= RegisterArguments) {
    base[0] = a0;
    base[1] = a1;
    base[2] = a2;
    base[3] = a3;
  } else {
    std::memcpy(base, context->arguments, slots * sizeof(Value));
  }
  return vm->run(*context, base);
}

}  // namespace gene::vm

namespace gene {

// While memory is out, both stacks are as if they were full: the limits that they have are kept in the heap.

void acceptCalls(Context& context) {
  if (!context.outOfMemory) return;
  context.outOfMemory = false;
  context.stackLimit = context.heap->limit.stackLimit;
  if (!context.vm) return;
  context.vm->limit = context.heap->limit.valueLimit;
  vm::limitFiber(*context.vm);
}

void refuseCalls(Context& context) {
  MemoryLimit& limit = context.heap->limit;
  context.outOfMemory = true;
  if (context.stackLimit != UINTPTR_MAX) limit.stackLimit = context.stackLimit;
  context.stackLimit = UINTPTR_MAX;
  if (!context.vm) return;
  if (context.vm->limit) limit.valueLimit = context.vm->limit;
  context.vm->limit = nullptr;
}

uintptr_t usualStackLimit(const Context& context) {
  return context.outOfMemory ? context.heap->limit.stackLimit : context.stackLimit;
}

Value* usualValueLimit(const Context& context) {
  return context.outOfMemory ? context.heap->limit.valueLimit : context.vm->limit;
}

}  // namespace gene
