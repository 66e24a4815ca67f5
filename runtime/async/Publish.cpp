// genex/pub and genex/sub (14 system §14.7): publications are delivered by the event loop, at its next turn.

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

// What there is lies in the namespace of $ names, under names that no program can write.
constexpr const char *Subscriptions = "genex subscriptions", *Publications = "genex publications";

Symbol fieldName(const char* name) { return Symbol::of(name); }

ArrayObject* listNamed(Context& context, const char* name) {
  const Value found = namespaceGet(context.dollars, Symbol::of(name));
  if (isArray(found)) return as<ArrayObject>(found);
  ArrayObject* list = newArray(context, 0);
  namespaceSet(context, context.dollars, Symbol::of(name), Value::object(list));
  return list;
}

bool isEvent(Value v) { return v.isSymbol() || isKind(v, Kind::ComplexSymbol); }

ClassObject* subscriptionClass(Context& context) {
  return as<ClassObject>(namespaceGet(namespaceAt(context, "genex"), Symbol::of("Subscription")));
}

Value fieldOf(Context& context, Value instance, const char* name) {
  const Value v = getField(context, as<InstanceObject>(instance), fieldName(name));
  return v.isAbsent() ? Value::nil() : v;
}

Value wrongEvent(Context& context) {
  return raiseArgument(context,
                       "genex/pub and genex/sub require a symbol or complex symbol event type");
}

Value subscribe(Context& context, Arguments args) {
  if (!isEvent(args[0])) return wrongEvent(context);
  InstanceObject* handle = newInstance(context, subscriptionClass(context));
  setField(context, handle, fieldName("event"), args[0]);
  setField(context, handle, fieldName("callback"), args[1]);
  arrayPush(context, listNamed(context, Subscriptions), Value::object(handle));
  return Value::object(handle);
}

Value unsubscribe(Context& context, Arguments args) {
  const Value handle = args.at(0);
  if (!isInstance(handle) || classOf(context, handle) != subscriptionClass(context))
    return raiseArgument(context, "genex/unsub requires a subscription handle");
  ArrayObject* all = listNamed(context, Subscriptions);
  for (uint32_t i = 0; i < all->size; i++)
    if (arrayAt(all, i) == handle) {
      arrayErase(all, i, i + 1);
      break;
    }
  return Value::nil();
}

/// Calls those who have subscribed to the event; what they raise is dropped.
void deliverOne(Context& context, Value event, Value payload) {
  ArrayObject* all = listNamed(context, Subscriptions);
  ArrayObject* now = arraySlice(context, all, 0, all->size);
  for (uint32_t i = 0; i < now->size; i++) {
    const Value handle = arrayAt(now, i);
    if (!equal(context, fieldOf(context, handle, "event"), event)) continue;
    bool isStill = false;  // another one may have ended it
    for (uint32_t k = 0; k < all->size; k++) isStill |= arrayAt(all, k) == handle;
    if (isStill && call(context, fieldOf(context, handle, "callback"), &payload, 1).isPending())
      takeException(context);
  }
}

Value deliver(Context& context, Arguments) {
  ArrayObject* waiting = listNamed(context, Publications);
  namespaceSet(context, context.dollars, Symbol::of(Publications), Value::nil());
  for (uint32_t i = 0; i < waiting->size; i++) {
    const auto* publication = as<ArrayObject>(arrayAt(waiting, i));
    deliverOne(context, arrayAt(publication, 0), arrayAt(publication, 1));
  }
  return Value::nil();
}

/// Is the same pending already? Without a payload always merged, with one on request.
bool isPublished(Context& context, const ArrayObject* waiting, Value event, Value payload,
                 Value hasPayload) {
  for (uint32_t i = 0; i < waiting->size; i++) {
    const auto* other = as<ArrayObject>(arrayAt(waiting, i));
    if (arrayAt(other, 2) == hasPayload && equal(context, arrayAt(other, 0), event) &&
        equal(context, arrayAt(other, 1), payload))
      return true;
  }
  return false;
}

Value publish(Context& context, Arguments args) {
  bool combine = false;
  for (uint32_t i = 0; i < args.keywordCount; i++) {
    if (args.keywordName(i).text() != "combine")
      return raiseArgument(context, "genex/pub only supports ^combine keyword argument");
    combine = args.keywordValue(i).isTruthy();
  }
  if (!isEvent(args.at(0))) return wrongEvent(context);
  const Value payload = args.at(1), hasPayload = Value::boolean(args.count > 1);
  ArrayObject* waiting = listNamed(context, Publications);
  if ((args.count < 2 || combine) && isPublished(context, waiting, args[0], payload, hasPayload))
    return Value::nil();
  const Value items[] = {args[0], payload, hasPayload};
  arrayPush(context, waiting, Value::object(newArrayFrom(context, items, 3)));
  if (waiting->size > 1) return Value::nil();  // the loop is asked already
  const Value turn = namespaceGet(namespaceAt(context, "genex"), Symbol::of("deliver"));
  makeReady(schedulerOf(context), turn, finishedFuture(context, false, Value::nil()));
  return Value::nil();
}

Value unsubscribeSelf(Context& context, Arguments args) { return unsubscribe(context, args); }

constexpr BuiltinRow rows[] = {
    {"sub", subscribe, "event f -> Instance", "Rrwac",
     "has f(payload) called when the event is published; a handle",
     Missing{"genex/sub requires exactly 2 arguments (event_type and callback)"},
     Surplus{"genex/sub requires exactly 2 arguments (event_type and callback)"}},
    {"unsub", unsubscribe, "handle -> Nil", "Rrwac", "ends a subscription",
     Missing{"genex/unsub requires a subscription handle"}},
    {"pub", publish, "event payload? ^... -> Nil", "Rrwac",
     "publishes an event, a symbol, at the next turn of the event loop; `^combine true` merges "
     "equal "
     "payloads",
     Missing{"genex/pub and genex/sub require a symbol or complex symbol event type"}},
    {"deliver", deliver, "-> Nil", "Rrwac", "delivers now what is published"},
};
constexpr BuiltinRow methodRows[] = {
    {"unsub", unsubscribeSelf, "-> Nil", "Rrwac", "ends the subscription"},
};

}  // namespace

BUILTIN_TABLE(publishTable, "genex", Functions, rows)
BUILTIN_TABLE(subscriptionTable, "genex/Subscription", Methods, methodRows)

void defineSubscriptions(Context& context) {
  setLayout(defineClass(context, "genex/Subscription"),
            std::array{fieldName("event"), fieldName("callback")});
}

}  // namespace gene
