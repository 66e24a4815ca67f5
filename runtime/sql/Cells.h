#pragma once
// What databases hold: values that are none of Gene's, made and read on any thread, and what Gene code sees of them.
//
//   Int, Bool (1, 0)   whole number        nil       NULL
//   Float              number              Bytes     bytes
//   String             text                others    the text that print shows

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "runtime/builtins/Builtins.h"

namespace gene::sql {

struct Blob {
  std::string bytes;
};
/// Text that becomes a value when the result does.
struct Json {
  std::string text;
};
struct List;  // what PostgreSQL has as an array
using Cell = std::variant<std::monostate, int64_t, double, bool, std::string, Blob, Json,
                          std::shared_ptr<List>>;
struct List {
  std::vector<Cell> items;
};
/// What becomes of arrays and maps: the text that print shows, or lists and JSON.
enum class Lists : bool { AsText, Kept };

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

/// What a statement's caller wants of its result.
enum class Shape : uint8_t {
  Nothing,  // nil
  Texts,    // an array of rows, arrays of strings: "" for NULL
  Rows,     // an array of rows, Maps in the order of the columns
  Row,      // the first row, or nil
  Value,    // the first column of the first row, or nil
};

/// Parameters, from args[from] on. Data that contains itself ends in the text `...`.
std::vector<Cell> cellsOf(Context& context, Arguments args, uint32_t from, Lists lists);
/// 0 with an exception where JSON is none.
Value valueOf(Context& context, const Table& table, Shape shape);

}  // namespace gene::sql
