#pragma once
// The state of one running Gene thread: passed as the first argument to everything that may allocate, raise or run
// Gene code. The members before `heap` are known to generated code by their offsets (runtime/abi/Layout.def). What all
// threads of a program share is its Domain (runtime/Domain.h).

#include <cstdint>
#include <string_view>

#include "runtime/object/Objects.h"

namespace gene {

class Heap;
struct Program;
class Trace;
struct Domain;
struct MethodTable;
struct AsyncHooks;
struct Scheduler;
namespace vm {
struct State;
}

/// Arguments that do not fit the machine registers of a call pass through Context::arguments. It always has room for
/// this many; who passes more says so first (requireArguments).
inline constexpr uint32_t RegisterArguments = 4;
inline constexpr uint32_t AlwaysBufferedArguments = 1024;

/// What a single part of the runtime keeps by context: made when it is first asked for, deleted with the context.
struct ContextPart {
  enum Name : uint8_t {
    Patterns,
    Random,
    Evaluated,
    Session,
    SharedFunctions,
    Handles,
    OneCharacter,
    Count
  };
  virtual ~ContextPart() = default;
};

struct FreeCell;  // a free heap cell; the link lies in its second word

struct Context {
  Value exception;          // the pending exception; bits 0: none
  uintptr_t stackLimit;     // machine stack pointers below this overflow
  FreeCell* freeCells[33];  // by size class: cells of 16 * n bytes, n in 1..32
  Object** zeroTop;         // next free entry of the zero-count table
  Object** zeroEnd;         // the table is full: reconcile
  Value* arguments;         // argumentCapacity words, scanned like the stack
  Value* methodTargets;     // functions, by the index in a method cache (runtime/abi/MethodTable.h)
  bool customEquality;      // some class of the program has a method `==`
  bool outOfMemory;  // the next call, or operation that can raise, raises that memory ran out

  uint32_t argumentCapacity;
  Heap* heap;
  Domain* domain;
  MethodTable* methods;  // what methodTargets was made from
  vm::State* vm;
  Value current;               // $ex: the exception being handled, or nil
  Trace* trace;                // where the pending exception has been, innermost first
  ClassObject* classes[64];    // built-in class of each kind
  VariantObject* standard[4];  // Ok, Err, Some, None
  NamespaceObject* globals;    // built-in names: println, String, math …
  NamespaceObject* dollars;    // $x: $args, $env …
  Value moduleSelf;            // `self` at module level
  bool
      wantsLocation;  // the message of the pending exception gets " @ FILE:LINE:COL" at its first site
  /// Evaluates code given as data in an environment (runtime/object/Environment.h); null without an evaluator.
  Value (*evaluate)(Context&, Value form, EnvironmentObject* environment);
  EnvironmentObject* caller;  // where the running macro was called; null outside of macros
  const Program* program;     // the running program
  uint32_t missingDepth;      // nested calls of on_method_missing
  const AsyncHooks* async;    // what waits (runtime/object/Future.h); null without runtime/async
  Scheduler* scheduler;       // once something waits; else null
  uint32_t generatorDepth;    // generators that are running, each on behalf of the one before
  bool isBeside;              // of one more thread of the program (createContextBeside)
  Value onInterrupt;          // the function for Ctrl-C (runtime/builtins/Signals.cpp), or nil
  ContextPart* parts[ContextPart::Count];  // partOf
  /// Where the methods of tables found an entry last (findAgain in runtime/object/Map.h): by the addresses of the tables.
  uint32_t foundEntries[16];
};

/// The part T, a ContextPart with its name in T::Part.
template <class T>
T& partOf(Context& context) {
  ContextPart*& part = context.parts[T::Part];
  if (!part) part = new T;
  return static_cast<T&>(*part);
}

/// Storage class of what each thread has. Gene's runtime is linked into executables only, where that costs no more than a
/// global variable; code in a shared object has to reach it by the initial-exec model.
#define GENE_THREAD_LOCAL __attribute__((tls_model("local-exec"))) constinit thread_local

/// The context that this thread runs, for the few places that only have an object; enterContext (runtime/Runtime.h) sets it.
extern GENE_THREAD_LOCAL Context* threadContext;
inline Context& currentContext() { return *threadContext; }

// --- raising: each sets Context::exception and returns Value::pending() ----------------------------------------------

enum class ErrorClass : uint8_t {
  Exception,
  Runtime,
  Type,
  Argument,
  IO,
  Parse,
  Assertion,
  Concurrency,
  Timeout,
  Cancellation,
  Thread,
  Network,
  Provider,
  Count
};
/// Raises a new exception of a built-in class with this message (printf-like holes are not interpreted).
[[gnu::cold]] Value raise(Context& context, ErrorClass errorClass, std::string_view message);
/// Raises `v` as (throw v) does: exceptions as they are, anything else wrapped.
[[gnu::cold]] Value raiseValue(Context& context, Value v);
/// Raises that memory ran out (runtime/heap/Heap.h, limitHeap); calls work again from here on.
[[gnu::cold]] Value raiseOutOfMemory(Context& context);
/// Takes the pending exception, so that none is pending.
Value takeException(Context& context);

}  // namespace gene
