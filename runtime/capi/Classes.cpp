// Namespaces and classes of gene.h, and what C has behind instances.

#include <string>

#include "runtime/abi/Entry.h"
#include "runtime/capi/Functions.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"
#include "runtime/object/Resource.h"
#include "runtime/object/String.h"

namespace gene::capi {
namespace {

/// What C has: a resource whose type is the one that C gave.
class NativeData : public NativeResource {
 public:
  NativeData(const GeneDataType* type, void* data) : NativeResource(type), data(data) {}
  ~NativeData() override { finalize(); }
  /// Other data takes its place.
  void replace(void* with) {
    finalize();
    data = with;
  }
  void* data;

 private:
  void finalize() {
    const auto* const described = static_cast<const GeneDataType*>(type);
    if (!data || !described->finalize) return;
    const WithoutRuntime none;
    described->finalize(data);
  }
};

/// The field of an instance in which a type has its data: a class and one below it may each have some.
Symbol fieldOf(const GeneDataType* type) {
  return Symbol::of("__native_" + std::to_string(reinterpret_cast<uintptr_t>(type)));
}

NativeData* dataOf(Api& api, InstanceObject* instance, const GeneDataType* type) {
  const Value v = getField(api.context, instance, fieldOf(type));
  if (!isKind(v, Kind::Resource)) return nullptr;
  NativeResource* const resource = as<ResourceObject>(v)->resource;
  return resource->type == type ? static_cast<NativeData*>(resource) : nullptr;
}

/// The instance that a word stands for; null with an exception pending.
InstanceObject* instanceOf(Api& api, GeneValue word, const GeneDataType* type) {
  if (!type) {
    raise(api.context, ErrorClass::Argument, "a type of data is missing");
    return nullptr;
  }
  const Value v = api.take(word);
  if (v.isPending()) return nullptr;
  if (isInstance(v)) return as<InstanceObject>(v);
  raiseKind(api, v, type->name ? type->name : "an instance");
  return nullptr;
}

bool addFunction(GeneValue cls, const char* name, GeneFunction function, void* data, int least,
                 int most, Role role) {
  return done([&](Api& api) {
    Symbol method;
    auto* object = objectOf<ClassObject>(api, cls, Kind::Class, "a Class");
    if (!object || !mayChange(api.context, Value::object(object)) || !nameOf(api, name, &method))
      return false;
    if (object->kind != Kind::Free) {
      raise(api.context, ErrorClass::Argument, "a built-in class takes no native methods");
      return false;
    }
    const Value made = newNativeFunction(api, name, function, data, least, most, role);
    if (made.isPending()) return false;
    Context* const context = &api.context;
    const Value owner = Value::object(object);
    const Value result = role == Role::Constructor
                             ? gene_class_ctor(context, owner, made)
                             : gene_class_method(context, Value::symbol(method), owner, made);
    return !result.isPending();
  });
}

}  // namespace

extern "C" {

GeneValue gene_new_namespace(const char* name) {
  return valueOf([&](Api& api) {
    Symbol symbol;
    if (!nameOf(api, name, &symbol)) return Value::pending();
    return Value::object(newNamespace(api.context, symbol));
  });
}

bool gene_namespace_set(GeneValue ns, const char* name, GeneValue value) {
  return done([&](Api& api) {
    Symbol symbol;
    auto* object = objectOf<NamespaceObject>(api, ns, Kind::Namespace, "a Namespace");
    if (!object || !nameOf(api, name, &symbol) || !mayChange(api.context, Value::object(object)))
      return false;
    const Value v = api.take(value);
    if (v.isPending()) return false;
    namespaceSet(api.context, object, symbol, v);
    return true;
  });
}

GeneValue gene_namespace_get(GeneValue ns, const char* name) {
  return valueOf([&](Api& api) {
    Symbol symbol;
    const auto* object = objectOf<NamespaceObject>(api, ns, Kind::Namespace, "a Namespace");
    if (!object || !nameOf(api, name, &symbol)) return Value::pending();
    const Value v = namespaceGet(object, symbol);
    return v.isAbsent() ? Value::nil() : v;
  });
}

GeneValue gene_make_class(const char* name, GeneValue parent) {
  return valueOf([&](Api& api) {
    Symbol symbol;
    const Value above = api.take(parent);
    if (above.isPending() || !nameOf(api, name, &symbol)) return Value::pending();
    auto* base = above.isNil()
                     ? as<ClassObject>(namespaceGet(api.context.globals, Symbol::of("Object")))
                     : objectOf<ClassObject>(api, parent, Kind::Class, "a Class");
    if (!base) return Value::pending();
    if (base->builtinConstructor)
      return raise(api.context, ErrorClass::Argument,
                   "objects of the class above are no instances");
    return Value::object(newClass(api.context, symbol, base));
  });
}

bool gene_add_method(GeneValue cls, const char* name, GeneFunction function, void* data, int least,
                     int most) {
  return addFunction(cls, name, function, data, least, most, Role::Method);
}

bool gene_add_constructor(GeneValue cls, GeneFunction function, void* data, int least, int most) {
  return addFunction(cls, "ctor", function, data, least, most, Role::Constructor);
}

bool gene_add_static(GeneValue cls, const char* name, GeneValue value) {
  return done([&](Api& api) {
    Symbol symbol;
    auto* object = objectOf<ClassObject>(api, cls, Kind::Class, "a Class");
    if (!object || !nameOf(api, name, &symbol) || !mayChange(api.context, Value::object(object)))
      return false;
    const Value v = api.take(value);
    if (v.isPending()) return false;
    mapPut(api.context, as<MapObject>(object->members.get()), symbol, v);
    return true;
  });
}

bool gene_set_data(GeneValue instance, const GeneDataType* type, void* data) {
  return done([&](Api& api) {
    InstanceObject* const object = instanceOf(api, instance, type);
    if (!object) return false;
    if (object->countAndFlags & (Object::Sealed | Object::Frozen)) {
      raise(api.context, ErrorClass::Runtime, "a frozen instance takes no data");
      return false;
    }
    if (NativeData* const known = dataOf(api, object, type)) {
      known->replace(data);
    } else {
      setField(api.context, object, fieldOf(type),
               newResource(api.context, std::make_unique<NativeData>(type, data)));
    }
    return true;
  });
}

void* gene_get_data(GeneValue instance, const GeneDataType* type) {
  void* data = nullptr;
  done([&](Api& api) {
    InstanceObject* const object = instanceOf(api, instance, type);
    if (!object) return false;
    const NativeData* const found = dataOf(api, object, type);
    if (!found || !found->data) {
      raise(api.context, ErrorClass::Type,
            "the instance has no " + utf8Text(type->name ? type->name : "data of this type"));
      return false;
    }
    data = found->data;
    return true;
  });
  return data;
}

}  // extern "C"

}  // namespace gene::capi
