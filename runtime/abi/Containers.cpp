// Arrays, maps, genes and quoted data.

#include <string>

#include "runtime/abi/Entry.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Equality.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Render.h"
#include "runtime/object/Selector.h"

using namespace gene;

namespace {

[[gnu::cold]] Value cannotSpread(Context* context, const char* what, const char* where, Value got) {
  return raise(*context, ErrorClass::Exception,
               std::string("... can only spread ") + what + " in " + where + " context, got " +
                   kindName(*context, got));
}

}  // namespace

Value gene_array_new(Context* context, const Value* items, uint64_t count) {
  return Value::object(newArrayFrom(*context, items, static_cast<uint32_t>(count)));
}

namespace {

uint64_t sizeOperand(Value size) {
  if (GENE_UNLIKELY(!size.isSmallInt() || static_cast<uint64_t>(size.smallInt()) > UINT32_MAX / 4))
    damagedCode();
  return static_cast<uint64_t>(size.smallInt());
}

}  // namespace

Value gene_array_sized(Context* context, Value size) {
  return Value::object(newArray(*context, static_cast<uint32_t>(sizeOperand(size))));
}

Value gene_array_push(Context* context, Value array, Value item) {
  arrayPush(*context, operand<ArrayObject>(array, Kind::Array), item);
  return array;
}

Value gene_array_append(Context* context, Value array, const Value* items, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    arrayPush(*context, operand<ArrayObject>(array, Kind::Array), items[i]);
  return array;
}

Value gene_array_extend(Context* context, Value array, Value items) {
  if (items.isNil()) return array;
  if (!isArray(items)) return cannotSpread(context, "arrays", "array", items);
  const auto* from = as<ArrayObject>(items);
  for (uint32_t i = 0; i < from->size; i++) {
    if (!arrayTakes(*context, operand<ArrayObject>(array, Kind::Array)))
      return raiseOutOfMemory(*context);
    arrayPush(*context, operand<ArrayObject>(array, Kind::Array), arrayAt(from, i));
  }
  return array;
}

Value gene_map_new(Context* context, const Value* entries, uint64_t count) {
  MapObject* map = newMap(*context, Kind::Map, static_cast<uint32_t>(count / 2));
  for (uint64_t i = 0; i + 1 < count; i += 2)
    mapPut(*context, map, symbolOperand(entries[i]), entries[i + 1]);
  return Value::object(map);
}

Value gene_map_put(Context* context, Value map, Value key, Value value) {
  mapPut(*context, operand<MapObject>(map, Kind::Map), symbolOperand(key), value);
  return map;
}

Value gene_map_extend(Context* context, Value map, Value other) {
  if (other.isNil()) return map;
  if (!isMap(other)) return cannotSpread(context, "maps", "map", other);
  const auto* from = as<MapObject>(other);
  for (uint32_t i = 0; (i = mapNext(from, i)) != MapEnd; i++)
    mapPut(*context, operand<MapObject>(map, Kind::Map), from->entries[i].key.get().symbol(),
           from->entries[i].value.get());
  return map;
}

Value gene_hash_map_new(Context* context, const Value* entries, uint64_t count) {
  if (count % 2 != 0)
    return raise(*context, ErrorClass::Argument,
                 "HashMap literals expect alternating key/value entries");
  MapObject* map = newMap(*context, Kind::HashMap, static_cast<uint32_t>(count / 2));
  for (uint64_t i = 0; i < count; i += 2)
    if (!tablePut(*context, map, entries[i], entries[i + 1])) return Value::pending();
  return Value::object(map);
}

// Methods of tables: what needs no code of the user is done here; the rest, and what raises, is for the call. What most keys
// need calls nothing, so that it saves no registers.

namespace {

Value callOnTable(Context* context, Symbol method, std::initializer_list<Value> args) {
  return callMethod(*context, method, args.begin(), static_cast<uint32_t>(args.size()));
}

[[gnu::noinline]] Value getOther(Context* context, Value table, Value key, Value otherwise) {
  const auto* map = as<MapObject>(table);
  TableKey wanted{key};
  const int64_t i = searchTable(*context, map, wanted);
  if (i == Unsearched) return callOnTable(context, sym::Get, {table, key, otherwise});
  return i < 0 ? otherwise : map->entries[i].value.get();
}

[[gnu::noinline]] Value setOther(Context* context, Value table, Value key, Value value) {
  auto* map = as<MapObject>(table);
  TableKey wanted{key};
  const int64_t i = map->sealed() ? Unsearched : searchTable(*context, map, wanted);
  if (i == Unsearched) return callOnTable(context, sym::Set, {table, key, value});
  if (i < 0)
    noteFound(*context, map, tableAppend(*context, map, wanted.word, value, wanted.hash));
  else
    map->entries[i].value.set(value);
  return table;
}

[[gnu::noinline]] Value hasOther(Context* context, Value table, Value key) {
  TableKey wanted{key};
  const int64_t i = searchTable(*context, as<MapObject>(table), wanted);
  return i == Unsearched ? callOnTable(context, sym::Has, {table, key}) : Value::boolean(i >= 0);
}

}  // namespace

Value gene_table_get(Context* context, Value table, Value key, Value otherwise) {
  const auto* map = as<MapObject>(table);
  TableKey wanted{key};
  const int64_t i = searchQuickly(*context, map, wanted);
  if (i >= 0) return map->entries[i].value.get();
  if (i == -1) return otherwise;
  [[clang::musttail]] return getOther(context, table, key, otherwise);
}

Value gene_table_set(Context* context, Value table, Value key, Value value) {
  auto* map = as<MapObject>(table);
  TableKey wanted{key};
  if (!map->sealed())
    if (const int64_t i = searchQuickly(*context, map, wanted); i >= 0)
      if (Slot& slot = map->entries[i].value; !slot.get().isObject()) {
        slot.init(value);
        return table;
      }
  [[clang::musttail]] return setOther(context, table, key, value);
}

Value gene_table_has(Context* context, Value table, Value key) {
  TableKey wanted{key};
  const int64_t i = searchQuickly(*context, as<MapObject>(table), wanted);
  if (i != Unsearched) return Value::boolean(i >= 0);
  [[clang::musttail]] return hasOther(context, table, key);
}

Value gene_table_add(Context* context, Value table, Value key) {
  auto* set = as<MapObject>(table);
  TableKey wanted{key};
  const int64_t i = searchTable(*context, set, wanted);
  if (i == Unsearched) return callOnTable(context, sym::Add, {table, key});
  if (i < 0) tableAppend(*context, set, wanted.word, Value::nil(), wanted.hash);
  return table;
}

Value gene_gene_new(Context* context, Value head) { return Value::object(newGene(*context, head)); }

Value gene_gene_property(Context* context, Value gene, Value key, Value value) {
  geneSetProperty(*context, operand<GeneObject>(gene, Kind::Gene), symbolOperand(key), value);
  return gene;
}

Value gene_gene_properties(Context* context, Value gene, Value map) {
  if (map.isNil()) return gene;
  if (!isMap(map)) return cannotSpread(context, "maps", "gene properties", map);
  const auto* from = as<MapObject>(map);
  for (uint32_t i = 0; (i = mapNext(from, i)) != MapEnd; i++)
    geneSetProperty(*context, operand<GeneObject>(gene, Kind::Gene),
                    from->entries[i].key.get().symbol(), from->entries[i].value.get());
  return gene;
}

Value gene_gene_child(Context* context, Value gene, Value value) {
  genePush(*context, operand<GeneObject>(gene, Kind::Gene), value);
  return gene;
}

Value gene_gene_children(Context* context, Value gene, Value items) {
  if (items.isNil()) return gene;
  if (!isArray(items)) return cannotSpread(context, "arrays", "gene children", items);
  const auto* from = as<ArrayObject>(items);
  for (uint32_t i = 0; i < from->size; i++)
    genePush(*context, operand<GeneObject>(gene, Kind::Gene), arrayAt(from, i));
  return gene;
}

Value gene_seal(Context*, Value value) {
  if (value.isObject()) value.object()->countAndFlags |= Object::Sealed;
  return value;
}

Value gene_quote(Context* context, Value form) { return copyData(*context, form); }

Value gene_range_new(Context* context, Value from, Value to, Value step) {
  return newRange(*context, from, to, step);
}

Value gene_selector_new(Context* context, const Value* segments, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (!checkSegment(*context, segments[i])) return Value::pending();
  return newSelector(*context, segments, static_cast<uint32_t>(count));
}

Value gene_render(Context* context, Value form, const Value* values, uint64_t count) {
  return render(*context, form, values, static_cast<uint32_t>(count / 2));
}
