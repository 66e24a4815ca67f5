#include "runtime/object/Resource.h"

#include <vector>

#include "runtime/heap/Allocate.h"

namespace gene {
namespace {

Symbol fieldName() {
  static const Symbol name = Symbol::of("__resource");
  return name;
}

}  // namespace

Value NativeResource::next(Context&) { return Value::notFound(); }
bool NativeResource::hasNext(Context&) { return false; }

Value newResource(Context& context, std::unique_ptr<NativeResource> resource) {
  auto* object = allocate<ResourceObject>(context, Kind::Resource);
  object->resource = resource.release();
  return Value::object(object);
}

InstanceObject* newResourceInstance(Context& context, ClassObject* cls,
                                    std::unique_ptr<NativeResource> resource) {
  const Value value = newResource(context, std::move(resource));
  InstanceObject* instance = newInstance(context, cls);
  setField(context, instance, fieldName(), value);
  return instance;
}

void setResourceLayout(ClassObject* cls, std::initializer_list<const char*> fields) {
  std::vector<Symbol> layout{fieldName()};
  for (const char* field : fields) layout.push_back(Symbol::of(field));
  setLayout(cls, layout);
}

Value resourceValue(Context& context, Value instance) {
  if (!isInstance(instance)) return Value::absent();
  const Value value = getField(context, as<InstanceObject>(instance), fieldName());
  return isKind(value, Kind::Resource) ? value : Value::absent();
}

NativeResource* resourceOf(Context& context, Value instance, const void* type) {
  const Value value = resourceValue(context, instance);
  if (value.isAbsent()) return nullptr;
  NativeResource* resource = as<ResourceObject>(value)->resource;
  return resource->type == type ? resource : nullptr;
}

}  // namespace gene
