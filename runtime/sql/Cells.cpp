#include "runtime/sql/Cells.h"

#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"

namespace gene::sql {
namespace {

constexpr int MostDepth = 100;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Cell cellOf(Context& context, Value v, Lists lists, int depth) {
  if (v.isNil() || v.isVoid()) return {};
  if (v.isBool()) return v.isTruthy();
  if (isInt(v)) return asInt(v);
  if (v.isFloat()) return v.floating();
  if (isString(v)) return std::string(stringView(v));
  if (const auto* bytes = asOrNull<BytesObject>(v, Kind::Bytes))
    return Blob{{reinterpret_cast<const char*>(bytes->data), bytes->size}};
  if (lists == Lists::AsText || depth == MostDepth) return displayText(context, v);
  if (isArray(v)) {
    auto list = std::make_shared<List>();
    const auto* array = as<ArrayObject>(v);
    for (uint32_t i = 0; i < array->size; i++)
      list->items.push_back(cellOf(context, arrayAt(array, i), lists, depth + 1));
    return list;
  }
  if (isMap(v)) {
    const Value json = jsonText(context, v);
    if (!json.isPending()) return Json{std::string(stringView(json))};
    takeException(context);  // circular: PostgreSQL refuses its text
  }
  return displayText(context, v);
}

Value valueOf(Context& context, const Cell& cell);

Value listValue(Context& context, const List& list) {
  ArrayObject* array = newArray(context, static_cast<uint32_t>(list.items.size()));
  for (const Cell& item : list.items) {
    const Value value = valueOf(context, item);
    if (value.isPending()) return value;
    arrayPush(context, array, value);
  }
  return Value::object(array);
}

Value valueOf(Context& context, const Cell& cell) {
  return std::visit(
      Overloaded{[](std::monostate) { return Value::nil(); },
                 [&](int64_t number) { return newInt(context, number); },
                 [](double number) { return Value::floating(number); },
                 [](bool truth) { return Value::boolean(truth); },
                 [&](const std::string& text) { return checkedString(context, text); },
                 [&](const Blob& blob) { return bytesOf(context, blob.bytes); },
                 [&](const Json& json) { return parseJson(context, json.text); },
                 [&](const std::shared_ptr<List>& list) { return listValue(context, *list); }},
      cell);
}

Value rowOf(Context& context, const Table& table, const std::vector<Cell>& row) {
  MapObject* map = newMap(context);
  for (size_t i = 0; i < row.size(); i++) {
    const Value value = valueOf(context, row[i]);
    if (value.isPending()) return value;
    mapPut(context, map, Symbol::of(table.columns[i]), value);
  }
  return Value::object(map);
}

/// What a cell is for Shape::Texts.
std::string textOf(Context& context, const Cell& cell) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); },
                 [](int64_t number) { return std::to_string(number); },
                 [&](double number) { return displayText(context, Value::floating(number)); },
                 [](bool truth) { return std::string(truth ? "1" : "0"); },
                 [](const std::string& text) { return text; },
                 [](const Blob& blob) { return blob.bytes; },
                 [](const Json& json) { return json.text; },
                 [](const std::shared_ptr<List>&) { return std::string(); }},
      cell);
}

Value textsOf(Context& context, const std::vector<Cell>& row) {
  ArrayObject* texts = newArray(context, static_cast<uint32_t>(row.size()));
  for (const Cell& cell : row)
    arrayPush(context, texts, checkedString(context, textOf(context, cell)));
  return Value::object(texts);
}

}  // namespace

std::vector<Cell> cellsOf(Context& context, Arguments args, uint32_t from, Lists lists) {
  std::vector<Cell> cells;
  for (uint32_t i = from; i < args.count; i++) cells.push_back(cellOf(context, args[i], lists, 0));
  return cells;
}

Value valueOf(Context& context, const Table& table, Shape shape) {
  switch (shape) {
    case Shape::Nothing: return Value::nil();
    case Shape::Row:
      return table.rows.empty() ? Value::nil() : rowOf(context, table, table.rows[0]);
    case Shape::Value:
      return table.rows.empty() || table.rows[0].empty() ? Value::nil()
                                                         : valueOf(context, table.rows[0][0]);
    case Shape::Texts:
    case Shape::Rows: break;
  }
  ArrayObject* rows = newArray(context, static_cast<uint32_t>(table.rows.size()));
  for (const auto& row : table.rows) {
    const Value made = shape == Shape::Rows ? rowOf(context, table, row) : textsOf(context, row);
    if (made.isPending()) return made;
    arrayPush(context, rows, made);
  }
  return Value::object(rows);
}

}  // namespace gene::sql
