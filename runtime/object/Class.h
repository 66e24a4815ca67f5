#pragma once
// Classes, shapes, instances and namespaces.
//
// A Shape says which fields an instance has, in which order; it belongs to one class. Shapes form a tree: adding a
// field leads to a child shape, the same one every time. Shape ids (from 64 up) are never reused and shapes never die,
// so inline caches compare ids and own nothing.
//
// An instance with very many fields behind its layout, or of a class whose instances have very many different ones, has a
// dictionary: its shape says so, and knows no field. `overflow` holds one Map then: all fields in their order, with the
// values of those that are not in the layout.
//
// A class has a layout: the fields that its source is seen to assign, behind those of its parent. A field of the layout
// has the same place in every instance, whatever the order of assignments; its slot is absent before the first one.
// Compiled code relies on that, and on this: the n-th shape id of a numbered class (Object.h) is the shape with the
// first n fields of the layout; the fields of such a class get their values by field assignment in Gene code only.

#include <unordered_map>
#include <vector>

#include "runtime/Domain.h"
#include "runtime/object/Function.h"
#include "runtime/support/Span.h"

namespace gene {

struct Shape {
  uint32_t id;
  uint32_t inlineCapacity;  // the size of the layout: these fields lie in the instance itself
  uint32_t overflowCount;   // how many others it has
  ClassObject* cls;
  bool isDictionary;           // all fields are in the Map that the overflow is
  Shape* root;                 // without fields
  std::vector<Symbol> layout;  // of a root
  Shape* parent;               // without the last field
  Symbol lastField;
  std::unordered_map<Symbol, Shape*> children;
  std::unordered_map<Symbol, uint32_t> slots;  // field → number; filled in when the shape is made
  uint32_t count = 1;                          // of a root: how many shapes have grown from it
  Shape* dictionary = nullptr;                 // of a root: once an instance needed it
};
/// The number of the class that a shape is of; 0 where its class has none.
inline uint32_t numberOfShape(uint32_t shape) {
  return shape < FirstNumberedShape ? 0 : ((shape - FirstNumberedShape) >> ClassShapeBits) + 1;
}
/// The shape with this id (>= FirstInstanceShape) in the domain of this thread.
inline Shape* shapeOfId(uint32_t id) {
  const Domain& domain = *currentContext().domain;
  if (GENE_LIKELY(id < FirstNumberedShape))
    return domain.shapes.at(id).load(std::memory_order_acquire);
  const auto* numbered =
      domain.numberedShapes[numberOfShape(id) - 1].load(std::memory_order_acquire);
  return numbered->at(FirstInstanceShape + (id & ((1u << ClassShapeBits) - 1)))
      .load(std::memory_order_acquire);
}
template <class F>
void InstanceObject::forEachSlot(F&& f) {
  const Shape* own = shapeOfId(shape);
  for (uint32_t i = 0; i < own->inlineCapacity; i++) f(fields()[i]);
  for (uint32_t i = 0; i < own->overflowCount; i++) f(overflow[i]);
}
template <class F>
void InstanceObject::forEachPayload(F&& f) {
  if (overflow) f(overflow, shapeOfId(shape)->overflowCount * sizeof(Slot));
}
inline Shape* shapeById(Context&, uint32_t id) { return shapeOfId(id); }

// --- classes ----------------------------------------------------------------------------------------------------------
/// parent may be null (only Object).
ClassObject* newClass(Context& context, Symbol name, ClassObject* parent);
/// The class of any value: of instances their own, of others the built-in one.
ClassObject* classOf(Context& context, Value v);
ClassObject* classOfShape(Context& context, uint32_t shape);
inline bool isClass(Value v) { return isKind(v, Kind::Class); }
inline ClassObject* parentOf(const ClassObject* cls) {
  return cls->parent.get().isNil() ? nullptr : as<ClassObject>(cls->parent.get());
}
/// Is `cls` the class `ancestor` or below it?
bool inherits(const ClassObject* cls, const ClassObject* ancestor);
/// The method `name` of `cls` or the nearest ancestor that has one; absent without. Each thread caches by (class, name).
Value findMethod(Context& context, ClassObject* cls, Symbol name);
/// The constructor of `cls` or the nearest ancestor that has one; nil without.
Value findConstructor(ClassObject* cls);
/// May a class, interface or namespace change? False with a ConcurrencyException once other threads see it (shareCode).
bool mayChange(Context& context, Value definition);
/// Adds or replaces a method; clears the caches that could know another.
void defineMethod(Context& context, ClassObject* cls, Symbol name, Value function);
/// A static member of the class or an ancestor; absent without.
Value classMember(const ClassObject* cls, Symbol name);
/// (typeof v): the class name of an instance, else the kind's name.
std::string_view typeofName(Value v, Context& context);
/// The user's word for a value's kind in messages: Int, String, the class name of an instance …
std::string kindName(Context& context, Value v);
/// The runtime's word for it: VkInt, VkString, VkInstance … Some messages use it (10 §10.1, 10.4, 10.5).
std::string valueKindName(Value v);

// --- instances --------------------------------------------------------------------------------------------------------
InstanceObject* newInstance(Context& context, ClassObject* cls);
inline Shape* shapeOfInstance(Context& context, const InstanceObject* instance) {
  return shapeById(context, instance->shape);
}
/// The slot of a field, or null without that field.
Slot* fieldSlot(Context& context, InstanceObject* instance, Symbol name);
/// The value, or absent.
Value getField(Context& context, InstanceObject* instance, Symbol name);
void setField(Context& context, InstanceObject* instance, Symbol name, Value value);
/// The fields that were assigned, in the order of their first assignments.
std::vector<Symbol> fieldNames(const InstanceObject* instance);

/// Gives a new class its layout, the parent's and these fields, and its number; 0 for none.
void setLayout(ClassObject* cls, Span<const Symbol> fields, uint32_t number = 0);

// --- built-in classes and exceptions -----------------------------------------------------------------------------------
inline ClassObject* classOfKind(Context& context, Kind kind) {
  return context.classes[static_cast<size_t>(kind)];
}
ClassObject* errorClass(Context& context, ErrorClass which);
bool isException(Context& context, Value v);
/// Makes the classes of Kinds.def and the exceptions, and publishes them in context.globals, which must exist.
void bootstrapClasses(Context& context);

// --- namespaces ---------------------------------------------------------------------------------------------------------
NamespaceObject* newNamespace(Context& context, Symbol name);
/// The member, or absent.
Value namespaceGet(const NamespaceObject* ns, Symbol name);
void namespaceSet(Context& context, NamespaceObject* ns, Symbol name, Value value);

}  // namespace gene
