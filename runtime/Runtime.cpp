#include "runtime/Runtime.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/Async.h"
#include "runtime/Output.h"
#include "runtime/StackSize.h"
#include "runtime/Trace.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/ContentHash.h"
#include "runtime/vm/Interpreter.h"

// What a sanitized build needs to know of us: contexts and images live as long as the process, and the stack scan has to
// see locals where they are.
#if defined(__has_feature) && __has_feature(address_sanitizer)
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0:detect_stack_use_after_return=0";
}
#endif

// What std::terminate calls. libstdc++'s own names the exception and so brings the demangler, 45 KB of every executable.
namespace __gnu_cxx {
void __verbose_terminate_handler() {
  std::fputs("internal error: an exception of C++ that nobody catches\n", stderr);
  std::abort();
}
}  // namespace __gnu_cxx

namespace gene {
namespace {

constexpr size_t Page = 4096;
/// What C++ code that Gene code calls may use below the limit.
constexpr size_t StackReserve = size_t{256} << 10;

/// The machine stack of this thread, when it runs on one of ours.
struct StackBounds {
  uintptr_t low = 0, high = 0;
};
thread_local StackBounds stackBounds;

StackBounds boundsOfThread() {
  if (stackBounds.high != 0) return stackBounds;
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<uintptr_t>(low), reinterpret_cast<uintptr_t>(low) + size};
}

bool isSet(const char* name) {
  const char* value = std::getenv(name);
  return value && *value && std::string_view(value) != "0";
}

struct ThreadStart {
  int (*main)(void* data);
  void* data;
  StackBounds bounds;
  int result;
};

void* startThread(void* data) {
  auto* start = static_cast<ThreadStart*>(data);
  stackBounds = start->bounds;
  start->result = start->main(start->data);
  return nullptr;
}

std::string statistics(Context& context) {
  const HeapStats stats = creationStats(context);
  std::string out;
  auto line = [&](const char* name, uint64_t number) {
    out += std::string(name) + ": " + std::to_string(number) + "\n";
  };
  line("objects created", stats.allocated);
  static constexpr const char* kinds[] = {
#define IMMEDIATE(Name, Class, Typeof) #Name,
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) #Name,
#include "runtime/value/Kinds.def"
  };
  for (size_t i = 0; i < std::size(kinds); i++)
    if (stats.created[i]) line((std::string("  ") + kinds[i]).c_str(), stats.created[i]);
  line("objects in reused cells", stats.reused);
  line("objects freed", stats.freed);
  line("bytes of objects", stats.allocatedBytes);
  line("payloads", stats.payloads);
  line("bytes of payloads", stats.payloadBytes);
  line("count operations", gene_count_operations);
  line("reconciles", stats.reconciles);
  line("reconcile microseconds", stats.reconcileNanoseconds / 1000);
  line("zero-count entries examined", stats.tableEntries);
  line("objects pinned by stacks", stats.pinned);
  line("cycle collections", stats.cycleCollections);
  line("cycle microseconds", stats.cycleNanoseconds / 1000);
  line("objects freed in cycles", stats.cyclesFreed);
  line("peak bytes", stats.peakBytes);
  return out;
}

}  // namespace

size_t parseSize(const char* text) {
  if (*text < '0' || *text > '9') return 0;
  char* end = nullptr;
  const unsigned long long number = std::strtoull(text, &end, 10);
  int shift = 0;
  switch (*end | 32) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    default: break;
  }
  if (shift) end++;
  return *end == '\0' && number <= MaxStackSize >> shift ? number << shift : 0;
}

size_t parseHeapSize(const char* text) {
  const size_t size = parseSize(text);
  return size >= MinHeapLimit ? size : 0;
}

RuntimeOptions runtimeOptionsFromEnvironment() {
  RuntimeOptions options;
  if (const char* format = std::getenv("GENE_ERROR_FORMAT"))
    parseErrorFormat(format, &options.errorFormat);
  if (const char* size = std::getenv("GENE_STACK_SIZE"); size && parseSize(size) != 0)
    options.stackSize = parseSize(size);
  if (const char* size = std::getenv("GENE_MAX_HEAP")) options.maxHeap = parseHeapSize(size);
  options.stats = isSet("GENE_STATS");
  options.checkLeaks = isSet("GENE_CHECK_LEAKS");
  return options;
}

namespace {

/// A context with an empty heap, which this thread enters; with its own domain, or as one more of `shared`'s.
Context* newContext(Context* shared) {
  auto* context = new Context();
  const StackBounds bounds = boundsOfThread();
  context->stackLimit = bounds.low + Page + StackReserve;
  context->trace = new Trace();
  context->current = Value::nil();
  context->moduleSelf = context->onInterrupt = Value::nil();
  context->domain = shared ? shared->domain : new Domain;
  enterContext(*context);
  createHeap(*context, {});
  setStackBase(*context, reinterpret_cast<const void*>(bounds.high));
  requireArguments(*context, AlwaysBufferedArguments);
  for (const Value* root :
       {&context->exception, &context->current, &context->trace->caught, &context->trace->subject,
        &context->trace->caughtSubject, &context->moduleSelf, &context->onInterrupt})
    addRoots(*context, root, 1);
  addRoots(*context, reinterpret_cast<const Value*>(&context->caller), 1);
  addRoots(*context, reinterpret_cast<const Value*>(&context->globals), 1);
  addRoots(*context, reinterpret_cast<const Value*>(&context->dollars), 1);
  createMethodTable(*context, shared ? shared->methods->targets : nullptr);
  return context;
}

}  // namespace

Context* createContext(const RuntimeOptions& options) {
  Context* context = newContext(nullptr);
  context->domain->programArguments = options.arguments;
  context->domain->programName = options.programName;
  context->domain->checksLeaks = options.checkLeaks;
  limitHeap(*context, options.maxHeap);
  context->globals = newNamespace(*context, Symbol::of("global"));
  context->dollars = newNamespace(*context, Symbol::of("$"));
  bootstrapClasses(*context);
  context->moduleSelf = Value::object(newNamespace(*context, Symbol::of("main")));
  defineBuiltins(*context);
  if (gene_install_async) gene_install_async(context);
  if (options.stackSize != 0) vm::createState(*context, options.stackSize);
  if (options.stats) atEnd(*context, [context] { writeError(statistics(*context)); });
  return context;
}

Context* createContextBeside(Context& first, size_t stackSize) {
  Context* context = newContext(&first);
  context->isBeside = true;
  limitHeap(*context, heapLimit(first));
  std::ranges::copy(first.classes, context->classes);
  std::ranges::copy(first.standard, context->standard);
  context->globals = first.globals;
  // What built-ins keep for themselves lies in it: each thread has its own. Names of programs were looked up already.
  context->dollars = newNamespace(*context, Symbol::of("$"));
  context->moduleSelf = first.moduleSelf;
  context->customEquality = first.customEquality;
  context->program = first.program;
  if (!vm::createState(*context, stackSize)) {
    destroyContext(context);
    return nullptr;
  }
  if (first.vm) context->vm->largestFrame = first.vm->largestFrame;
  return context;
}

void runOnStack(uintptr_t low, uintptr_t high) { stackBounds = {low, high}; }

void enterContext(Context& context) { threadContext = &context; }

void destroyContext(Context* context) {
  GENE_CHECK(!context->scheduler, "a program that has ended");
  for (ContextPart* part : context->parts) delete part;
  vm::destroyState(*context);
  Domain* const domain = context->domain;
  const bool isLast = destroyMethodTable(*context);
  delete[] context->arguments;
  delete context->trace;
  destroyHeap(*context);
  if (isLast) delete domain;
  if (threadContext == context) threadContext = nullptr;
  delete context;
}

int runOnLargeStack(const RuntimeOptions& options, int (*main)(void* data), void* data,
                    void (*meanwhile)(void* data)) {
  // One arena: payloads are made and freed by this thread, and a second one would reserve 64 MiB at a time.
  mallopt(M_ARENA_MAX, 1);
  // Large payloads come and go, an array in each round of a loop: pages that are given back and taken again cost more than what
  // is done with them.
  constexpr int mapped = 16 << 20, kept = 64 << 20;  // bytes
  mallopt(M_MMAP_THRESHOLD, mapped);
  mallopt(M_TRIM_THRESHOLD, kept);
  const size_t asked =
      options.stackSize == 0 ? defaultStackSize() : std::max(options.stackSize, MinStackSize);
  const size_t size = (asked + Page - 1) & ~(Page - 1);
  void* stack = mmap(nullptr, size + Page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) {
    writeError("Error: cannot reserve " + std::to_string(size) + " bytes for the stack\n");
    return 1;
  }
  mprotect(stack, Page, PROT_NONE);
  const auto low = reinterpret_cast<uintptr_t>(stack);
  ThreadStart start{main, data, {low, low + Page + size}, 1};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, size + Page);
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, startThread, &start) == 0;
  pthread_attr_destroy(&attributes);
  if (started && meanwhile) meanwhile(data);
  if (started)
    pthread_join(thread, nullptr);
  else
    writeError("Error: cannot start a thread\n");
  munmap(stack, size + Page);
  return start.result;
}

Value runModule(Context& context, Program& program) {
  context.program = &program;
  FunctionObject* body = newFunction(context, &program.functions[0], 0);
  return call(context, Value::object(body), nullptr, 0);
}

int runProgram(Context& context, Program& program, const RuntimeOptions& options) {
  int code = 0;
  if (runModule(context, program).isPending()) {
    writeError(describeUncaught(context, options));
    code = 1;
  }
  return finishProgram(context, code, options);
}

int finishProgram(Context& context, int code, const RuntimeOptions& options) {
  if (context.scheduler) code = context.async->finish(context, code);
  if (code == 0 && failsAtEnd()) code = 1;
  flushOut();
  reportEnd(context);
  if (!options.checkLeaks) return code;
  context.exception = Value::pending();
  context.current = context.moduleSelf = context.onInterrupt = Value::nil();
  context.trace->release();
  std::string report;
  const uint64_t alive = shutdownHeap(context, &report);
  if (alive == 0) return code;
  writeError(report + std::to_string(alive) + " objects are still alive\n");
  return 99;
}

}  // namespace gene
