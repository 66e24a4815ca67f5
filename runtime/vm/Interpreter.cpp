// The handlers of Handlers.inc as tail-called functions, or as the cases of a switch. This file is compiled five times:
//
//   run           as it stands
//   runProfiled   GENE_VM_PROFILED (ProfiledInterpreter.cpp): reports calls and returns to State::profile, and takes its
//                 handler table from there
//   runSampled    GENE_VM_SAMPLED (SampledInterpreter.cpp): takes its handler table from State::sampler, and notes calls of
//                 built-in functions and which frame called into C++
//   runWatched    GENE_VM_WATCHED (WatchedInterpreter.cpp): asks State::watch before each instruction, or where it put
//                 BreakOpcode; remembers which frame called into C++
//   runSwitch     GENE_VM_SWITCH (SwitchInterpreter.cpp): a loop around a switch
//
// What lives in machine registers: pc (behind the current instruction's first word), base, consts, context, vm, the
// handler table, and the two constants of the int encoding. preserve_none passes the first four in registers that
// C++ callees keep; the rest is loaded again after a call (RELOAD).

#include "runtime/vm/Interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/abi/Caches.h"
#include "runtime/abi/Entry.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Allocate.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/vm/Arrival.h"
#include "runtime/vm/Opcodes.h"
#ifdef GENE_VM_PROFILED
#include "runtime/vm/Profile.h"
#endif
#ifdef GENE_VM_SAMPLED
#include "runtime/vm/Sampler.h"
#endif
#ifdef GENE_VM_WATCHED
#include "runtime/vm/Watch.h"
#endif
#include "runtime/vm/RuntimeTable.h"
#include "runtime/vm/WideInts.h"
#include "runtime/vm/Windows.h"
#include "runtime/vm/Words.h"

namespace gene::vm {
namespace {

// --- fields of the current instruction: pc stands behind its first word ------------------------------------------------
#define A (pc[-3])
#define B (pc[-2])
#define C (pc[-1])
#define SIGNED_B (static_cast<int64_t>(static_cast<int16_t>(pc[-2])))
#define SIGNED_C (static_cast<int64_t>(static_cast<int16_t>(pc[-1])))
#define WIDE (load32(pc - 2))
#define REG(i) (base[i].bits)
/// Further word i of the current instruction.
#define WORD(i) (reinterpret_cast<Word*>(pc)[i])

/// Is it a scope with this slot?
inline bool isScope(Word scope, uint32_t slot) {
  return hasKind(scope, Kind::Scope) && slot < reinterpret_cast<ScopeObject*>(scope)->count;
}
/// Is it a function whose code begins there, with or without its checks?
inline bool isClosureOf(Word closure, Word start) {
  if (!hasKind(closure, Kind::Function)) return false;
  const Code* code = reinterpret_cast<FunctionObject*>(closure)->info->code;
  return code && (reinterpret_cast<Word>(code->entry) == start ||
                  reinterpret_cast<Word>(code->entryBehindChecks) == start);
}
/// Does the function of this frame have no handler? Then an instruction without a site may raise, too.
inline bool catchesNothing(const Value* base) { return codeOf(base).handlerCount == 0; }

/// What a comparison gave, and what makes the jump.
struct Outcome {
  Value holds;
  bool wanted;
};

/// Stores into a slot of a heap object. False: the old value's count fell to zero and it must be entered in the
/// zero-count table; it is in vm->operand then.
inline bool storeCounted(Slot* slot, Word v, State* vm) {
  const Word old = slot->get().bits;
  if (isObjectBits(v)) retain(reinterpret_cast<Object*>(v));
  *reinterpret_cast<Word*>(slot) = v;
  if (!isObjectBits(old) || reinterpret_cast<Object*>(old)->isImmortal()) return true;
  Object* object = reinterpret_cast<Object*>(old);
  object->countAndFlags -= Object::One;
  gene_count_operations++;
  if (object->countAndFlags >= Object::One || (object->countAndFlags & Object::InTable))
    return true;
  vm->operand.bits = old;
  return false;
}
/// The next value of an iterator over an array, or over a range that has begun and goes up; 0: ask gene_iter_next.
inline Word nextOf(Word iterator, Word tag, Word bias) {
  if (!hasKind(iterator, Kind::Iterator)) return 0;
  IteratorObject* i = reinterpret_cast<IteratorObject*>(iterator);
  if (i->iteratorKind == IteratorKind::Array) {
    const ArrayObject* array = static_cast<const ArrayObject*>(i->source.get().object());
    if (i->position >= array->size) return 0;
    const Value item = array->items[i->position].get();
    if (item.isNotFound()) return 0;  // it ends the loop
    i->position++;
    return item.bits;
  }
  if (i->iteratorKind != IteratorKind::Range || i->position == 0 || i->step <= 0) return 0;
  const Word next = static_cast<Word>(i->next) + bias;
  int64_t following;
  if (next < tag || __builtin_add_overflow(i->next, i->step, &following) || following > i->last)
    return 0;
  i->next = following;
  i->position++;
  return next;
}
inline bool raised(const Context& context) { return !context.exception.isPending(); }

/// Is there a free cell of this size, and room in the zero-count table? Then allocateObjectFast calls nothing.
inline bool hasCell(const Context& context, size_t bytes) {
  const size_t n = (bytes + 15) / 16;
  return n < SmallClasses && context.zeroTop < context.zeroEnd && context.freeCells[n];
}

// --- what the profiler is told ------------------------------------------------------------------------------------------
#ifdef GENE_VM_PROFILED
#define ENTERED vm->profile->enter(base)
#define REPLACED vm->profile->replace(base)
#define LEFT vm->profile->leave()
#define UNWOUND(resume) vm->profile->unwind((resume).base, (resume).pc != nullptr)
#define CALL_BUILTIN(info, args, count) vm->profile->callBuiltin(*context, *(info), {args, count})
#define CALL_VALUE(callee, args, count) vm->profile->callValue(*context, callee, args, count)
#define CALL_METHOD(words, args, count) vm->profile->callMethod(*context, words, args, count)
#define TABLE vm->profile->table()
#define RUN runProfiled
#else
#define ENTERED
#define REPLACED
#define LEFT
#define UNWOUND(resume)
#ifdef GENE_VM_SAMPLED
#define CALL_BUILTIN(info, args, count) vm->sampler->callBuiltin(*(info), {args, count})
#define CALL_VALUE(callee, args, count) vm->sampler->callValue(callee, args, count)
#define CALL_METHOD(words, args, count) vm->sampler->callMethod(words, args, count)
#define TABLE vm->sampler->table()
#define RUN runSampled
#else
#define CALL_BUILTIN(info, args, count) callAccepted(*context, *(info)->builtin, {args, count})
#define CALL_VALUE(callee, args, count) call(*context, callee, args, count)
#define CALL_METHOD(words, args, count)                                                           \
  gene_call_method(context, Value{(words)[0]}, reinterpret_cast<InlineCache*>((words) + 1), args, \
                   count)
#ifdef GENE_VM_WATCHED
#define TABLE (vm->watch->looks() ? watchedHandlers : handlers)
#else
#define TABLE handlers
#endif
#ifdef GENE_VM_SWITCH
#define RUN runSwitch
#elif defined(GENE_VM_WATCHED)
#define RUN runWatched
#else
#define RUN run
#endif
#endif
#endif

#if defined GENE_VM_WATCHED || defined GENE_VM_SAMPLED
#define NOTE_PLACE vm->place = {pc, base}
#else
#define NOTE_PLACE
#endif
#ifdef GENE_VM_WATCHED
#define TableSize (OpcodeCount + 1)
#else
#define TableSize OpcodeCount
#endif

#define LEAVE_FRAME(value)                           \
  do {                                               \
    LEFT;                                            \
    const Word left = (value), link = base[-1].bits; \
    base[-2].bits = left;                            \
    pc = reinterpret_cast<uint16_t*>(link >> 16);    \
    base -= link & 0xFFFF;                           \
  } while (0)

#ifdef GENE_VM_SWITCH

#define HANDLER(Name) case static_cast<uint16_t>(Opcode::Name):
#define SLOW_PATH(Name) slow_##Name:
#define MEDIUM_PATH(Name) slow_##Name:
#define SLOW(Name) goto slow_##Name
#define NEXT goto dispatch
#define NEXT_RELOADED goto dispatch
#define RAISE goto raise
#define LEAVE_RUN goto leave
#define TAG Value::IntTag
#define BIAS Value::IntBias
#define KEEP_APART

#else

#define PARAMS                                                                                 \
  [[maybe_unused]] uint16_t *pc, [[maybe_unused]] Value *base, [[maybe_unused]] Value *consts, \
      [[maybe_unused]] Context *context, [[maybe_unused]] State *vm,                           \
      [[maybe_unused]] void *const *table, [[maybe_unused]] uint64_t tag,                      \
      [[maybe_unused]] uint64_t bias
using Handler = __attribute__((preserve_none)) void (*)(PARAMS);
#define HANDLER(Name) __attribute__((preserve_none)) static void handle##Name(PARAMS)
#define SLOW_FUNCTION [[gnu::noinline, gnu::cold]] __attribute__((preserve_none)) static void
#define SLOW_PATH(Name) SLOW_FUNCTION slow##Name(PARAMS)
#define MEDIUM_PATH(Name) \
  [[gnu::noinline]] __attribute__((preserve_none)) static void slow##Name(PARAMS)
#define GO(function) \
  [[clang::musttail]] return function(pc, base, consts, context, vm, table, tag, bias)
#define SLOW(Name) GO(slow##Name)
#define NEXT                                    \
  do {                                          \
    const uint16_t next = *pc;                  \
    pc += 4;                                    \
    GO(reinterpret_cast<Handler>(table[next])); \
  } while (0)
#define NEXT_RELOADED      \
  do {                     \
    vm = context->vm;      \
    table = TABLE;         \
    tag = Value::IntTag;   \
    bias = Value::IntBias; \
    NEXT;                  \
  } while (0)
// Nothing but context, pc and base is needed any more, so that nothing has to be kept across the call before.
#define RAISE         \
  do {                \
    vm = nullptr;     \
    table = nullptr;  \
    tag = bias = 0;   \
    GO(raisePending); \
  } while (0)
#define LEAVE_RUN return
#define TAG tag
#define BIAS bias
// Two arms that both dispatch are merged by the compiler into a conditional move on pc, which makes the next
// instruction wait for the comparison; this keeps them two.
#define KEEP_APART asm volatile("" : "+r"(pc))

extern void* const handlers[TableSize];
#ifdef GENE_VM_WATCHED
extern void* const watchedHandlers[TableSize];
#endif

/// A class, so that the functions can tail-call each other in any order.
struct Handlers {
#include "runtime/vm/Handlers.inc"

  SLOW_FUNCTION raisePending(PARAMS) {
#ifdef GENE_VM_WATCHED
    context->vm->place = {pc, base};
    context->vm->watch->raised(*context, pc, base);
#endif
    const Resume resume = unwind(*context, pc, base);
    vm = context->vm;
    UNWOUND(resume);
    if (!resume.pc) {
      context->vm->result = Value::pending();
      return;
    }
    pc = resume.pc;
    base = resume.base;
    NEXT_RELOADED;
  }
#ifdef GENE_VM_WATCHED
#include "runtime/vm/WatchHandlers.inc"
#endif
};

void* const handlers[TableSize] = {
#define OPCODE(Name, fields, words, flags) reinterpret_cast<void*>(&Handlers::handle##Name),
#include "runtime/vm/Opcodes.def"
#ifdef GENE_VM_WATCHED
    reinterpret_cast<void*>(&Handlers::handleBreak),
#endif
};
#ifdef GENE_VM_WATCHED
void* const watchedHandlers[TableSize] = {
#define OPCODE(Name, fields, words, flags) reinterpret_cast<void*>(&Handlers::handleWatched),
#include "runtime/vm/Opcodes.def"
    reinterpret_cast<void*>(&Handlers::handleWatched),
};
#endif

#endif

#ifdef GENE_VM_PROFILED
/// Counts the instruction, then runs it.
__attribute__((preserve_none)) void countInstruction(PARAMS) {
  vm->profile->count(pc[-4]);
  GO(reinterpret_cast<Handler>(handlers[pc[-4]]));
}
#endif
#ifdef GENE_VM_SAMPLED
/// Has a sample taken, then runs the instruction.
__attribute__((preserve_none)) void takeSample(PARAMS) {
  vm->sampler->take(pc, base);
  GO(reinterpret_cast<Handler>(handlers[pc[-4]]));
}
#endif

}  // namespace

#ifdef GENE_VM_SAMPLED
SampledHandlers sampledHandlers() { return {handlers, reinterpret_cast<void*>(&takeSample)}; }
#endif
#ifdef GENE_VM_PROFILED
std::vector<void*> profiledHandlers(bool counting) {
  std::vector<void*> table(handlers, handlers + OpcodeCount);
  if (counting) table.assign(OpcodeCount, reinterpret_cast<void*>(&countInstruction));
  return table;
}
#endif

Value RUN(Context& contextReference, Value* base) {
  Context* context = &contextReference;
  State* vm = context->vm;
  if (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < context->stackLimit ||
      base > vm->limit)
    return gene_stack_overflow(context);
  base[-1].bits = makeLink(exitCode, 0);
  uint16_t* pc = codeOf(base).start;
  Value* consts = codeOf(base).consts;
  Value* const top = vm->top;
#if defined GENE_VM_WATCHED || defined GENE_VM_SAMPLED
  const Entered entered{vm->entered, vm->place, vm->calling};
  vm->calling = nullptr;
  vm->entered = &entered;
#endif
#ifdef GENE_VM_SAMPLED
  if (!vm->sampler) beginSampling(*context);
#endif
  ENTERED;
#ifdef GENE_VM_SWITCH
dispatch:
  const uint16_t op = *pc;
  pc += 4;
  switch (op) {
#include "runtime/vm/Handlers.inc"
    default: GENE_UNREACHABLE("no such opcode");
  }
raise: {
  const Resume resume = unwind(*context, pc, base);
  UNWOUND(resume);
  if (resume.pc) {
    pc = resume.pc;
    base = resume.base;
    goto dispatch;
  }
  vm->result = Value::pending();
}
leave:;
#else
  const uint16_t op = *pc;
  void* const* const table = TABLE;
  reinterpret_cast<Handler>(table[op])(pc + 4, base, consts, context, vm, table, Value::IntTag,
                                       Value::IntBias);
#endif
#if defined GENE_VM_WATCHED || defined GENE_VM_SAMPLED
  context->vm->entered = entered.outer;
  context->vm->place = entered.from;
  context->vm->calling = entered.calling;
#endif
  vm->top = top;
  return vm->result;
}

}  // namespace gene::vm
