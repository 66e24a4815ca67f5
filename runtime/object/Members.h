#pragma once
// Members of values, as path segments see them (17 §1): reading never fails because something is missing, writing says
// what is wrong. Shared by paths, selectors, patterns and $set.

#include "runtime/Context.h"

namespace gene {

/// cur/name: the member; void without one, nil of nil. May run an on_member_missing handler; 0 if that raised.
Value getMember(Context& context, Value object, Symbol name);
/// cur/3.
Value getIndex(Context& context, Value object, int64_t index);
/// cur/<key>: a string, symbol or int; raises for other keys.
Value getElement(Context& context, Value object, Value key);

/// (cur/name = v), (cur/3 = v), (cur/<key> = v): false when it raised.
bool setMember(Context& context, Value object, Symbol name, Value value);
bool setIndex(Context& context, Value object, int64_t index, Value value);
bool setElement(Context& context, Value object, Value key, Value value);

/// What a class declares about a field: (field name: T ^readonly r).
struct FieldDeclaration {
  Value type;  // nil: any
  bool readonly;
};
/// The declaration of a field by `cls` or an ancestor. False without one.
bool findFieldDeclaration(const ClassObject* cls, Symbol name, FieldDeclaration* declaration);
/// The value as the declaration wants it; 0 and a TypeException when it does not fit.
Value checkField(Context& context, Value type, Symbol name, Value value);
void declareField(Context& context, ClassObject* cls, Symbol name, Value type, bool readonly);

/// Raises because `object` is sealed or frozen: "Cannot WHAT sealed KIND", or "cannot mutate frozen KIND via set".
bool raiseSealed(Context& context, Value object, std::string_view what);

}  // namespace gene
