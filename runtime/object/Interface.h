#pragma once
// Interfaces and adapters (07 §6). An interface knows who implements it: classes that declare it in their body, whose
// instances satisfy it as they are, and classes that have an implementation outside, whose values are wrapped.

#include "runtime/Context.h"
#include "runtime/object/Arguments.h"

namespace gene {

/// `declaration`: [Name [method …] [field type readonly …]].
InterfaceObject* newInterface(Context& context, Value declaration);
inline bool isInterface(Value v) { return isKind(v, Kind::Interface); }
inline bool isAdapter(Value v) { return isKind(v, Kind::Adapter); }
/// The interface with that identity that was declared last; null without one.
InterfaceObject* interfaceNamed(Symbol name);
std::string_view interfaceName(const InterfaceObject* interface);

/// The class satisfies the interface itself. False: the interface cannot change any more.
bool declareImplementer(Context& context, InterfaceObject* interface, ClassObject* cls);
/// Values of `cls` satisfy the interface through adapters with the methods and the constructor of `implementation`.
/// False when it has a method that the interface does not declare; the exception is pending.
bool implementFor(Context& context, InterfaceObject* interface, ClassObject* cls,
                  ClassObject* implementation);
/// Would (interface v) succeed?
bool satisfies(Context& context, const InterfaceObject* interface, Value v);
/// (interface v args…): v itself or an adapter.
Value adapt(Context& context, InterfaceObject* interface, const Value* args, uint32_t count,
            Keywords keywords);

/// The method of an adapter: one of the implementation, or of Object; absent when the wrapped value has to answer.
Value adapterMethod(Context& context, const AdapterObject* adapter, Symbol name);
/// What (adapter .name …) does when adapterMethod gives none.
Value callWrapped(Context& context, Symbol name, const Value* args, uint32_t count,
                  Keywords keywords);
Value adapterMember(Context& context, AdapterObject* adapter, Symbol name);
bool setAdapterMember(Context& context, AdapterObject* adapter, Symbol name, Value value);

}  // namespace gene
