#include "runtime/object/Class.h"

#include <algorithm>
#include <array>

#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/value/Fields.h"

namespace gene {

namespace {

constexpr uint32_t MostOverflowFields = 64;   // further ones go to a dictionary
constexpr uint32_t MostShapesOfClass = 1024;  // more are not made; the instances get dictionaries

/// Enters a shape under the next id: of the class with this number, or of all others.
Shape* addShape(Domain& domain, Shape* shape, uint32_t number) {
  Domain::Shapes* table = &domain.shapes;
  uint32_t offset = 0;
  if (number != 0) {
    std::atomic<Domain::Shapes*>& own = domain.numberedShapes[number - 1];
    if (!own.load(std::memory_order_relaxed))
      own.store(new Domain::Shapes, std::memory_order_release);
    table = own.load(std::memory_order_relaxed);
    offset = shapeOfClass(number) - FirstInstanceShape;
    GENE_CHECK(table->size() < 1u << ClassShapeBits,
               "instances of a class have too many different shapes");
  }
  const uint32_t place = table->add();
  shape->id = offset + place;
  GENE_CHECK(number != 0 || shape->id < FirstNumberedShape,
             "instances have too many different shapes");
  table->at(place).store(shape, std::memory_order_release);
  // Another thread may see the id in an inline cache: what it leads to is there before.
  std::atomic_thread_fence(std::memory_order_release);
  return shape;
}

Shape* newRoot(Domain& domain, ClassObject* cls, std::vector<Symbol> layout, uint32_t number) {
  auto* shape = new Shape;
  shape->cls = cls;
  shape->inlineCapacity = static_cast<uint32_t>(layout.size());
  shape->overflowCount = 0;
  shape->isDictionary = false;
  shape->root = shape;
  shape->layout = std::move(layout);
  shape->parent = nullptr;
  return addShape(domain, shape, number);
}

Shape* newShape(Domain& domain, Shape* parent, Symbol field) {
  auto* shape = new Shape;
  const std::vector<Symbol>& layout = parent->root->layout;
  const auto place = static_cast<uint32_t>(std::ranges::find(layout, field) - layout.begin());
  const bool isInline = place < layout.size();
  shape->cls = parent->cls;
  shape->inlineCapacity = parent->inlineCapacity;
  shape->overflowCount = parent->overflowCount + !isInline;
  shape->isDictionary = false;
  shape->root = parent->root;
  shape->root->count++;
  shape->parent = parent;
  shape->lastField = field;
  shape->slots = parent->slots;
  shape->slots.emplace(field, isInline ? place : shape->inlineCapacity + parent->overflowCount);
  return addShape(domain, shape, numberOfShape(parent->id));
}

Shape* dictionaryShape(Domain& domain, Shape* root) {
  const DomainLock lock(domain);
  if (root->dictionary) return root->dictionary;
  auto* shape = new Shape;
  shape->cls = root->cls;
  shape->inlineCapacity = root->inlineCapacity;
  shape->overflowCount = 1;
  shape->isDictionary = true;
  shape->root = root;
  shape->parent = nullptr;
  return root->dictionary = addShape(domain, shape, numberOfShape(root->id));
}

/// The place of a field in the layout, or -1.
int64_t layoutPlace(const Shape* shape, Symbol field) {
  const std::vector<Symbol>& layout = shape->root->layout;
  const auto found = std::ranges::find(layout, field);
  return found == layout.end() ? -1 : found - layout.begin();
}

MapObject* dictionaryOf(const InstanceObject* instance) {
  return as<MapObject>(instance->overflow[0].get());
}

void setInDictionary(Context& context, InstanceObject* instance, Symbol name, Value value) {
  const int64_t place = layoutPlace(shapeOfId(instance->shape), name);
  mapPut(context, dictionaryOf(instance), name, place < 0 ? value : Value::nil());
  if (place >= 0) instance->fields()[place].set(value);
}

void becomeDictionary(Context& context, InstanceObject* instance) {
  const Shape* before = shapeOfId(instance->shape);
  const std::vector<Symbol> names = fieldNames(instance);
  MapObject* map = newMap(context, Kind::Map, static_cast<uint32_t>(names.size()) + 1);
  for (const Symbol name : names)
    mapPut(context, map, name,
           layoutPlace(before, name) < 0 ? getField(context, instance, name) : Value::nil());
  Shape* after = dictionaryShape(*context.domain, before->root);
  auto* overflow = static_cast<Slot*>(allocatePayload(context, sizeof(Slot)));
  overflow->init(Value::object(map));
  for (uint32_t i = 0; i < before->overflowCount; i++) instance->overflow[i].clear();
  if (instance->overflow) freePayload(instance->overflow, before->overflowCount * sizeof(Slot));
  instance->overflow = overflow;
  instance->Object::shape = after->id;
}

/// The shape with one field more; null where there are too many of them already.
Shape* shapeWith(Domain& domain, Shape* shape, Symbol field) {
  const DomainLock lock(domain);
  const auto known = shape->children.find(field);
  if (known != shape->children.end()) return known->second;
  const Shape* root = shape->root;
  if (shape->overflowCount >= MostOverflowFields ||
      (root->count >= MostShapesOfClass && root->count > root->layout.size()))
    return nullptr;
  return shape->children[field] = newShape(domain, shape, field);
}

struct KindRow {
  const char *cls, *type;
};
constexpr KindRow kindRows[] = {
#define IMMEDIATE(Name, Class, Typeof) {Class, Typeof},
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) {Class, Typeof},
#include "runtime/value/Kinds.def"
};

}  // namespace

Domain::~Domain() {
  const auto deleteShapes = [](Shapes& table) {
    for (uint32_t i = 0; i < table.size(); i++) delete table.at(FirstInstanceShape + i).load();
  };
  deleteShapes(shapes);
  for (std::atomic<Shapes*>& table : numberedShapes)
    if (Shapes* own = table.load()) {
      deleteShapes(*own);
      delete own;
    }
}

// --- shapes ------------------------------------------------------------------------------------------------------------

void setLayout(ClassObject* cls, Span<const Symbol> fields, uint32_t number) {
  Domain& domain = *currentContext().domain;
  const DomainLock lock(domain);
  std::vector<Symbol> layout = cls->rootShape->layout;
  for (Symbol field : fields)
    if (layout.size() < MostLayoutFields && std::ranges::count(layout, field) == 0)
      layout.push_back(field);
  const bool isNumbered = number != 0;
  // A class form that runs once more makes a class with shapes like any other's.
  if (isNumbered && domain.numberedShapes[number - 1].load(std::memory_order_relaxed)) number = 0;
  Shape* shape = cls->rootShape = newRoot(domain, cls, layout, number);
  if (!isNumbered) return;
  for (Symbol field : layout) {
    Shape* next = newShape(domain, shape, field);
    shape->children[field] = next;
    shape = next;
  }
}

// --- classes -----------------------------------------------------------------------------------------------------------

ClassObject* newClass(Context& context, Symbol name, ClassObject* parent) {
  Domain& domain = *context.domain;
  auto* cls = allocate<ClassObject>(context, Kind::Class);
  cls->name.init(Value::symbol(nameOfIdentity(name)));
  cls->identity = name;
  cls->parent.init(parent ? Value::object(parent) : Value::nil());
  cls->methods.init(Value::nil());
  cls->members.init(Value::nil());
  cls->ctor.init(Value::nil());
  cls->fields.init(Value::nil());
  cls->kind = Kind::Free;
  cls->builtinConstructor = nullptr;
  cls->lazyField = nullptr;
  cls->isException = parent && parent->isException;
  cls->hasSubclasses = false;
  if (parent) parent->hasSubclasses = true;
  cls->methods.set(Value::object(newMap(context)));
  cls->members.set(Value::object(newMap(context)));
  // Shapes refer to their class and never die.
  cls->countAndFlags |= Object::Immortal;
  const DomainLock lock(domain);
  cls->id = ++domain.lastClass;
  cls->rootShape =
      newRoot(domain, cls, parent ? parent->rootShape->layout : std::vector<Symbol>(), 0);
  return cls;
}

ClassObject* classOfShape(Context& context, uint32_t shape) {
  return shape >= FirstInstanceShape ? shapeOfId(shape)->cls : context.classes[shape];
}

ClassObject* classOf(Context& context, Value v) {
  const Domain& special = *context.domain;
  if (isKind(v, Kind::Iterator)) {
    switch (as<IteratorObject>(v)->iteratorKind) {
      case IteratorKind::Array:
      case IteratorKind::Empty: return special.arrayIterator;
      case IteratorKind::Range: return special.rangeIterator;
      case IteratorKind::MapValues: return special.mapIterator;
      case IteratorKind::Resource: return special.lineIterator;
    }
  }
  if (isKind(v, Kind::DateTime)) {
    const uint8_t what = as<DateTimeObject>(v)->what;
    return what == 0 ? special.date : what == 1 ? special.dateTime : special.time;
  }
  return classOfShape(context, shapeOf(v));
}

bool inherits(const ClassObject* cls, const ClassObject* ancestor) {
  for (; cls; cls = parentOf(cls))
    if (cls == ancestor) return true;
  return false;
}

Value findMethod(Context& context, ClassObject* cls, Symbol name) {
  MethodTable::FoundMethod& cached = foundMethod(context, cls->id, name);
  const uint32_t epoch = context.domain->methodEpoch;
  if (cached.cls == cls && cached.name == name && cached.epoch == epoch) return cached.method;
  Value found = Value::absent();
  for (const ClassObject* c = cls; c && found.isAbsent(); c = parentOf(c))
    found = mapGet(as<MapObject>(c->methods.get()), name);
  cached = {cls, name, epoch, found};
  return found;
}

Value findConstructor(ClassObject* cls) {
  for (const ClassObject* c = cls; c; c = parentOf(c))
    if (!c->ctor.get().isNil()) return c->ctor.get();
  return Value::nil();
}

bool mayChange(Context& context, Value definition) {
  if (!(definition.object()->countAndFlags & Object::Frozen)) return true;
  const auto refuse = [&](std::string_view what, Value name) {
    raise(context, ErrorClass::Concurrency,
          std::string(what) + " " + displayText(context, name) +
              " cannot change any more: actors on other threads use it");
    return false;
  };
  if (isClass(definition)) return refuse("class", as<ClassObject>(definition)->name);
  if (isKind(definition, Kind::Namespace))
    return refuse("namespace", as<NamespaceObject>(definition)->name);
  return refuse("interface", as<InterfaceObject>(definition)->name);
}

void defineMethod(Context& context, ClassObject* cls, Symbol name, Value function) {
  mapPut(context, as<MapObject>(cls->methods.get()), name, function);
  context.domain
      ->methodEpoch++;  // cached functions are held by their classes only, and could be others now
  updateMethodTargets(context, cls, name);
}

Value classMember(const ClassObject* cls, Symbol name) {
  for (; cls; cls = parentOf(cls))
    if (const Value v = mapGet(as<MapObject>(cls->members.get()), name); !v.isAbsent()) return v;
  return Value::absent();
}

std::string_view typeofName(Value v, Context& context) {
  if (isInstance(v) || isKind(v, Kind::Iterator))
    return classOf(context, v)->name.get().symbol().text();
  if (const VariantObject* variant = variantOf(v))
    return ownerOf(variant)->name.get().symbol().text();
  if (isKind(v, Kind::DateTime)) {
    const uint8_t what = as<DateTimeObject>(v)->what;
    return what == 0 ? "VkDate" : what == 1 ? "VkDateTime" : "VkTime";
  }
  if (isKind(v, Kind::Function) && as<FunctionObject>(v)->info->isBlock) return "Block";
  return kindRows[shapeOf(v)].type;
}

std::string kindName(Context& context, Value v) {
  if (isKind(v, Kind::Scope)) return "Scope";
  if (variantOf(v)) return std::string(typeofName(v, context));
  return std::string(classOf(context, v)->name.get().symbol().text());
}

std::string valueKindName(Value v) {
  static constexpr const char* names[] = {
#define IMMEDIATE(Name, Class, Typeof) #Name,
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) #Name,
#include "runtime/value/Kinds.def"
  };
  if (isInstance(v)) return "VkInstance";
  if (isKind(v, Kind::BoxedInt)) return "VkInt";
  if (auto* function = asOrNull<FunctionObject>(v, Kind::Function))
    return function->info->isNative() ? "VkNativeFn"
           : function->info->isBlock  ? "VkBlock"
                                      : "VkFunction";
  if (const auto* time = asOrNull<DateTimeObject>(v, Kind::DateTime))
    return time->what == 0 ? "VkDate" : time->what == 1 ? "VkDateTime" : "VkTime";
  if (isKind(v, Kind::Variant)) return "VkEnumMember";
  return std::string("Vk") + names[shapeOf(v)];
}

// --- instances ---------------------------------------------------------------------------------------------------------

InstanceObject* newInstance(Context& context, ClassObject* cls) {
  Shape* shape = cls->rootShape;
  auto* instance = static_cast<InstanceObject*>(allocateObjectFast(
      context, sizeof(InstanceObject) + shape->inlineCapacity * sizeof(Slot), shape->id));
  instance->overflow = nullptr;
  for (uint32_t i = 0; i < shape->inlineCapacity; i++) instance->fields()[i].init(Value::absent());
  return instance;
}

Slot* fieldSlot(Context&, InstanceObject* instance, Symbol name) {
  const Shape* shape = shapeOfId(instance->shape);
  if (shape->isDictionary) {
    MapObject* map = dictionaryOf(instance);
    const int32_t entry = mapFind(map, name);
    if (entry < 0) return nullptr;
    const int64_t place = layoutPlace(shape, name);
    return place < 0 ? &map->entries[entry].value : instance->fields() + place;
  }
  auto it = shape->slots.find(name);
  if (it == shape->slots.end()) return nullptr;
  return it->second < shape->inlineCapacity
             ? instance->fields() + it->second
             : instance->overflow + (it->second - shape->inlineCapacity);
}

Value getField(Context& context, InstanceObject* instance, Symbol name) {
  const Slot* slot = fieldSlot(context, instance, name);
  return slot ? slot->get() : Value::absent();
}

void setField(Context& context, InstanceObject* instance, Symbol name, Value value) {
  if (Slot* slot = fieldSlot(context, instance, name)) {
    slot->set(value);
    return;
  }
  Shape* before = shapeOfId(instance->shape);
  Shape* after = before->isDictionary ? nullptr : shapeWith(*context.domain, before, name);
  if (!after) {
    if (!before->isDictionary) becomeDictionary(context, instance);
    return setInDictionary(context, instance, name, value);
  }
  if (after->overflowCount == before->overflowCount) {
    instance->fields()[after->slots.at(name)].init(value);
  } else {
    const uint32_t extra = before->overflowCount;
    instance->overflow = static_cast<Slot*>(
        growPayload(context, instance->overflow, extra * sizeof(Slot), (extra + 1) * sizeof(Slot)));
    instance->overflow[extra].init(value);
  }
  instance->Object::shape = after->id;
}

std::vector<Symbol> fieldNames(const InstanceObject* instance) {
  std::vector<Symbol> names;
  const Shape* shape = shapeOfId(instance->shape);
  if (shape->isDictionary) {
    const MapObject* map = dictionaryOf(instance);
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      names.push_back(map->entries[i].key.get().symbol());
    return names;
  }
  for (; shape->parent; shape = shape->parent) names.push_back(shape->lastField);
  std::ranges::reverse(names);
  return names;
}

// --- built-in classes --------------------------------------------------------------------------------------------------

ClassObject* errorClass(Context& context, ErrorClass which) {
  return context.domain->errors[static_cast<size_t>(which)];
}

bool isException(Context& context, Value v) {
  return isInstance(v) && classOf(context, v)->isException;
}

void bootstrapClasses(Context& context) {
  ClassObject* object = newClass(context, Symbol::of("Object"), nullptr);
  auto define = [&](const char* name, ClassObject* parent) {
    const Symbol symbol = Symbol::of(name);
    ClassObject* cls = newClass(context, symbol, parent);
    namespaceSet(context, context.globals, symbol, Value::object(cls));
    return cls;
  };
  namespaceSet(context, context.globals, Symbol::of("Object"), Value::object(object));
  for (size_t i = 0; i < static_cast<size_t>(Kind::Count); i++) {
    const std::string_view name = kindRows[i].cls;
    context.classes[i] = object;
    if (name.empty()) continue;
    const Value known = namespaceGet(context.globals, Symbol::of(name));
    ClassObject* cls = known.isAbsent() ? define(kindRows[i].cls, object) : as<ClassObject>(known);
    cls->kind = static_cast<Kind>(i);
    context.classes[i] = cls;
  }
  Domain& domain = *context.domain;
  const auto special = [&](const char* name, Kind kind) {
    ClassObject* cls = define(name, object);
    cls->kind = kind;
    return cls;
  };
  domain.date = special("Date", Kind::DateTime);
  domain.dateTime = special("DateTime", Kind::DateTime);
  domain.time = special("Time", Kind::DateTime);
  domain.arrayIterator = special("ArrayIterator", Kind::Iterator);
  domain.mapIterator = special("MapIterator", Kind::Iterator);
  domain.rangeIterator = special("RangeIterator", Kind::Iterator);
  domain.lineIterator = special("LineIterator", Kind::Iterator);
  context.classes[static_cast<size_t>(Kind::DateTime)] = domain.dateTime;
  context.classes[static_cast<size_t>(Kind::Iterator)] = domain.arrayIterator;

  ClassObject* exception = define("Exception", object);
  exception->isException = true;
  setLayout(exception, std::array{sym::Message, sym::Cause, sym::LocationName});
  static constexpr struct {
    ErrorClass which;
    const char* name;
    ErrorClass parent;
  } errors[] = {
      {ErrorClass::Runtime, "RuntimeException", ErrorClass::Exception},
      {ErrorClass::Type, "TypeException", ErrorClass::Exception},
      {ErrorClass::Argument, "ArgumentException", ErrorClass::Exception},
      {ErrorClass::IO, "IOError", ErrorClass::Exception},
      {ErrorClass::Parse, "ParseException", ErrorClass::Exception},
      {ErrorClass::Assertion, "AssertionException", ErrorClass::Exception},
      {ErrorClass::Concurrency, "ConcurrencyException", ErrorClass::Exception},
      {ErrorClass::Timeout, "TimeoutException", ErrorClass::Concurrency},
      {ErrorClass::Cancellation, "CancellationException", ErrorClass::Concurrency},
      {ErrorClass::Thread, "ThreadException", ErrorClass::Concurrency},
      {ErrorClass::Network, "NetworkException", ErrorClass::Exception},
      {ErrorClass::Provider, "ProviderException", ErrorClass::Exception},
  };
  domain.errors[0] = exception;
  for (const auto& e : errors)
    domain.errors[static_cast<size_t>(e.which)] =
        define(e.name, domain.errors[static_cast<size_t>(e.parent)]);
}

// --- namespaces --------------------------------------------------------------------------------------------------------

NamespaceObject* newNamespace(Context& context, Symbol name) {
  auto* ns = allocate<NamespaceObject>(context, Kind::Namespace);
  ns->name.init(Value::symbol(name));
  ns->members.init(Value::nil());
  ns->handlers.init(Value::nil());
  ns->parent.init(Value::nil());
  ns->members.set(Value::object(newMap(context)));
  return ns;
}

Value namespaceGet(const NamespaceObject* ns, Symbol name) {
  return mapGet(as<MapObject>(ns->members.get()), name);
}

void namespaceSet(Context& context, NamespaceObject* ns, Symbol name, Value value) {
  mapPut(context, as<MapObject>(ns->members.get()), name, value);
}

}  // namespace gene
