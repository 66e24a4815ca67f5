#include "runtime/object/Future.h"

#include <cstdlib>

#include "runtime/abi/Entry.h"
#include "runtime/heap/Heap.h"

namespace gene {

const char* futureText(const FutureObject& future) {
  static constexpr const char* texts[] = {"<Future FsPending>", "<Future FsSuccess>",
                                          "<Future FsFailure>", "<Future FsCancelled>"};
  return texts[future.state];
}

void freeFiber(FiberObject* object) {
  std::free(object->held);
  if (object->fiber) currentContext().async->freeFiber(object->fiber);
}

}  // namespace gene

using namespace gene;

Value gene_future_done(Context* context, Value value) {
  return context->async->finished(*context, false, value);
}

Value gene_future_failed(Context* context, Value exception) {
  return context->async->finished(*context, true, exception);
}

Value gene_await(Context* context, uint64_t timeout, Value value) {
  return context->async->await(*context, timeout, value);
}

Value gene_await_all(Context* context, uint64_t timeout, const Value* values, uint64_t count) {
  return context->async->awaitAll(*context, timeout, values, count);
}
