#include "runtime/object/Generator.h"

#include "runtime/abi/Entry.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"

namespace gene {
namespace {

/// How many generators may run inside each other. Values that pass through all of them take as many steps each, so that
/// an endless recursion would take its time to fill the stack.
constexpr uint32_t MaxGeneratorDepth = 5000;

/// Runs the body on; the value of the next yield, or not_found and state Finished.
Value advance(Context& context, GeneratorObject* generator) {
  if (generator->state == GeneratorObject::Finished) return Value::notFound();
  if (generator->state == GeneratorObject::Running)
    return raise(context, ErrorClass::Exception, "Generator is already running");
  if (context.generatorDepth >= MaxGeneratorDepth) return gene_stack_overflow(&context);
  generator->state = GeneratorObject::Running;
  const Value frame = generator->frame.get();
  const Value handled = context.current;  // $ex belongs to the caller
  context.generatorDepth++;
  const Value value = call(context, generator->resume.get(), &frame, 1);
  context.generatorDepth--;
  context.current = handled;
  const Value place = as<ScopeObject>(frame)->slots()[0].get();
  if (value.isPending() || place == Value::smallInt(GeneratorObject::End)) {
    generator->state = GeneratorObject::Finished;
    generator->frame.set(Value::nil());
  } else {
    generator->state = GeneratorObject::Ready;
  }
  return value;
}

}  // namespace

Value newGenerator(Context& context, Value resume, uint32_t slots) {
  if (GENE_UNLIKELY(slots == 0 || slots > UINT16_MAX)) damagedCode();
  ScopeObject* frame = newScope(context, slots);
  frame->slots()[0].init(Value::smallInt(0));
  auto* generator = allocate<GeneratorObject>(context, Kind::Generator);
  generator->resume.init(resume);
  generator->frame.init(Value::object(frame));
  generator->peeked.init(Value::absent());
  generator->state = GeneratorObject::Ready;
  return Value::object(generator);
}

Value generatorNext(Context& context, GeneratorObject* generator) {
  const Value peeked = generator->peeked.get();
  if (GENE_LIKELY(peeked.isAbsent())) return advance(context, generator);
  generator->peeked.set(Value::absent());
  return peeked;
}

Value generatorNextPair(Context& context, GeneratorObject* generator) {
  const Value value = generatorNext(context, generator);
  if (value.isPending() || value.isNotFound()) return value;
  if (isArray(value) && as<ArrayObject>(value)->size == 2) return value;
  return raise(context, ErrorClass::Argument,
               "Generator.next_pair expects yielded [key value] arrays");
}

Value generatorHasNext(Context& context, GeneratorObject* generator) {
  if (generator->peeked.get().isAbsent()) {
    const Value value = advance(context, generator);
    if (value.isPending()) return value;
    if (generator->state == GeneratorObject::Finished) return Value::boolean(false);
    generator->peeked.set(value);
  }
  return Value::boolean(true);
}

}  // namespace gene
