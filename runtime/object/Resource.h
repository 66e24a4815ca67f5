#pragma once
// What Gene values have of the system: open files, processes. The C++ object lies behind a value of kind Resource, which
// closes it when it dies; instances of FileReader, Process … keep that value in a field of their own that programs do
// not name. An instance whose field holds something else (it was made in another way) has no resource.

#include <memory>

#include "runtime/object/Class.h"

namespace gene {

class NativeResource {
 public:
  /// `type` tells resources of one C++ class from others: the address of a constant of that class.
  explicit NativeResource(const void* type) : type(type) {}
  NativeResource(const NativeResource&) = delete;
  NativeResource& operator=(const NativeResource&) = delete;
  virtual ~NativeResource() = default;

  /// For iterators over the resource: the next value, not_found at the end, 0 when it raised.
  virtual Value next(Context& context);
  /// Is there another one? False with an exception pending when that cannot be told.
  virtual bool hasNext(Context& context);

  const void* const type;
};

/// A value of kind Resource.
Value newResource(Context& context, std::unique_ptr<NativeResource> resource);
/// An instance of `cls` that has the resource.
InstanceObject* newResourceInstance(Context& context, ClassObject* cls,
                                    std::unique_ptr<NativeResource> resource);
/// Gives a class of such instances its layout: the resource and the other fields.
void setResourceLayout(ClassObject* cls, std::initializer_list<const char*> fields = {});
/// The value of kind Resource that an instance has, or absent.
Value resourceValue(Context& context, Value instance);
NativeResource* resourceOf(Context& context, Value instance, const void* type);
/// The resource of an instance as a T, which has a static member Type; null without one.
template <class T>
T* resourceAs(Context& context, Value instance) {
  return static_cast<T*>(resourceOf(context, instance, &T::Type));
}

}  // namespace gene
