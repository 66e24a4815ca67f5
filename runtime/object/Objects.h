#pragma once
// The layouts of all heap objects: of classes and instances, and of what waits, in files that this one includes; of all others
// here. Generated code knows some of these offsets: runtime/abi/Layout.def pins them.
// Operations are beside each kind: String.h, Array.h, Map.h, Gene.h, Function.h, Class.h …
// forEachSlot calls f(Slot&) for each counted reference, forEachPayload f(void*, size_t bytes) for each piece of memory that
// an object owns beside its cell: what the heap asks of the kinds with the traits Slots and Payload.

#include "runtime/object/ClassObjects.h"
#include "runtime/object/WaitingObjects.h"
#include "runtime/value/Slot.h"

namespace gene {

struct FunctionInfo;

struct BoxedIntObject : Object {  // an Int outside 48 bits
  int64_t value;
};

/// Immutable UTF-8. The bytes follow the struct, or lie in a buffer that several strings share, each a beginning of it:
/// what appending in a loop makes (SharedStringObject). Behind the bytes of a long string there is room for an index of
/// its characters (String.cpp).
struct StringObject : Object {
  uint32_t bytes;   // length in bytes
  uint32_t chars;   // length in characters; == bytes exactly when the text is ASCII
  uint32_t hash;    // 0: not computed yet
  uint32_t symbol;  // the symbol of this text, once somebody asked; 0: not known

  static constexpr uint32_t Shared =
      Sealed;  // the flag of a SharedStringObject; strings have no use for Sealed
  [[nodiscard]] bool isShared() const { return (countAndFlags & Shared) != 0; }
  [[nodiscard]] inline const char* data() const;
  [[nodiscard]] std::string_view view() const { return {data(), bytes}; }
  [[nodiscard]] bool ascii() const { return bytes == chars; }
  /// The bytes of a string that is being made (newStringBuffer).
  [[nodiscard]] char* ownBytes() { return reinterpret_cast<char*>(this + 1); }
  template <class F>
  inline void forEachSlot(F&& f);
};

struct SharedStringObject : StringObject {
  static constexpr uint32_t LeastBytes = 256;  // no shorter text is one
  const char* text;                            // the beginning of the buffer
  Slot buffer;  // Bytes, seen by strings only; its size is the length of the longest of them
  Slot index;   // Bytes: the index of a long text that is not ASCII, once somebody asked; else nil
};

template <class F>
void StringObject::forEachSlot(F&& f) {
  if (!isShared()) return;
  f(static_cast<SharedStringObject*>(this)->buffer);
  f(static_cast<SharedStringObject*>(this)->index);
}

const char* StringObject::data() const {
  return isShared() ? static_cast<const SharedStringObject*>(this)->text
                    : reinterpret_cast<const char*>(this + 1);
}

struct ComplexSymbolObject : Object {  // a/b/c: the parts
  uint32_t count;
  uint32_t unused;
  [[nodiscard]] Symbol* parts() { return reinterpret_cast<Symbol*>(this + 1); }
};

/// The elements kind of an array (docs/notes/002-elements-kinds.md). Words are NaN-boxed in both.
enum class Elements : uint32_t {
  Immediate,  // no item is a heap object: small ints, floats, booleans … Nothing to count, to trace or to release
  Counted,  // items may be heap objects
};

/// Items are read as they are; what is stored goes through Array.h, which keeps `elements`.
struct ArrayObject : Object {
  Slot* items;  // a payload
  uint32_t size;
  uint32_t capacity;
  Elements elements;
  uint32_t unused;
  template <class F>
  void forEachSlot(F&& f) {
    if (elements == Elements::Counted)
      for (uint32_t i = 0; i < size; i++) f(items[i]);
  }
  template <class F>
  void forEachPayload(F&& f) {
    if (items) f(items, size_t{capacity} * sizeof(Slot));
  }
};

/// Map (keys are symbols), HashMap (any hashable key) and HashSet (values unused): entries in insertion order, found
/// linearly while there are few, else through an index table. Deleted entries have an `absent` key until compaction.
///
/// The hash of a HashMap's or HashSet's key is asked for once, before the table is looked at, and stays behind the
/// entries: a user's `hash` may do anything, to this table too, so nothing that looks into a table calls it.
struct MapObject : Object {
  struct Entry {
    Slot key;
    Slot value;
  };
  Entry*
      entries;  // in the object itself, as many as were expected when it was made; grown: a payload
  uint32_t*
      index;  // null while small; else a power-of-two open-addressing table (findEntry in Map.h)
  uint32_t used;  // entries in use, deleted ones included
  uint32_t size;  // live entries
  uint32_t capacity;
  uint32_t indexMask;
  [[nodiscard]] Entry* inlineEntries() { return reinterpret_cast<Entry*>(this + 1); }
  [[nodiscard]] bool keepsHashes() const { return !is(Kind::Map); }
  /// The hashes of all keys, by entry.
  [[nodiscard]] uint32_t* hashes() const { return reinterpret_cast<uint32_t*>(entries + capacity); }
  /// The room that `capacity` entries take, with their hashes.
  [[nodiscard]] static size_t entryBytes(Kind kind, size_t capacity) {
    return capacity * (sizeof(Entry) + (kind == Kind::Map ? 0 : sizeof(uint32_t)));
  }
  template <class F>
  void forEachSlot(F&& f) {
    for (uint32_t i = 0; i < used; i++) {
      f(entries[i].key);
      f(entries[i].value);
    }
  }
  template <class F>
  void forEachPayload(F&& f) {
    if (entries && entries != inlineEntries()) f(entries, entryBytes(kind(), capacity));
    if (index) f(index, (size_t{indexMask} + 1) * sizeof(uint32_t));
  }
};

struct GeneObject : Object {
  Slot type;
  Slot properties;  // Map, or nil while there are none
  Slot*
      children;  // in the object itself, as many as were expected when it was made; grown: a payload
  uint32_t size;
  uint32_t capacity;
  [[nodiscard]] Slot* inlineChildren() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  void forEachSlot(F&& f) {
    f(type);
    f(properties);
    for (uint32_t i = 0; i < size; i++) f(children[i]);
  }
  template <class F>
  void forEachPayload(F&& f) {
    if (children != inlineChildren()) f(children, size_t{capacity} * sizeof(Slot));
  }
};

struct RangeObject : Object {
  Slot from, to, step;  // step is absent without one
  template <class F>
  void forEachSlot(F&& f) {
    f(from);
    f(to);
    f(step);
  }
};

enum class IteratorKind : uint32_t { Array, Range, MapValues, Empty, Resource };
/// The position in a collection: of (c .iter) and of `for`.
struct IteratorObject : Object {
  IteratorKind iteratorKind;
  uint32_t position;
  Slot source;               // Array: live; Map, HashMap, HashSet: a snapshot; Resource
  int64_t next, last, step;  // Range
  Slot pair;                 // the Array that iteratorNextEntry fills again and again; nil before
  template <class F>
  void forEachSlot(F&& f) {
    f(source);
    f(pair);
  }
};

/// Captured variables that are assigned after their capture: one slot each.
struct ScopeObject : Object {
  uint32_t count;
  uint32_t unused;
  [[nodiscard]] Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  void forEachSlot(F&& f) {
    for (uint32_t i = 0; i < count; i++) f(slots()[i]);
  }
};

/// A running generator function (11): `resume`, called with `frame`, runs to the next yield.
struct GeneratorObject : Object {
  enum State : uint32_t { Ready, Running, Finished };
  static constexpr int64_t End = -1;  // the place in a frame whose body has ended
  Slot resume;                        // Function
  Slot frame;   // Scope: the place to go on at, then what lives across yields; nil when finished
  Slot peeked;  // has_next ran ahead: the value for the following `next`; else absent
  State state;
  template <class F>
  void forEachSlot(F&& f) {
    f(resume);
    f(frame);
    f(peeked);
  }
};

/// What code that is known at run time only sees: the variables around it, by name.
struct EnvironmentObject : Object {
  Slot names;  // Array: name, number of its scope object, slot there, 1 for constants; and so on
  Slot self;
  Slot caller;  // Environment that $caller_eval in such code means, or nil
  uint32_t count;
  uint32_t unused;
  [[nodiscard]] Slot* scopes() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  void forEachSlot(F&& f) {
    f(names);
    f(self);
    f(caller);
    for (uint32_t i = 0; i < count; i++) f(scopes()[i]);
  }
};

struct FunctionObject : Object {
  FunctionInfo* info;  // immortal
  uint32_t captureCount;
  uint32_t unused;
  [[nodiscard]] Slot* captures() { return reinterpret_cast<Slot*>(this + 1); }
  template <class F>
  void forEachSlot(F&& f) {
    for (uint32_t i = 0; i < captureCount; i++) f(captures()[i]);
  }
};

struct BoundMethodObject : Object {
  Slot
      receiver;  // absent: a method that is a plain function and does not get the receiver it is called with
  Slot function;
  template <class F>
  void forEachSlot(F&& f) {
    f(receiver);
    f(function);
  }
};

struct SelectorObject : Object {
  Slot segments;  // Array
  template <class F>
  void forEachSlot(F&& f) {
    f(segments);
  }
};

struct RegexObject : Object {
  Slot pattern, replacement;  // Strings; replacement nil without one
  bool ignoreCase, multiline;
  void* compiled;  // PCRE2 code, made when first used
  template <class F>
  void forEachSlot(F&& f) {
    f(pattern);
    f(replacement);
  }
};

struct RegexMatchObject : Object {
  Slot members;  // Map: value captures named_captures start end pre_match post_match
  template <class F>
  void forEachSlot(F&& f) {
    f(members);
  }
};

/// (interceptor Name [m] advice…), and its application to one method or function (Interceptor.h).
struct InterceptorObject : Object {
  Slot name;        // Symbol
  Slot parameters;  // Array of symbols
  Slot advice;      // Array
  bool isOfFunction, enabled;
  template <class F>
  void forEachSlot(F&& f) {
    f(name);
    f(parameters);
    f(advice);
  }
};
struct InterceptionObject : Object {
  Slot definition;     // Interceptor
  Slot target;         // what it stands for
  uint32_t parameter;  // whose advice runs
  bool isMethod, enabled;
  template <class F>
  void forEachSlot(F&& f) {
    f(definition);
    f(target);
  }
};

class NativeResource;

/// Something of the system that a value has: an open file, a process. It is closed when the object dies.
struct ResourceObject : Object {
  NativeResource* resource;  // owned
};

/// A package or the application.
struct PackageObject : Object {
  Slot members;  // Map: name version dir source_dir main_module test_dir; pkg
  template <class F>
  void forEachSlot(F&& f) {
    f(members);
  }
};

struct DateTimeObject : Object {
  Slot zone;  // String or nil
  int16_t year, offsetMinutes;
  uint8_t month, day, hour, minute, second;
  uint8_t what;  // 0 Date, 1 DateTime, 2 Time
  bool hasOffset;
  uint32_t microsecond;
  template <class F>
  void forEachSlot(F&& f) {
    f(zone);
  }
};

struct BytesObject : Object {
  uint8_t* data;  // a payload
  uint32_t size;
  uint32_t capacity;
  template <class F>
  void forEachPayload(F&& f) {
    if (data) f(data, capacity);
  }
};

/// A quote or unquote inside quoted data: %x, %_x.
struct QuotedObject : Object {
  Slot value;
  bool discard;
  template <class F>
  void forEachSlot(F&& f) {
    f(value);
  }
};

/// Whether the kind of `object` has the trait; if so, calls f with the object as its struct. So f takes every struct of a
/// kind with the trait, or does not compile.
template <uint32_t Trait, class F>
[[gnu::always_inline]] inline bool dispatch(Object* object, F&& f) {
  switch (object->kind()) {
#define IMMEDIATE(Name, Class, Typeof) case Kind::Name:
#include "runtime/value/Kinds.def"
    case Kind::Count: return false;
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) \
  case Kind::Name:                                         \
    if constexpr (has(Kind::Name, Trait)) {                \
      f(static_cast<Struct*>(object));                     \
      return true;                                         \
    }                                                      \
    return false;
#include "runtime/value/Kinds.def"
  }
}

}  // namespace gene
