// Gene in programs that are written in C: the part of gene.h that makes runtimes and runs source text.

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "codegen/embed/Linked.h"
#include "codegen/embed/Stack.h"
#include "codegen/eval/Dialog.h"
#include "codegen/eval/Evaluate.h"
#include "runtime/Async.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/StackSize.h"
#include "runtime/Trace.h"
#include "runtime/capi/Functions.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Watch.h"

using namespace gene;
using capi::Api;

namespace {

/// What the thread had before it entered a runtime.
struct Entry {
  Context* context;
  const OutputSink* sink;
  unsigned running;  // calls in progress in the runtime that was entered
};

/// Its address is the thread's name.
thread_local char thisThread;

}  // namespace

struct GeneRuntime {
  Context* context = nullptr;
  Api* api = nullptr;
  OwnStack stack;
  vm::Limits limits;
  vm::Watch watch{limits};
  RuntimeOptions options;
  OutputSink sink{};
  std::unique_ptr<Dialog> dialog;
  std::atomic<char*> owner = nullptr;  // the thread that is in it
  std::vector<Entry> entries;
  unsigned running = 0;    // calls from outside in progress: 0 or 1
  std::string name, text;  // of what was evaluated last
  std::string report;

  [[nodiscard]] bool isMine() const { return owner.load() == &thisThread; }
  [[nodiscard]] bool isWatched() const {
    return limits.maxSteps != 0 || limits.maxTime.count() != 0;
  }
};

namespace {

constexpr size_t StackReserve = size_t{256} << 10;  // what C and C++ code may use below the limit

/// Calls f on the runtime's own stack, with everything that it may use there again.
void callFromOutside(GeneRuntime& runtime, void (*f)(void* data), void* data) {
  struct Call {
    GeneRuntime& runtime;
    void (*f)(void* data);
    void* data;
  } call{runtime, f, data};
  runtime.running++;
  runtime.stack.call(
      [](void* argument) {
        const Call& c = *static_cast<Call*>(argument);
        Context* const context = c.runtime.context;
        // What stopped the last call may have left this behind.
        if (context && context->outOfMemory && context->exception.isPending()) {
          raiseOutOfMemory(*context);
          takeException(*context);
        }
        c.runtime.limits.begin();
        c.f(c.data);
      },
      &call);
  if (runtime.limits.stopping() && runtime.api)
    runtime.api->stopped = static_cast<uint8_t>(runtime.limits.reason());
  runtime.running--;
}

void onOwnStack(Api& api, void (*f)(void* data), void* data) {
  auto& runtime = *static_cast<GeneRuntime*>(api.owner);
  if (runtime.running != 0) return f(data);
  callFromOutside(runtime, f, data);
}

/// What was asked for, of this version of the header or an older one. False for a newer one, and for what makes no sense.
bool readOptions(const GeneOptions* given, GeneOptions* options) {
  *options = GENE_OPTIONS_INIT;
  if (!given) return true;
  if (given->size < sizeof(size_t) || given->size > sizeof(GeneOptions)) return false;
  std::memcpy(options, given, given->size);
  return options->max_heap == 0 || options->max_heap >= MinHeapLimit;
}

/// On its own stack: the context, and whoever runs code in it.
bool start(GeneRuntime& runtime, bool isInterruptible) {
  const size_t stackBytes = runtime.options.stackSize;
  runtime.options.stackSize = 0;
  runtime.context = createContext(runtime.options);
  Context& context = *runtime.context;
  context.stackLimit = runtime.stack.low() + StackReserve;
  if (!vm::createState(context, stackBytes)) return false;
  context.vm->limits = &runtime.limits;
  if (runtime.isWatched() || isInterruptible) {
    context.vm->run = vm::runWatched;
    context.vm->watch = &runtime.watch;
  }
  runtime.api = &partOf<Api>(context);
  runtime.api->owner = &runtime;
  runtime.api->onOwnStack = onOwnStack;
  runtime.dialog = std::make_unique<Dialog>(context, LanguageOptions{});
  return true;
}

/// On its own stack: ends the program. How many values are still alive.
uint64_t finish(GeneRuntime& runtime) {
  Context& context = *runtime.context;
  takeException(context);
  if (context.scheduler) context.async->finish(context, 0);
  reportEnd(context);
  runtime.dialog.reset();
  runtime.api->clear(runtime.api->outermost);
  context.exception = Value::pending();
  context.current = context.moduleSelf = context.onInterrupt = Value::nil();
  context.trace->release();
  std::string report;
  return shutdownHeap(context, &report);
}

/// Calls f(runtime) as something that runs Gene code; its value.
template <class F>
GeneValue evaluateWith(F&& f) {
  return capi::valueOf([&](Api& api) {
    api.stopped = 0;
    if (!api.owner)
      return raise(api.context, ErrorClass::Runtime,
                   "gene_evaluate belongs to programs around Gene");
    return f(*static_cast<GeneRuntime*>(api.owner));
  });
}

Value runText(GeneRuntime& runtime, std::string text, std::string name) {
  Context& context = *runtime.context;
  runtime.name = name;
  runtime.text = text;
  const Dialog::Result result = runtime.dialog->run(text, name, ErrorFormat::Human);
  switch (result.state) {
    case Dialog::Result::Refused: return raise(context, ErrorClass::Parse, result.diagnostics);
    case Dialog::Result::Raised: return Value::pending();
    case Dialog::Result::Done: break;
  }
  if (!result.diagnostics.empty()) writeError(result.diagnostics);
  return result.value;
}

/// False with an exception pending.
bool readFile(Context& context, const char* path, std::string* text) {
  std::FILE* const in = path ? std::fopen(path, "r") : nullptr;
  if (!in) {
    raise(context, ErrorClass::IO, "cannot open " + capi::utf8Text(path));
    return false;
  }
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, in)) text->append(buffer, n);
  const bool failed = std::ferror(in) != 0;
  std::fclose(in);
  if (failed) raise(context, ErrorClass::IO, "cannot read " + capi::utf8Text(path));
  return !failed;
}

}  // namespace

extern "C" {

GeneRuntime* gene_runtime_create(const GeneOptions* given) {
  GeneOptions options;
  if (!readOptions(given, &options) || !hasAllLibraries()) return nullptr;
  auto runtime = std::make_unique<GeneRuntime>();
  runtime->limits.maxSteps = options.max_instructions;
  runtime->limits.maxTime = std::chrono::milliseconds(options.max_milliseconds);
  runtime->sink = {options.write, options.write_data};
  runtime->options.maxHeap = options.max_heap;
  runtime->options.stackSize = options.stack_size;
  runtime->options.programName = options.program_name ? options.program_name : "gene";
  for (const char* const* a = options.arguments; a && *a; a++)
    runtime->options.arguments.emplace_back(*a);
  const size_t bytes = options.stack_size == 0 ? defaultStackSize() : options.stack_size;
  constexpr size_t Page = 4096;
  if (bytes < MinStackSize || bytes > MaxStackSize ||
      !runtime->stack.make((bytes + Page - 1) & ~(Page - 1)))
    return nullptr;
  Context* const before = threadContext;
  struct Start {
    GeneRuntime& runtime;
    bool interruptible, done;
  } begin{*runtime, options.interruptible, false};
  runOnStack(runtime->stack.low(), runtime->stack.high());
  callFromOutside(
      *runtime,
      [](void* data) {
        auto& s = *static_cast<Start*>(data);
        s.done = start(s.runtime, s.interruptible);
      },
      &begin);
  runOnStack(0, 0);
  threadContext = before;
  return begin.done ? runtime.release() : nullptr;
}

bool gene_runtime_enter(GeneRuntime* runtime) {
  if (!runtime) return false;
  char* nobody = nullptr;
  if (!runtime->isMine() && !runtime->owner.compare_exchange_strong(nobody, &thisThread))
    return false;
  // One that runs, and whose function runs another one, cannot go on before that has ended.
  if (runtime->running != 0 && OwnStack::running() != &runtime->stack) return false;
  runtime->entries.push_back({threadContext, outputSink, runtime->running});
  enterContext(*runtime->context);
  outputSink = runtime->sink.write ? &runtime->sink : nullptr;
  return true;
}

bool gene_runtime_leave(GeneRuntime* runtime) {
  if (!runtime || !runtime->isMine() || threadContext != runtime->context) return false;
  if (runtime->entries.empty() || runtime->entries.back().running != runtime->running) return false;
  const Entry entry = runtime->entries.back();
  runtime->entries.pop_back();
  threadContext = entry.context;
  outputSink = entry.sink;
  if (runtime->entries.empty()) runtime->owner = nullptr;
  return true;
}

int64_t gene_runtime_destroy(GeneRuntime* runtime) {
  if (!runtime || runtime->owner.load()) return -1;
  if (!gene_runtime_enter(runtime)) return -1;
  struct End {
    GeneRuntime& runtime;
    uint64_t alive;
  } end{*runtime, 0};
  callFromOutside(
      *runtime,
      [](void* data) {
        auto& e = *static_cast<End*>(data);
        e.alive = finish(e.runtime);
      },
      &end);
  runtime->running++;  // what is given back asks for no stack
  const Entry entry = runtime->entries.back();
  runtime->api = nullptr;
  destroyContext(runtime->context);
  threadContext = entry.context;
  outputSink = entry.sink;
  delete runtime;
  return static_cast<int64_t>(end.alive);
}

void gene_runtime_interrupt(GeneRuntime* runtime) {
  if (runtime) runtime->limits.interrupt();
}

GeneValue gene_evaluate(const char* source, size_t length, const char* name) {
  return evaluateWith([&](GeneRuntime& runtime) {
    if (!source && length != 0)
      return raise(*runtime.context, ErrorClass::Argument, "the source text is missing");
    return runText(runtime, std::string(source ? source : "", length),
                   name ? capi::utf8Text(name) : "<text>");
  });
}

GeneValue gene_evaluate_file(const char* path) {
  return evaluateWith([&](GeneRuntime& runtime) {
    std::string text;
    if (!readFile(*runtime.context, path, &text)) return Value::pending();
    return runText(runtime, std::move(text), path);
  });
}

bool gene_set_global(const char* name, GeneValue value) {
  return capi::done([&](Api& api) {
    Symbol symbol;
    if (!capi::nameOf(api, name, &symbol)) return false;
    const Value v = api.take(value);
    if (v.isPending()) return false;
    if (setNamedValue(api.context, symbol, v)) return true;
    raise(api.context, ErrorClass::Runtime, "gene_set_global belongs to programs around Gene");
    return false;
  });
}

const char* gene_error_report(void) {
  Api* const api = capi::current();
  if (!api || !api->owner || api->context.exception.isPending()) return nullptr;
  auto& runtime = *static_cast<GeneRuntime*>(api->owner);
  capi::inside(*api, [&] {
    RuntimeOptions options = runtime.options;
    options.programName = runtime.name;
    options.sourceText = runtime.text;
    runtime.report = describeUncaught(*runtime.context, options);
  });
  return runtime.report.c_str();
}

GeneStop gene_stopped_by(void) {
  const Api* const api = capi::current();
  return api ? static_cast<GeneStop>(api->stopped) : GENE_NOT_STOPPED;
}

int gene_exit_code(void) {
  const Api* const api = capi::current();
  return api && api->owner ? static_cast<GeneRuntime*>(api->owner)->limits.exitCode() : 0;
}

}  // extern "C"

static_assert(static_cast<int>(vm::StopReason::Steps) == GENE_STOPPED_BY_INSTRUCTIONS &&
              static_cast<int>(vm::StopReason::Time) == GENE_STOPPED_BY_TIME &&
              static_cast<int>(vm::StopReason::Memory) == GENE_STOPPED_BY_MEMORY &&
              static_cast<int>(vm::StopReason::Exit) == GENE_STOPPED_BY_EXIT &&
              static_cast<int>(vm::StopReason::Interrupt) == GENE_STOPPED_BY_INTERRUPT);
