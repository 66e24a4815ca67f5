#pragma once
// The layouts of instances and of what they are made from: classes, enums, namespaces, interfaces. See Objects.h.

#include "runtime/value/Slot.h"

namespace gene {

struct BuiltinFunction;
struct Context;
struct Shape;

/// An object made by `new`: its shape (header) says which fields it has. The first `inlineCapacity` fields of the
/// shape lie behind the struct, further ones in `overflow`.
struct InstanceObject : Object {
  Slot* overflow;  // a payload, null without further fields
  [[nodiscard]] Slot* fields() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  inline void forEachSlot(F&& f);  // Class.h
  template <class F>
  inline void forEachPayload(F&& f);
};

struct ClassObject : Object {
  Slot name;         // Symbol
  Slot parent;       // Class or nil
  Slot methods;      // Map name → Function
  Slot members;      // Map: static members
  Slot ctor;         // Function or nil: this class's own
  Slot fields;       // Map name → type, declared fields; nil without
  Shape* rootShape;  // of new instances; immortal
  Kind kind;         // for built-in classes: the kind of their values; else Free
  bool isException;
  bool hasSubclasses;
  uint32_t id;
  Symbol
      identity;  // what annotations call it: its name, or another one where several definitions share that (Symbol.h)
  /// Makes (new C args…) of a built-in class whose values are no instances; else null.
  const BuiltinFunction* builtinConstructor;
  /// Makes a field of an instance that is read and not there: its value, absent for other names, 0 after an exception; else
  /// null. Of this class only.
  Value (*lazyField)(Context&, InstanceObject*, Symbol name);
  template <class F>
  void forEachSlot(F&& f) {
    f(name);
    f(parent);
    f(methods);
    f(members);
    f(ctor);
    f(fields);
  }
};

struct EnumObject : Object {
  Slot name;        // Symbol
  Slot members;     // Map name → Variant, in order of declaration
  Symbol identity;  // as of a class
  uint32_t unused;
  template <class F>
  void forEachSlot(F&& f) {
    f(name);
    f(members);
  }
};

/// A variant without fields is itself the only value; others make values when they are called.
struct VariantObject : Object {
  Slot owner;        // Enum
  Slot name;         // Symbol
  Slot fields;       // Array of symbols
  Slot types;        // Array: the annotation of each field, or nil
  uint32_t ordinal;  // its place in the declaration
  uint32_t unused;
  template <class F>
  void forEachSlot(F&& f) {
    f(owner);
    f(name);
    f(fields);
    f(types);
  }
};

struct EnumValueObject : Object {
  Slot variant;
  uint32_t count;
  uint32_t unused;
  [[nodiscard]] Slot* values() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  void forEachSlot(F&& f) {
    f(variant);
    for (uint32_t i = 0; i < count; i++) f(values()[i]);
  }
};

struct NamespaceObject : Object {
  Slot name;
  Slot members;   // Map
  Slot handlers;  // Array of on_member_missing functions, or nil
  Slot parent;    // Namespace or nil
  template <class F>
  void forEachSlot(F&& f) {
    f(name);
    f(members);
    f(handlers);
    f(parent);
  }
};

/// A type expression as a value: (Int | String), an alias.
struct TypeObject : Object {
  Slot expression;  // quoted data: Types.h
  template <class F>
  void forEachSlot(F&& f) {
    f(expression);
  }
};

/// Who serves values of which class lies in `implementations`: class, implementation (a class; nil: nobody is needed) …
struct InterfaceObject : Object {
  Slot name;             // Symbol
  Slot methods;          // Map name → true
  Slot fields;           // Map name → [type readonly]
  Slot implementations;  // Array
  Symbol identity;       // as of a class
  uint32_t unused;
  template <class F>
  void forEachSlot(F&& f) {
    f(name);
    f(methods);
    f(fields);
    f(implementations);
  }
};

/// A value seen through an interface.
struct AdapterObject : Object {
  Slot value;
  Slot interface;
  Slot implementation;  // Class: the methods
  Slot internal;        // Map: the adapter's own data; nil while there is none
  template <class F>
  void forEachSlot(F&& f) {
    f(value);
    f(interface);
    f(implementation);
    f(internal);
  }
};

}  // namespace gene
