#pragma once
// The counted references inside an object, for everything that walks the heap. A kind without a case here does not
// compile (-Werror=switch).

#include "runtime/object/Class.h"
#include "runtime/object/Objects.h"

namespace gene {

/// Calls f(Slot&) for every slot of `object`.
template <class F>
inline void forEachSlot(Object* object, F&& f) {
  auto all = [&](Slot* slots, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) f(slots[i]);
  };
  if (object->isInstance()) {
    auto* instance = static_cast<InstanceObject*>(object);
    const Shape* shape = shapeOfId(object->shape);
    all(instance->fields(), shape->inlineCapacity);
    all(instance->overflow, shape->overflowCount);
    return;
  }
  switch (object->kind()) {
    case Kind::Free:
    case Kind::Nil:
    case Kind::Void:
    case Kind::Bool:
    case Kind::NotFound:
    case Kind::Placeholder:
    case Kind::Int:
    case Kind::Float:
    case Kind::Char:
    case Kind::Symbol:
    case Kind::Count:
    case Kind::BoxedInt:
    case Kind::ComplexSymbol:
    case Kind::Bytes: return;
    case Kind::String:
      if (static_cast<StringObject*>(object)->isShared())
        f(static_cast<SharedStringObject*>(object)->buffer);
      return;
    case Kind::Array:
      if (static_cast<ArrayObject*>(object)->elements == Elements::Counted)
        all(static_cast<ArrayObject*>(object)->items, static_cast<ArrayObject*>(object)->size);
      return;
    case Kind::Map:
    case Kind::HashMap:
    case Kind::HashSet: {
      auto* map = static_cast<MapObject*>(object);
      for (uint32_t i = 0; i < map->used; i++) {
        f(map->entries[i].key);
        f(map->entries[i].value);
      }
      return;
    }
    case Kind::Gene: {
      auto* gene = static_cast<GeneObject*>(object);
      f(gene->type);
      f(gene->properties);
      all(gene->children, gene->size);
      return;
    }
    case Kind::Range: {
      auto* range = static_cast<RangeObject*>(object);
      f(range->from);
      f(range->to);
      f(range->step);
      return;
    }
    case Kind::Iterator:
      f(static_cast<IteratorObject*>(object)->source);
      f(static_cast<IteratorObject*>(object)->pair);
      return;
    case Kind::Generator:
      f(static_cast<GeneratorObject*>(object)->resume);
      f(static_cast<GeneratorObject*>(object)->frame);
      f(static_cast<GeneratorObject*>(object)->peeked);
      return;
    case Kind::Environment: {
      auto* environment = static_cast<EnvironmentObject*>(object);
      f(environment->names);
      f(environment->self);
      f(environment->caller);
      all(environment->scopes(), environment->count);
      return;
    }
    case Kind::Scope:
      all(static_cast<ScopeObject*>(object)->slots(), static_cast<ScopeObject*>(object)->count);
      return;
    case Kind::Function:
      all(static_cast<FunctionObject*>(object)->captures(),
          static_cast<FunctionObject*>(object)->captureCount);
      return;
    case Kind::BoundMethod:
      f(static_cast<BoundMethodObject*>(object)->receiver);
      f(static_cast<BoundMethodObject*>(object)->function);
      return;
    case Kind::Class: {
      auto* cls = static_cast<ClassObject*>(object);
      f(cls->name);
      f(cls->parent);
      f(cls->methods);
      f(cls->members);
      f(cls->ctor);
      f(cls->fields);
      return;
    }
    case Kind::Enum:
      f(static_cast<EnumObject*>(object)->name);
      f(static_cast<EnumObject*>(object)->members);
      return;
    case Kind::Variant: {
      auto* variant = static_cast<VariantObject*>(object);
      f(variant->owner);
      f(variant->name);
      f(variant->fields);
      f(variant->types);
      return;
    }
    case Kind::EnumValue:
      f(static_cast<EnumValueObject*>(object)->variant);
      all(static_cast<EnumValueObject*>(object)->values(),
          static_cast<EnumValueObject*>(object)->count);
      return;
    case Kind::Namespace: {
      auto* ns = static_cast<NamespaceObject*>(object);
      f(ns->name);
      f(ns->members);
      f(ns->handlers);
      f(ns->parent);
      return;
    }
    case Kind::Type: f(static_cast<TypeObject*>(object)->expression); return;
    case Kind::Interface: {
      auto* interface = static_cast<InterfaceObject*>(object);
      f(interface->name);
      f(interface->methods);
      f(interface->fields);
      f(interface->implementations);
      return;
    }
    case Kind::Adapter: {
      auto* adapter = static_cast<AdapterObject*>(object);
      f(adapter->value);
      f(adapter->interface);
      f(adapter->implementation);
      f(adapter->internal);
      return;
    }
    case Kind::Selector: f(static_cast<SelectorObject*>(object)->segments); return;
    case Kind::Regex:
      f(static_cast<RegexObject*>(object)->pattern);
      f(static_cast<RegexObject*>(object)->replacement);
      return;
    case Kind::RegexMatch: f(static_cast<RegexMatchObject*>(object)->members); return;
    case Kind::DateTime: f(static_cast<DateTimeObject*>(object)->zone); return;
    case Kind::Quoted: f(static_cast<QuotedObject*>(object)->value); return;
    case Kind::Interceptor: {
      auto* interceptor = static_cast<InterceptorObject*>(object);
      f(interceptor->name);
      f(interceptor->parameters);
      f(interceptor->advice);
      return;
    }
    case Kind::Interception:
      f(static_cast<InterceptionObject*>(object)->definition);
      f(static_cast<InterceptionObject*>(object)->target);
      return;
    case Kind::Package:
    case Kind::Application: f(static_cast<PackageObject*>(object)->members); return;
  }
}

}  // namespace gene
