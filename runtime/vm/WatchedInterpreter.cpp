// runWatched: see Interpreter.cpp.
#define GENE_VM_WATCHED
#include "runtime/vm/Interpreter.cpp"

namespace gene::vm {

bool Watch::stop(Context& context, Value* base) {
  interrupted_ = 0;
  context.vm->top = frameTop(base);
  raise(context, ErrorClass::Exception, "Interrupted");
  return false;
}

}  // namespace gene::vm
