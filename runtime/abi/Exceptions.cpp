// Raising, catching and tracing exceptions (09).

#include <string>

#include "runtime/Trace.h"
#include "runtime/abi/Entry.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

using namespace gene;

namespace {

Value raiseObject(Context& context, Value exception) {
  context.exception = exception;
  return Value::pending();
}

Value newException(Context& context, ErrorClass which, std::string_view message) {
  InstanceObject* instance = newInstance(context, errorClass(context, which));
  setField(context, instance, sym::Message, newString(context, message));
  return Value::object(instance);
}

}  // namespace

namespace gene {

Value raise(Context& context, ErrorClass which, std::string_view message) {
  context.trace->clear();
  return raiseObject(context, newException(context, which, message));
}

Value raiseValue(Context& context, Value v) {
  if (isException(context, v)) {
    context.trace->begin(v);
    return raiseObject(context, v);
  }
  const Value exception = newException(context, ErrorClass::Exception,
                                       isString(v) ? stringView(v) : literalText(context, v));
  if (!isString(v) && !v.isNil())
    setField(context, static_cast<InstanceObject*>(exception.object()), sym::Cause, v);
  context.trace->clear();
  return raiseObject(context, exception);
}

Value takeException(Context& context) {
  const Value exception = context.exception;
  context.exception = Value::pending();
  context.trace->end(exception);
  context.wantsLocation = false;
  exceptionWasTaken(context);
  return exception;
}

}  // namespace gene

Value gene_throw(Context* context, Value value) {
  if (!value.isAbsent()) return raiseValue(*context, value);
  return raiseValue(*context, context->current);
}

Value gene_rethrow(Context* context, Value exception) {
  context->trace->begin(exception);
  return raiseObject(*context, exception);
}

Value gene_raise_message(Context* context, Value cls, Value message) {
  const Value found = namespaceGet(context->globals, cls.symbol());
  if (!isClass(found) || !as<ClassObject>(found)->isException)
    return raise(*context, ErrorClass::Exception,
                 operand<StringObject>(message, Kind::String)->view());
  InstanceObject* instance = newInstance(*context, as<ClassObject>(found));
  setField(*context, instance, sym::Message, message);
  context->trace->clear();
  return raiseObject(*context, Value::object(instance));
}

Value gene_contract_failed(Context* context, uint64_t result, Value message, Value names,
                           const Value* values, uint64_t count) {
  std::string text(operand<StringObject>(message, Kind::String)->view());
  text += " | args=[";
  const auto* list = operand<ArrayObject>(names, Kind::Array);
  if (list->size > count || (result && count == 0)) damagedCode();
  for (uint32_t i = 0; i < list->size; i++) {
    if (i != 0) text += ", ";
    text += std::string(symbolOperand(arrayAt(list, i)).text()) + "=" +
            literalText(*context, values[i]);
  }
  text += "]";
  if (result) text += " | result=" + literalText(*context, values[count - 1]);
  return raise(*context, ErrorClass::Assertion, text);
}

Value gene_stack_overflow(Context* context) {
  if (context->outOfMemory) return raiseOutOfMemory(*context);
  return raise(*context, ErrorClass::Runtime, "stack overflow: too many nested calls");
}

Value gene_catch(Context* context) { return takeException(*context); }

Value gene_catch_matches(Context* context, Value exception, Value cls) {
  if (!isClass(cls))
    return raise(*context, ErrorClass::Type,
                 "catch requires a class, got " + kindName(*context, cls));
  return Value::boolean(inherits(classOf(*context, exception), as<ClassObject>(cls)));
}

Value gene_exception_get(Context* context) { return context->current; }

Value gene_exception_set(Context* context, Value exception) {
  const Value before = context->current;
  context->current = exception;
  return before;
}

static void noteOrigin(Context* context, const TraceSite& at) {
  if (!isInstance(context->exception)) return;
  auto* exception = static_cast<InstanceObject*>(context->exception.object());
  const std::string place =
      std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  if (getField(*context, exception, sym::LocationName).isAbsent())
    setField(*context, exception, sym::LocationName, newString(*context, place));
  if (!context->wantsLocation) return;
  const Value message = getField(*context, exception, sym::Message);
  if (isString(message))
    setField(*context, exception, sym::Message,
             newString(*context, std::string(stringView(message)) + " @ " + place));
}

void gene_trace(Context* context, uint64_t program, uint64_t site) {
  const TraceSite* at = reinterpret_cast<const Program*>(program)->sites + site;
  for (; at; at = at->caller) {
    if (at->wasTail && context->trace->count() != 0) continue;
    if (context->trace->add(*at)) noteOrigin(context, *at);
  }
  context->wantsLocation = false;
}
