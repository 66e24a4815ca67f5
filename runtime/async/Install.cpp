// The one way into this library: the tables of its built-ins, and what it does for the rest of the runtime. A program refers
// to it only when it may wait for something (codegen/llvm/EmitModule.cpp), so that others are linked without it.

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/async/Workers.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/object/Future.h"

namespace gene {

#define TABLE(name)               \
  extern const BuiltinTable name; \
  extern const BuiltinDescription name##Description;
#define WAITING_TABLES
#include "runtime/builtins/Tables.def"

namespace {

constexpr const BuiltinTable* tables[] = {
#define TABLE(name) &name,
#define WAITING_TABLES
#include "runtime/builtins/Tables.def"
};

constexpr AsyncHooks hooks{
    .finished = finishedFuture,
    .await = awaitFuture,
    .awaitAll = awaitFutures,
    .sleep = sleepFor,
    .finish = finishScheduler,
    .countParked = countParked,
    .freeFiber = giveUpFiber,
    .freeActor = freeActor,
    .onLargeStack = callOnLargeStack,
};

}  // namespace

Span<const BuiltinDescription* const> asyncDescriptions();
Span<const BuiltinDescription* const> asyncDescriptions() {
  static constexpr const BuiltinDescription* descriptions[] = {
#define TABLE(name) &name##Description,
#define WAITING_TABLES
#include "runtime/builtins/Tables.def"
  };
  return descriptions;
}

extern "C" void gene_install_async(Context* context) {
  context->async = &hooks;
  defineSubscriptions(*context);
  addBuiltinTables(*context, tables);
}

}  // namespace gene
