#include "runtime/async/Operation.h"

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/object/Array.h"
#include "runtime/object/Future.h"

namespace gene {
namespace {

ArrayObject* operations(Scheduler& s) { return as<ArrayObject>(s.operations); }

}  // namespace

FutureObject* futureOf(Scheduler& s, const Operation& operation) {
  return as<FutureObject>(arrayAt(operations(s), operation.slot));
}

void keepFuture(Scheduler& s, Operation& operation, FutureObject* future) {
  if (s.freeSlots.empty()) {
    operation.slot = operations(s)->size;
    arrayPush(s.context, operations(s), Value::object(future));
  } else {
    operation.slot = s.freeSlots.back();
    s.freeSlots.pop_back();
    arraySet(operations(s), operation.slot, Value::object(future));
  }
  if (operation.isFinite) s.finite++;
}

FutureObject* releaseFuture(Scheduler& s, Operation& operation) {
  FutureObject* future = futureOf(s, operation);
  arraySet(operations(s), operation.slot, Value::nil());
  s.freeSlots.push_back(operation.slot);
  operation.slot = Operation::Ended;
  if (operation.isFinite) s.finite--;
  return future;
}

namespace {

void end(Context& context, Operation& operation, FutureObject::State state, Value value) {
  if (hasEnded(operation)) return;
  FutureObject* future = releaseFuture(schedulerOf(context), operation);
  if (future->operation == &operation) future->operation = nullptr;
  endFromLoop(context, future, state, value);
}

}  // namespace

uv_loop_t* eventLoop(Context& context) { return &schedulerOf(context).loop; }

FutureObject* beginOperation(Context& context, Operation& operation) {
  FutureObject* future = newFuture(context);
  future->operation = &operation;
  keepFuture(schedulerOf(context), operation, future);
  return future;
}

void succeed(Context& context, Operation& operation, Value value) {
  end(context, operation, FutureObject::Success, value);
}

void fail(Context& context, Operation& operation, Value exception) {
  end(context, operation, FutureObject::Failure, exception);
}

void stopOperation(Context& context, FutureObject* future) {
  if (!future->operation) return;
  Operation* operation = future->operation;
  future->operation = nullptr;
  releaseFuture(*context.scheduler, *operation);
  if (operation->stop) operation->stop(operation);
}

// --- blocking work -----------------------------------------------------------------------------------------------------------

FutureObject* startWork(Context& context, Work* work) {
  work->context = &context;
  work->operation.isFinite = true;
  work->request.data = work;
  uv_queue_work(
      eventLoop(context), &work->request,
      [](uv_work_t* request) {
        auto* w = static_cast<Work*>(request->data);
        w->run(*w);
      },
      [](uv_work_t* request, int) {
        auto* w = static_cast<Work*>(request->data);
        Context& c = *w->context;
        if (!hasEnded(w->operation)) {
          const Value value = w->result(c, *w);
          if (value.isPending())
            fail(c, w->operation, takeException(c));
          else
            succeed(c, w->operation, value);
        }
        w->destroy(w);
      });
  return beginOperation(context, work->operation);
}

}  // namespace gene
