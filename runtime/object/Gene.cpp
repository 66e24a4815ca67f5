#include "runtime/object/Gene.h"

#include <cstring>

#include "runtime/heap/Allocate.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/Resource.h"
#include "runtime/object/String.h"

namespace gene {

namespace {

void reserveChildren(Context& context, GeneObject* gene, uint32_t capacity) {
  const size_t old = gene->capacity * sizeof(Slot), bytes = capacity * sizeof(Slot);
  if (gene->children == gene->inlineChildren()) {
    gene->children = static_cast<Slot*>(allocatePayload(context, bytes));
    std::memcpy(static_cast<void*>(gene->children), gene->inlineChildren(),
                gene->size * sizeof(Slot));
  } else {
    gene->children = static_cast<Slot*>(growPayload(context, gene->children, old, bytes));
  }
  gene->capacity = capacity;
}

}  // namespace

// --- genes -------------------------------------------------------------------------------------------------------------

GeneObject* newGene(Context& context, Value type, uint32_t children) {
  constexpr uint32_t MostInline = 11;
  // What a cell has room for anyway: three, seven or eleven.
  const uint32_t capacity = children <= 3 ? 3 : children <= 7 ? 7 : MostInline;
  auto* gene = allocate<GeneObject>(context, Kind::Gene, capacity * sizeof(Slot));
  gene->type.init(type);
  gene->properties.init(Value::nil());
  gene->children = gene->inlineChildren();
  gene->size = 0;
  gene->capacity = capacity;
  if (children > MostInline) reserveChildren(context, gene, children);
  return gene;
}

void geneInsert(Context& context, GeneObject* gene, uint32_t index, Value child) {
  if (gene->size == gene->capacity) reserveChildren(context, gene, gene->capacity * 2);
  std::memmove(static_cast<void*>(gene->children + index + 1),
               static_cast<const void*>(gene->children + index),
               (gene->size - index) * sizeof(Slot));
  gene->children[index].init(child);
  gene->size++;
}

void genePush(Context& context, GeneObject* gene, Value child) {
  geneInsert(context, gene, gene->size, child);
}

void geneErase(GeneObject* gene, uint32_t index) {
  release(gene->children[index].get());
  std::memmove(static_cast<void*>(gene->children + index),
               static_cast<const void*>(gene->children + index + 1),
               (gene->size - index - 1) * sizeof(Slot));
  gene->size--;
}

Value geneProperty(const GeneObject* gene, Symbol key) {
  const Value properties = gene->properties.get();
  return properties.isNil() ? Value::absent() : mapGet(as<MapObject>(properties), key);
}

void geneSetProperty(Context& context, GeneObject* gene, Symbol key, Value value) {
  if (gene->properties.get().isNil())
    gene->properties.set(Value::object(newMap(context, Kind::Map, 2)));
  mapPut(context, as<MapObject>(gene->properties.get()), key, value);
}

// --- small kinds -------------------------------------------------------------------------------------------------------

Value newComplexSymbol(Context& context, Span<const Symbol> parts) {
  auto* symbol =
      allocate<ComplexSymbolObject>(context, Kind::ComplexSymbol, parts.size() * sizeof(Symbol));
  symbol->count = static_cast<uint32_t>(parts.size());
  symbol->unused = 0;
  std::memcpy(symbol->parts(), parts.data(), parts.size() * sizeof(Symbol));
  return Value::object(symbol);
}

Value newRange(Context& context, Value from, Value to, Value step) {
  auto* range = allocate<RangeObject>(context, Kind::Range);
  range->from.init(from);
  range->to.init(to);
  range->step.init(step);
  return Value::object(range);
}

ScopeObject* newScope(Context& context, uint32_t slots) {
  auto* scope = allocate<ScopeObject>(context, Kind::Scope, size_t{slots} * sizeof(Slot));
  scope->count = slots;
  scope->unused = 0;
  for (uint32_t i = 0; i < slots; i++) scope->slots()[i].init(Value::nil());
  return scope;
}

Value newBytes(Context& context, Span<const uint8_t> bytes) {
  auto* object = allocate<BytesObject>(context, Kind::Bytes);
  object->data = nullptr;
  object->size = object->capacity = 0;
  object->data = static_cast<uint8_t*>(allocatePayload(context, bytes.size()));
  object->size = object->capacity = static_cast<uint32_t>(bytes.size());
  if (!bytes.empty()) std::memcpy(object->data, bytes.data(), bytes.size());
  return Value::object(object);
}

Value newSelector(Context& context, const Value* segments, uint32_t count) {
  ArrayObject* array = newArrayFrom(context, segments, count);
  auto* selector = allocate<SelectorObject>(context, Kind::Selector);
  selector->segments.init(Value::object(array));
  return Value::object(selector);
}

Value newQuoted(Context& context, Value value, bool discard) {
  auto* quoted = allocate<QuotedObject>(context, Kind::Quoted);
  quoted->value.init(value);
  quoted->discard = discard;
  return Value::object(quoted);
}

// --- iteration ---------------------------------------------------------------------------------------------------------

namespace {

/// First, last and step of a range as ints; raises for other bounds.
bool rangeBounds(Context& context, const RangeObject* range, int64_t* from, int64_t* to,
                 int64_t* step) {
  const Value s = range->step.get();
  if (!isInt(range->from.get()) || !isInt(range->to.get()) || (!s.isAbsent() && !isInt(s))) {
    raise(context, ErrorClass::Type, "Value is not an integer");
    return false;
  }
  *from = asInt(range->from.get());
  *to = asInt(range->to.get());
  *step = s.isAbsent() ? 1 : asInt(s);
  return true;
}

/// Prepares a range at its first use, so that making an iterator never fails.
bool startRange(Context& context, IteratorObject* iterator) {
  if (iterator->position) return true;
  int64_t from, to, step;
  if (!rangeBounds(context, as<RangeObject>(iterator->source.get()), &from, &to, &step))
    return false;
  const bool empty = step == 0 || (step > 0 ? from > to : from < to);
  iterator->position = 1;
  iterator->next = from;
  iterator->last = to;
  iterator->step = empty ? 0 : step;
  return true;
}

bool hasMore(const IteratorObject* iterator) {
  switch (iterator->iteratorKind) {
    case IteratorKind::Array:
      return iterator->position < as<ArrayObject>(iterator->source.get())->size;
    case IteratorKind::Range: return iterator->step != 0;
    case IteratorKind::MapValues: {
      auto* map = as<MapObject>(iterator->source.get());
      return mapNext(map, iterator->position) != MapEnd;
    }
    case IteratorKind::Empty:
    case IteratorKind::Resource: return false;
  }
  GENE_UNREACHABLE("iterator kind");
}

Value pair(Context& context, Value key, Value value) {
  const Value items[] = {key, value};
  return Value::object(newArrayFrom(context, items, 2));
}

}  // namespace

IteratorObject* newIterator(Context& context, Value source) {
  IteratorKind kind = IteratorKind::Empty;
  if (isArray(source)) {
    kind = IteratorKind::Array;
  } else if (isKind(source, Kind::Range)) {
    kind = IteratorKind::Range;
  } else if (source.isObject()) {
    auto* map = as<MapObject>(source);
    kind = IteratorKind::MapValues;
    if (map->is(Kind::HashSet)) {
      ArrayObject* members = newArray(context, map->size);
      for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
        arrayPush(context, members, map->entries[i].key.get());
      source = Value::object(members);
      kind = IteratorKind::Array;
    } else {
      source = Value::object(mapSnapshot(context, map));
    }
  }
  auto* iterator = allocate<IteratorObject>(context, Kind::Iterator);
  iterator->iteratorKind = kind;
  iterator->position = 0;
  iterator->source.init(source);
  iterator->next = iterator->last = iterator->step = 0;
  iterator->pair.init(Value::nil());
  return iterator;
}

IteratorObject* newResourceIterator(Context& context, Value resource) {
  IteratorObject* iterator = newIterator(context, Value::nil());
  iterator->iteratorKind = IteratorKind::Resource;
  iterator->source.set(resource);
  return iterator;
}

namespace {

Value resourceNext(Context& context, IteratorObject* iterator) {
  const Value next = as<ResourceObject>(iterator->source.get())->resource->next(context);
  if (!next.isNotFound()) iterator->position++;
  return next;
}

}  // namespace

Value iteratorNext(Context& context, IteratorObject* iterator) {
  if (iterator->iteratorKind == IteratorKind::Range && !startRange(context, iterator))
    return Value::pending();
  if (iterator->iteratorKind == IteratorKind::Resource) return resourceNext(context, iterator);
  if (!hasMore(iterator)) return Value::notFound();
  switch (iterator->iteratorKind) {
    case IteratorKind::Array:
      return arrayAt(as<ArrayObject>(iterator->source.get()), iterator->position++);
    case IteratorKind::Range: {
      const int64_t current = iterator->next;
      iterator->position++;
      int64_t following;
      const bool over =
          __builtin_add_overflow(current, iterator->step, &following) ||
          (iterator->step > 0 ? following > iterator->last : following < iterator->last);
      if (over)
        iterator->step = 0;
      else
        iterator->next = following;
      return newInt(context, current);
    }
    case IteratorKind::MapValues: {
      auto* map = as<MapObject>(iterator->source.get());
      const uint32_t i = mapNext(map, iterator->position);
      iterator->position = i + 1;
      return map->entries[i].value.get();
    }
    case IteratorKind::Empty:
    case IteratorKind::Resource: break;
  }
  GENE_UNREACHABLE("iterator kind");
}

namespace {

/// The next key and value; nothing at the end. False with an exception pending where a range has bounds of other kinds.
bool nextEntry(Context& context, IteratorObject* iterator, Value* key, Value* value, bool* ended) {
  *ended = false;
  if (iterator->iteratorKind == IteratorKind::MapValues) {
    auto* map = as<MapObject>(iterator->source.get());
    const uint32_t i = mapNext(map, iterator->position);
    if (i == MapEnd) return *ended = true;
    iterator->position = i + 1;
    *key = map->entries[i].key.get();
    *value = map->entries[i].value.get();
    return true;
  }
  // A range counts from 1, as 0 says that it has not begun.
  const bool isRange = iterator->iteratorKind == IteratorKind::Range;
  if (isRange && !startRange(context, iterator)) return false;
  *key = Value::smallInt(int64_t{iterator->position} - isRange);
  if (iterator->iteratorKind != IteratorKind::Resource && !hasMore(iterator)) return *ended = true;
  *value = iteratorNext(context, iterator);
  *ended = iterator->iteratorKind == IteratorKind::Resource && value->isNotFound();
  return !value->isPending();
}

}  // namespace

Value iteratorNextPair(Context& context, IteratorObject* iterator) {
  Value key, value;
  bool ended;
  if (!nextEntry(context, iterator, &key, &value, &ended)) return Value::pending();
  return ended ? Value::notFound() : pair(context, key, value);
}

Value iteratorNextEntry(Context& context, IteratorObject* iterator) {
  Value key, value;
  bool ended;
  if (!nextEntry(context, iterator, &key, &value, &ended)) return Value::pending();
  if (ended) return Value::notFound();
  if (iterator->pair.get().isNil()) {
    iterator->pair.set(pair(context, key, value));
  } else {
    arraySet(as<ArrayObject>(iterator->pair.get()), 0, key);
    arraySet(as<ArrayObject>(iterator->pair.get()), 1, value);
  }
  return iterator->pair.get();
}

bool iteratorHasNext(Context& context, IteratorObject* iterator) {
  if (iterator->iteratorKind == IteratorKind::Range && !startRange(context, iterator)) return false;
  if (iterator->iteratorKind == IteratorKind::Resource)
    return as<ResourceObject>(iterator->source.get())->resource->hasNext(context);
  return hasMore(iterator);
}

bool rangeLength(Context& context, const RangeObject* range, int64_t* length) {
  int64_t from, to, step;
  if (!rangeBounds(context, range, &from, &to, &step)) return false;
  if (step == 0 || (step > 0 ? from > to : from < to)) {
    *length = 0;
    return true;
  }
  const uint64_t distance = step > 0 ? static_cast<uint64_t>(to) - static_cast<uint64_t>(from)
                                     : static_cast<uint64_t>(from) - static_cast<uint64_t>(to);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  if (distance / stride >= static_cast<uint64_t>(INT64_MAX)) {
    raise(context, ErrorClass::Runtime, "Integer overflow in the length of a range");
    return false;
  }
  *length = static_cast<int64_t>(distance / stride + 1);
  return true;
}

}  // namespace gene
